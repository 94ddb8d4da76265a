package neuron

import (
	"math"

	"github.com/burstplex/burstplex/neuron/spike"
)

// TwoCompartment is the two-compartment pyramidal neuron with an active apical dendrite of Naud & Sprekeler (2018)
// in the form of Payeur, Guerguiev, Zenke, Richards & Naud (2021, Figs. 2 and 3). Its spikes come singly while the
// soma alone is driven; when the dendrite is depolarised as well, the back-propagating spike switches on a
// dendritic plateau that returns as a burst.
//
//	C_s/τ_s: τ_s dV_s/dt = -(V_s-E_L) + Σ g (E-V_s) + (τ_s/C_s) [ g_s f(V_d) + b w_s + I_s ]
//	         τ_d dV_d/dt = -(V_d-E_L) + Σ g (E-V)   + (τ_d/C_d) [ g_d f(V_d) + a w_d + c K(t) + I_d ]
//	         f(V_d) = 1/(1+exp(-(V_d-E_d)/D_d))
//	         τ_ws dw_s/dt = -w_s              w_s += 1 at a spike
//	         τ_wd dw_d/dt = (V_d-E_L) - w_d
//	         τ_th dδ/dt   = -δ                δ += Δ_th at a spike;  threshold θ + δ
//
// V in the dendrite's synaptic drive is V_d, or V_s where the published program is to be reproduced
// (driving_force = "soma"). At a spike (V_s above threshold) V_s is reset to E_L. K(t) is the back-propagating spike:
// 1 from bap_delay to bap_delay + bap_duration after each spike; overlapping boxes merge, or add where bap_overlap is
// "add" (Naud & Sprekeler 2018). Both compartments have ampa, nmda and gaba conductances in units of their own leak,
// decaying exponentially; nmda is a slow ampa, without magnesium block.
//
// The 2018 variant has threshold_jump = 0, refractory = 3 ms, bap_delay = 0.5 ms, bap_overlap = "add".
//
// Parameters that take a distribution (Value) are drawn once per neuron.
//
// Integration ("off-grid"): linear parts exactly, the sigmoid and the driving forces linearly in time across a
// step from their exact derivatives at its start (an exponential Taylor scheme of second order, one sigmoid per
// step); an edge of K adds what follows it to its step; steps with a spike or an end of refractoriness are replayed
// event by event, also those that end just below threshold, where V_s may have been above in between. Where
// conductances are strong (strongestTwo) or steps long (coarse), an L-stable method takes over between events (flow).
// Measured errors stand in docs/accuracy.md. integrator = "reference" selects Runge-Kutta of fourth order between
// single arrivals with root finding, which is slow and serves as the judge.
type TwoCompartment struct {
	TauS Value `toml:"tau_s" unit:"ms" allow:"(0, inf)" doc:"membrane time constant of the soma"`
	CS   Value `toml:"c_s" unit:"pF" allow:"(0, inf)" doc:"capacitance of the soma"`
	TauD Value `toml:"tau_d" unit:"ms" allow:"(0, inf)" doc:"membrane time constant of the dendrite"`
	CD   Value `toml:"c_d" unit:"pF" allow:"(0, inf)" doc:"capacitance of the dendrite"`

	EL    float64 `toml:"e_l" unit:"mV" allow:"(-1000, 1000)" doc:"resting and reset potential"`
	Theta Value   `toml:"threshold" unit:"mV" doc:"resting spike threshold θ"`
	DTh   Value   `toml:"threshold_jump" unit:"mV" allow:"[0, inf)" doc:"rise Δ_th of the threshold at a spike"`
	TauTh Value   `toml:"tau_threshold" unit:"ms" allow:"(0, inf)" doc:"decay of the threshold"`
	TRef  Value   `toml:"refractory" unit:"ms" allow:"[0, 1e6]" doc:"no spike for this time after a spike"`
	Hold  bool    `toml:"refractory_hold" doc:"keep V_s at E_L while refractory; otherwise it integrates on"`

	GS    Value `toml:"g_s" unit:"pA" allow:"(-inf, inf)" doc:"current of the dendritic plateau into the soma"`
	GD    Value `toml:"g_d" unit:"pA" allow:"(-inf, inf)" doc:"regenerative current of the dendrite"`
	ED    Value `toml:"e_d" unit:"mV" allow:"(-inf, inf)" doc:"half activation of the dendritic current"`
	DD    Value `toml:"d_d" unit:"mV" allow:"(0, inf)" doc:"slope of the dendritic activation"`
	B     Value `toml:"b" unit:"pA" allow:"(-inf, inf)" doc:"spike-triggered somatic adaptation per spike"`
	TauWS Value `toml:"tau_ws" unit:"ms" allow:"(0, inf)" doc:"decay of the somatic adaptation"`
	A     Value `toml:"a" unit:"nS" allow:"(-inf, inf)" doc:"dendritic adaptation conductance"`
	TauWD Value `toml:"tau_wd" unit:"ms" allow:"(0, inf)" doc:"time constant of the dendritic adaptation"`

	C        Value   `toml:"bap" unit:"pA" allow:"(-inf, inf)" doc:"amplitude c of the back-propagating spike"`
	BapDelay float64 `toml:"bap_delay" unit:"ms" allow:"[0, 1000]" doc:"start of the back-propagating spike after the spike"`
	BapLen   float64 `toml:"bap_duration" unit:"ms" allow:"[0, 1000]" doc:"its duration"`
	BapSum   string  `toml:"bap_overlap" oneof:"merge|add" doc:"what overlapping back-propagating spikes do"`

	EExc    float64 `toml:"e_exc" unit:"mV" allow:"(-inf, inf)" doc:"reversal potential of ampa and nmda"`
	EInh    float64 `toml:"e_inh" unit:"mV" allow:"(-inf, inf)" doc:"reversal potential of gaba"`
	TauAMPA float64 `toml:"tau_ampa" unit:"ms" allow:"(0, inf)" doc:"decay of ampa conductances"`
	TauNMDA float64 `toml:"tau_nmda" unit:"ms" allow:"(0, inf)" doc:"decay of nmda conductances"`
	TauGABA float64 `toml:"tau_gaba" unit:"ms" allow:"(0, inf)" doc:"decay of gaba conductances"`
	Driving string  `toml:"driving_force" oneof:"dendrite|soma" doc:"potential in the dendrite's synaptic currents; with soma, the published equation, nothing holds V_d between the reversal potentials where they are strong"`

	Integrator Integrator `toml:"integrator" oneof:"off-grid|reference" doc:"fast off-grid steps or the slow event-by-event reference"`

	Initial struct {
		VS Value `toml:"v_s" unit:"mV" allow:"[-1000, 1000]"`
		VD Value `toml:"v_d" unit:"mV" allow:"[-1000, 1000]"`
		WS Value `toml:"w_s" allow:"[0, 1e6]"`
		WD Value `toml:"w_d" unit:"mV" allow:"[-1000, 1000]"`
	} `toml:"initial"`
}

