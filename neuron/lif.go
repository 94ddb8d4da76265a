package neuron

import (
	"math"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/spike"
)

// LIF is the leaky integrate-and-fire neuron with exponential synapses.
//
//	τ_m dV/dt = -(V-E_L) + S + (τ_m/C) I
//	S = g_ampa (E_exc-V) + g_gaba (E_inh-V)    synapses = "conductance": g in units of the leak C/τ_m
//	S = (τ_m/C) (i_ampa + i_gaba)              synapses = "current", weight_unit = "pA"
//	S = i_ampa + i_gaba                        synapses = "current", weight_unit = "mV"
//
// g and i jump by the weight of an arrival and decay exponentially with τ_exc (ampa) and τ_inh (gaba). Current
// synapses take their sign from the weight. When V exceeds the threshold the neuron spikes, and V is held at the
// reset potential for the refractory period, while g and i go on.
//
// The networks of Vogels & Abbott (2005) are COBA, the default here, and CUBA: synapses = "current", weight_unit =
// "mV", E_L -49 mV. The cortical microcircuit of Potjans & Diesmann (2014) has "current" in pA, C 250 pF, τ_m 10 ms,
// τ_exc = τ_inh = 0.5 ms.
//
// Parameters that take a distribution (Value) are drawn once per neuron; the share of an arrival that is integrated
// within its own step uses the mean time constant and capacitance.
//
// Integration ("off-grid"): with current synapses exact; with conductances an exponential Taylor scheme of second
// order, as in TwoCompartment. Steps with a spike or an end of refractoriness are replayed event by event on Taylor
// series of sixth order (course), whose root is the time of a threshold crossing.
type LIF struct {
	TauM Value `toml:"tau_m" unit:"ms" allow:"(0, inf)" doc:"membrane time constant τ_m"`
	CM   Value `toml:"c_m" unit:"pF" allow:"(0, inf)" doc:"membrane capacitance C"`

	EL    float64 `toml:"e_l" unit:"mV" allow:"(-1000, 1000)" doc:"resting potential"`
	Theta Value   `toml:"threshold" unit:"mV" allow:"(-1000, 1000)" doc:"spike threshold"`
	Reset Value   `toml:"reset" unit:"mV" doc:"potential after a spike"`
	TRef  Value   `toml:"refractory" unit:"ms" allow:"[0, 1e6]" doc:"time for which V is held after a spike"`

	Synapses   Synapses `toml:"synapses" oneof:"conductance|current" doc:"what synapses open: a conductance or a current"`
	WeightUnit string   `toml:"weight_unit" oneof:"pA|mV" doc:"unit of the weights of current synapses"`
	TauExc     float64  `toml:"tau_exc" unit:"ms" allow:"(0, inf)" doc:"decay of ampa"`
	TauInh     float64  `toml:"tau_inh" unit:"ms" allow:"(0, inf)" doc:"decay of gaba"`
	EExc       float64  `toml:"e_exc" unit:"mV" allow:"(-inf, inf)" doc:"reversal potential of ampa (conductances)"`
	EInh       float64  `toml:"e_inh" unit:"mV" allow:"(-inf, inf)" doc:"reversal potential of gaba (conductances)"`

	Initial struct {
		V    Value `toml:"v" unit:"mV" allow:"[-1000, 1000]"`
		GExc Value `toml:"g_exc" allow:"(-inf, inf)" doc:"ampa conductance or current, in the unit of weights; of a distribution, conductances drawn below 0 count as they are"`
		GInh Value `toml:"g_inh" allow:"(-inf, inf)" doc:"gaba conductance or current, in the unit of weights; of a distribution, conductances drawn below 0 count as they are"`
	} `toml:"initial"`
}

// DefaultLIF returns the neuron of the COBA network (Vogels & Abbott 2005), starting at rest.
func DefaultLIF() *LIF {
	s := &LIF{TauM: Const(20), CM: Const(200), EL: -60, Theta: Const(-50), Reset: Const(-60), TRef: Const(5),
		Synapses: "conductance", WeightUnit: "pA", TauExc: 5, TauInh: 10, EExc: 0, EInh: -80}
	s.Initial.V = Const(-60)
	return s
}

// Validate implements Spec.
func (s *LIF) Validate() error {
	return first(
		declared(s), by("threshold", s.Reset.require("reset", "mV", -1e3, s.Theta.Lowest(), true)),
		s.conductance("initial.g_exc", s.Initial.GExc), s.conductance("initial.g_inh", s.Initial.GInh),
	)
}

