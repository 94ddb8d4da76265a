package analysis

import (
	"iter"
	"slices"

	"github.com/burstplex/burstplex/neuron/spike"
)

// Accumulator reads spikes in canonical order, in batches of any size. It must not keep the slice.
type Accumulator interface {
	Add(events []spike.Event)
}

// batch is large enough to hide the cost of a call and small enough to stay in the first cache (64 KiB).
const batch = 4096

// Feed sends a stream to every accumulator, reading it once.
func Feed(events iter.Seq[spike.Event], to ...Accumulator) {
	buf := make([]spike.Event, 0, batch)
	flush := func() {
		for _, a := range to {
			a.Add(buf)
		}
		buf = buf[:0]
	}
	for e := range events {
		if buf = append(buf, e); len(buf) == batch {
			flush()
		}
	}
	flush()
}

// filter passes on the spikes that keep accepts.
type filter struct {
	to   Accumulator
	keep func(spike.Event) bool
	buf  []spike.Event
}

// Add implements Accumulator.
func (f *filter) Add(events []spike.Event) {
	f.buf = f.buf[:0]
	for _, e := range events {
		if f.keep(e) {
			f.buf = append(f.buf, e)
		}
	}
	f.to.Add(f.buf)
}

func (f *filter) State() []any {
	if to, ok := f.to.(Stateful); ok {
		return to.State()
	}
	return []any{&f.to} // which gob refuses
}

// Select passes only spikes of the given kinds to an accumulator. Select(a, spike.Onset) is the train of events,
// Select(a, spike.Burst) the train of bursts.
func Select(to Accumulator, kinds ...spike.Kind) Accumulator {
	kinds = slices.Clone(kinds)
	return &filter{to: to, keep: func(e spike.Event) bool { return slices.Contains(kinds, e.Kind) }}
}

// During passes only spikes inside the window to an accumulator. Intervals and bursts that straddle its borders
// are cut, as if the recording began and ended there: it serves what looks at intervals. Rates, Counts and Lengths take
// a window themselves, and count bursts whole that began in it.
func During(w spike.Window, to Accumulator) Accumulator {
	return &filter{to: to, keep: func(e spike.Event) bool { return w.Contains(e.At) }}
}

// relabel remembers every train because labels depend on the past.
type relabel struct {
	to        Accumulator
	detectors []spike.Detector // one for all, or one per population
	roster    roster
	trains    []spike.Train
	buf       []spike.Event
}

// Relabel passes spikes on with the labels that another detector gives them. It needs the whole train of every
// neuron from the start of the recording, and 24 bytes per neuron. Neurons outside the populations are dropped.
func Relabel(pops []spike.Population, d spike.Detector, to Accumulator) Accumulator {
	return relabelled(pops, []spike.Detector{d}, to)
}

func relabelled(pops []spike.Population, detectors []spike.Detector, to Accumulator) *relabel {
	r := &relabel{to: to, detectors: detectors, roster: newRoster(pops)}
	r.trains = make([]spike.Train, r.roster.neurons)
	for i := range r.trains {
		r.trains[i] = spike.NewTrain()
	}
	return r
}

// Add implements Accumulator.
func (r *relabel) Add(events []spike.Event) {
	r.buf = r.buf[:0]
	for _, e := range events {
		if p, i := r.roster.find(e.Src); i >= 0 {
			d := &r.detectors[0]
			if len(r.detectors) > 1 {
				d = &r.detectors[p]
			}
			e.Kind = d.Label(&r.trains[i], e.At)
			r.buf = append(r.buf, e)
		}
	}
	r.to.Add(r.buf)
}

// roster finds the population of a neuron, and its place in a dense array over all neurons of all populations.
type roster struct {
	pops    []spike.Population // as given
	order   []int              // numbers of pops by ascending First
	lookup  spike.Lookup       // of places in order
	base    []int              // of each pop, in the dense array
	neurons int
}

func newRoster(pops []spike.Population) roster {
	r := roster{pops: slices.Clone(pops)}
	for i, p := range pops {
		if p.Size < 0 {
			panic("analysis: population of negative size")
		}
		r.order = append(r.order, i)
		r.base = append(r.base, r.neurons)
		r.neurons += p.Size
	}
	slices.SortStableFunc(r.order, func(a, b int) int { return int(int64(pops[a].First) - int64(pops[b].First)) })
	for _, i := range r.order {
		r.lookup = append(r.lookup, pops[i].First)
	}
	for k := 1; k < len(r.order); k++ {
		if a, b := pops[r.order[k-1]], pops[r.order[k]]; int64(a.First)+int64(a.Size) > int64(b.First) {
			panic("analysis: populations overlap")
		}
	}
	return r
}

// find returns the number of the population and the dense index of a neuron, or -1, -1.
func (r *roster) find(id spike.ID) (pop, dense int) {
	if len(r.order) == 0 {
		return -1, -1
	}
	pop = r.order[r.lookup.Find(id)]
	if p := r.pops[pop]; p.Contains(id) {
		return pop, r.base[pop] + int(id-p.First)
	}
	return -1, -1
}

// of cuts the part of a population out of a dense array.
func of[T any](r *roster, dense []T, pop int) []T {
	return dense[r.base[pop] : r.base[pop]+r.pops[pop].Size]
}
