package oracle

import (
	"math"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// current is what is injected into one port of one neuron, in pA, at both ends of every step: linear in between.
type current struct{ from, to []float64 }

// currentOf adds up the stimuli, the teachers and the fluctuating backgrounds of a port of neuron i.
func (r *run) currentOf(pop int, port string, i int) current {
	steps := int(r.c.End / r.c.Net.Step)
	c := current{make([]float64, steps), make([]float64, steps)}
	p, h := &r.c.Net.Populations[pop], r.c.Net.Step
	for s := range r.c.Net.Stimuli {
		st := &r.c.Net.Stimuli[s]
		if st.Population != p.Name || st.Port != port || i < st.First || st.Last > 0 && i >= st.Last {
			continue
		}
		amplitude := draw(st.Amplitude, rng.New(r.c.Net.Seed, "stimulus", st.Name), i)
		for k := range steps {
			t := spike.Tick(k) * h
			if t >= st.From && (t < st.To || st.To == 0) {
				c.from[k] += amplitude * r.c.wave(st, t, false)
				c.to[k] += amplitude * r.c.wave(st, t+h, true)
			}
		}
	}
	for _, b := range p.Backgrounds {
		if ou, ok := b.Spec.(*neuron.OrnsteinUhlenbeck); ok && b.Port == port {
			c.fluctuate(ou, r.c.key(p).Sub("background "+b.Name), i, h)
		}
	}
	for _, t := range r.teachers {
		if t.Population == p.Name && t.Port == port {
			for k := range steps {
				pA := t.at(spike.Tick(k)*h, i)
				c.from[k] += pA
				c.to[k] += pA
			}
		}
	}
	return c
}

// fluctuate adds an Ornstein-Uhlenbeck process: exact at the ends of steps, stationary from the start.
func (c *current) fluctuate(s *neuron.OrnsteinUhlenbeck, key rng.Key, i int, h spike.Tick) {
	decay := math.Exp(-ms(h) / s.Tau)
	x := s.Sigma * key.Sub("initial").Normal(uint64(i), 0)
	for k := range c.from {
		c.from[k] += s.Mean + x
		x = decay*x + s.Sigma*math.Sqrt(1-decay*decay)*normal(key.Block(uint64(k), uint64(i/4)), i%4)
		c.to[k] += s.Mean + x
	}
}

// normal returns one of the four standard normal numbers that a block of words makes (Box & Muller 1958): each pair
// is a radius and an angle; of the radius' word the upper 24 bits count, in single precision.
func normal(w [4]uint32, k int) float64 {
	radius := math.Sqrt(-2 * math.Log(float64(float32(w[k&^1]>>8)+0.5)/(1<<24)))
	sin, cos := math.Sincos(2 * math.Pi * float64(w[k|1]) / (1 << 32))
	if k%2 == 0 {
		return radius * cos
	}
	return radius * sin
}
