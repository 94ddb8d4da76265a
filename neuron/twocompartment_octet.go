package neuron

import (
	"math/bits"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
	"github.com/burstplex/burstplex/neuron/spike"
)

// constants returns what the vector kernel needs of the parameters.
func (d *twoDerived) constants(s *TwoCompartment) *lanes.Constants {
	var c lanes.Constants
	f := &d.full
	for i, v := range map[int]float32{lanes.ToExc: float32(s.EExc - s.EL), lanes.ToInh: float32(s.EInh - s.EL), lanes.InvTauS: f.invTauS, lanes.InvCS: f.invCS,
		lanes.InvTauD: f.invTauD, lanes.InvCD: f.invCD, lanes.A: f.a, lanes.B: f.b, lanes.Half: 0.5 * f.r, lanes.InvR: f.invR,
		lanes.LeakS: f.decayS, lanes.WSS: f.ws, lanes.S0: f.s0, lanes.S1: f.s1, lanes.M11: f.m11, lanes.M12: f.m12, lanes.Q0: f.q0, lanes.Q1: f.q1,
		lanes.M21: f.m21, lanes.M22: f.m22, lanes.W0: f.w0, lanes.W1: f.w1, lanes.FadeWS: f.decayWS, lanes.FadeTh: f.decayTh,
		lanes.Watch: d.watch, lanes.GS: f.gs, lanes.GD: f.gd, lanes.C: f.c, lanes.ED: d.ed, lanes.InvDD: d.invDD, lanes.ShareS: f.shareS, lanes.ShareD: f.shareD} {
		c.Set(i, v)
	}
	for k := range f.decay {
		c.Set(lanes.Fade+k, f.decay[k])
		c.Set(lanes.Area0+k, f.area0[k])
		c.Set(lanes.Area1+k, f.area1[k])
	}
	return &c
}

// schedule notes which lanes of the octet at neuron i cannot spike from t on, and when a lane must be replayed: at the end of
// its refractory period, at an edge of its back-propagating spike, or at once if refractoriness holds V_s.
func (p *twoCompartment) schedule(o *octet, i int, t spike.Tick) {
	o.due, o.held = spike.Forever, 0
	for l := range lanes.Width {
		o.due = min(o.due, p.edge[i+l])
		if end := p.refEnd[i+l]; end >= t {
			o.held |= 1 << l
			if o.due = min(o.due, end); p.spec.Hold {
				o.due = t
			}
		}
	}
}

// advanceOctet is advanceOne for eight neurons from i on.
func (p *twoCompartment) advanceOctet(kernel stepKernel, o *octet, r Range, i int, w spike.Window, in *Input, out *spike.Buffer) {
	h, d := in.Step, p.derived[0]
	s := soa{p.x, p.y, p.ws, p.wd, p.th, &p.g}
	o.load(&s, i)
	p.schedule(o, i, w.From)
	for k := range in.Steps {
		t := w.From + spike.Tick(k)*h
		o.receive(in, k, i-r.Lo)
		o.in.Box = lanes.Vec(p.box[i:])
		again := kernel(p.constants, &o.u, &o.in, &o.before) &^ o.held
		if o.due < t+h {
			again = p.special(i, t, again)
		}
		if again == 0 {
			continue
		}
		for m := again; m != 0; m &= m - 1 {
			l := bits.TrailingZeros32(m)
			u, v := lane(&o.before, l), p.receive(in, k, i+l, r)
			p.replay(d, &u, &v, i+l, t, out)
			o.put(l, &u)
		}
		p.schedule(o, i, t+h)
	}
	o.store(&s, i)
}

// special returns the lanes to be replayed: those of again, and those with an edge or an end of refractoriness within the
// step that starts at t.
func (p *twoCompartment) special(i int, t spike.Tick, again uint32) uint32 {
	stop := t + p.build.Step
	for l := range lanes.Width {
		end := p.refEnd[i+l]
		if p.edge[i+l] < stop || end >= t && (end < stop || p.spec.Hold) {
			again |= 1 << l
		}
	}
	return again
}
