package oracle

import (
	"math"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// draw returns the value of neuron i: the constant, or what the distribution makes of the numbers of the neuron under a key.
func draw(v neuron.Value, key rng.Key, i int) float64 {
	s := key.Stream(uint64(i), 0)
	switch v.Shape {
	case neuron.Normal:
		for {
			x := v.A + v.B*s.Normal()
			if bounded := v.Lo != 0 || v.Hi != 0; !bounded || v.B == 0 || x >= v.Lo && x <= v.Hi {
				return x
			}
		}
	case neuron.Uniform:
		return v.A + (v.B-v.A)*s.Float64()
	case neuron.LogNormal:
		return v.A * math.Exp(v.B*s.Normal())
	}
	return v.A
}

// ticks turns ms into ticks.
func ticks(ms float64) spike.Tick { return spike.Tick(math.Round(ms * 1e6)) }

// ms turns ticks into ms.
func ms(t spike.Tick) float64 { return float64(t) / 1e6 }
