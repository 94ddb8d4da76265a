package neuron

import (
	"github.com/burstplex/burstplex/neuron/spike"
)

// replay advances neuron i through one step event by event: arrivals, edges of the back-propagating spike, the end
// of refractoriness and threshold crossings each end a part. The time of an arrival is recovered from its Pair,
// exactly for one arrival per channel, as the centroid for several.
func (p *twoCompartment) replay(d *twoDerived, u *two, v *twoInput, i int, t spike.Tick, arrive arriving,
	out *spike.Buffer) {
	if !(p.landed(d, u, v) <= d.strong) {
		p.stiff(d, u, v, i, t, arrive, out)
		return
	}
	stop := t + p.build.Step
	v.in = [twoChannels]Pair{}
	h := float32(p.build.Step.Milliseconds())
	is0, slopeS := v.is0, (v.is1-v.is0)/h
	id0, slopeD := v.id0, (v.id1-v.id0)/h

	for now := t; now < stop; {
		if p.edge[i] <= now {
			p.updateBox(i, now)
		}
		end := min(stop, p.edge[i], due(&arrive, u.g[:], now))
		refractory := p.refEnd[i] > now
		if refractory {
			end = min(end, p.refEnd[i])
		} else if u.x > float32(d.theta)+u.th {
			if now <= p.Last(i) { // no two spikes in one tick
				now++
				continue
			}
			p.fire(d, u, i, now, out) // above threshold as refractoriness ends
			continue
		}
		begin, r := float32((now - t).Milliseconds()), (end - now).Milliseconds()
		v.is0, v.id0, v.k = is0+float32(slopeS*begin), id0+float32(slopeD*begin), p.box[i]
		v.is1, v.id1 = v.is0+float32(slopeS*float32(r)), v.id0+float32(slopeD*float32(r))
		var c twoStep
		d.partial(r, &c)
		start := *u
		d.step(p, &c, u, v, refractory && p.spec.Hold)
		if refractory {
			now = end
			continue
		}
		if s, ok := p.crossing(d, &c, &start, u, v, r); ok {
			r *= s
			*u = start
			d.partial(r, &c)
			v.is1, v.id1 = v.is0+float32(slopeS*float32(r)), v.id0+float32(slopeD*float32(r))
			d.step(p, &c, u, v, false)
			end = moment(now, stop, r)
			p.fire(d, u, i, end, out)
		}
		now = end
	}
	due(&arrive, u.g[:], stop) // those that rounding put at the very end
	if p.edge[i] <= stop {
		p.updateBox(i, stop)
	}
}

// arriving returns what reaches neuron i of the shard in step s, which starts at t.
func (p *twoCompartment) arriving(in *Input, v *twoInput, s, i int, t spike.Tick) (a arriving) {
	if in.Kept {
		return arriving{kept: in.keptAt(s, i, t)}
	}
	for k, pair := range v.in {
		a.own[k] = arrivalIn(pair, p.tau[k], p.tau[k], p.tauSyn[k], t, in.Step)
	}
	return a
}

// humpSlope decides which steps are looked at closely for a spike although they end below threshold: those that end
// less than humpSlope (θ-E_L) h/τ_s below it. Without such a look three of four diverging trains are missed humps, at
// 0.4 (0.5 mV/ms with default parameters) hardly any are; beyond 0.4 nothing more is found.
const humpSlope = 0.4

// humpBend is how fast V_s's slope falls without arrivals, 1/ms, as a share of (θ-E_L)/τ_s: 2 mV/ms² with default
// parameters. Of 110,000 steps of the propagation network that ended within humpSlope of the threshold, 93 % could not
// have crossed it by this bound, and none of these had.
const humpBend = 1.6

// crossing returns the fraction of a part of r ms at which V_s first crosses the threshold, on the cubic through values
// and slopes at both ends. It may do so and be back below at the end: an inhibitory arrival bends V_s down.
func (p *twoCompartment) crossing(d *twoDerived, c *twoStep, a, b *two, v *twoInput, r float64) (s float64, ok bool) {
	f0, f1 := float64(a.x-a.th)-d.theta, float64(b.x-b.th)-d.theta
	if f1 < -humpSlope*d.theta*r/d.tauS {
		return 0, false
	}
	da, _, _, _, _ := d.slopes(p, c, a, v)
	end := *v
	end.is0, end.id0 = v.is1, v.id1
	db, _, _, _, _ := d.slopes(p, c, b, &end)
	m0 := float64((float64(da) + float64(a.th)/d.tauTh) * r)
	m1 := float64((float64(db) + float64(b.th)/d.tauTh) * r)
	return crossingIn(f0, f1, m0, m1)
}

// fire makes neuron i spike at a tick inside the step.
func (p *twoCompartment) fire(d *twoDerived, u *two, i int, at spike.Tick, out *spike.Buffer) {
	u.x = 0
	u.ws++
	u.th += float32(d.dTh)
	p.spiked(d, i, at, out)
}

// spiked emits a spike of neuron i and starts what follows it.
func (p *twoCompartment) spiked(d *twoDerived, i int, at spike.Tick, out *spike.Buffer) {
	p.Emit(out, i, at)
	p.refEnd[i] = at + d.ref
	p.spec.remember(p.guard, i, at, p.spikesOf(i))
	p.updateBox(i, at)
}

// spikesOf returns the recent spikes of neuron i.
func (p *twoCompartment) spikesOf(i int) []spike.Tick {
	m := len(p.recent) / p.build.N
	return p.recent[i*m : (i+1)*m]
}

// updateBox sets K and its next edge as they are from tick at on.
func (p *twoCompartment) updateBox(i int, at spike.Tick) {
	k, edge := float32(0), spike.Forever
	for _, s := range p.spikesOf(i) {
		on := s + p.bapDelay
		off := on + p.bapLen
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