// DefaultTwoCompartment returns the parameters of Payeur et al. (2021) with the physical driving force, starting at
// rest.
func DefaultTwoCompartment() *TwoCompartment {
	s := &TwoCompartment{
		TauS: Const(16), CS: Const(370), TauD: Const(7), CD: Const(170),
		EL: -70, Theta: Const(-50), DTh: Const(2), TauTh: Const(27), TRef: Const(0),
		GS: Const(1300), GD: Const(1200), ED: Const(-38), DD: Const(6),
		B: Const(-200), TauWS: Const(100), A: Const(-13), TauWD: Const(30),
		C: Const(2600), BapDelay: 0, BapLen: 2, BapSum: "merge",
		EExc: 0, EInh: -80, TauAMPA: 5, TauNMDA: 100, TauGABA: 10,
		Driving: "dendrite", Integrator: "off-grid",
	}
	s.Initial.VS, s.Initial.VD = Const(-70), Const(-70)
	return s
}

// Validate implements Spec.
func (s *TwoCompartment) Validate() error {
	return first(declared(s), by("e_l", s.Theta.require("threshold", "mV", s.EL, 1e3, true)))
}

// New implements Spec.
func (s *TwoCompartment) New(b Build) (Population, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	if s.Integrator == Reference {
		return newTwoReference(*s, b), nil
	}
	return newTwoCompartment(*s, b), nil
}

