package oracle

import (
	"math"

	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim"
)

// Band is what a fluctuating wave was made from; the wave itself does not tell.
type Band struct {
	Components int
	Low, High  float64 // Hz
}

// wave returns the value of a stimulus' time course at t: just after, or just before, where it jumps.
func (c *Case) wave(st *sim.Stimulus, t spike.Tick, before bool) float64 {
	switch w := st.Wave.(type) {
	case sim.Constant:
		return 1
	case *sim.Level:
		return c.level(st.Name, t, before)
	case sim.Sine:
		return math.Sin(2 * math.Pi * (ms(t-w.Start)/w.Period + w.Phase))
	case *sim.Fluctuation:
		return c.fluctuation(st.Name, t)
	case *sim.Samples:
		return samples(w, t, before)
	}
	panic("oracle: unknown wave")
}

// fluctuation is a sum of sines of unit variance, one in each of equal parts of the band.
func (c *Case) fluctuation(name string, t spike.Tick) float64 {
	b, key := c.Bands[name], rng.New(c.Net.Seed, "stimulus", name, "wave")
	sum := 0.0
	for k := range b.Components {
		f := b.Low + (b.High-b.Low)*(float64(k)+key.Uniform(uint64(k), 0))/float64(b.Components)
		sum += math.Sin(2 * math.Pi * (f*t.Seconds() + key.Uniform(uint64(k), 1)))
	}
	return sum * math.Sqrt(2/float64(b.Components))
}

// samples is a wave given by points from a start on: held, or linear in between; 0 before the first, the last value
// after the last.
func samples(w *sim.Samples, t spike.Tick, before bool) float64 {
	if t -= w.Start; w.Period > 0 && t >= 0 {
		if turn := t % w.Period; before && turn == 0 && t > 0 {
			t = w.Period
		} else {
			t = turn
		}
	}
	last := -1 // of the points that have come
	for k, at := range w.Times {
		if at < t || at == t && !before {
			last = k
		}
	}
	switch {
	case last < 0:
		return 0
	case !w.Linear || last == len(w.Times)-1:
		return w.Values[last]
	}
	share := float64(t-w.Times[last]) / float64(w.Times[last+1]-w.Times[last])
	return w.Values[last]*(1-share) + w.Values[last+1]*share
}
