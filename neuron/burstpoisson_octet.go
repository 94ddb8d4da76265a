package neuron

import (
	"math/bits"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
	"github.com/burstplex/burstplex/neuron/spike"
)

// constants returns what the vector kernel needs of the parameters.
func (d *burstDerived) constants() *lanes.Constants {
	var c lanes.Constants
	for i, v := range map[int]float32{lanes.ToExc: d.to[somaAMPA], lanes.ToInh: d.to[somaGABA], lanes.InvTauS: d.invTauS, lanes.InvCS: d.invCS,
		lanes.InvTauD: d.invTauD, lanes.InvCD: d.invCD, lanes.A: d.a32, lanes.B: d.b32, lanes.Half: d.half, lanes.InvR: d.invR,
		lanes.LeakS: d.leakS, lanes.WSS: d.wsS, lanes.S0: d.s0, lanes.S1: d.s1, lanes.M11: d.m11, lanes.M12: d.m12, lanes.Q0: d.q0, lanes.Q1: d.q1,
		lanes.M21: d.m21, lanes.M22: d.m22, lanes.W0: d.w0, lanes.W1: d.w1, lanes.FadeWS: d.fadeWS, lanes.FadeTh: d.fadeTh,
		lanes.Watch: d.watch, lanes.Th32: d.th32} {
		c.Set(i, v)
	}
	for k := range d.fade {
		c.Set(lanes.Fade+k, d.fade[k])
		c.Set(lanes.Area0+k, d.area0[k])
		c.Set(lanes.Area1+k, d.area1[k])
	}
	return &c
}

// schedule notes which lanes of the octet at neuron i are refractory from t on, and when that or a second spike is due.
func (p *burstPoisson) schedule(o *octet, i int, t spike.Tick) {
	o.due, o.held = spike.Forever, 0
	for l := range lanes.Width {
		if end := p.refEnd[i+l]; end > t {
			o.held |= 1 << l
			o.due = min(o.due, end)
		}
		if second := p.second[i+l]; second != 0 {
			o.due = min(o.due, second)
		}
	}
}

// advanceOctet is advanceOne for eight neurons from i on.
func (p *burstPoisson) advanceOctet(kernel stepKernel, o *octet, r Range, i int, w spike.Window, in *Input, out *spike.Buffer) {
	h, d := in.Step, p.derived[0]
	s := soa{p.x, p.y, p.ws, p.wd, p.th, &p.g}
	o.load(&s, i)
	p.schedule(o, i, w.From)
	for k := range in.Steps {
		t := w.From + spike.Tick(k)*h
		o.receive(in, k, i-r.Lo)
		again := kernel(p.constants, &o.u, &o.in, &o.before) &^ o.held
		if o.due < t+h {
			again = p.special(o, d, i, t, again, out)
		}
		if again == 0 {
			continue
		}
		for m := again; m != 0; m &= m - 1 {
			l := bits.TrailingZeros32(m)
			u, v := lane(&o.before, l), receiveBurst(in, k, i+l-r.Lo)
			p.replay(d, &u, &v, i+l, t, out)
			o.put(l, &u)
		}
		p.schedule(o, i, t+h)
	}
	o.store(&s, i)
}

// special emits the second spikes of refractory lanes and returns the lanes to be replayed: those of again, and those
// whose refractory period ends within the step that starts at t.
func (p *burstPoisson) special(o *octet, d *burstDerived, i int, t spike.Tick, again uint32, out *spike.Buffer) uint32 {
	stop := t + p.build.Step
	for l := range lanes.Width {
		switch end := p.refEnd[i+l]; {
		case end >= stop:
			if at := p.second[i+l]; at != 0 && at < stop {
				p.emitSecond(d, i+l, at, out)
			}
		case end > t:
			again |= 1 << l
		}
	}
	p.schedule(o, i, stop)
	return again
}