// conductance refuses initial conductances that are negative by intent; a current may have either sign. The published
// start of the COBA network, normal(20, 12), is below 0 in one neuron of twenty.
func (s *LIF) conductance(key string, v Value) error {
	if s.Synapses == "current" || v.Outside(0, math.Inf(1)) < 0.5 {
		return nil
	}
	return v.require(key, "", 0, math.Inf(1), false)
}

// New implements Spec.
func (s *LIF) New(b Build) (Population, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	n := b.N
	p := &lif{spec: *s, build: b, conductance: s.Synapses != Current, Emitter: NewEmitter(b),
		keeps:  keepsFrom(b.Step, s.TauM.Mean()),
		refEnd: make([]spike.Tick, n),
		eExc:   float32(s.EExc - s.EL), eInh: float32(s.EInh - s.EL)}
	p.derived = derivedOf(b, s, func(i int) *lifDerived { return s.derive(b, i) })
	p.sweep = newSweep(n, 1, lifKernels(p.conductance), []*[]float32{&p.x, &p.g[0], &p.g[1]}, p.refEnd)
	setConstants(&p.sweep, n, lanes.LIFConstants, p.derived, (*lifDerived).constants)
	p.guarded(p, mostCurrent(s.TauM.Mean(), s.CM.Mean()))
	p.Reset()
	return p, nil
}

// lifDerived is what the steps need of the parameters; potentials are relative to E_L.
type lifDerived struct {
	tau, cm, theta, reset float64
	e                     [2]float64 // reversal potentials
	tauSyn                [2]float64
	rate, perC            float64 // 1/tau, 1/C
	rateSyn               [2]float64
	gain                  float64 // of a current synapse: mV/ms per unit
	ref                   spike.Tick

	th32         float32 // threshold
	strong       float32 // conductance from which a step is too long for the extrapolation
	toInh, rest  float32 // driving force of inhibition at the threshold, mV; 1/step, in the unit of areas
	half, invR   float32 // half a step, ms; 1/step
	invTau, invC float32
	leak, s0, s1 float32 // increments of V over a step: per V, per constant and growing current
	fade         [2]float32
	area0, area1 [2]float32 // see cross; for current synapses area0 is the share of V per unit
}

// How large the conductance on a membrane, in units of C per step, may be for a step that extrapolates its driving
// force; beyond, steps are replayed. The error grows with its square. It adds up from spike to spike where no
// refractory period cuts them off. (TestStrongConductances measures: medians of spike times stay below 10 us at 0.1
// ms.)
const (
	strongest        = 0.5
	strongestAdEx    = 0.2
	strongestTwo     = 0.2   // two-compartment, both together, whose steps correct for it
	longestTwo       = 0.25  // in steps of up to this, ms
	strongestBurst   = 0.6   // burst-poisson, which has no plateau
	strongestEscape  = 0.3   // and with escape noise, whose rate bends within a step
	longestBurst     = 0.5   // ms
	strongestLong    = 0.125 // in longer steps of two compartments
	strongestNoPause = 0.1   // LIF without a refractory period
)

// How long a step may be before it is always replayed: in time constants of the dendrite where it extrapolates the
// dendrite's plateau, and in those of a LIF membrane with conductances.
const (
	coarse    = 0.2
	coarseLIF = 0.1
)

func (s *LIF) derive(b Build, i int) *lifDerived {
	own := drawn(s, b, i)
	h := b.Step.Milliseconds()
	d := &lifDerived{tau: own.TauM.A, cm: own.CM.A, theta: own.Theta.A - s.EL,
		reset: own.Reset.A - s.EL, ref: ticksOf(own.TRef.A),
		e: [2]float64{s.EExc - s.EL, s.EInh - s.EL}, tauSyn: [2]float64{s.TauExc, s.TauInh}}
	d.gain = 1 / s.areaScale(d.tau, d.cm)
	d.rate, d.perC, d.rateSyn = 1/d.tau, 1/d.cm, [2]float64{1 / d.tauSyn[0], 1 / d.tauSyn[1]}
	d.th32 = float32(d.theta)
	d.toInh, d.rest = float32(d.theta-d.e[1]), restOf(b.Step, s.areaScale(d.tau, d.cm))
	d.strong = float32(strongest * d.tau / h)
	if d.ref == 0 {
		d.strong = float32(strongestNoPause * d.tau / h)
	}
	if h >= coarseLIF*d.tau { // V may be above threshold within a step and below at its end
		d.strong = -1
	}
	decay, p0, p1 := ramp(d.tau, h)
	d.half, d.invR, d.invTau, d.invC = float32(h/2), float32(1/h), float32(1/d.tau), float32(1/d.cm)
	d.leak, d.s0, d.s1 = float32(decay-1), float32(p0/d.cm), float32(p1/d.cm)
	for k, syn := range d.tauSyn {
		decay, _, _ := ramp(syn, h)
		m0, m1 := cross(d.tau, syn, h)
		d.fade[k], d.area0[k], d.area1[k] = float32(decay-1), float32(m0*d.gain), float32(m1*d.gain)
	}
	return d
}

