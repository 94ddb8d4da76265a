package analysis

import (
	"math"

	"github.com/burstplex/burstplex/neuron/spike"
)

// Regularity measures, for every neuron, how regular its intervals are: the coefficient of variation (CV, s.d.
// over mean: 1 for a Poisson train, 0 for a clock) and the local CV2 = <2|Iₙ₊₁ - Iₙ| / (Iₙ₊₁ + Iₙ)> (Holt et al.
// 1996), which slow changes of the rate do not inflate. 48 bytes per neuron.
//
// Two spikes that a coarse resolution of time puts at one moment have an interval of 0, and two such intervals in
// sequence differ by nothing: their term of CV2 is 0, as that of any two equal intervals.
type Regularity struct {
	roster  roster
	neurons []intervalMoments
}

// intervalMoments is Welford's online mean and sum of squares; sums of squares of ns would lose the variance.
type intervalMoments struct {
	last     spike.Tick
	n        int64
	mean, m2 float64 // of the intervals, s and s²
	before   float64 // the last interval, s
	local    float64 // sum of the terms of CV2
}

// NewRegularity covers the whole stream; see During and Select for parts of it.
func NewRegularity(pops []spike.Population) *Regularity {
	r := &Regularity{roster: newRoster(pops)}
	r.neurons = make([]intervalMoments, r.roster.neurons)
	for i := range r.neurons {
		r.neurons[i].last = spike.Never
	}
	return r
}

// Add implements Accumulator.
func (r *Regularity) Add(events []spike.Event) {
	for _, e := range events {
		if _, i := r.roster.find(e.Src); i >= 0 {
			r.neurons[i].add(e.At)
		}
	}
}

func (m *intervalMoments) add(at spike.Tick) {
	last := m.last
	m.last = at
	if last == spike.Never {
		return
	}
	x := (at - last).Seconds()
	m.n++
	d := x - m.mean
	m.mean += d / float64(m.n)
	m.m2 += d * (x - m.mean)
	if m.n > 1 && x != m.before {
		m.local += 2 * math.Abs(x-m.before) / (x + m.before)
	}
	m.before = x
}

// CV returns the coefficient of variation of the intervals of each neuron of a population, NaN below two and where all
// are 0.
func (r *Regularity) CV(pop int) []float64 {
	return r.each(pop, func(m intervalMoments) float64 {
		return math.Sqrt(m.m2/float64(m.n-1)) / m.mean
	})
}

// CV2 returns the local variation of each neuron of a population, NaN below two intervals.
func (r *Regularity) CV2(pop int) []float64 {
	return r.each(pop, func(m intervalMoments) float64 { return m.local / float64(m.n-1) })
}

func (r *Regularity) each(pop int, f func(intervalMoments) float64) []float64 {
	neurons := of(&r.roster, r.neurons, pop)
	y := make([]float64, len(neurons))
	for i, m := range neurons {
		if y[i] = math.NaN(); m.n >= 2 {
			y[i] = f(m)
		}
	}
	return y
}

// Fano measures the variance of spike counts in windows (bins) over their mean, for every neuron: 1 for a Poisson
// train. 32 bytes per neuron.
type Fano struct {
	roster  roster
	cursor  cursor
	neurons []countMoments
}

// countMoments holds exact integer sums. Windows without a spike add nothing to either sum and need no visit.
type countMoments struct {
	window          int    // of the count below
	count           uint64 // spikes in it so far
	sum, sumSquares uint64 // of the counts of all windows, the current one included
}

// NewFano counts in bins; the result depends on their width, which is part of what the number means.
func NewFano(pops []spike.Population, bins Bins) *Fano {
	f := &Fano{roster: newRoster(pops), cursor: newCursor(bins)}
	f.neurons = make([]countMoments, f.roster.neurons)
	return f
}

// Add implements Accumulator.
func (f *Fano) Add(events []spike.Event) {
	for _, e := range events {
		w := f.cursor.index(e.At)
		if w < 0 {
			continue
		}
		_, i := f.roster.find(e.Src)
		if i < 0 {
			continue
		}
		m := &f.neurons[i]
		if w != m.window {
			m.window, m.count = w, 0
		}
		m.sum++
		m.sumSquares += 2*m.count + 1 // (c+1)² - c²
		m.count++
	}
}

// Factors returns the Fano factor of each neuron of a population, NaN for silent neurons and below two windows.
func (f *Fano) Factors(pop int) []float64 {
	neurons := of(&f.roster, f.neurons, pop)
	y := make([]float64, len(neurons))
	n := float64(f.cursor.bins.N)
	for i, m := range neurons {
		if y[i] = math.NaN(); m.sum > 0 && n >= 2 {
			mean := float64(m.sum) / n
			y[i] = (float64(m.sumSquares) - float64(m.sum)*mean) / (n - 1) / mean
		}
	}
	return y
}
