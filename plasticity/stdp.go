package plasticity

import (
	"math"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
)

// STDP is pair-based, additive spike-timing dependent plasticity with all pairs counted (Song, Miller & Abbott 2000), a
// control for rules that read bursts:
//
//	at a postsynaptic spike: w_ij += A_+ x_j;   τ_+ dx/dt = -x, x += 1 at a presynaptic spike
//	at the arrival of a presynaptic spike: w_ij -= A_- y_i;   τ_- dy/dt = -y, y += 1 at a postsynaptic spike
type STDP struct {
	APlus    float64 `toml:"a_plus" range:"[0, 1e6]" doc:"potentiation per pair at zero lag, in units of the weight"`
	AMinus   float64 `toml:"a_minus" range:"[0, 1e6]" doc:"depression per pair at zero lag, in units of the weight"`
	TauPlus  float64 `toml:"tau_plus" unit:"ms" range:"(0, 1e6]" doc:"window of potentiation"`
	TauMinus float64 `toml:"tau_minus" unit:"ms" range:"(0, 1e6]" doc:"window of depression"`
	Bounds
}

// DefaultSTDP returns windows of 20 ms and slightly dominant depression.
func DefaultSTDP() *STDP {
	return &STDP{APlus: 1e-3, AMinus: 1.05e-3, TauPlus: 20, TauMinus: 20, Bounds: Bounds{Max: 1}}
}

// Validate implements Spec.
func (s *STDP) Validate() error {
	inf := math.Inf(1)
	return first(require("a_plus", "", s.APlus, 0, inf, false), require("a_minus", "", s.AMinus, 0, inf, false),
		require("tau_plus", "ms", s.TauPlus, 0, inf, true), require("tau_minus", "ms", s.TauMinus, 0, inf, true),
		s.Bounds.validate())
}

// New implements Spec.
func (s *STDP) New(b Build) (Rule, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	return &stdp{spec: *s, Build: b, decay: newDecay(&s.Bounds, b.Block), x: newTraces(b.Block.Sources, s.TauPlus),
		y: newTraces(b.Block.Targets, s.TauMinus)}, nil
}

// stdp is the rule of one block.
type stdp struct {
	spec STDP
	Build
	decay
	x, y traces // of presynaptic and postsynaptic spikes
}

// Update implements Rule.
func (r *stdp) Update(w spike.Window, pre, post []spike.Event, plastic bool) {
	r.begin(w, plastic)
	r.x.rebase(w.From)
	r.y.rebase(w.From)
	walk(r, r.Block, pre, post, plastic)
	r.end(w)
}

func (r *stdp) arrive(e spike.Event, plastic bool) {
	if plastic {
		r.addRow(int(e.Src), -float32(r.spec.AMinus)*r.y.factor(e.At), r.y.value, e.At)
	}
	r.x.bump(int(e.Src), e.At, 1)
}

func (r *stdp) fire(e spike.Event, plastic bool) {
	if plastic {
		r.addColumn(int(e.Src), float32(r.spec.APlus)*r.x.factor(e.At), r.x.value, e.At)
	}
	r.y.bump(int(e.Src), e.At, 1)
}

// Columns implements Rule.
func (r *stdp) Columns() []neuron.Column {
	return append(append(r.x.columns("pre"), r.y.columns("post")...), r.decay.columns()...)
}

// Reset implements Rule.
func (r *stdp) Reset() {
	r.x.fill(0)
	r.y.fill(0)
}
