package oracle

import (
	"math"

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
func marginOf(spec neuron.Spec, h spike.Tick) margin {
	r := ms(h) / 0.1
	return margin{above: 3e-4 + 0.04*r*r, time: 1 + 15*r*r, state: 1e-4 + 5e-3*r*r}
}

// tracksOf returns the ways on which a neuron is followed.
func tracksOf(spec neuron.Spec, m model, by margin) []*track {
	nan := math.NaN()
	return []*track{{model: m, y: m.initial(), solver: solver{dims: m.dims()}, shifts: []float64{by.above, 0, -by.above},
		cross: []float64{nan, nan, nan}}}
}

// columnsOf returns the names of the variables that are compared.
func columnsOf(spec neuron.Spec) []string {
	if m := modelOf(spec, drawer{}); m != nil {
		return m.columns()
	}
	return nil
}
