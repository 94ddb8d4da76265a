package analysis

import (
	"math"

	"github.com/burstplex/burstplex/neuron/spike"
)

// Rates counts events, bursts and spikes per population and bin: the decoder of the multiplexed code. The state is
// 24 bytes per population and bin.
type Rates struct {
	roster  roster
	cursor  cursor
	courses []Course
}

// NewRates counts in bins; Whole(window) gives the mean over a window.
func NewRates(pops []spike.Population, bins Bins) *Rates {
	r := &Rates{roster: newRoster(pops), cursor: newCursor(bins)}
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
		i := r.cursor.index(e.At)
		if i < 0 {
			continue
		}
		p, _ := r.roster.find(e.Src)
		if p < 0 {
			continue
		}
		c := &r.courses[p]
		c.Spikes[i]++
		switch e.Kind {
		case spike.Onset:
			c.Events[i]++
		case spike.Burst:
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

// Courses returns the counts so far, in the order of the populations. They share memory with the accumulator.
func (r *Rates) Courses() []Course { return r.courses }

// Course is the time course of one population, as counts; its methods give rates per neuron.
//
// A burst is counted where its second spike is, an event where its first spike is. A bin can therefore hold more
// bursts than events; over bins much longer than a burst the ratio is the burst probability.
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
	scale := 1 / (float64(c.Neurons) * c.Bins.Width.Seconds())
	y := make([]float64, len(counts))
	for i, n := range counts {
		y[i] = float64(n) * scale
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
	return c.MeanOf(func(i int) bool {
		from := c.Bins.From + spike.Tick(i)*c.Bins.Width
		return w.From <= from && from+c.Bins.Width <= w.To
	})
}

// MeanOf decodes the bins that are chosen. Without a bin all is NaN.
func (c Course) MeanOf(chosen func(bin int) bool) Code {
	var events, bursts, spikes, bins uint64
	for i := range c.Events {
		if chosen(i) {
			events, bursts, spikes, bins = events+c.Events[i], bursts+c.Bursts[i], spikes+c.Spikes[i], bins+1
		}
	}
	time := float64(bins) * float64(c.Neurons) * c.Bins.Width.Seconds()
	return Code{
		EventRate:        float64(events) / time,
		BurstRate:        float64(bursts) / time,
		BurstProbability: ratio(bursts, events),
		SpikeRate:        float64(spikes) / time,
	}
}

// ratio is NaN where the denominator is zero, also for n > 0 (a burst whose event lies in the bin before).
func ratio(n, of uint64) float64 {
	if of == 0 {
		return math.NaN()
	}
	return float64(n) / float64(of)
}
