package sim

import (
	"math"
	"sort"

	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// Constant is the wave 1.
type Constant struct{}

// After implements Wave.
func (Constant) After(spike.Tick) float64 { return 1 }

// Before implements Wave.
func (Constant) Before(spike.Tick) float64 { return 1 }

// Jumps implements Wave.
func (Constant) Jumps() []spike.Tick { return nil }

// Integral implements Wave.
func (Constant) Integral(a, b spike.Tick) float64 { return float64(b - a) }

// Sine is sin(2 pi ((t - Start)/Period + Phase)).
type Sine struct {
	Start  spike.Tick
	Period float64 // ms; need not be whole ticks
	Phase  float64 // turns
}

// After implements Wave.
func (w Sine) After(t spike.Tick) float64 {
	s, _ := numeric.SinCosTurn((t-w.Start).Milliseconds()/w.Period + w.Phase)
	return s
}

// Before implements Wave.
func (w Sine) Before(t spike.Tick) float64 { return w.After(t) }

// Jumps implements Wave.
func (Sine) Jumps() []spike.Tick { return nil }

// Integral implements Wave.
func (w Sine) Integral(a, b spike.Tick) float64 {
	middle := ((a-w.Start).Milliseconds()+(b-w.Start).Milliseconds())/2/w.Period + w.Phase
	return float64(b-a) * meanSine(middle, (b-a).Milliseconds()/w.Period)
}

// meanSine returns the mean of a sine over a stretch of so many turns, given the phase in its middle.
func meanSine(middle, turns float64) float64 {
	s, _ := numeric.SinCosTurn(middle)
	if x := math.Pi * turns; x > 1e-4 {
		half, _ := numeric.SinCosTurn(turns / 2)
		return s * half / x
	}
	return s * (1 - math.Pi*math.Pi*turns*turns/6)
}

// Fluctuation is a frozen fluctuating signal of unit variance: a sum of sines of equal amplitude with frequencies
// spread evenly over a band and phases drawn with the seed. It is a function of time alone, so that the signal is
// known exactly wherever it is compared with what the neurons say.
type Fluctuation struct {
	freq, phase []float64 // per ns, turns
	scale       float64
}

// NewFluctuation returns a signal of n sines between lo and hi (Hz).
func NewFluctuation(key rng.Key, n int, lo, hi float64) *Fluctuation {
	w := &Fluctuation{scale: math.Sqrt(2 / float64(n))}
	for i := range n {
		// One frequency in each of n equal parts of the band, jittered so that the signal has no short period.
		f := lo + (hi-lo)*(float64(i)+key.Uniform(uint64(i), 0))/float64(n)
		w.freq, w.phase = append(w.freq, f*1e-9), append(w.phase, key.Uniform(uint64(i), 1))
	}
	return w
}

// After implements Wave.
func (w *Fluctuation) After(t spike.Tick) float64 {
	sum := 0.0
	for i, f := range w.freq {
		s, _ := numeric.SinCosTurn(float64(f*float64(t)) + w.phase[i])
		sum += s
	}
	return sum * w.scale
}

// Before implements Wave.
func (w *Fluctuation) Before(t spike.Tick) float64 { return w.After(t) }

// Jumps implements Wave.
func (*Fluctuation) Jumps() []spike.Tick { return nil }

// Integral implements Wave.
func (w *Fluctuation) Integral(a, b spike.Tick) float64 {
	sum := 0.0
	for i, f := range w.freq {
		sum += meanSine(f*(float64(a)+float64(b))/2+w.phase[i], f*float64(b-a))
	}
	return sum * w.scale * float64(b-a)
}

// Samples is a wave given by times (ascending) and values: held from each time to the next, or linear in between. It
// is 0 before the first time and keeps the last value after the last; with Period it repeats. Values are in pA.
type Samples struct {
	Start  spike.Tick   // is added to all times; before it, a wave with Period is 0
	Times  []spike.Tick // at least 0 and below Period, if there is one
	Values []float64
	Linear bool
	Period spike.Tick // 0: does not repeat
}

// After implements Wave.
func (w *Samples) After(t spike.Tick) float64 { return w.at(w.fold(t), false) }

// Before implements Wave.
func (w *Samples) Before(t spike.Tick) float64 {
	u := w.fold(t)
	if w.Period > 0 && u == 0 && t > w.Start {
		u = w.Period
	}
	return w.at(u, true)
}

// fold returns the time since the start of a cycle.
func (w *Samples) fold(t spike.Tick) spike.Tick {
	if t -= w.Start; w.Period > 0 && t >= 0 {
		return t % w.Period
	}
	return t
}

func (w *Samples) at(t spike.Tick, before bool) float64 {
	lo, hi := 0, len(w.Times) // number of times <= t, or < t
	for lo < hi {
		m := (lo + hi) / 2
		if w.Times[m] < t || !before && w.Times[m] == t {
			lo = m + 1
		} else {
			hi = m
		}
	}
	switch {
	case lo == 0:
		return 0
	case !w.Linear || lo == len(w.Times):
		return w.Values[lo-1]
	}
	a, b := w.Times[lo-1], w.Times[lo]
	return w.Values[lo-1] + (w.Values[lo]-w.Values[lo-1])*float64(t-a)/float64(b-a)
}

// Jumps implements Wave. Of a repeating wave, those of the first period and its end.
func (w *Samples) Jumps() (all []spike.Tick) {
	times := w.Times
	if w.Linear && w.Period == 0 {
		times = times[:min(1, len(times))]
	}
	for _, t := range times {
		all = append(all, w.Start+t)
	}
	if w.Period > 0 {
		all = append(all, w.Start+w.Period)
	}
	return all
}

// Integral implements Wave.
func (w *Samples) Integral(a, b spike.Tick) float64 {
	if a, b = a-w.Start, b-w.Start; w.Period == 0 {
		return w.once(a, b)
	}
	a, b = max(a, 0), max(b, 0)
	first, last := a/w.Period, b/w.Period
	if first == last {
		return w.once(a-first*w.Period, b-first*w.Period)
	}
	return w.once(a-first*w.Period, w.Period) + w.once(0, b-last*w.Period) + float64(last-first-1)*w.once(0, w.Period)
}

// once integrates without repetition, piece by piece.
func (w *Samples) once(a, b spike.Tick) float64 {
	sum := 0.0
	k := sort.Search(len(w.Times), func(i int) bool { return w.Times[i] > a }) // the next time at which anything changes
	for a < b {
		end := b
		if k < len(w.Times) {
			end = min(end, w.Times[k])
		}
		sum += (w.at(a, false) + w.at(end, true)) / 2 * float64(end-a)
		a, k = end, k+1
	}
	return sum
}
