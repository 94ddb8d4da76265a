package analysis

import "github.com/burstplex/burstplex/neuron/spike"

// Intervals is the histogram of interspike intervals (ISI) of each population, pooled over its neurons; 8 bytes
// per neuron. Fed through Select(…, spike.Onset) it is the histogram of inter-event intervals.
type Intervals struct {
	roster roster
	last   []spike.Tick
	hist   []Histogram
}

// NewIntervals takes its bins from LinearEdges or LogEdges.
func NewIntervals(pops []spike.Population, edges []spike.Tick) *Intervals {
	return NewIntervalsOf(pops, func(int) []spike.Tick { return edges })
}

// NewIntervalsOf has edges of its own for each population, by its number.
func NewIntervalsOf(pops []spike.Population, edges func(pop int) []spike.Tick) *Intervals {
	v := &Intervals{roster: newRoster(pops)}
	v.last = make([]spike.Tick, v.roster.neurons)
	for i := range v.last {
		v.last[i] = spike.Never
	}
	for i := range pops {
		v.hist = append(v.hist, newHistogram(edges(i)))
	}
	return v
}

// Add implements Accumulator.
func (v *Intervals) Add(events []spike.Event) {
	for _, e := range events {
		p, i := v.roster.find(e.Src)
		if i < 0 {
			continue
		}
		if last := v.last[i]; last != spike.Never {
			v.hist[p].add(e.At - last)
		}
		v.last[i] = e.At
	}
}

// Histograms returns one histogram per population, in their order; they share memory with the accumulator.
func (v *Intervals) Histograms() []Histogram { return v.hist }

func (v *Intervals) State() []any {
	all := []any{&v.last}
	for i := range v.hist {
		h := &v.hist[i]
		all = append(all, &h.Counts, &h.Below, &h.Above)
	}
	return all
}
