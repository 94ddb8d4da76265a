package neuron

import (
	"github.com/burstplex/burstplex/neuron/spike"
)

// replay advances neuron i through one step event by event: arrivals, edges of the back-propagating spike, the end
// of refractoriness and threshold crossings each end a part. The time of an arrival is recovered from its Pair,
// exactly for one arrival per channel, as the centroid for several.
func (p *twoCompartment) replay(d *twoDerived, u *two, v *twoInput, i int, t spike.Tick, out *spike.Buffer) {
	stop := t + p.build.Step
	arrive, weight := p.arrivals(v, t)
	v.in = [twoChannels]Pair{}
	h := float32(p.build.Step.Milliseconds())
	is0, slopeS := v.is0, (v.is1-v.is0)/h
	id0, slopeD := v.id0, (v.id1-v.id0)/h

	for now := t; now < stop; {
		p.updateBox(i, now)
		end := min(stop, p.edge[i])
		for k, a := range arrive {
			if weight[k] != 0 && a <= now {
				u.g[k] += weight[k]
				weight[k] = 0
			} else if weight[k] != 0 {
				end = min(end, a)
			}
		}
		refractory := p.refEnd[i] > now
		if refractory {
			end = min(end, p.refEnd[i])
		} else if u.x > float32(d.theta)+u.th {
			p.fire(d, u, i, now, out) // above threshold as refractoriness ends
			continue
		}
		begin, r := float32((now - t).Milliseconds()), (end - now).Milliseconds()
		v.is0, v.id0, v.k = is0+float32(slopeS*begin), id0+float32(slopeD*begin), p.box[i]
		v.is1, v.id1 = v.is0+float32(slopeS*float32(r)), v.id0+float32(slopeD*float32(r))
		var c twoStep
		p.spec.coefficients(d, r, &c)
		start := *u
		d.step(p, &c, u, v)
		switch {
		case refractory && p.spec.Hold:
			u.x = 0
		case !refractory && u.x > float32(d.theta)+u.th:
			r = p.crossing(d, &c, &start, u, v, r)
			*u = start
			p.spec.coefficients(d, r, &c)
			v.is1, v.id1 = v.is0+float32(slopeS*float32(r)), v.id0+float32(slopeD*float32(r))
			d.step(p, &c, u, v)
			end = min(now+spike.Tick(r*1e6), stop-1)
			p.fire(d, u, i, end, out)
		}
		now = end
	}
	for k := range u.g { // arrivals that rounding put at the very end
		u.g[k] += weight[k]
	}
	p.updateBox(i, stop)
}

// arrivals recovers when and with which weight each channel's input arrived in the step that starts at t.
func (p *twoCompartment) arrivals(v *twoInput, t spike.Tick) (at [twoChannels]spike.Tick, weight [twoChannels]float32) {
	h := p.build.Step.Milliseconds()
	for k, in := range v.in {
		if in.End == 0 {
			continue
		}
		tau, syn := p.spec.TauS.Mean(), [...]float64{p.spec.TauAMPA, p.spec.TauNMDA, p.spec.TauGABA}[k%3]
		if k >= apicalAMPA {
			tau = p.spec.TauD.Mean()
		}
		// Area/End = rest/tau (1 + rest/2 (1/syn - 1/tau) + ...): one correction leaves a relative error of 1e-4.
		rest := float64(in.Area/in.End) * tau
		rest = max(0, min(h, rest*(1-rest/2*(1/syn-1/tau))))
		decay, _, _ := ramp(syn, rest)
		at[k], weight[k] = t+p.build.Step-ticksOf(rest), in.End/float32(decay)
	}
	return at, weight
}

// crossing returns the time after the start of a part of length r at which V_s crosses the threshold: the root of the
// cubic through values and slopes at both ends.
func (p *twoCompartment) crossing(d *twoDerived, c *twoStep, a, b *two, v *twoInput, r float64) float64 {
	da, _, _, _, _ := d.slopes(p, c, a, v)
	end := *v
	end.is0, end.id0 = v.is1, v.id1
	db, _, _, _, _ := d.slopes(p, c, b, &end)
	f0, f1 := float64(a.x-a.th)-d.theta, float64(b.x-b.th)-d.theta
	m0 := (float64(da) + float64(a.th)/d.tauTh) * r
	m1 := (float64(db) + float64(b.th)/d.tauTh) * r
	// f(s) = f0 + m0 s + c2 s^2 + c3 s^3 on [0, 1], f0 <= 0 < f1: Newton, kept inside a shrinking bracket.
	c2, c3 := 3*(f1-f0)-2*m0-m1, m0+m1-2*(f1-f0)
	lo, hi := 0.0, 1.0
	s := f0 / (f0 - f1)
	for range 40 {
		f := f0 + s*(m0+s*(c2+s*c3))
		if f > 0 {
			hi = s
		} else {
			lo = s
		}
		next := s - f/(m0+s*(2*c2+s*3*c3))
		if !(next > lo && next < hi) {
			next = (lo + hi) / 2
		}
		if diff := next - s; diff < 1e-9 && diff > -1e-9 {
			return next * r
		}
		s = next
	}
	return s * r
}

// fire makes neuron i spike at a tick inside the step.
func (p *twoCompartment) fire(d *twoDerived, u *two, i int, at spike.Tick, out *spike.Buffer) {
	p.Emit(out, i, at)
	u.x = 0
	u.ws++
	u.th += float32(d.dTh)
	p.refEnd[i] = at + d.ref
	recent := p.recent[i*bapMemory : (i+1)*bapMemory]
	copy(recent[1:], recent)
	recent[0] = at
	p.updateBox(i, at)
}

// updateBox sets K and its next edge as they are from tick at on.
func (p *twoCompartment) updateBox(i int, at spike.Tick) {
	delay, length := ticksOf(p.spec.BapDelay), ticksOf(p.spec.BapLen)
	k, edge := float32(0), spike.Forever
	for _, s := range p.recent[i*bapMemory : (i+1)*bapMemory] {
		on := s + delay
		off := on + length
		switch {
		case at < on:
			edge = min(edge, on)
		case at < off:
			k++
			edge = min(edge, off)
		}
	}
	if p.spec.BapSum == "merge" && k > 1 {
		k = 1
	}
	p.box[i], p.edge[i] = k, edge
}
