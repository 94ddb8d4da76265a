package neuron

import (
	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/spike"
)

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
		u = p.replay(d, u, i, t, i0, i1, [2]Pair{exc, inh}, out)
	default:
		if p.conductance {
			u = p.step(d, u, i0, i1, exc, inh)
		} else {
			u = d.exact(u, i0, i1, exc, inh)
		}
		if u.x > d.watch && (u.x > d.th32 || exc.Area < 0 || inh.Area != 0) {
			u = p.replay(d, before, i, t, i0, i1, [2]Pair{exc, inh}, out)
		}
	}
	p.x[i], p.g[0][i], p.g[1][i] = u.x, u.ampa, u.gaba
}

// held returns u a step later while V is held.
func (d *lifDerived) held(u lifState, exc, inh Pair) lifState {
	return lifState{u.x, fade(u.ampa+float32(u.ampa*d.fade[0])) + exc.End, fade(u.gaba+float32(u.gaba*d.fade[1])) + inh.End}
}

// exact returns u a whole step later with current synapses, without regard to the threshold.
func (d *lifDerived) exact(u lifState, i0, i1 float32, exc, inh Pair) lifState {
	x := float32(u.x*d.leak) + float32(i0*d.s0) + float32(float32((i1-i0)*d.invR)*d.s1)
	x += float32(u.ampa*d.area0[0]) + float32(u.gaba*d.area0[1]) + (exc.Area + inh.Area)
	return lifState{fade(u.x + x), fade(u.ampa+float32(u.ampa*d.fade[0])) + exc.End, fade(u.gaba+float32(u.gaba*d.fade[1])) + inh.End}
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
	return lifState{fade(u.x + x), fade(u.ampa+float32(u.ampa*d.fade[0])) + exc.End, fade(u.gaba+float32(u.gaba*d.fade[1])) + inh.End}
}

// fineLIF is the state of one neuron within a step that is replayed, in double precision.
type fineLIF struct {
	x              float64
	g              [2]float64
	current, slope float64 // pA, pA/ms
}

// replay returns the state u of neuron i a step later, event by event: arrivals, the end of refractoriness and spikes each
// end a part.
func (p *lif) replay(d *lifDerived, u lifState, i int, t spike.Tick, i0, i1 float32, in [2]Pair, out *spike.Buffer) lifState {
	h := p.build.Step
	stop := t + h
	tau, scale := p.spec.TauM.Mean(), p.spec.areaScale(p.spec.TauM.Mean(), p.spec.CM.Mean())
	var arrive [2]arrival
	for k := range arrive {
		arrive[k] = arrivalIn(in[k], scale, tau, d.tauSyn[k], t, h)
	}
	f := fineLIF{x: float64(u.x), g: [2]float64{float64(u.ampa), float64(u.gaba)}, slope: float64(i1-i0) / h.Milliseconds()}
	for now := t; now < stop; {
		end := min(stop, due(arrive[:], f.g[:], now))
		f.current = numeric.Madd((now - t).Milliseconds(), f.slope, float64(i0))
		if p.refEnd[i] > now {
			end = min(end, p.refEnd[i])
			f.x = d.reset
			f.synapses(d.decays((end - now).Milliseconds()))
		} else if r, crossed := p.part(d, &f, (end - now).Milliseconds()); crossed {
			end = min(now+spike.Tick(r*1e6), stop-1)
			if end <= p.Last(i) { // no two spikes in one tick
				end++
			}
			if end == stop {
				break // still above threshold: spikes in the next step
			}
			p.Emit(out, i, end)
			f.x = d.reset
			p.refEnd[i] = end + d.ref
		}
		now = end
	}
	due(arrive[:], f.g[:], stop) // those that rounding put at the very end
	return lifState{float32(f.x), fade(float32(f.g[0])), fade(float32(f.g[1]))}
}

// part advances f over r ms, or to a threshold crossing within. It returns the time that has passed.
func (p *lif) part(d *lifDerived, f *fineLIF, r float64) (passed float64, crossed bool) {
	if f.x > d.theta {
		return 0, true
	}
	start := *f
	p.over(d, f, r)
	if f.x <= d.theta {
		return r, false
	}
	s := hermiteRoot(start.x-d.theta, f.x-d.theta, float64(p.slopeOf(d, &start)*r), float64(p.slopeOf(d, f)*r))
	*f = start
	r = float64(r * s)
	p.over(d, f, r)
	return r, true
}

// slopeOf returns dV/dt.
func (p *lif) slopeOf(d *lifDerived, f *fineLIF) float64 {
	s := f.current/d.cm - f.x/d.tau
	if !p.conductance {
		return s + float64((f.g[0]+f.g[1])*d.gain)
	}
	return s + float64((float64(f.g[0]*(d.e[0]-f.x))+float64(f.g[1]*(d.e[1]-f.x)))*d.gain)
}

// decays returns what is left of conductances or currents after r ms.
func (d *lifDerived) decays(r float64) [2]float64 {
	return [2]float64{numeric.Exp(-r / d.tauSyn[0]), numeric.Exp(-r / d.tauSyn[1])}
}

// synapses lets conductances or currents decay to a part.
func (f *fineLIF) synapses(part [2]float64) {
	f.g[0] *= part[0]
	f.g[1] *= part[1]
}

// over advances f over r ms: exactly with current synapses, otherwise by Runge-Kutta steps of fourth order that
// are short against the effective time constant.
func (p *lif) over(d *lifDerived, f *fineLIF, r float64) {
	if !p.conductance {
		decay, p0, p1 := ramp(d.tau, r)
		x := float64(f.x*decay) + float64(p0/d.cm*f.current) + float64(p1/d.cm*f.slope)
		for k, syn := range d.tauSyn {
			m0, _ := cross(d.tau, syn, r)
			x += float64(m0 * d.gain * f.g[k])
		}
		f.x = x
		f.synapses(d.decays(r))
		f.current = numeric.Madd(f.slope, r, f.current)
		return
	}
	n := 1 + int(4*r*(1+f.g[0]+f.g[1])/d.tau)
	s := r / float64(n)
	half := s / 2
	part := d.decays(half)
	for range n {
		mid := *f
		mid.synapses(part)
		end := mid
		end.synapses(part)
		mid.current = numeric.Madd(f.slope, half, f.current)
		end.current = numeric.Madd(f.slope, s, f.current)
		k0 := p.slopeOf(d, f)
		mid.x = numeric.Madd(half, k0, f.x)
		k1 := p.slopeOf(d, &mid)
		mid.x = numeric.Madd(half, k1, f.x)
		k2 := p.slopeOf(d, &mid)
		end.x = numeric.Madd(s, k2, f.x)
		k3 := p.slopeOf(d, &end)
		end.x = numeric.Madd(s/6, k0+2*(k1+k2)+k3, f.x)
		*f = end
	}
}