// The channels of a two-compartment population, in order.
const (
	somaAMPA = iota
	somaNMDA
	somaGABA
	apicalAMPA
	apicalNMDA
	apicalGABA
	twoChannels
)

// channels lists the inputs of the model; both integrators share them.
func (s *TwoCompartment) channels() []Channel {
	var cs []Channel
	for _, port := range []struct {
		name string
		tau  float64
	}{{"soma", s.TauS.Mean()}, {"apical", s.TauD.Mean()}} {
		cs = append(cs, Channel{port.name, "ampa", &conductanceKernel{s.TauAMPA, port.tau}},
			Channel{port.name, "nmda", &conductanceKernel{s.TauNMDA, port.tau}},
			Channel{port.name, "gaba", &conductanceKernel{s.TauGABA, port.tau}})
	}
	return cs
}

// twoDerived is what the steps need of the parameters; potentials are relative to E_L.
type twoDerived struct {
	tauS, tauD, tauTh, tauWS, tauWD float64
	cs, cd, gs, gd, a, b, c         float64
	theta, dTh                      float64
	watch                           float32 // a step that ends above it (plus δ) is replayed: it may hold a spike
	strong, strongD                 float32 // load from which a step is too long for the extrapolation, see strongOf
	// by how much a curved V_s may exceed its ends, mV: at constant currents, per pA that they change
	bend, bendCurrent float32
	ed, invDD         float32
	ref               spike.Tick
	flow              flow              // for strong conductances
	full              twoStep           // coefficients of a whole step
	thirds            [2]twoPropagators // those of one and two thirds of it, see partial
}

// twoStep is what a step of length r (ms) needs.
type twoStep struct {
	twoPropagators
	r, invR              float32
	shareS, shareD       float32 // mean time constant, which the channels' kernels assume, to the neuron's own
	invTauS, invTauD     float32
	ratioS, ratioD       float32 // r in membrane time constants
	invCS, invCD, gs, gd float32
	leakD                float32 // leak conductance of the dendrite, nS
	a, b, c              float32
}

// twoPropagators are the exact solutions of the linear parts over a step; see propagator.go. All vanish with the step.
// Decays (decay*, m11, m22) are stored minus one: a single-precision factor near one would misstate the time constant
// by 1e-5 or more at small steps, an increment does not, and it lets a state stand still once it is at rest.
type twoPropagators struct {
	decayS, ws, s0, s1  float32 // soma: own decay, share of w_s, of a constant and of a growing current (per pA)
	decayWS, decayTh    float32
	m11, m12, q0, q1    float32 // dendrite and its adaptation
	m21, m22, w0, w1    float32
	decay, area0, area1 [twoChannels]float32 // conductances: own decay; integrals against the membrane, see cross
}

