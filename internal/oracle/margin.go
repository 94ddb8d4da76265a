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
	m := margin{above: 3e-4 + 0.04*r*r, time: 1 + 15*r*r, state: 1e-4 + 5e-3*r*r}
	if sharesMean(spec) {
		m.above, m.state = m.above+0.03*r, m.state+0.03*r
	}
	return margin{slack * m.above, slack * m.time, slack * m.state}
}

// sharesMean reports whether membrane time constants differ between the neurons of a model that integrates an arrival in its own
// step with their mean (see the comment of LIF): an error of first order.
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
