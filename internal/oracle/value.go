package oracle

import (
	"math"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// draw returns the value of neuron i: the constant, or what the distribution makes of the numbers of the neuron
// under a key.
func draw(v neuron.Value, key rng.Key, i int) float64 {
	s := key.Stream(uint64(i), 0)
	switch v.Shape {
	case neuron.Normal:
		return within(v, func() float64 { return v.A + v.B*s.Normal() })
	case neuron.Uniform:
		return v.A + (v.B-v.A)*s.Float64()
	case neuron.LogNormal:
		return within(v, func() float64 { return v.A * math.Exp(v.B*s.Normal()) })
	}
	return v.A
}

// within draws until a value lies in the bounds of its distribution, if it has any (both 0: none).
func within(v neuron.Value, next func() float64) float64 {
	for {
		if x := next(); v.Lo == 0 && v.Hi == 0 || v.B == 0 || x >= v.Lo && x <= v.Hi {
			return x
		}
	}
}

// ticks turns ms into ticks.
func ticks(ms float64) spike.Tick { return spike.Tick(math.Round(ms * 1e6)) }

// ms turns ticks into ms.
func ms(t spike.Tick) float64 { return float64(t) / 1e6 }
