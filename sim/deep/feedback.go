package deep

import (
	"fmt"
	"github.com/burstplex/burstplex/sim/ensemble"
	"math"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/synapse/units"
)

// Feedback weights: where they start and how they change. The rule is plasticity.Ensembles. No forward weight
// reaches learned Y or Q but through bursts and events.

// follows reports whether Q changes as Y does.
func (t *Task) follows() bool { return t.Feedback == "learned" && (t.Q == "auto" || t.Q == "learned") }

// balances reports whether Q learns from the apical drive and the events above.
func (t *Task) balances() bool { return t.Feedback != "learned" && t.Q == "learned" }

// exactQ reports whether Q is p_b Y at all times.
func (t *Task) exactQ() bool { return t.Q == "tied" || t.Q == "auto" && t.Feedback != "learned" }

// startFeedback sets Y and Q at the start of training.
func (tr *Trainer) startFeedback() {
	for i, l := range tr.Net.Layers {
		if i == 0 {
			continue
		}
		l.Y = make([]float32, len(l.W))
		if tr.Control == "shuffled" {
			tr.perm = append(tr.perm, permutation(len(l.W), tr.key.Sub("shuffle"), i))
		}
		in, out := l.Fan()
		sd := tr.gainFrom(i) * tr.WGain * math.Sqrt(2/float64(in+out))
		switch tr.Feedback {
		case "learned":
			sd *= tr.Start
			fallthrough
		case "random":
			copy(l.Y, ensemble.Normals(len(l.Y), sd, tr.key.Sub("feedback"), i))
		default:
			tr.tie(i)
		}
		switch {
		case tr.Control == "no_q":
			l.Q = make([]float32, len(l.W))
		case tr.exactQ():
		case tr.Q == "random" || tr.Q == "silence" || tr.follows():
			l.Q = ensemble.Normals(len(l.W), tr.PB*sd, tr.key.Sub("events back"), i)
		default:
			l.Q = make([]float32, len(l.W))
			for k, y := range l.Y {
				l.Q[k] = float32(tr.Net.PB * y)
			}
		}
	}
}

// gainFrom returns the gain of the feedback from layer i.
func (tr *Trainer) gainFrom(i int) float64 {
	if i == len(tr.Net.Layers)-1 && tr.GainOutput > 0 {
		return tr.GainOutput
	}
	return tr.Gain
}

// signedGain is gainFrom, negative where the control wants the wrong sign.
func (tr *Trainer) signedGain(i int) float32 {
	if tr.Control == "flipped" {
		return -float32(tr.gainFrom(i))
	}
	return float32(tr.gainFrom(i))
}

// tie sets Y of a layer to gain times its weights.
func (tr *Trainer) tie(i int) {
	l := tr.Net.Layers[i]
	gain := tr.signedGain(i)
	for k, w := range l.W {
		if tr.perm != nil {
			k = tr.perm[i-1][k]
		}
		l.Y[k] = float32(gain * w)
	}
}

// learnFeedback changes Y and Q of layer i as its weights change: by a step (η B) times what the batch says, with a
// decay.
func (tr *Trainer) learnFeedback(i int, step, decay float32) {
	l, v := tr.Net.Layers[i], &tr.Velocity[i]
	d := tr.batch.Changes[i].W
	if tr.perm != nil { // feedback of other synapses
		other := make([]float32, len(d))
		for k, x := range d {
			other[tr.perm[i-1][k]] = x
		}
		d = other
	}
	tr.Apply(l.Y, d, v.Y, tr.signedGain(i), step, decay)
	if tr.follows() && tr.Control != "no_q" {
		tr.Apply(l.Q, d, v.Q, tr.Net.PB*tr.signedGain(i), step, decay)
	}
}

// checkFeedback refuses settings of feedback that are known to fail.
func (t *Task) checkFeedback(a *ensemble.Architecture) error {
	bad := func(key string, v float64, reason, allowed string) error {
		return &neuron.ParameterError{Key: key, Value: v, Reason: reason, Allowed: allowed}
	}
	switch {
	case t.Feedback == "learned" && (t.Model == "backprop" || t.comparator()):
		return fmt.Errorf("model = %q: feedback = \"learned\" is BurstCCN's; set feedback = \"tied\", or \"random\" for "+
			"feedback that stays", t.Model)
	case t.Feedback == "learned" && (t.Q == "start" || t.Q == "random"):
		return fmt.Errorf("q = %q: while Y is learned, Q that stays is wrong after a few images; leave q = \"auto\", or "+
			"for comparison \"tied\"", t.Q)
	case t.Feedback == "learned" && t.Decay > 1e-4:
		return bad("weight_decay", t.Decay,
			"a decay that stays takes from the weights what they have learned (MNIST: 4 % of errors at 3e-4, 9 % at "+
				"1e-3, 2 % with one that fades)",
			"[0, 1e-4] with learned feedback, which forgets its start by fading_decay")
	case t.Feedback == "learned" && t.Q == "silence":
		return fmt.Errorf("q = \"silence\": it is for feedback that stays; with feedback = \"learned\" Q changes as Y " +
			"does: leave q = \"auto\"")
	case t.Q == "silence" && t.Feedback == "tied":
		return fmt.Errorf("q = \"silence\": Y changes with the weights; set feedback = \"random\" (or \"symmetric\"), or " +
			"leave q = \"auto\"")
	case t.Q == "silence" && (t.Model == "backprop" || t.comparator()):
		return fmt.Errorf("q = \"silence\": model = %q has no Q", t.Model)
	case t.Q == "silence" && t.Control == "no_q":
		return fmt.Errorf("q = \"silence\": control = \"no_q\" has no Q")
	case t.balances():
		return t.checkStep(a, bad)
	}
	return nil
}

// checkStep refuses a step of Q that makes its differences grow. A batch changes Q by η_Q B ⟨e aᵀ⟩, so Q - p_b Y is
// multiplied by 1 - η_Q B ⟨e eᵀ⟩, whose largest eigenvalue is close to the mean of |e|²: a quarter of the units
// where they are half active, as hidden units are at the start.
func (t *Task) checkStep(a *ensemble.Architecture, bad func(key string, v float64, reason,
	allowed string) error) error {
	for i, p := range a.Projections[:len(a.Projections)-1] {
		if i == 0 { // it has no feedback
			continue
		}
		square := float64(p.Out().Units()) / 4
		if most := 2 / (float64(t.Batch) * square); t.EtaQ > most {
			return bad("eta_q", t.EtaQ,
				fmt.Sprintf("Q would diverge: a step of eta_q x %d images x %.0f, the square of the activation of layer %d, "+
					"is above 2", t.Batch, square, i+1),
				fmt.Sprintf("(0, %.2g]", most))
		}
	}
	return nil
}

// warning is what should be known of settings that are allowed, empty if nothing.
func (t *Task) warning() string {
	if t.Feedback != "learned" && t.Decay >= 3e-4 {
		return fmt.Sprintf("warning: weight_decay = %g takes from the weights what they have learned (MNIST: 4 %% of "+
			"errors at 3e-4, 7 to 9 %% at 1e-3)", t.Decay)
	}
	return ""
}

// factor returns the share of the learning rate of a layer: convolutions have their own.
func (t *Task) factor(p units.Projection) float64 {
	if _, conv := p.(*units.Conv); conv {
		return t.ConvEta
	}
	return 1
}
