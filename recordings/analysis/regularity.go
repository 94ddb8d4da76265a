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
type intervalMoments struct { // exported for gob: see state
	Last     spike.Tick
	N        int64
	Mean, M2 float64 // of the intervals, s and s²
	Before   float64 // the last interval, s
	Local    float64 // sum of the terms of CV2
}

// NewRegularity covers the whole stream; see During and Select for parts of it.
func NewRegularity(pops []spike.Population) *Regularity {
	r := &Regularity{roster: newRoster(pops)}
	r.neurons = make([]intervalMoments, r.roster.neurons)
	for i := range r.neurons {
		r.neurons[i].Last = spike.Never
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
	last := m.Last
	m.Last = at
	if last == spike.Never {
		return
	}
	x := (at - last).Seconds()
	m.N++
	d := x - m.Mean
	m.Mean += d / float64(m.N)
	m.M2 += d * (x - m.Mean)
	if m.N > 1 && x != m.Before {
		m.Local += 2 * math.Abs(x-m.Before) / (x + m.Before)
	}
	m.Before = x
}

// CV returns the coefficient of variation of the intervals of each neuron of a population, NaN below two and where all
// are 0.
func (r *Regularity) CV(pop int) []float64 {
	return r.each(pop, func(m intervalMoments) float64 {
		return math.Sqrt(m.M2/float64(m.N-1)) / m.Mean
	})
}

// CV2 returns the local variation of each neuron of a population, NaN below two intervals.
func (r *Regularity) CV2(pop int) []float64 {
	return r.each(pop, func(m intervalMoments) float64 { return m.Local / float64(m.N-1) })
}

func (r *Regularity) each(pop int, f func(intervalMoments) float64) []float64 {
	neurons := of(&r.roster, r.neurons, pop)
	y := make([]float64, len(neurons))
	for i, m := range neurons {
		if y[i] = math.NaN(); m.N >= 2 {
			y[i] = f(m)
		}
	}
	return y
}

// State implements Stateful.
func (r *Regularity) State() []any { return []any{&r.neurons} }

// Fano measures the variance of spike counts in windows (bins) over their mean, for every neuron: 1 for a Poisson
// train. 32 bytes per neuron.
type Fano struct {
	roster  roster
	cursor  cursor
	neurons []countMoments
}

// countMoments holds exact integer sums. Windows without a spike add nothing to either sum and need no visit.
type countMoments struct {
	Window          int    // of the count below
	Count           uint64 // spikes in it so far
	Sum, SumSquares uint64 // of the counts of all windows, the current one included
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
		if w != m.Window {
			m.Window, m.Count = w, 0
		}
		m.Sum++
		m.SumSquares += 2*m.Count + 1 // (c+1)² - c²
		m.Count++
	}
}

// Factors returns the Fano factor of each neuron of a population, NaN for silent neurons and below two windows.
func (f *Fano) Factors(pop int) []float64 {
	neurons := of(&f.roster, f.neurons, pop)
	y := make([]float64, len(neurons))
	n := float64(f.cursor.bins.N)
	for i, m := range neurons {
		if y[i] = math.NaN(); m.Sum > 0 && n >= 2 {
			mean := float64(m.Sum) / n
			y[i] = (float64(m.SumSquares) - float64(m.Sum)*mean) / (n - 1) / mean
		}
	}
	return y
}

// Ended says that the stream ended before its last window did, as a run that stops early: windows that are not whole do
// not count.
func (f *Fano) Ended(at spike.Tick) { f.cursor.bins = f.cursor.bins.Until(at).Full() }

// State implements Stateful.
func (f *Fano) State() []any { return []any{&f.neurons} }
