package neuron

import (
	"math"

	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/spike"
)

// Exponential is a receptor that opens at once and closes exponentially:
//
//	g(t) = w exp(-t/τ)
type Exponential struct {
	Tau      float64 `toml:"tau" unit:"ms" range:"(0, 1e5]" doc:"decay"`
	Reversal float64 `toml:"reversal" unit:"mV" range:"[-200, 200]" doc:"reversal potential"`
}

// DefaultExponential returns a fast excitatory receptor.
func DefaultExponential() *Exponential { return &Exponential{Tau: 5} }

// Validate implements ReceptorSpec.
func (s *Exponential) Validate() error {
	return first(Const(s.Tau).require("tau", "ms", 0, 1e5, true), reversal(s.Reversal))
}

// New implements ReceptorSpec.
func (s *Exponential) New(step spike.Tick) Receptor {
	return &exponentialReceptor{tau: s.Tau, e: s.Reversal, decay: numeric.Exp(-step.Milliseconds() / s.Tau)}
}

type exponentialReceptor struct{ tau, e, decay float64 }

func (*exponentialReceptor) Variables() []string { return []string{"g"} }

func (r *exponentialReceptor) At(rest spike.Tick) (end, area float32) {
	decay, area64, _ := ramp(r.tau, rest.Milliseconds())
	return float32(decay), float32(area64)
}

func (r *exponentialReceptor) Step(x *[2]float64) { x[0] *= r.decay }

func (r *exponentialReceptor) Drive(x [2]float64, v float64) float64 { return x[0] * (r.e - v) }

// Alpha is a receptor whose conductance is an alpha function, which reaches w at τ:
//
//	g(t) = w t/τ exp(1 - t/τ)
//
// State variables: dr/dt = -r/τ, dg/dt = (e r - g)/τ; an arrival adds w to r.
type Alpha struct {
	Tau      float64 `toml:"tau" unit:"ms" range:"(0, 1e5]" doc:"time to the peak"`
	Reversal float64 `toml:"reversal" unit:"mV" range:"[-200, 200]" doc:"reversal potential"`
}

// DefaultAlpha returns a fast excitatory receptor.
func DefaultAlpha() *Alpha { return &Alpha{Tau: 2} }

// Validate implements ReceptorSpec.
func (s *Alpha) Validate() error {
	return first(Const(s.Tau).require("tau", "ms", 0, 1e5, true), reversal(s.Reversal))
}

// New implements ReceptorSpec.
func (s *Alpha) New(step spike.Tick) Receptor {
	h := step.Milliseconds()
	return &alpha{tau: s.Tau, e: s.Reversal, decay: numeric.Exp(-h / s.Tau), rise: math.E * h / s.Tau}
}

type alpha struct{ tau, e, decay, rise float64 }

func (*alpha) Variables() []string { return []string{"r", "g"} }

func (r *alpha) At(rest spike.Tick) (first, second float32) {
	x := rest.Milliseconds() / r.tau
	decay := numeric.Exp(-x)
	return float32(decay), float32(math.E * x * decay)
}

func (r *alpha) Step(x *[2]float64) {
	x[1] = r.decay * (x[1] + float64(r.rise*x[0]))
	x[0] *= r.decay
}

func (r *alpha) Drive(x [2]float64, v float64) float64 { return x[1] * (r.e - v) }

// BiExponential is a receptor whose conductance rises and decays exponentially and reaches w at its peak:
//
//	g(t) = w n (exp(-t/τ_decay) - exp(-t/τ_rise)),  n such that the largest value is w
//
// State variables: d and r, which decay with τ_decay and τ_rise; an arrival adds w n to both.
type BiExponential struct {
	TauRise  float64 `toml:"tau_rise" unit:"ms" range:"(0, 1e5]" doc:"time constant of the rise; below tau_decay"`
	TauDecay float64 `toml:"tau_decay" unit:"ms" range:"(0, 1e5]" doc:"time constant of the decay"`
	Reversal float64 `toml:"reversal" unit:"mV" range:"[-200, 200]" doc:"reversal potential"`
}

// DefaultBiExponential returns a fast excitatory receptor.
func DefaultBiExponential() *BiExponential { return &BiExponential{TauRise: 0.5, TauDecay: 5} }

// Validate implements ReceptorSpec.
func (s *BiExponential) Validate() error {
	return first(Const(s.TauDecay).require("tau_decay", "ms", 0, 1e5, true),
		Const(s.TauRise).require("tau_rise", "ms", 0, s.TauDecay*(1-1e-6), true), reversal(s.Reversal))
}

// New implements ReceptorSpec.
func (s *BiExponential) New(step spike.Tick) Receptor {
	h := step.Milliseconds()
	peak := numeric.Log(s.TauDecay/s.TauRise) * s.TauRise * s.TauDecay / (s.TauDecay - s.TauRise)
	return &biExponential{rise: s.TauRise, decay: s.TauDecay, e: s.Reversal,
		norm:     1 / (numeric.Exp(-peak/s.TauDecay) - numeric.Exp(-peak/s.TauRise)),
		riseStep: numeric.Exp(-h / s.TauRise), decayStep: numeric.Exp(-h / s.TauDecay)}
}

type biExponential struct {
	rise, decay, e, norm float64
	riseStep, decayStep  float64 // over a step
}

func (*biExponential) Variables() []string { return []string{"d", "r"} }

func (r *biExponential) At(rest spike.Tick) (first, second float32) {
	t := rest.Milliseconds()
	return float32(r.norm * numeric.Exp(-t/r.decay)), float32(r.norm * numeric.Exp(-t/r.rise))
}

func (r *biExponential) Step(x *[2]float64) { x[0], x[1] = x[0]*r.decayStep, x[1]*r.riseStep }

func (r *biExponential) Drive(x [2]float64, v float64) float64 { return (x[0] - x[1]) * (r.e - v) }

// NMDA is a bi-exponential receptor that magnesium blocks at rest (Jahr & Stevens 1990):
//
//	g(t) B(V),  B(V) = 1/(1 + [Mg]/3.57 mM exp(-0.062 V/mV))
//
// so that w is the largest conductance where nothing is blocked.
type NMDA struct {
	BiExponential
	Mg float64 `toml:"magnesium" range:"[0, 100]" doc:"concentration outside the cell, mM; 0: no block"`
}

// DefaultNMDA returns a receptor with 2 ms rise, 100 ms decay and 1 mM of magnesium.
func DefaultNMDA() *NMDA { return &NMDA{BiExponential{TauRise: 2, TauDecay: 100}, 1} }

// Validate implements ReceptorSpec.
func (s *NMDA) Validate() error {
	return first(s.BiExponential.Validate(), Const(s.Mg).require("magnesium", "", 0, 100, false))
}

// New implements ReceptorSpec.
func (s *NMDA) New(step spike.Tick) Receptor {
	return &nmda{s.BiExponential.New(step).(*biExponential), s.Mg / 3.57}
}

type nmda struct {
	*biExponential
	mg float64
}

func (r *nmda) Drive(x [2]float64, v float64) float64 {
	return r.biExponential.Drive(x, v) / (1 + float64(r.mg*numeric.Exp(-0.062*v)))
}

func reversal(e float64) error { return Const(e).require("reversal", "mV", -200, 200, false) }
