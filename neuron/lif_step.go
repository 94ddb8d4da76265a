package neuron

import "github.com/burstplex/burstplex/neuron/spike"

// lifState is the state of one neuron in registers.
type lifState struct{ x, ampa, gaba float32 }

// Advance implements Population.
func (p *lif) Advance(r Range, w spike.Window, in *Input, out *spike.Buffer) {
	p.advance(p, r, w, in, out)
}

func (p *lif) idle(i int, t spike.Tick) bool { return p.refEnd[i] <= t }

// one implements stepper.
func (p *lif) one(r Range, i, s int, t spike.Tick, in *Input, out *spike.Buffer) {
	d := derivedAt(p.derived, i)
	i0, i1 := in.Drives[0].At(in, s, i-r.Lo)
	exc, inh := in.Cells[0].at(in, s, i-r.Lo), in.Cells[1].at(in, s, i-r.Lo)
	before := lifState{p.x[i], p.g[0][i], p.g[1][i]}
	u, end := before, p.refEnd[i]
	switch {
	case end >= t+in.Step:
		u = d.held(u, exc, inh)
	case end > t || p.conductance && u.ampa+u.gaba+(exc.End+inh.End) > d.strong:
		u = p.replay(d, u, i, t, i0, i1, p.arriving(d, in, [2]Pair{exc, inh}, s, i-r.Lo, t), out)
	default:
		if p.conductance {
			u = p.step(d, u, i0, i1, exc, inh)
		} else {
			u = d.exact(u, i0, i1, exc, inh)
		}
		if t == 0 && before.x > d.th32 || u.x > d.th32 || p.left(d, before.x, u.x, inh) {
			u = p.replay(d, before, i, t, i0, i1, p.arriving(d, in, [2]Pair{exc, inh}, s, i-r.Lo, t), out)
		}
	}
	p.x[i], p.g[0][i], p.g[1][i] = u.x, u.ampa, u.gaba
}

// left returns whether inhibition that arrived in a step from V = x to n may have taken V back below threshold.
func (p *lif) left(d *lifDerived, x, n float32, inh Pair) bool {
	if p.conductance {
		return left(d.th32-x, n-x, d.toInh, d.rest, inh)
	}
	return left(d.th32-x, n-x, 1, d.rest, Pair{-inh.End, -inh.Area})
}

// held returns u a step later while V is held.
func (d *lifDerived) held(u lifState, exc, inh Pair) lifState {
	return lifState{u.x, fade(u.ampa+float32(u.ampa*d.fade[0])) + exc.End, fade(u.gaba+float32(u.gaba*d.fade[1])) +
		inh.End}
}

// exact returns u a whole step later with current synapses, without regard to the threshold.
func (d *lifDerived) exact(u lifState, i0, i1 float32, exc, inh Pair) lifState {
	x := float32(u.x*d.leak) + float32(i0*d.s0) + float32(float32((i1-i0)*d.invR)*d.s1)
	x += float32(u.ampa*d.area0[0]) + float32(u.gaba*d.area0[1]) + (exc.Area + inh.Area)
	return lifState{fade(u.x + x), fade(u.ampa+float32(u.ampa*d.fade[0])) + exc.End,
		fade(u.gaba+float32(u.gaba*d.fade[1])) + inh.End}
}

// step returns u a whole step later with conductances, without regard to the threshold.
func (p *lif) step(d *lifDerived, u lifState, i0, i1 float32, exc, inh Pair) lifState {
	fromExc, fromInh := p.eExc-u.x, p.eInh-u.x
	syn := float32(u.ampa*fromExc) + float32(u.gaba*fromInh)
	dx := float32((syn-u.x)*d.invTau) + float32(i0*d.invC)
	mid := float32(dx * d.half) // arrivals of this step find the membrane there
	x := float32(u.x*d.leak) + float32(i0*d.s0) + float32(float32((i1-i0)*d.invR)*d.s1)
	x += float32(u.ampa * (float32(d.area0[0]*fromExc) - float32(d.area1[0]*dx)))
	x += float32(u.gaba * (float32(d.area0[1]*fromInh) - float32(d.area1[1]*dx)))
	x += float32(exc.Area*(fromExc-mid)) + float32(inh.Area*(fromInh-mid))
	return lifState{fade(u.x + x), fade(u.ampa+float32(u.ampa*d.fade[0])) + exc.End,
		fade(u.gaba+float32(u.gaba*d.fade[1])) + inh.End}
}
