package plasticity

import (
	"fmt"
	"math"
	"slices"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/spike"
)

// BurstDependent is the burst-dependent rule of Payeur, Guerguiev, Zenke, Richards & Naud (2021), Eq. 1, and, with
// a fixed baseline, the W rule of BurstCCN (Greedy et al. 2022, Eq. 1):
//
//	dw_ij/dt = η [ (1+h_i) B_i(t) + (-P_i(t)+h_i) E_i(t) ] x_j(t)
//
// E_i has a unit impulse at every event onset of the postsynaptic neuron, B_i one at the second spike of every burst,
// x_j is the trace of presynaptic events: τ_pre dx/dt = -x, x += 1. P_i is the baseline,
//
//	moving: P_i = min(1, B̄_i/Ē_i), with averages of time constant τ_ma as they were before the event;
//	        (B̄ + k p_0)/(Ē + k) with a pseudo-count k; p_0 where both are 0
//	fixed:  P_i = p_b
//
// so that a burst changes a weight by η(1-P)x in total, a single spike by -ηPx, and a burst probability of P by nothing
// on average.
//
// Homeostasis, "events": h_i = -(Ē_i - e_max)/Ē_i where the event rate Ē_i exceeds e_max. "spikes" (the first version
// of the published rule): h_i = -(ν_i - e_max), ν_i in Hz the average of all spikes over τ_ν. In both, a
// presynaptic spike that the trace counts adds η (e_min - ν_i) where ν_i is below e_min. e_max = 0 or e_min = 0 turn
// either part off.
//
// The trace can count all spikes (trace = "spikes", the first version) or be the constant 1 (trace = "none", which
// makes the rule one for biases).
type BurstDependent struct {
	Eta      float64 `toml:"eta" range:"[0, 1e6]" doc:"learning rate: change of a weight per unit of trace"`
	TauPre   float64 `toml:"tau_pre" unit:"ms" range:"(0, 1e6]" doc:"time constant of the presynaptic trace"`
	Trace    string  `toml:"trace" oneof:"events|spikes|none" doc:"what the presynaptic trace counts"`
	Baseline string  `toml:"baseline" oneof:"moving|fixed" doc:"what a burst probability is compared with"`
	PB       float64 `toml:"p_b" range:"(0, 1)" doc:"baseline burst probability (fixed)"`

	TauMA float64 `toml:"tau_ma" unit:"ms" range:"(0, 1e7]" doc:"time constant of the averages of events and bursts"`
	Count float64 `toml:"pseudo_count" range:"[0, 1e6]" doc:"pseudo-count k of the moving baseline, in events"`
	Prior float64 `toml:"prior" range:"[0, 1]" doc:"baseline p_0 of a neuron that has been silent"`
	E0    float64 `toml:"event_rate_0" unit:"Hz" range:"[0, 1000]" doc:"average event rate at the start"`
	B0    float64 `toml:"burst_rate_0" unit:"Hz" range:"[0, 1000]" doc:"average burst rate at the start"`

	Homeostasis string  `toml:"homeostasis" oneof:"events|spikes" doc:"which average bounds the rate"`
	EMin        float64 `toml:"e_min" unit:"Hz" range:"[0, 1000]" doc:"potentiation below this rate; 0: none"`
	EMax        float64 `toml:"e_max" unit:"Hz" range:"[0, 1000]" doc:"depression above this rate; 0: none"`
	TauNu       float64 `toml:"tau_nu" unit:"ms" range:"(0, 1e7]" doc:"time constant of the average of spikes"`
	Nu0         float64 `toml:"nu_0" unit:"Hz" range:"[0, 1000]" doc:"average of spikes at the start"`
	Bounds
}

// DefaultBurstprop returns the rule of Payeur et al. (2021), XOR network.
func DefaultBurstprop() *BurstDependent {
	return &BurstDependent{Eta: 4e-3, TauPre: 100, Trace: "events", Baseline: "moving", PB: 0.5, TauMA: 2000, Prior: 1,
		Homeostasis: "events", TauNu: 30000, Nu0: 0.1, Bounds: Bounds{Max: 1}}
}

// DefaultBurstCCN returns the W rule of Greedy et al. (2022): the baseline is fixed.
func DefaultBurstCCN() *BurstDependent {
	s := DefaultBurstprop()
	s.Baseline = "fixed"
	return s
}

// Validate implements Spec.
func (s *BurstDependent) Validate() error {
	inf := math.Inf(1)
	if s.Baseline == "fixed" && !(s.PB > 0 && s.PB < 1) {
		return &neuron.ParameterError{Key: "p_b", Value: s.PB,
			Reason: "a burst probability of 0 or 1 cannot be exceeded or undercut", Allowed: "(0, 1)"}
	}
	return first(neuron.Choices(s), require("eta", "", s.Eta, 0, 1e6, false),
		require("tau_pre", "ms", s.TauPre, 0, inf, true),
		require("tau_ma", "ms", s.TauMA, 0, inf, true), require("tau_nu", "ms", s.TauNu, 0, inf, true),
		require("pseudo_count", "", s.Count, 0, inf, false), require("prior", "", s.Prior, 0, 1, false),
		require("e_min", "Hz", s.EMin, 0, inf, false), require("e_max", "Hz", s.EMax, 0, inf, false), s.Bounds.validate())
}

