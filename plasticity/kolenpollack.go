package plasticity

import (
	"math"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
)

// KolenPollack lets feedback weights follow the feedforward ones that they mirror, without copying any weight (Kolen &
// Pollack 1994; for bursts, the follow-up work on BurstCCN). Feedforward weights change by the burst deviation of the
// upper neuron j times the event trace of the lower neuron i; feedback from j to i changes by the same product:
//
//	dY_ij/dt = ς η [ B_j(t) - p_b E_j(t) ] y_i(t) - λ Y_ij;   τ dy/dt = -y, y += 1 at an event of i
//
// Here j is presynaptic and i postsynaptic: a presynaptic event changes the row of j by -ς η p_b y, a burst by +ς η y.
// ς is -1 where the synapse inhibits, unless the file says otherwise. With the same decay λ on both sides,
// the difference between Y and the transposed W shrinks to 0. For Q, which mirrors p_b Y, eta is p_b times that of Y.
type KolenPollack struct {
	Eta     float64 `toml:"eta" range:"[0, 1e6]" doc:"learning rate: that of the feedforward weights (times p_b for Q)"`
	PB      float64 `toml:"p_b" range:"(0, 1)" doc:"baseline burst probability of the presynaptic population"`
	TauPost float64 `toml:"tau_post" unit:"ms" range:"(0, 1e6]" doc:"time constant of the trace of postsynaptic events: tau_pre of the feedforward rule"`
	Effect  string  `toml:"effect" oneof:"receptor|excitatory|inhibitory" doc:"whether a larger weight excites; receptor: as its name says"`
	Bounds
}

// DefaultKolenPollack returns the rule that mirrors DefaultBurstCCN.
func DefaultKolenPollack() *KolenPollack {
	return &KolenPollack{Eta: 4e-3, PB: 0.5, TauPost: 100, Effect: "receptor", Bounds: Bounds{Max: 1}}
}

// Validate implements Spec.
func (s *KolenPollack) Validate() error {
	inf := math.Inf(1)
	if !(s.PB > 0 && s.PB < 1) {
		return &neuron.ParameterError{Key: "p_b", Value: s.PB,
			Reason: "a burst probability of 0 or 1 cannot be exceeded or undercut", Allowed: "(0, 1)"}
	}
	return first(neuron.Choices(s), require("eta", "", s.Eta, 0, 1e6, false),
		require("tau_post", "ms", s.TauPost, 0, inf, true),
		s.Bounds.validate())
}

// New implements Spec.
func (s *KolenPollack) New(b Build) (Rule, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	return &kolenPollack{spec: *s, Build: b, decay: newDecay(&s.Bounds, b.Block), eta: float32(s.Eta) * effect(s.Effect,
		b.Receptor), y: newTraces(b.Block.Targets, s.TauPost)}, nil
}

// effect returns -1 where a larger weight inhibits, else 1.
func effect(choice, receptor string) float32 {
	if choice == "inhibitory" || choice == "receptor" && receptor == "gaba" {
		return -1
	}
	return 1
}

// kolenPollack is the rule of one block.
type kolenPollack struct {
	spec KolenPollack
	Build
	decay
	eta float32
	y   traces // of postsynaptic events
}

// Update implements Rule.
func (r *kolenPollack) Update(w spike.Window, pre, post []spike.Event, plastic bool) {
	r.begin(w, plastic)
	r.y.rebase(w.From)
	walk(r, r.Block, pre, post, plastic)
	r.end(w)
}

func (r *kolenPollack) arrive(e spike.Event, plastic bool) {
	if !plastic || e.Kind == spike.Tail {
		return
	}
	c := r.eta
	if e.Kind == spike.Onset {
		c *= -float32(r.spec.PB)
	}
	r.addRow(int(e.Src), c*r.y.factor(e.At), r.y.value, e.At)
}

func (r *kolenPollack) fire(e spike.Event, _ bool) {
	if e.Kind == spike.Onset {
		r.y.bump(int(e.Src), e.At, 1)
	}
}

// Columns implements Rule.
func (r *kolenPollack) Columns() []neuron.Column {
	return append(r.y.columns("post"), r.decay.columns()...)
}

// Reset implements Rule.
func (r *kolenPollack) Reset() { r.y.fill(0) }
