package oracle

import (
	"math"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// burstPoisson is the bursting neuron of the XOR network. Its variables are those of two; risk is the integral of
// the escape rate since the last event, outside of refractoriness.
type burstPoisson struct {
	*neuron.BurstPoisson
	synapses
	tauS, cs, tauD, cd, theta, jump, tauTh, tRef, delta, rho, ed, dd, b, tauWS, a, tauWD float64
	start                                                                                state
	key                                                                                  rng.Key
	i                                                                                    uint64
	events                                                                               uint64 // so far
}

func newBurstPoisson(s *neuron.BurstPoisson, d drawer) model {
	m := &burstPoisson{BurstPoisson: s, synapses: synapses{s.EExc, s.EInh, [3]float64{s.TauAMPA, s.TauNMDA, s.TauGABA},
		s.Driving == "soma"},
		tauS: d.of(s.TauS, "tau_s"), cs: d.of(s.CS, "c_s"), tauD: d.of(s.TauD, "tau_d"), cd: d.of(s.CD, "c_d"),
		theta: d.of(s.Theta, "threshold"), jump: d.of(s.DTh, "threshold_jump"), tauTh: d.of(s.TauTh, "tau_threshold"),
		tRef: d.of(s.TRef, "refractory"), delta: d.of(s.Delta, "escape_slope"), rho: d.of(s.Rho, "escape_rate"),
		ed: d.of(s.ED, "e_d"), dd: d.of(s.DD, "d_d"), b: d.of(s.B, "b"), tauWS: d.of(s.TauWS, "tau_ws"), a: d.of(s.A, "a"),
		tauWD: d.of(s.TauWD, "tau_wd"), key: d.key.Sub("events"), i: uint64(d.i)}
	i := &s.Initial
	m.start = state{d.start(i.VS, "v_s"), d.start(i.VD, "v_d"), d.start(i.WS, "w_s"), d.start(i.WD, "w_d")}
	return m
}

func (m *burstPoisson) dims() int              { return risk + 1 }
func (m *burstPoisson) initial() state         { return m.start }
func (m *burstPoisson) hold(*state)            {}
func (m *burstPoisson) refractory() spike.Tick { return ticks(m.tRef) }
func (m *burstPoisson) columns() []string      { return twoColumns }
func (m *burstPoisson) escapes() bool          { return m.Spiking == "escape" }

// above is how far the potential is above threshold, or the integrated rate above the exponential number of the
// next event: the 53 upper bits of words 2 and 3 of its block.
func (m *burstPoisson) above(y *state) float64 {
	if m.escapes() {
		w := m.key.Block(m.i, m.events)
		uniform := (float64(uint64(w[2])<<21|uint64(w[3])>>11) + 0.5) / (1 << 53)
		return y[risk] + math.Log(uniform)
	}
	return y[vs] - m.theta - y[rise]
}

func (m *burstPoisson) reset(y *state) {
	y[vs] = m.EL
	y[ws]++
	y[rise] += m.jump
	y[risk] = 0
	m.events++
}

// second returns the interval after which the event that comes now is followed by a second spike, and how surely: the
// distance of the burst probability from the random number that decides.
func (m *burstPoisson) second(y *state) (interval spike.Tick, surely float64) {
	w := m.key.Block(m.i, m.events)
	probability := 1 / (1 + math.Exp(-(y[vd]-m.ed)/m.dd))
	return ticks(m.BurstMin + (m.BurstMax-m.BurstMin)*rng.Unit(w[1])), probability - rng.Unit(w[0])
}

func (m *burstPoisson) slope(in *input, y, dy *state) {
	soma, dendrite := m.drive(y, dy)
	dy[vs] = (-(y[vs] - m.EL) + soma + m.tauS/m.cs*(m.b*y[ws]+in.current[0])) / m.tauS
	dy[vd] = (-(y[vd] - m.EL) + dendrite + m.tauD/m.cd*(m.a*y[wd]+in.current[1])) / m.tauD
	dy[ws] = -y[ws] / m.tauWS
	dy[wd] = (y[vd] - m.EL - y[wd]) / m.tauWD
	dy[rise] = -y[rise] / m.tauTh
	dy[risk] = 0
	if m.escapes() && !in.refractory {
		dy[risk] = m.rho / 1000 * math.Exp((y[vs]-m.theta-y[rise])/m.delta)
	}
}
