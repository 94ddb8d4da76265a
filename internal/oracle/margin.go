package oracle

import (
	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
)

// margin is how far the engine may be from the oracle.
type margin struct {
	above float64 // of what decides on a spike, mV
	time  float64 // of a spike, us
	state float64 // of a variable, in its unit, per 10 of its size
}

// marginOf returns the margin of a model at a step. The engine's scheme is of second order.
func marginOf(spec neuron.Spec, h spike.Tick, slack float64) margin {
	r := ms(h) / 0.1
	slack = max(slack, 1)
	return margin{above: slack * (3e-4 + 0.04*r*r), time: slack * (1 + 15*r*r), state: slack * (1e-4 + 5e-3*r*r)}
}

// columnsOf returns the names of the variables that are compared.
func columnsOf(spec neuron.Spec) []string {
	if _, ok := spec.(*neuron.LIFDelta); ok {
		return []string{"v"}
	}
	if m := modelOf(spec, drawer{}); m != nil {
		return m.columns()
	}
	return nil
}