// constants puts what the kernel needs.
func (d *lifDerived) constants(put func(i int, v float32)) {
	for i, v := range [lanes.LIFConstants]float32{lanes.LIFToExc: float32(d.e[0]), lanes.LIFToInh: float32(d.e[1]),
		lanes.LIFInvTau: d.invTau, lanes.LIFInvC: d.invC, lanes.LIFHalf: d.half, lanes.LIFInvR: d.invR,
		lanes.LIFLeak: d.leak, lanes.LIFS0: d.s0, lanes.LIFS1: d.s1, lanes.LIFFade0: d.fade[0], lanes.LIFFade1: d.fade[1],
		lanes.LIFArea00: d.area0[0], lanes.LIFArea01: d.area0[1], lanes.LIFArea10: d.area1[0], lanes.LIFArea11: d.area1[1],
		lanes.LIFTh32: d.th32, lanes.LIFStrong: d.strong,
		lanes.LIFLost: d.toInh, lanes.LIFRest: d.rest} {
		put(i, v)
	}
}

// areaScale is what the integral of a synapse's variable is divided by to give its effect on V.
func (s *LIF) areaScale(tau, cm float64) float64 {
	if s.Synapses == Current && s.WeightUnit == "pA" {
		return cm
	}
	return tau
}

// currentKernel is an exponentially decaying current on a membrane; an arrival moves V by exactly what it does within
// its step.
type currentKernel struct{ tauSyn, tauMem, scale float64 } // ms; scale as in LIF.areaScale

// At implements Kernel.
func (k *currentKernel) At(rest spike.Tick) (end, area float32) {
	r := rest.Milliseconds()
	m0, _ := cross(k.tauMem, k.tauSyn, r)
	return float32(numeric.Exp(-r / k.tauSyn)), float32(m0 / k.scale)
}

// lif is a population of LIF neurons. Potentials are kept relative to E_L.
type lif struct {
	spec        LIF
	build       Build
	conductance bool
	Emitter
	sweep
	keeps
	derived    []*lifDerived
	eExc, eInh float32

	x      []float32    // V - E_L, mV
	g      [2][]float32 // conductances or currents
	refEnd []spike.Tick
}

func (p *lif) Len() int        { return p.build.N }
func (p *lif) Ports() []string { return []string{"soma"} }

func (p *lif) Channels() []Channel {
	tau, cm := p.spec.TauM.Mean(), p.spec.CM.Mean()
	scale := p.spec.areaScale(tau, cm)
	exc, inh := &currentKernel{p.spec.TauExc, tau, scale}, &currentKernel{p.spec.TauInh, tau, scale}
	if p.conductance {
		return []Channel{{"soma", "ampa", openKernel{exc}}, {"soma", "gaba", openKernel{inh}}}
	}
	return []Channel{{"soma", "ampa", exc}, {"soma", "gaba", inh}}
}

func (p *lif) Columns() []Column {
	unit := p.spec.WeightUnit
	if p.conductance {
		unit = "leak"
	}
	return append([]Column{{Name: "v", Unit: "mV", Data: p.x, Offset: p.spec.EL},
		{Name: "g_ampa", Unit: unit, Data: p.g[0]},
		{Name: "g_gaba", Unit: unit, Data: p.g[1]}, {Name: "refractory_end", Unit: "ms", Data: p.refEnd}},
		p.Emitter.Columns()...)
}

func (p *lif) Reset() {
	fillInitial(p.x, p.spec.Initial.V, p.build, "v", p.spec.EL)
	fillInitial(p.g[0], p.spec.Initial.GExc, p.build, "g_exc", 0)
	fillInitial(p.g[1], p.spec.Initial.GInh, p.build, "g_inh", 0)
	for i := range p.refEnd {
		p.refEnd[i] = spike.Never
	}
	p.Emitter.Reset()
	p.sweep.reset()
}
