package oracle

import (
	"math"
	"strings"

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
	m := margin{above: 3e-4 + 0.02*r*r, time: 1 + 15*r*r}
	switch spec.(type) {
	case *neuron.LIF:
		m.above, m.state = 3e-4+4e-3*r*r, 1e-4+3e-4*r*r
	case *neuron.AdEx:
		m.above, m.state, m.time = 3e-4+4e-3*r*r, 2e-4+1e-3*r*r, 4+15*r*r
	case *neuron.BurstPoisson:
		m.state = 2e-4 + 1e-3*r*r
	case *neuron.TwoCompartment:
		m.above, m.state = 3e-4+0.04*r*r, 2e-4+4e-3*r*r
	case *neuron.LIFDelta:
		m.state = 3e-4
	}
	if sharesMean(spec) {
		m.above, m.state = m.above+0.03*r, m.state+0.03*r
	}
	if _, ok := spec.(*neuron.AdEx); ok && sharesMean(spec) { // a slow passage below the upswing lets an error grow
		m.above += 0.02 * r
	}
	slack = max(slack, 1)
	return margin{slack * m.above, slack * m.time, slack * m.state}
}

// of returns the margin of a variable with some value.
func (m margin) of(spec neuron.Spec, name string, y float64) float64 {
	_, adex := spec.(*neuron.AdEx)
	switch {
	// they decay between jumps, and that is exact
	case strings.HasPrefix(name, "g_"), name == "w_s", name == "threshold_rise":
		return 2e-5 * (1 + math.Abs(y))
	case adex && name == "w": // the upswing, within a step or two, counts by what is left of it at their ends
		return (m.state + 1e-3) * (5 + math.Abs(y))
	}
	return m.state * max(1, math.Abs(y)/10)
}

// sharesMean reports whether membrane time constants differ between the neurons of a model that integrates an arrival
// in its own step with their mean (see the comment of LIF): an error of first order.
func sharesMean(spec neuron.Spec) bool {
	switch s := spec.(type) {
	case *neuron.LIF:
		return !s.TauM.IsConst() || !s.CM.IsConst()
	case *neuron.AdEx:
		return !s.CM.IsConst() || !s.GL.IsConst()
	case *neuron.BurstPoisson:
		return !s.TauS.IsConst() || !s.TauD.IsConst()
	}
	return false
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
