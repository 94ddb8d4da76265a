package oracle

import (
	"math"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
)

// The variables of neurons with two compartments.
const (
	vs   = iota // mV
	vd          // mV
	ws          // spikes, or events
	wd          // mV
	rise        // δ of the threshold, mV
	g           // the first conductance: ampa, nmda, gaba of the soma, then of the dendrite, in leaks
	risk = g + 6
)

var twoColumns = []string{"v_s", "v_d", "w_s", "w_d", "threshold_rise", "g_ampa_soma", "g_nmda_soma", "g_gaba_soma",
	"g_ampa_apical", "g_nmda_apical", "g_gaba_apical"}

// synapses are the conductances of both compartments.
type synapses struct {
	eExc, eInh float64
	tau        [3]float64 // ampa, nmda, gaba
	atSoma     bool       // the dendrite's synapses see the soma's potential
}

// drive adds the decay of the conductances to dy and returns Σ g (E-V) of both compartments.
func (s *synapses) drive(y, dy *state) (soma, dendrite float64) {
	for k := range 3 {
		dy[g+k], dy[g+3+k] = -y[g+k]/s.tau[k], -y[g+3+k]/s.tau[k]
	}
	seen := y[vd]
	if s.atSoma {
		seen = y[vs]
	}
	soma = (y[g]+y[g+1])*(s.eExc-y[vs]) + y[g+2]*(s.eInh-y[vs])
	dendrite = (y[g+3]+y[g+4])*(s.eExc-seen) + y[g+5]*(s.eInh-seen)
	return soma, dendrite
}

func (s *synapses) arrive(port, receptor string, w float64, y *state) {
	k := g + map[string]int{"ampa": 0, "nmda": 1, "gaba": 2}[receptor]
	if port == "apical" {
		k += 3
	}
	y[k] += w
}

// two is the two-compartment neuron with an active dendrite.
type two struct {
	*neuron.TwoCompartment
	synapses
	tauS, cs, tauD, cd, theta, jump, tauTh, tRef, gs, gd, ed, dd, b, tauWS, a, tauWD, bap float64
	start                                                                                 state
}

func newTwo(s *neuron.TwoCompartment, d drawer) model {
	m := &two{TwoCompartment: s, synapses: synapses{s.EExc, s.EInh, [3]float64{s.TauAMPA, s.TauNMDA, s.TauGABA},
		s.Driving == "soma"},
		tauS: d.of(s.TauS, "tau_s"), cs: d.of(s.CS, "c_s"), tauD: d.of(s.TauD, "tau_d"), cd: d.of(s.CD, "c_d"),
		theta: d.of(s.Theta, "threshold"), jump: d.of(s.DTh, "threshold_jump"), tauTh: d.of(s.TauTh, "tau_threshold"),
		tRef: d.of(s.TRef, "refractory"), gs: d.of(s.GS, "g_s"), gd: d.of(s.GD, "g_d"), ed: d.of(s.ED, "e_d"),
		dd: d.of(s.DD, "d_d"),
		b:  d.of(s.B, "b"), tauWS: d.of(s.TauWS, "tau_ws"), a: d.of(s.A, "a"), tauWD: d.of(s.TauWD, "tau_wd"),
		bap: d.of(s.C, "bap")}
	i := &s.Initial
	m.start = state{d.start(i.VS, "v_s"), d.start(i.VD, "v_d"), d.start(i.WS, "w_s"), d.start(i.WD, "w_d")}
	return m
}

func (m *two) dims() int              { return g + 6 }
func (m *two) initial() state         { return m.start }
func (m *two) above(y *state) float64 { return y[vs] - m.theta - y[rise] }
func (m *two) refractory() spike.Tick { return ticks(m.tRef) }
func (m *two) columns() []string      { return twoColumns }

func (m *two) reset(y *state) {
	y[vs] = m.EL
	y[ws]++
	y[rise] += m.jump
}

func (m *two) hold(y *state) {
	if m.Hold {
		y[vs] = m.EL
	}
}

func (m *two) slope(in *input, y, dy *state) {
	soma, dendrite := m.drive(y, dy)
	f := 1 / (1 + math.Exp(-(y[vd]-m.ed)/m.dd))
	dy[vs] = (-(y[vs] - m.EL) + soma + m.tauS/m.cs*(m.gs*f+m.b*y[ws]+in.current[0])) / m.tauS
	dy[vd] = (-(y[vd] - m.EL) + dendrite + m.tauD/m.cd*(m.gd*f+m.a*y[wd]+m.bap*in.bap+in.current[1])) / m.tauD
	dy[ws] = -y[ws] / m.tauWS
	dy[wd] = (y[vd] - m.EL - y[wd]) / m.tauWD
	dy[rise] = -y[rise] / m.tauTh
	if in.refractory && m.Hold {
		dy[vs] = 0
	}
}
