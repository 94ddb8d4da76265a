package synapse

import (
	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/spike"
)

// ShortTerm is short-term plasticity after Tsodyks & Markram (1998), extended as in Payeur et al. (2021): all synapses
// of one source neuron share resources x and release probability u,
//
//	dx/dt = (1-x)/τ_D,  du/dt = (U-u)/τ_F;  at a spike: amplitude w x u, then x -= u x, u += J (1-u)
//
// A depressing synapse reads the event rate (the second spike of a burst finds x used up), a facilitating one reads
// bursts (the second spike finds u raised). Between spikes both are advanced in closed form.
//
// Amplitude of an isolated spike and of the second spike of a 10 ms doublet, in w: depressing (below) 0.90, 0.41;
// facilitating 0.020, 0.107.
type ShortTerm struct {
	U    float64 `toml:"u" range:"[0, 1]" doc:"release probability at rest"`
	J    float64 `toml:"jump" range:"[0, 1]" doc:"jump of u at a spike, as a share of 1-u"`
	TauD float64 `toml:"tau_d" unit:"ms" range:"(0, inf)" doc:"recovery from depression"`
	TauF float64 `toml:"tau_f" unit:"ms" range:"(0, inf)" doc:"decay of facilitation"`
	U0   float64 `toml:"u0" range:"[0, 1]" doc:"u at the start; the default is U"`
}

// Depressing returns the feedforward synapse of Payeur et al. (2021): U 0.9, jump 0.1, 20 ms, 1000 ms.
func Depressing() ShortTerm { return ShortTerm{U: 0.9, J: 0.1, TauD: 20, TauF: 1000, U0: 0.9} }

// Facilitating returns the feedback synapse of Payeur et al. (2021): U 0.02, jump 0.1, 100 ms, 100 ms.
func Facilitating() ShortTerm { return ShortTerm{U: 0.02, J: 0.1, TauD: 100, TauF: 100, U0: 0.02} }

// shortTermState is x and u of every source neuron of a projection, as they were just after its last spike.
type shortTermState struct {
	spec ShortTerm
	x, u []float32
	last []spike.Tick
}

func newShortTermState(spec ShortTerm, sources int) *shortTermState {
	s := &shortTermState{spec: spec, x: make([]float32, sources), u: make([]float32, sources),
		last: make([]spike.Tick, sources)}
	s.reset()
	return s
}

func (s *shortTermState) reset() {
	for i := range s.x {
		s.x[i], s.u[i], s.last[i] = 1, float32(s.spec.U0), 0
	}
}

// spike returns the amplitude of a spike of source i, in units of the weight, and updates x and u.
func (s *shortTermState) spike(i int, at spike.Tick) float32 {
	dt := (at - s.last[i]).Milliseconds()
	x := 1 - float64((1-float64(s.x[i]))*numeric.Exp(-dt/s.spec.TauD))
	u := s.spec.U + float64((float64(s.u[i])-s.spec.U)*numeric.Exp(-dt/s.spec.TauF))
	amplitude := float64(x * u)
	s.x[i], s.u[i], s.last[i] = float32(x-amplitude), float32(u+float64(s.spec.J*(1-u))), at
	return float32(amplitude)
}

func (s *shortTermState) columns() []neuron.Column {
	return []neuron.Column{{Name: "x", Data: s.x}, {Name: "u", Data: s.u}, {Name: "last", Unit: "ms", Data: s.last}}
}
