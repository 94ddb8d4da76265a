package analysis

import (
	"math"

	"github.com/burstplex/burstplex/neuron/spike"
)

// Rates counts events, bursts and spikes per population and bin: the decoder of the multiplexed code. The state is
// 24 bytes per population and bin, and 8 per neuron.
//
// A burst counts in the bin in which its event began (spike.Onsets). The counts of a bin are therefore final one
// spike.Detector.Settled() after its end; a burst whose second spike lies beyond the stream counts as a single event.
type Rates struct {
	roster  roster
	cursor  cursor
	onsets  spike.Onsets
	courses []Course
}

// NewRates counts in bins; Whole(window) gives the mean over a window.
func NewRates(pops []spike.Population, bins Bins) *Rates {
	r := &Rates{roster: newRoster(pops), cursor: newCursor(bins)}
	r.onsets = spike.NewOnsets(r.roster.neurons)
	for _, p := range pops {
		r.courses = append(r.courses, Course{
			Population: p, Neurons: p.Size, Bins: bins,
			Events: make([]uint64, bins.N), Bursts: make([]uint64, bins.N), Spikes: make([]uint64, bins.N),
		})
	}
	return r
}

// Add implements Accumulator.
func (r *Rates) Add(events []spike.Event) {
	for _, e := range events {
		p, n := r.roster.find(e.Src)
		if p < 0 {
			continue
		}
		c := &r.courses[p]
		if i := r.cursor.index(e.At); i >= 0 {
			c.Spikes[i]++
		}
		at, counts := r.onsets.Of(n, e)
		if !counts {
			continue
		}
		if i := r.cursor.index(at); i >= 0 && e.Kind == spike.Onset {
			c.Events[i]++
		} else if i >= 0 {
			c.Bursts[i]++
		}
	}
}

// Recorded says how many neurons of each population are in the stream, where a recording has only some of them;
// all are assumed otherwise. Rates per neuron divide by it.
func (r *Rates) Recorded(neurons ...int) {
	if len(neurons) != len(r.courses) {
		panic("analysis: one number of neurons for each population")
	}
	for i, n := range neurons {
		r.courses[i].Neurons = n
	}
}

// Ended says that the stream ended before its last bin did, as a run that stops early: the courses end there too.
func (r *Rates) Ended(at spike.Tick) {
	for i := range r.courses {
		c := &r.courses[i]
		c.Bins = c.Bins.Until(at)
		c.Events, c.Bursts, c.Spikes = c.Events[:c.Bins.N], c.Bursts[:c.Bins.N], c.Spikes[:c.Bins.N]
	}
}

// Courses returns the counts so far, in the order of the populations. They share memory with the accumulator.
func (r *Rates) Courses() []Course { return r.courses }

// Course is the time course of one population, as counts; its methods give rates per neuron. Events are those that
// began in the bin, bursts those of them that became one, so that there are never more bursts than events; spikes
// count where they are.
type Course struct {
	Population             spike.Population
	Neurons                int // counted: the whole population, see Rates.Recorded
	Bins                   Bins
	Events, Bursts, Spikes []uint64 // one count per bin
}

// EventRate returns events per second and neuron, in Hz.
func (c Course) EventRate() []float64 { return c.rate(c.Events) }

// BurstRate returns bursts per second and neuron, in Hz.
func (c Course) BurstRate() []float64 { return c.rate(c.Bursts) }

// SpikeRate returns spikes per second and neuron, in Hz.
func (c Course) SpikeRate() []float64 { return c.rate(c.Spikes) }

// BurstProbability returns bursts per event (0 to 1), NaN in bins without an event.
func (c Course) BurstProbability() []float64 {
	p := make([]float64, len(c.Events))
	for i := range p {
		p[i] = ratio(c.Bursts[i], c.Events[i])
	}
	return p
}

func (c Course) rate(counts []uint64) []float64 {
	y := make([]float64, len(counts))
	for i, n := range counts {
		y[i] = float64(n) / (float64(c.Neurons) * c.Bins.Bin(i).Len().Seconds())
	}
	return y
}

// Code is what a population says in a stretch of time. Rates are in Hz per neuron, the probability is bursts per
// event, NaN when there was no event.
type Code struct {
	EventRate, BurstRate, BurstProbability, SpikeRate float64
}

// Mean decodes the whole course as one bin: the probability is all bursts over all events, not a mean of ratios.
func (c Course) Mean() Code { return c.MeanOf(func(int) bool { return true }) }

// MeanOver decodes the bins that lie wholly inside a window.
func (c Course) MeanOver(w spike.Window) Code {
	lo, hi := c.Bins.Within(w)
	return c.MeanOf(func(i int) bool { return lo <= i && i < hi })
}

// MeanOf decodes the bins that are chosen. Without a bin all is NaN.
func (c Course) MeanOf(chosen func(bin int) bool) Code {
	var events, bursts, spikes uint64
	var long spike.Tick
	for i := range c.Events {
		if chosen(i) {
			events, bursts, spikes = events+c.Events[i], bursts+c.Bursts[i], spikes+c.Spikes[i]
			long += c.Bins.Bin(i).Len()
		}
	}
	time := float64(c.Neurons) * long.Seconds()
	return Code{
		EventRate:        float64(events) / time,
		BurstRate:        float64(bursts) / time,
		BurstProbability: ratio(bursts, events),
		SpikeRate:        float64(spikes) / time,
	}
}

// ratio is NaN where the denominator is zero.
func ratio(n, of uint64) float64 {
	if of == 0 {
		return math.NaN()
	}
	return float64(n) / float64(of)
}

func (r *Rates) State() []any {
	all := []any{(*[]spike.Tick)(&r.onsets)}
	for i := range r.courses {
		c := &r.courses[i]
		all = append(all, &c.Events, &c.Bursts, &c.Spikes)
	}
	return all
}
