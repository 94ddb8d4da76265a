package synapse

import (
	"fmt"
	"math"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
)

// fault is an error that names the key of the description that it is about.
type fault struct{ Key, Reason string }

func (e *fault) Error() string { return e.Key + ": " + e.Reason }

// FaultyKey returns the key of a projection's description that an error of New or Connect is about, "" if none.
func FaultyKey(err error) string {
	if e, ok := err.(*fault); ok {
		return e.Key
	}
	return ""
}

// longestDelay bounds the delays of a list, ms: spikes on their way are kept in a slot for every step.
const longestDelay = 1e4

// bounded returns the description with distributions that stay in their ranges, or what does not fit: the weights in
// [WeightMin, WeightMax], delays of at least half a step, which is rounded to one.
func (s Spec) bounded(g Geometry, step spike.Tick) (Spec, error) {
	draws := s.Connector.Expected(g.Sources, g.Targets) * float64(g.Targets)
	lo, hi := s.WeightMin, s.WeightMax
	if lo == 0 && hi == 0 {
		lo, hi = math.Inf(-1), math.Inf(1)
	}
	list, isList := s.Connector.(*List)
	if isList && list.HasWeight {
		for i, one := range list.Synapses {
			if !(one.Weight >= lo && one.Weight <= hi) {
				return s, &fault{"file", fmt.Sprintf("synapse %d: the weight %g is out of range (allowed: %s)", i+1, one.Weight,
					Between(lo, hi))}
			}
		}
	} else if err := s.Weight.Fits(lo, hi, draws); err != nil {
		return s, &fault{"weight", fmt.Sprintf("%v (allowed: %s)", err, Between(lo, hi))}
	} else {
		s.Weight = s.Weight.Within(lo, hi)
	}
	shortest := step.Milliseconds() / 2 * (1 - 1e-9)
	switch {
	case isList && list.HasDelays:
		for i, one := range list.Synapses {
			if !(one.Delay >= shortest && one.Delay <= longestDelay) {
				return s, &fault{"file",
					fmt.Sprintf("synapse %d: the delay %g ms is out of range (allowed: half a step, %g ms, to %g ms)", i+1, one.Delay,
						step.Milliseconds()/2, longestDelay)}
			}
		}
	case !s.Delay.IsConst():
		if err := s.Delay.Fits(shortest, math.Inf(1), draws); err != nil {
			return s, &fault{"delay", fmt.Sprintf("%v (allowed: from half a step, %g ms, on)", err, step.Milliseconds()/2)}
		}
		s.Delay = s.Delay.Within(shortest, farthest(s.Delay, draws))
	}
	return s, nil
}

// Between prints a range, either end of which may be infinite.
func Between(lo, hi float64) string {
	switch {
	case math.IsInf(hi, 1):
		return fmt.Sprintf("%g and more", lo)
	case math.IsInf(lo, -1):
		return fmt.Sprintf("%g and less", hi)
	}
	return fmt.Sprintf("%g to %g", lo, hi)
}

// farthest returns a number beyond which so many draws of a distribution without bounds are not expected to lie.
func farthest(v neuron.Value, draws float64) float64 {
	if _, hi := v.Bounds(); !math.IsInf(hi, 1) {
		return hi
	}
	at := func(deviations float64) float64 {
		if v.Shape == neuron.LogNormal {
			return v.A * math.Exp(deviations*v.B)
		}
		return v.A + deviations*v.B
	}
	z := 6.0
	for ; v.Fits(math.Inf(-1), at(z), draws) != nil; z += 0.5 {
	}
	return at(z)
}
