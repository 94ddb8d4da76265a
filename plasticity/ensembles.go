package plasticity

import "math"

// Ensembles is BurstCCN's rule for the weights between two layers of ensembles, whose events and bursts are counted
// in bins: W from below onto somata, Y (bursts) and Q (events) from above onto apical dendrites. It is
// BurstDependent with a fixed baseline and KolenPollack, executed for counts. With B the presentations of a batch,
//
//	d_ij = (1/B) Σ_presentations Σ_bins [ B_i - p_b E_i ] x_j
//
// the mean of what BurstDependent adds for η = 1 (B_i, E_i bursts and events of unit i above in a bin, x_j the
// event trace of unit j below at its start, both at full activation 1; the tasks subtract the slow mean of x_j),
// weights change by
//
//	ΔW = η B (d - λ W)
//	ΔY = η B (γ d - λ Y)
//	ΔQ = η B (p_b γ d - λ Q)
//
// Y and Q do so where feedback is learned (KolenPollack with the rates γ η and p_b γ η, after Kolen & Pollack
// 1994). The same counts enter all three, so that what W learned and Y - γ W or Q - p_b Y have in common cancels,
// sampling noise included: both differences shrink as exp(-F), F = ∫ λ η over presentations, whatever the network
// saw. The decay fades,
//
//	λ = λ_c + λ_0 exp(-presentations/τ)      (λ_0 only where feedback is learned)
//
// because a decay that stays takes from W what it has learned. Y and Q start independently of W and of each other,
// and weakly.
type Ensembles struct {
	PB         float64 `toml:"p_b" range:"(0, 0.5]" doc:"burst probability without apical drive"`
	Gain       float64 `toml:"gain" range:"(0, 100]" doc:"gain of the feedback"`
	GainOutput float64 `toml:"gain_output" range:"[0, 1000]" doc:"gain of the feedback from the output layer, which lifts small errors above the noise; 0: gain"`
	Start      float64 `toml:"feedback_start" range:"[0, 1]" doc:"initial Y and Q where they are learned: share of the standard deviation that random feedback has"`
	Fade       float64 `toml:"fading_decay" range:"[0, 1]" doc:"with learned feedback: share of W, Y and Q that is lost per image at the start of training, in units of eta; falls exponentially"`
	FadeImages float64 `toml:"fading_images" range:"(0, 1e9]" doc:"training images in which fading_decay falls to 37 %"`
	Decay      float64 `toml:"weight_decay" range:"[0, 1]" doc:"share of a weight that is lost per image at all times, in units of eta; of Y and Q too where feedback is learned"`
	Eta        float64 `toml:"eta" range:"(0, 1000]" doc:"change of a weight per image, for a burst deviation and a presynaptic activation of 1"`
	Final      float64 `toml:"eta_final" range:"(0, 1]" doc:"share of eta that is left at the end; it decays exponentially"`
	Momentum   float64 `toml:"momentum" range:"[0, 0.999]" doc:"share of a change that is repeated with the next"`
}

// DefaultEnsembles returns what suits digits.
func DefaultEnsembles() Ensembles {
	return Ensembles{PB: 0.5, Gain: 12, Start: 1e-3, Fade: 1e-3, FadeImages: 10000, Eta: 0.1, Final: 0.05}
}

// decayed is the smallest decay: smaller ones make denormal numbers, which are slow.
const decayed = 1e-12

// Lambda returns λ after a number of presentations that taught; learned says whether feedback is.
func (e *Ensembles) Lambda(presentations int, learned bool) float64 {
	d := e.Decay
	if learned {
		d += e.Fade * math.Exp(-float64(presentations)/e.FadeImages)
	}
	if d < decayed {
		return 0
	}
	return d
}

// EtaAt returns η when a share of the training has passed.
func (e *Ensembles) EtaAt(passed float64) float64 { return e.Eta * math.Pow(e.Final, passed) }

// Apply changes weights w (W, Y or Q) by step (η B) times (factor d - λ w), with momentum. Factor is 1, γ or p_b γ.
// Velocity has the length of w; it may be nil without momentum.
func (e *Ensembles) Apply(w, d, velocity []float32, factor, step, lambda float32) {
	momentum := float32(e.Momentum)
	for k, x := range d {
		v := float32(factor*x) - float32(lambda*w[k])
		if momentum > 0 {
			v += float32(momentum * velocity[k])
			velocity[k] = v
		}
		w[k] += float32(step * v)
	}
}
