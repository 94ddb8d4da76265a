package plasticity

import (
	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/spike"
)

// traces holds exponential traces of one time constant for many neurons: τ dx/dt = -x, x += jump at a spike.
//
// They are stored as they would be at a common earlier time ref, so that nothing needs to decay between spikes: the
// trace of neuron i at t is value[i] times factor(t). A spike at t adds 1/factor(t), which grows; rebase moves ref
// to the start of a window before this loses precision.
type traces struct {
	tau   float64 // ms
	ref   []spike.Tick
	value []float32
}

func newTraces(n int, tau float64) traces {
	return traces{tau: tau, ref: make([]spike.Tick, 1), value: make([]float32, n)}
}

// factor returns exp(-(t-ref)/τ).
func (x *traces) factor(t spike.Tick) float32 {
	return float32(numeric.Exp(-(t - x.ref[0]).Milliseconds() / x.tau))
}

// bump adds a jump to the trace of neuron i at t.
func (x *traces) bump(i int, t spike.Tick, jump float32) {
	grown := float32(numeric.Exp((t - x.ref[0]).Milliseconds() / x.tau))
	x.value[i] += float32(jump * grown)
}

// at returns the trace of neuron i at t.
func (x *traces) at(i int, t spike.Tick) float32 { return float32(x.value[i] * x.factor(t)) }

// rebaseAfter is the age of ref, in time constants, at which it moves: e^8 still leaves a single precision number
// all its digits, and a pass over all traces every 8 time constants costs nothing.
const rebaseAfter = 8

// rebase moves ref to the start of a window, if it is due. Windows are absolute, so when it happens does not depend on
// how a run is cut.
func (x *traces) rebase(start spike.Tick) {
	if (start - x.ref[0]).Milliseconds() < rebaseAfter*x.tau {
		return
	}
	f := x.factor(start)
	for i := range x.value {
		x.value[i] = float32(x.value[i] * f)
	}
	x.ref[0] = start
}

// fill sets all traces to v at time 0.
func (x *traces) fill(v float32) {
	x.ref[0] = 0
	for i := range x.value {
		x.value[i] = v
	}
}

func (x *traces) columns(name string) []neuron.Column {
	return []neuron.Column{{Name: name, Data: x.value}, {Name: name + "_ref", Unit: "ms", Data: x.ref}}
}
