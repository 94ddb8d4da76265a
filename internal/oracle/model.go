package oracle

import (
	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// input is what acts on a neuron from outside between two points of a time line.
type input struct {
	current    [2]float64 // pA, of the soma and the apical dendrite
	bap        float64    // K(t), the back-propagating spike
	refractory bool
}

// model is the equations of one neuron with the parameters that it drew.
type model interface {
	dims() int
	initial() state
	// slope is dy/dt per ms.
	slope(in *input, y, dy *state)
	// above is how far the neuron is above the point at which it spikes, in the unit of margin.
	above(y *state) float64
	// arrive is the arrival of a weight through a channel.
	arrive(port, receptor string, weight float64, y *state)
	// reset is what a spike does to the neuron's own state.
	reset(y *state)
	// hold is what happens to the state at the start of refractoriness or of a part of it.
	hold(y *state)
	// refractory is for how long a spike vetoes others.
	refractory() spike.Tick
	// columns are the names that the engine has for the variables; "" where it has none.
	columns() []string
}

// drawer draws the parameters of one neuron.
type drawer struct {
	key rng.Key // of the population
	i   int
}

func (d drawer) of(v neuron.Value, name string) float64 { return draw(v, d.key.Sub(name), d.i) }

func (d drawer) start(v neuron.Value, name string) float64 { return d.of(v, "initial."+name) }

// modelOf returns the equations of a neuron, nil if it is a source or has equations that are not in continuous time.
func modelOf(spec neuron.Spec, d drawer) model {
	switch s := spec.(type) {
	case *neuron.LIF:
		return newLIF(s, d)
	case *neuron.TwoCompartment:
		return newTwo(s, d)
	case *neuron.BurstPoisson:
		return newBurstPoisson(s, d)
	case *neuron.AdEx:
		return newAdEx(s, d)
	}
	return nil
}