// Doubt implements Doubtful.
func (s *BurstDependent) Doubt() error {
	if s.EMin > 0 && s.EMax > 0 && s.EMin > s.EMax {
		return &neuron.ParameterError{Key: "e_max", Value: s.EMax, Unit: "Hz", By: "e_min",
			Reason:  "is below e_min: weights would be pushed up and down at a time",
			Allowed: fmt.Sprintf("0: none, or [%g, 1000] Hz", s.EMin)}
	}
	return nil
}

// New implements Spec.
func (s *BurstDependent) New(b Build) (Rule, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	n := b.Block.Targets
	r := &burstDependent{spec: *s, Build: b, decay: newDecay(&s.Bounds, b.Block), eta: float32(s.Eta),
		x: newTraces(b.Block.Sources, s.TauPre), nu: newTraces(n, s.TauNu),
		e: make([]float64, n), b: make([]float64, n), last: make([]spike.Tick, n)}
	if s.Trace == "none" {
		r.ones = slices.Repeat([]float32{1}, b.Block.Sources)
	}
	r.Reset()
	return r, nil
}

// burstDependent is the rule of one block.
type burstDependent struct {
	spec BurstDependent
	Build
	decay
	eta  float32
	x    traces       // of presynaptic events
	ones []float32    // in place of them (trace = "none")
	nu   traces       // of postsynaptic spikes, in units of 1
	e, b []float64    // averages of postsynaptic events and bursts, in units of 1, as they were at last
	last []spike.Tick // event or burst of the neuron
}

// Update implements Rule.
func (r *burstDependent) Update(w spike.Window, pre, post []spike.Event, plastic bool) {
	r.begin(w, plastic)
	r.x.rebase(w.From)
	r.nu.rebase(w.From)
	rows := r.Block
	if r.spec.EMin == 0 {
		rows = nil
	}
	walk(r, rows, pre, post, plastic)
	r.end(w)
}

func (r *burstDependent) arrive(e spike.Event, plastic bool) {
	if e.Kind != spike.Onset && r.spec.Trace != "spikes" {
		return
	}
	if r.spec.EMin > 0 && plastic {
		r.raise(e)
	}
	if r.spec.Trace != "none" {
		r.x.bump(int(e.Src), e.At, 1)
	}
}

// raise adds η (e_min - ν_i) to the synapses of a presynaptic spike whose targets are below e_min.
func (r *burstDependent) raise(e spike.Event) {
	perHz := r.nu.factor(e.At) * float32(1000/r.spec.TauNu)
	raise, l := r.at(e.At)
	eta := r.eta * raise
	targets, weights := r.Block.Row(int(e.Src))
	for k, t := range targets {
		if low := float32(r.spec.EMin) - float32(r.nu.value[t]*perHz); low > 0 {
			w := max(l.Lo, min(l.Hi, weights[k]))
			weights[k] = max(l.Lo, min(l.Hi, w+float32(eta*low)))
		}
	}
}

func (r *burstDependent) fire(e spike.Event, plastic bool) {
	i := int(e.Src)
	if e.Kind != spike.Tail {
		f := numeric.Exp(-(e.At - r.last[i]).Milliseconds() / r.spec.TauMA)
		r.e[i], r.b[i], r.last[i] = float64(r.e[i]*f), float64(r.b[i]*f), e.At
		if plastic {
			r.learn(e)
		}
		if e.Kind == spike.Onset {
			r.e[i]++
		} else {
			r.b[i]++
		}
	}
	r.nu.bump(i, e.At, 1)
}

// learn changes the incoming weights of a neuron at an event or burst, with the averages as they were before it.
func (r *burstDependent) learn(e spike.Event) {
	i := int(e.Src)
	c := 1 + r.homeostasis(i, e.At)
	if e.Kind == spike.Onset {
		c -= 1 + r.baseline(i)
	}
	if r.spec.Trace == "none" {
		r.addColumn(i, r.eta*float32(c), r.ones, e.At)
		return
	}
	r.addColumn(i, float32(r.eta*float32(c))*r.x.factor(e.At), r.x.value, e.At)
}

// baseline returns P_i.
func (r *burstDependent) baseline(i int) float64 {
	if r.spec.Baseline == "fixed" {
		return r.spec.PB
	}
	k := r.spec.Count
	if r.e[i]+k == 0 {
		return r.spec.Prior
	}
	return min(1, (r.b[i]+float64(k*r.spec.Prior))/(r.e[i]+k))
}

// homeostasis returns h_i.
func (r *burstDependent) homeostasis(i int, at spike.Tick) float64 {
	if r.spec.EMax == 0 {
		return 0
	}
	if r.spec.Homeostasis == "spikes" {
		return -max(0, float64(r.nu.at(i, at))*1000/r.spec.TauNu-r.spec.EMax)
	}
	rate := r.e[i] * 1000 / r.spec.TauMA
	if rate <= r.spec.EMax {
		return 0
	}
	return -(rate - r.spec.EMax) / rate
}

// Columns implements Rule.
func (r *burstDependent) Columns() []neuron.Column {
	c := append(r.x.columns("trace"), r.nu.columns("spikes")...)
	c = append(c, neuron.Column{Name: "events", Data: r.e}, neuron.Column{Name: "bursts", Data: r.b},
		neuron.Column{Name: "last", Unit: "ms", Data: r.last})
	return append(c, r.decay.columns()...)
}

// Reset implements Rule.
func (r *burstDependent) Reset() {
	r.x.fill(0)
	r.nu.fill(float32(r.spec.Nu0 * r.spec.TauNu / 1000))
	for i := range r.e {
		r.e[i], r.b[i], r.last[i] = r.spec.E0*r.spec.TauMA/1000, r.spec.B0*r.spec.TauMA/1000, 0
	}
}