// derive draws the parameters of neuron i and computes its constants for steps of h ms.
func (s *TwoCompartment) derive(b Build, i int, h float64) *twoDerived {
	own := drawn(s, b, i)
	d := &twoDerived{
		tauS: own.TauS.A, tauD: own.TauD.A, tauTh: own.TauTh.A,
		tauWS: own.TauWS.A, tauWD: own.TauWD.A,
		cs: own.CS.A, cd: own.CD.A, gs: own.GS.A, gd: own.GD.A,
		a: own.A.A, b: own.B.A, c: own.C.A,
		theta: own.Theta.A - s.EL, dTh: own.DTh.A,
		ed: float32(own.ED.A - s.EL), invDD: float32(1 / own.DD.A),
		ref: ticksOf(own.TRef.A),
	}
	d.watch = float32(d.theta - humpSlope*d.theta*h/d.tauS)
	// a parabola's height is its change of slope times h/8
	d.bend, d.bendCurrent = float32(humpBend*d.theta/d.tauS*h*h/8), float32(h/8/d.cs)
	d.strong, d.strongD = strongOf(strongestTwo, longestTwo, d.tauS, d.tauD, h, s.TauAMPA, s.TauNMDA, s.TauGABA)
	if h > coarse*d.tauD { // the plateau does not rise in a straight line
		d.strong = -1
	}
	d.flow = flow{rateS: 1 / d.tauS, rateD: 1 / d.tauD, rateWS: 1 / d.tauWS, rateWD: 1 / d.tauWD, rateTh: 1 / d.tauTh,
		perCS: 1 / d.cs, perCD: 1 / d.cd, gs: d.gs, gd: d.gd, a: d.a, b: d.b, c: d.c, theta: d.theta,
		ed: own.ED.A - s.EL, invDD: 1 / own.DD.A, rateSyn: [3]float64{1 / s.TauAMPA, 1 / s.TauNMDA, 1 / s.TauGABA},
		eExc: s.EExc - s.EL, eInh: s.EInh - s.EL, atSoma: s.Driving == "soma"}
	s.coefficients(d, h, &d.full)
	for k := range d.thirds {
		var c twoStep
		s.coefficients(d, h*float64(k+1)/3, &c)
		d.thirds[k] = c.twoPropagators
	}
	return d
}

// coefficients computes the propagators over r ms into c.
func (s *TwoCompartment) coefficients(d *twoDerived, r float64, c *twoStep) {
	decayS, p0, p1 := ramp(d.tauS, r)
	ws, _ := cross(d.tauS, d.tauWS, r)
	decayWS, _, _ := ramp(d.tauWS, r)
	decayTh, _, _ := ramp(d.tauTh, r)
	m, i0, i1 := linear2(mat2{-1 / d.tauD, d.a / d.cd, 1 / d.tauWD, -1 / d.tauWD}, r)
	c.twoPropagators = twoPropagators{
		decayS: float32(decayS - 1), ws: float32(d.b / d.cs * ws), s0: float32(p0 / d.cs), s1: float32(p1 / d.cs),
		decayWS: float32(decayWS - 1), decayTh: float32(decayTh - 1),
		m11: float32(m[0] - 1), m12: float32(m[1]), q0: float32(i0[0] / d.cd), q1: float32(i1[0] / d.cd),
		m21: float32(m[2]), m22: float32(m[3] - 1), w0: float32(i0[2] / d.cd), w1: float32(i1[2] / d.cd),
	}
	for k, syn := range [twoChannels]float64{s.TauAMPA, s.TauNMDA, s.TauGABA, s.TauAMPA, s.TauNMDA, s.TauGABA} {
		tau := d.tauS
		if k >= apicalAMPA {
			tau = d.tauD
		}
		decay, _, _ := ramp(syn, r)
		m0, m1 := cross(tau, syn, r)
		c.decay[k], c.area0[k], c.area1[k] = float32(decay-1), float32(m0/tau), float32(m1/tau)
	}
	c.r, c.invR = float32(r), float32(1/r)
	c.shareS, c.shareD = float32(s.TauS.Mean()/d.tauS), float32(s.TauD.Mean()/d.tauD)
	c.invTauS, c.invTauD, c.invCS, c.invCD = float32(1/d.tauS), float32(1/d.tauD), float32(1/d.cs), float32(1/d.cd)
	c.ratioS, c.ratioD = float32(c.r*c.invTauS), float32(c.r*c.invTauD)
	c.leakD = float32(d.cd / d.tauD)
	c.gs, c.gd, c.a, c.b, c.c = float32(d.gs), float32(d.gd), float32(d.a), float32(d.b), float32(d.c)
}

func ticksOf(ms float64) spike.Tick { return spike.Tick(math.Round(ms * 1e6)) }
