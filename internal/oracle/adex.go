package oracle

import (
	"math"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
)

// adex is the adaptive exponential integrate-and-fire neuron: y = V (mV), w (pA), ampa, gaba (leaks).
type adex struct {
	*neuron.AdEx
	c, gl, theta, delta, vReset, tRef, a, b, tauW float64
	start                                         state
}

func newAdEx(s *neuron.AdEx, d drawer) *adex {
	m := &adex{AdEx: s, c: d.of(s.CM, "c_m"), gl: d.of(s.GL, "g_l"), theta: d.of(s.Theta, "threshold"),
		delta:  d.of(s.Delta, "slope"),
		vReset: d.of(s.Reset, "reset"), tRef: d.of(s.TRef, "refractory"), a: d.of(s.A, "a"), b: d.of(s.B, "b"),
		tauW:  d.of(s.TauW, "tau_w"),
		start: state{d.start(s.Initial.V, "v"), d.start(s.Initial.W, "w")}}
	if s.Hold == "rest" {
		m.vReset = s.EL
	}
	return m
}

func (m *adex) dims() int              { return 4 }
func (m *adex) initial() state         { return m.start }
func (m *adex) above(y *state) float64 { return y[0] - m.Peak }
func (m *adex) hold(y *state)          { y[0] = m.vReset }
func (m *adex) refractory() spike.Tick { return ticks(m.tRef) }
func (m *adex) columns() []string      { return []string{"v", "w", "g_ampa", "g_gaba"} }

func (m *adex) reset(y *state) {
	y[0] = m.vReset
	y[1] += m.b
}

func (m *adex) slope(in *input, y, dy *state) {
	dy[2], dy[3] = -y[2]/m.TauAMPA, -y[3]/m.TauGABA
	dy[1] = (m.a*(y[0]-m.EL) - y[1]) / m.tauW
	dy[0] = 0
	if !in.refractory {
		// beyond the peak nothing is asked of it
		upswing := m.gl * m.delta * math.Exp((min(y[0], m.Peak+5*m.delta)-m.theta)/m.delta)
		synaptic := m.gl * (y[2]*(m.EExc-y[0]) + y[3]*(m.EInh-y[0]))
		dy[0] = (-m.gl*(y[0]-m.EL) + upswing + synaptic - y[1] + in.current[0]) / m.c
	}
}

func (m *adex) arrive(_, receptor string, w float64, y *state) {
	if receptor == "ampa" {
		y[2] += w
	} else {
		y[3] += w
	}
}
