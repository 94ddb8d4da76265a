package oracle

import (
	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
)

// lif is the leaky integrate-and-fire neuron: y = V (mV), what ampa opened, what gaba opened.
type lif struct {
	*neuron.LIF
	tau, c, theta, vReset, tRef float64
	start                       state
}

func newLIF(s *neuron.LIF, d drawer) model {
	return &lif{LIF: s, tau: d.of(s.TauM, "tau_m"), c: d.of(s.CM, "c_m"), theta: d.of(s.Theta, "threshold"),
		vReset: d.of(s.Reset, "reset"), tRef: d.of(s.TRef, "refractory"),
		start: state{d.start(s.Initial.V, "v"), d.start(s.Initial.GExc, "g_exc"), d.start(s.Initial.GInh, "g_inh")}}
}

func (m *lif) dims() int              { return 3 }
func (m *lif) initial() state         { return m.start }
func (m *lif) above(y *state) float64 { return y[0] - m.theta }
func (m *lif) reset(y *state)         { y[0] = m.vReset }
func (m *lif) hold(y *state)          { y[0] = m.vReset }
func (m *lif) refractory() spike.Tick { return ticks(m.tRef) }
func (m *lif) columns() []string      { return []string{"v", "g_ampa", "g_gaba"} }

func (m *lif) slope(in *input, y, dy *state) {
	dy[1], dy[2] = -y[1]/m.TauExc, -y[2]/m.TauInh
	if in.refractory {
		dy[0] = 0
		return
	}
	var synaptic float64
	switch {
	case m.Synapses != "current":
		synaptic = y[1]*(m.EExc-y[0]) + y[2]*(m.EInh-y[0])
	case m.WeightUnit == "mV":
		synaptic = y[1] + y[2]
	default:
		synaptic = m.tau / m.c * (y[1] + y[2])
	}
	dy[0] = (-(y[0] - m.EL) + synaptic + m.tau/m.c*in.current[0]) / m.tau
}

func (m *lif) arrive(_, receptor string, w float64, y *state) {
	if receptor == "ampa" {
		y[1] += w
	} else {
		y[2] += w
	}
}
