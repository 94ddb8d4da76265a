package neuron

import (
	"github.com/burstplex/burstplex/neuron/internal/lanes"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// BurstPoisson is the simplified bursting neuron of the XOR network of Payeur, Guerguiev, Zenke, Richards & Naud
// (2021): the soma decides when an event happens, the dendrite with which probability it is a burst.
//
//	τ_s dV_s/dt = -(V_s-E_L) + Σ g (E-V_s) + (τ_s/C_s) [ b w_s + I_s ]
//	τ_d dV_d/dt = -(V_d-E_L) + Σ g (E-V)   + (τ_d/C_d) [ a w_d + I_d ]
//	τ_ws dw_s/dt = -w_s              w_s += 1 at an event
//	τ_wd dw_d/dt = (V_d-E_L) - w_d
//	τ_th dδ/dt   = -δ                δ += Δ_th at an event
//
// Events: V_s exceeds θ + δ (spiking = "threshold"), or happens to spike at the rate ρ exp((V_s-θ-δ)/Δ) (spiking =
// "escape"). V_s is reset to E_L. With probability 1/(1+exp(-(V_d-E_d)/D_d)), V_d at the time of the event, a
// second spike follows after an interval that is uniform between burst_min and burst_max; it leaves V_s, δ and
// w_s alone. No event happens for the refractory period, while V_s integrates on; the period runs from the last
// spike (published), or from the event (dead_time_from = "event"), which makes the event rate independent of the burst
// probability. V in the dendrite's synaptic drive is V_d, or V_s to reproduce the published program (driving_force =
// "soma"). Synapses are those of TwoCompartment.
//
// Random numbers belong to the events of a neuron: event e takes r₁ (burst or not), r₂ (interval) and, with "escape",
// an Exp(1) number, the integrated rate at which it happens, from block e of the neuron.
//
// Integration ("off-grid"): an exponential Taylor scheme of second order, as in TwoCompartment, that knows how open
// conductances level a potential's slope within the step and how arrivals lower their own driving force; steps with a
// spike or strong conductances are replayed event by event, on Taylor series of sixth order (course). The logarithm of
// the escape rate is linear within a step (part of a step when replayed), whose integral and its inverse are exact.
type BurstPoisson struct {
	TauS Value `toml:"tau_s" unit:"ms" allow:"(0, inf)" doc:"membrane time constant of the soma"`
	CS   Value `toml:"c_s" unit:"pF" allow:"(0, inf)" doc:"capacitance of the soma"`
	TauD Value `toml:"tau_d" unit:"ms" allow:"(0, inf)" doc:"membrane time constant of the dendrite"`
	CD   Value `toml:"c_d" unit:"pF" allow:"(0, inf)" doc:"capacitance of the dendrite"`

	EL      float64 `toml:"e_l" unit:"mV" allow:"(-1000, 1000)" doc:"resting and reset potential"`
	Theta   Value   `toml:"threshold" unit:"mV" doc:"resting threshold θ"`
	DTh     Value   `toml:"threshold_jump" unit:"mV" allow:"(-inf, inf)" doc:"rise Δ_th of the threshold at an event"`
	TauTh   Value   `toml:"tau_threshold" unit:"ms" allow:"(0, inf)" doc:"decay of the threshold"`
	TRef    Value   `toml:"refractory" unit:"ms" allow:"[0, 1e6]" doc:"no event for this time; at least burst_max"`
	Dead    string  `toml:"dead_time_from" oneof:"last_spike|event" doc:"what the refractory period runs from"`
	Spiking string  `toml:"spiking" oneof:"threshold|escape" doc:"events at threshold crossings or by chance"`
	Delta   Value   `toml:"escape_slope" unit:"mV" allow:"[0.01, 1000]" doc:"change Δ of V_s that makes escape e times as likely"`
	Rho     Value   `toml:"escape_rate" unit:"Hz" allow:"[0, 1e6]" doc:"rate ρ of escape at the threshold"`

	ED       Value   `toml:"e_d" unit:"mV" allow:"(-inf, inf)" doc:"V_d at which half of the events are bursts"`
	DD       Value   `toml:"d_d" unit:"mV" allow:"(0, inf)" doc:"slope of the burst probability"`
	BurstMin float64 `toml:"burst_min" unit:"ms" allow:"(0, 1000)" doc:"shortest interval in a burst"`
	BurstMax float64 `toml:"burst_max" unit:"ms" allow:"(0, 1000)" doc:"longest interval in a burst"`

	B     Value `toml:"b" unit:"pA" allow:"(-inf, inf)" doc:"somatic adaptation per event"`
	TauWS Value `toml:"tau_ws" unit:"ms" allow:"(0, inf)" doc:"decay of the somatic adaptation"`
	A     Value `toml:"a" unit:"nS" allow:"(-inf, inf)" doc:"dendritic adaptation conductance"`
	TauWD Value `toml:"tau_wd" unit:"ms" allow:"(0, inf)" doc:"time constant of the dendritic adaptation"`

	EExc    float64 `toml:"e_exc" unit:"mV" allow:"(-inf, inf)" doc:"reversal potential of ampa and nmda"`
	EInh    float64 `toml:"e_inh" unit:"mV" allow:"(-inf, inf)" doc:"reversal potential of gaba"`
	TauAMPA float64 `toml:"tau_ampa" unit:"ms" allow:"(0, inf)" doc:"decay of ampa conductances"`
	TauNMDA float64 `toml:"tau_nmda" unit:"ms" allow:"(0, inf)" doc:"decay of nmda conductances"`
	TauGABA float64 `toml:"tau_gaba" unit:"ms" allow:"(0, inf)" doc:"decay of gaba conductances"`
	Driving string  `toml:"driving_force" oneof:"dendrite|soma" doc:"potential in the dendrite's synaptic currents; with soma, the published equation, nothing holds V_d between the reversal potentials where they are strong"`

	Initial struct {
		VS Value `toml:"v_s" unit:"mV" allow:"[-1000, 1000]"`
		VD Value `toml:"v_d" unit:"mV" allow:"[-1000, 1000]"`
		WS Value `toml:"w_s" allow:"[0, 1e6]"`
		WD Value `toml:"w_d" unit:"mV" allow:"[-1000, 1000]"`
	} `toml:"initial"`
}

// DefaultBurstPoisson returns the parameters of Payeur et al. (2021) with the physical driving force, starting at rest.
func DefaultBurstPoisson() *BurstPoisson {
	s := &BurstPoisson{
		TauS: Const(16), CS: Const(370), TauD: Const(7), CD: Const(170),
		EL: -70, Theta: Const(-50), DTh: Const(2), TauTh: Const(27), TRef: Const(20), Dead: "last_spike",
		Spiking: "threshold", Delta: Const(2), Rho: Const(1),
		ED: Const(-57), DD: Const(6), BurstMin: 5, BurstMax: 15,
		B: Const(-200), TauWS: Const(100), A: Const(-13), TauWD: Const(30),
		EExc: 0, EInh: -80, TauAMPA: 5, TauNMDA: 100, TauGABA: 10, Driving: "dendrite",
	}
	s.Initial.VS, s.Initial.VD = Const(-70), Const(-70)
	return s
}

// DefaultEscapeBurstPoisson returns the variant with escape noise, whose threshold is -52 mV.
func DefaultEscapeBurstPoisson() *BurstPoisson {
	s := DefaultBurstPoisson()
	s.Spiking, s.Theta = "escape", Const(-52)
	return s
}

// Validate implements Spec.
func (s *BurstPoisson) Validate() error {
	return first(
		declared(s), by("e_l", s.Theta.require("threshold", "mV", s.EL, 1e3, true)),
		by("burst_min", Const(s.BurstMax).require("burst_max", "ms", s.BurstMin, 1e3, false)),
		by("burst_max", s.TRef.require("refractory", "ms", s.BurstMax, 1e6, false)),
	)
}

// New implements Spec.
func (s *BurstPoisson) New(b Build) (Population, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	n := b.N
	p := &burstPoisson{spec: *s, build: b, escape: s.Spiking == "escape", key: b.Key.Sub("events"),
		Emitter: NewEmitter(b), keeps: keepsFrom(b.Step, min(s.TauS.Mean(), s.TauD.Mean())), refEnd: make([]spike.Tick, n),
		second: make([]spike.Tick, n), events: make([]uint64, n), left: make([]float64, n)}
	p.derived = derivedOf(b, s, func(i int) *burstDerived { return s.derive(b, i) })
	kernels := burstKernels(p.derived[0].atSoma)
	if p.escape {
		kernels = escapeKernels(p.derived[0].atSoma)
	}
	p.sweep = compartments(n, kernels, p.kernelRows(), p.refEnd, p.second)
	p.sweep.hazard = p.left
	setConstants(&p.sweep, n, lanes.TwoConstants, p.derived, (*burstDerived).constants)
	p.guarded(p, mostCurrent(s.TauS.Mean(), s.CS.Mean()), mostCurrent(s.TauD.Mean(), s.CD.Mean()))
	p.Reset()
	return p, nil
}

// burstPoisson is a population of BurstPoisson neurons. Potentials are kept relative to E_L.
type burstPoisson struct {
	spec   BurstPoisson
	build  Build
	escape bool
	key    rng.Key // of the events' draws
	Emitter
	sweep
	keeps
	compartmentColumns
	derived []*burstDerived

	refEnd []spike.Tick
	second []spike.Tick // second spike of a burst to come, 0 if none
	events []uint64     // number of events so far
	left   []float64    // escape: integral of the rate that is left until the next event
}

func (p *burstPoisson) Len() int        { return p.build.N }
func (p *burstPoisson) Ports() []string { return []string{"soma", "apical"} }

func (p *burstPoisson) Channels() []Channel {
	s := &p.spec
	like := TwoCompartment{TauS: s.TauS, TauD: s.TauD, TauAMPA: s.TauAMPA, TauNMDA: s.TauNMDA, TauGABA: s.TauGABA}
	return like.channels()
}

func (p *burstPoisson) Columns() []Column {
	cs := []Column{{Name: "v_s", Unit: "mV", Data: p.x, Offset: p.spec.EL},
		{Name: "v_d", Unit: "mV", Data: p.y, Offset: p.spec.EL},
		{Name: "w_s", Data: p.ws}, {Name: "w_d", Unit: "mV", Data: p.wd}, {Name: "threshold_rise", Unit: "mV", Data: p.th}}
	for k, c := range p.Channels() {
		cs = append(cs, Column{Name: "g_" + c.Receptor + "_" + c.Port, Unit: "leak", Data: p.g[k]})
	}
	cs = append(cs, Column{Name: "refractory_end", Unit: "ms", Data: p.refEnd},
		Column{Name: "second_spike", Unit: "ms", Data: p.second},
		Column{Name: "events", Data: p.events}, Column{Name: "hazard_left", Data: p.left})
	return append(cs, p.Emitter.Columns()...)
}

func (p *burstPoisson) Reset() {
	s := &p.spec
	fillInitial(p.x, s.Initial.VS, p.build, "v_s", s.EL)
	fillInitial(p.y, s.Initial.VD, p.build, "v_d", s.EL)
	fillInitial(p.ws, s.Initial.WS, p.build, "w_s", 0)
	fillInitial(p.wd, s.Initial.WD, p.build, "w_d", 0)
	clear(p.th)
	for k := range p.g {
		clear(p.g[k])
	}
	clear(p.second)
	clear(p.events)
	clear(p.left)
	for i := range p.refEnd {
		p.refEnd[i] = spike.Never
		if p.escape {
			p.left[i] = hazardOf(p.key.Block(uint64(i), 0))
		}
	}
	p.Emitter.Reset()
	p.sweep.reset()
}
