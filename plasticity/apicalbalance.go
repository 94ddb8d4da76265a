package plasticity

import (
	"fmt"
	"math"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/spike"
)

// ApicalBalance is the homeostatic rule of BurstCCN's feedback weights (Greedy et al. 2022, Eq. 2): without a
// teacher, what arrives at an apical dendrite should cancel. Events that an upper neuron j sends through Q while
// the dendrite of i is above its rest make Q more inhibitory, and the other way round:
//
//	dQ_ij/dt = -ς η a_i(t) x_j(t)
//
// ς is 1 where a larger weight excites and -1 where it inhibits. Two signals can stand for the apical drive a_i:
//
//	"apical"  a_i = ⟨V_d⟩ - rest, in mV: the deflection of a state variable of the target, low-passed with τ_a, read at
//	          each presynaptic event and counted once per event (x is an impulse)
//	"bursts"  a_i = B_i - p_b E_i, the neuron's own bursts and events; x is the trace of presynaptic events
//
// The fixed point is Q = p_b Y, at which bursts through Y and events through Q cancel for every burst probability p_b.
// With of = "bursts" the rule listens to presynaptic bursts and serves Y: the variant that learns Y in place of Q.
type ApicalBalance struct {
	Eta      float64 `toml:"eta" range:"[0, 1e6]" doc:"learning rate: change of a weight per mV (apical) or per unit of trace (bursts)"`
	Signal   string  `toml:"signal" oneof:"bursts|apical" doc:"what stands for the apical drive"`
	Of       string  `toml:"of" oneof:"events|bursts" doc:"presynaptic spikes that the rule listens to"`
	PB       float64 `toml:"p_b" range:"(0, 1)" doc:"baseline burst probability of the postsynaptic neuron (bursts)"`
	TauPre   float64 `toml:"tau_pre" unit:"ms" range:"(0, 1e6]" doc:"time constant of the presynaptic trace (bursts)"`
	Variable string  `toml:"variable" doc:"state variable that holds the apical potential (apical)"`
	Rest     float64 `toml:"rest" unit:"mV" range:"[-200, 200]" doc:"its value without feedback (apical)"`
	TauA     float64 `toml:"tau_a" unit:"ms" range:"(0, 1e6]" doc:"low-pass of the apical potential (apical)"`
	Effect   string  `toml:"effect" oneof:"receptor|excitatory|inhibitory" doc:"whether a larger weight excites; receptor: as its name says"`
	Bounds
}

// DefaultApicalBalance returns the rule that reads the neuron's own bursts and events.
func DefaultApicalBalance() *ApicalBalance {
	return &ApicalBalance{Eta: 1e-4, Signal: "bursts", Of: "events", PB: 0.5, TauPre: 100, Variable: "v_d", Rest: -70,
		TauA:   100,
		Effect: "receptor", Bounds: Bounds{Max: 1}}
}

// Reads implements TargetReader.
func (s *ApicalBalance) Reads() string {
	if s.Signal == "apical" {
		return s.Variable
	}
	return ""
}

// Unread implements PartReader.
func (s *ApicalBalance) Unread() (keys []string, why string) {
	keys = []string{"variable", "rest", "tau_a"}
	if s.Signal == "apical" {
		keys = []string{"p_b", "tau_pre"}
	}
	return keys, fmt.Sprintf("the signal %q does not need it", s.Signal)
}

// Validate implements Spec.
func (s *ApicalBalance) Validate() error {
	inf := math.Inf(1)
	if !(s.PB > 0 && s.PB < 1) {
		return &neuron.ParameterError{Key: "p_b", Value: s.PB,
			Reason: "a burst probability of 0 or 1 cannot be exceeded or undercut", Allowed: "(0, 1)"}
	}
	return first(neuron.Choices(s), require("eta", "", s.Eta, 0, 1e6, false),
		require("tau_pre", "ms", s.TauPre, 0, inf, true),
		require("tau_a", "ms", s.TauA, 0, inf, true), s.Bounds.validate())
}

// New implements Spec.
func (s *ApicalBalance) New(b Build) (Rule, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	r := &apicalBalance{spec: *s, Build: b, decay: newDecay(&s.Bounds, b.Block), eta: -float32(s.Eta) * effect(s.Effect,
		b.Receptor), counted: spike.Onset,
		x: newTraces(b.Block.Sources, s.TauPre)}
	if s.Of == "bursts" {
		r.counted = spike.Burst
	}
	if s.Signal == "apical" {
		c, ok := b.Column(s.Variable)
		if !ok {
			return nil, &neuron.ParameterError{Key: "variable",
				Reason:  fmt.Sprintf("the target population has no state variable %q", s.Variable),
				Allowed: "one that burstplex list --models names"}
		}
		r.potential, r.low = c, make([]float32, b.Block.Targets)
	}
	return r, nil
}

// apicalBalance is the rule of one block.
type apicalBalance struct {
	spec ApicalBalance
	Build
	decay
	eta       float32
	counted   spike.Kind
	x         traces        // of presynaptic events or bursts (bursts)
	potential neuron.Column // of the whole target population (apical)
	low       []float32     // its deflection, low-passed
}

// Update implements Rule.
func (r *apicalBalance) Update(w spike.Window, pre, post []spike.Event, plastic bool) {
	r.begin(w, plastic)
	r.x.rebase(w.From)
	rows := r.Block
	if r.low == nil {
		rows = nil
	}
	walk(r, rows, pre, post, plastic)
	if r.low != nil {
		f := float32(-numeric.Exp(-w.Len().Milliseconds()/r.spec.TauA)) + 1
		for i := range r.low {
			a := float32(r.potential.Float(r.Block.Lo+i) - r.spec.Rest)
			r.low[i] += float32(f * (a - r.low[i]))
		}
	}
	r.end(w)
}

func (r *apicalBalance) arrive(e spike.Event, plastic bool) {
	switch {
	case e.Kind != r.counted:
	case r.low == nil:
		r.x.bump(int(e.Src), e.At, 1)
	case plastic:
		r.addRow(int(e.Src), r.eta, r.low, e.At)
	}
}

func (r *apicalBalance) fire(e spike.Event, plastic bool) {
	if !plastic || r.low != nil || e.Kind == spike.Tail {
		return
	}
	c := r.eta * r.x.factor(e.At)
	if e.Kind == spike.Onset {
		c *= -float32(r.spec.PB)
	}
	r.addColumn(int(e.Src), c, r.x.value, e.At)
}

// Columns implements Rule.
func (r *apicalBalance) Columns() []neuron.Column {
	c := r.x.columns("trace")
	if r.low != nil {
		c = append(c, neuron.Column{Name: "apical", Unit: "mV", Data: r.low})
	}
	return append(c, r.decay.columns()...)
}

// Reset implements Rule.
func (r *apicalBalance) Reset() {
	r.x.fill(0)
	clear(r.low)
}
