package neuron

import (
	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// fineBurst is the state of one neuron within a step that is replayed, in double precision, and its currents (pA) with
// their slopes (pA/ms).
type fineBurst struct {
	x, y, ws, wd, th       float64
	g                      [twoChannels]float64
	is, id, slopeS, slopeD float64
}

// replay advances neuron i through one step event by event: arrivals, the end of refractoriness, events and second
// spikes each end a part.
func (p *burstPoisson) replay(d *burstDerived, u *two, v *burstInput, i int, t spike.Tick, out *spike.Buffer) {
	h := p.build.Step
	stop := t + h
	var arrive [twoChannels]arrival
	for k := range arrive {
		tau := p.spec.TauS.Mean()
		if k >= apicalAMPA {
			tau = p.spec.TauD.Mean()
		}
		arrive[k] = arrivalIn(v.in[k], tau, tau, d.tauSyn[k], t, h)
	}
	f := fineBurst{x: float64(u.x), y: float64(u.y), ws: float64(u.ws), wd: float64(u.wd), th: float64(u.th),
		is: float64(v.is0), id: float64(v.id0), slopeS: float64(v.is1-v.is0) / h.Milliseconds(), slopeD: float64(v.id1-v.id0) / h.Milliseconds()}
	for k, g := range u.g {
		f.g[k] = float64(g)
	}
	for now := t; now < stop; {
		end := min(stop, due(arrive[:], f.g[:], now))
		if second := p.second[i]; second != 0 {
			if second <= now {
				p.emitSecond(d, i, now, out)
			} else {
				end = min(end, second)
			}
		}
		if p.refEnd[i] > now {
			end = min(end, p.refEnd[i])
			f.over(d, (end - now).Milliseconds())
		} else if r, event := p.part(d, &f, i, (end - now).Milliseconds()); event {
			end = min(now+spike.Tick(r*1e6), stop-1)
			if end <= p.Last(i) { // no two spikes in one tick
				end++
			}
			if end == stop {
				break // still above threshold: spikes in the next step
			}
			p.event(d, &f, i, end, out)
		}
		now = end
	}
	due(arrive[:], f.g[:], stop) // those that rounding put at the very end
	*u = two{x: fade(float32(f.x)), y: fade(float32(f.y)), ws: fade(float32(f.ws)), wd: fade(float32(f.wd)), th: fade(float32(f.th))}
	for k, g := range f.g {
		u.g[k] = fade(float32(g))
	}
}

// event makes neuron i spike and draws whether and when a second spike follows.
func (p *burstPoisson) event(d *burstDerived, f *fineBurst, i int, at spike.Tick, out *spike.Buffer) {
	p.Emit(out, i, at)
	words := p.key.Block(uint64(i), p.events[i])
	if rng.Unit(words[0]) < 1/(1+numeric.Exp((d.ed-f.y)/d.dd)) {
		p.second[i] = at + ticksOf(numeric.Madd(p.spec.BurstMax-p.spec.BurstMin, rng.Unit(words[1]), p.spec.BurstMin))
	}
	p.refEnd[i] = at + d.ref
	p.events[i]++
	if p.escape {
		p.left[i] = hazardOf(p.key.Block(uint64(i), p.events[i]))
	}
	f.x = 0
	f.ws++
	f.th += d.dTh
}

// emitSecond emits the second spike of a burst, which leaves everything but the refractory period alone.
func (p *burstPoisson) emitSecond(d *burstDerived, i int, at spike.Tick, out *spike.Buffer) {
	p.Emit(out, i, at)
	p.second[i] = 0
	if p.spec.Dead != "event" {
		p.refEnd[i] = at + d.ref
	}
}

// hazardOf returns the Exp(1) number of an event's block.
func hazardOf(words [4]uint32) float64 {
	return -numeric.Log((float64(uint64(words[2])<<21|uint64(words[3])>>11) + 0.5) / (1 << 53))
}

// part advances f over r ms, or to an event within. It returns the time that has passed.
func (p *burstPoisson) part(d *burstDerived, f *fineBurst, i int, r float64) (passed float64, event bool) {
	if p.escape {
		return p.escapePart(d, f, i, r)
	}
	if f.above(d) > 0 {
		return 0, true // above threshold as refractoriness ends
	}
	start := *f
	f.over(d, r)
	if f.above(d) <= 0 {
		return r, false
	}
	s := hermiteRoot(start.above(d), f.above(d), float64(start.rise(d)*r), float64(f.rise(d)*r))
	*f = start
	r = float64(r * s)
	f.over(d, r)
	return r, true
}

// escapePart is part for escape noise.
func (p *burstPoisson) escapePart(d *burstDerived, f *fineBurst, i int, r float64) (passed float64, event bool) {
	start := *f
	f.over(d, r)
	inv := float64(d.invDelta)
	from, to := float64(start.above(d)*inv), float64(f.above(d)*inv)
	z := to - from
	risk := float64(d.rate) * r / p.build.Step.Milliseconds() * numeric.Exp(from) // if the rate stayed
	whole := float64(risk * (1 + z/2))
	steep := z > 1e-6 || z < -1e-6
	if steep {
		whole = risk * (numeric.Exp(z) - 1) / z
	}
	if whole < p.left[i] {
		p.left[i] -= whole
		return r, false
	}
	s := p.left[i] / risk
	if steep {
		s = numeric.Log(max(1+float64(s*z), 1e-300)) / z
	}
	*f = start
	r = float64(r * min(max(s, 0), 1))
	f.over(d, r)
	return r, true
}

// above returns how far V_s is above threshold.
func (f *fineBurst) above(d *burstDerived) float64 { return f.x - f.th - d.theta }

// rise returns how fast V_s rises against the threshold.
func (f *fineBurst) rise(d *burstDerived) float64 {
	dx, _, _ := f.slopes(d)
	return dx + f.th/d.tauTh
}

// slopes returns the time derivatives of V_s, V_d and w_d.
func (f *fineBurst) slopes(d *burstDerived) (dx, dy, dwd float64) {
	at := f.y
	if d.atSoma {
		at = f.x
	}
	var synS, synD float64
	for k := somaAMPA; k <= somaGABA; k++ {
		synS += float64(f.g[k] * (d.e[k] - f.x))
		synD += float64(f.g[k+apicalAMPA] * (d.e[k] - at))
	}
	dx = (synS-f.x)/d.tauS + (float64(d.b*f.ws)+f.is)/d.cs
	dy = (synD-f.y)/d.tauD + (float64(d.a*f.wd)+f.id)/d.cd
	return dx, dy, (f.y - f.wd) / d.tauWD
}

// burstDecays is what is left of what decays on its own.
type burstDecays struct {
	ws, th float64
	g      [twoChannels]float64
}

// decays returns what is left after r ms; of conductances that are 0 it says nothing.
func (f *fineBurst) decays(d *burstDerived, r float64) (left burstDecays) {
	left.ws, left.th = numeric.Exp(-r/d.tauWS), numeric.Exp(-r/d.tauTh)
	for k := range f.g {
		if f.g[k] != 0 {
			left.g[k] = numeric.Exp(-r / d.tauSyn[k])
		}
	}
	return left
}

// relax lets what decays on its own do so over r ms and moves the currents on.
func (f *fineBurst) relax(left *burstDecays, r float64) {
	f.ws *= left.ws
	f.th *= left.th
	for k := range f.g {
		f.g[k] *= left.g[k]
	}
	f.is = numeric.Madd(f.slopeS, r, f.is)
	f.id = numeric.Madd(f.slopeD, r, f.id)
}

// moved returns f with V_s, V_d and w_d moved from those of base along slopes for r ms.
func (f fineBurst) moved(base *fineBurst, r, dx, dy, dwd float64) fineBurst {
	f.x, f.y, f.wd = numeric.Madd(r, dx, base.x), numeric.Madd(r, dy, base.y), numeric.Madd(r, dwd, base.wd)
	return f
}

// over advances f over r ms by Runge-Kutta steps of fourth order that are short against the effective time constants.
func (f *fineBurst) over(d *burstDerived, r float64) {
	var soma, dendrite float64
	for k := somaAMPA; k <= somaGABA; k++ {
		soma += f.g[k]
		dendrite += f.g[k+apicalAMPA]
	}
	n := 1 + int(4*r*max((1+soma)/d.tauS, (1+dendrite)/d.tauD))
	s := r / float64(n)
	left := f.decays(d, s/2)
	for range n {
		mid := *f
		mid.relax(&left, s/2)
		end := mid
		end.relax(&left, s/2)
		x0, y0, w0 := f.slopes(d)
		mid = mid.moved(f, s/2, x0, y0, w0)
		x1, y1, w1 := mid.slopes(d)
		mid = mid.moved(f, s/2, x1, y1, w1)
		x2, y2, w2 := mid.slopes(d)
		end = end.moved(f, s, x2, y2, w2)
		x3, y3, w3 := end.slopes(d)
		*f = end.moved(f, s/6, x0+2*(x1+x2)+x3, y0+2*(y1+y2)+y3, w0+2*(w1+w2)+w3)
	}
}
