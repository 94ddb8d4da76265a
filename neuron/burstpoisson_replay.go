package neuron

import (
	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// replay advances neuron i through one step event by event: arrivals, the end of refractoriness, events and second
// spikes each end a part.
func (p *burstPoisson) replay(d *burstDerived, u *two, v *burstInput, i int, t spike.Tick, arrive arriving,
	out *spike.Buffer) {
	h := p.build.Step
	stop := t + h
	f := fineOf(u, v.is0, v.is1, v.id0, v.id1, h.Milliseconds())
	for now := t; now < stop; {
		end := min(stop, due(&arrive, f.g[:], now))
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
			end = moment(now, stop, r)
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
	due(&arrive, f.g[:], stop) // those that rounding put at the very end
	*u = f.single()
}

// arriving returns what reaches neuron i of the shard in step s, which starts at t.
func (p *burstPoisson) arriving(d *burstDerived, in *Input, v *burstInput, s, i int, t spike.Tick) (a arriving) {
	if in.Kept {
		return arriving{kept: in.keptAt(s, i, t)}
	}
	for k, pair := range v.in {
		tau := p.spec.TauS.Mean()
		if k >= apicalAMPA {
			tau = p.spec.TauD.Mean()
		}
		a.own[k] = arrivalIn(pair, tau, tau, d.tauSyn[k], t, in.Step)
	}
	return a
}

// event makes neuron i spike and draws whether and when a second spike follows.
func (p *burstPoisson) event(d *burstDerived, f *fine, i int, at spike.Tick, out *spike.Buffer) {
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
func (p *burstPoisson) part(d *burstDerived, f *fine, i int, r float64) (passed float64, event bool) {
	if p.escape {
		return p.escapePart(d, f, i, r)
	}
	if f.above(d) > 0 {
		return 0, true // above threshold as refractoriness ends
	}
	n := f.parts(d, r)
	if n > mostCourses {
		return d.flow.advance(f, r, 0, true)
	}
	s := r / float64(n)
	var c burstCourse
	for k := range n {
		f.course(d, &c)
		above := c.x
		above.add(&c.th, -1)
		above[0] -= d.theta
		if end := above.at(s); end > 0 {
			at := above.crossing(s, end)
			f.take(&c, at)
			return numeric.Madd(float64(k), s, at), true
		}
		f.take(&c, s)
	}
	return r, false
}

// escapePart is part for escape noise.
func (p *burstPoisson) escapePart(d *burstDerived, f *fine, i int, r float64) (passed float64, event bool) {
	if f.parts(d, r) > 1 { // V_s may bend
		f.risk = 0
		if passed, event = d.flow.advance(f, r, p.left[i], true); !event {
			p.left[i] -= f.risk
		}
		return passed, event
	}
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
func (f *fine) above(d *burstDerived) float64 { return f.x - f.th - d.theta }

// burstCourse is the course of the state.
type burstCourse struct {
	x, y, ws, wd, th course
	g                [twoChannels]course
}

// course returns the course of f from now on.
func (f *fine) course(d *burstDerived, c *burstCourse) {
	c.ws, c.th = decaying(f.ws, d.rateWS), decaying(f.th, d.rateTh)
	var load, drive [2]course // Σ g and Σ g E of soma and dendrite
	for k, g := range f.g {
		if g == 0 {
			c.g[k] = course{}
			continue
		}
		c.g[k] = decaying(g, d.rateSyn[k])
		load[k/3].add(&c.g[k], 1)
		drive[k/3].add(&c.g[k], d.e[k])
	}
	c.x[0], c.y[0], c.wd[0] = f.x, f.y, f.wd
	seen := &c.y // by the dendrite's synapses
	if d.atSoma {
		seen = &c.x
	}
	is, id := [courseOrder]float64{f.is, f.slopeS}, [courseOrder]float64{f.id, f.slopeD}
	for n := range courseOrder {
		synS, synD := drive[0][n]-load[0].times(&c.x, n), drive[1][n]-load[1].times(seen, n)
		dx := float64((synS-c.x[n])*d.rateS) + float64((float64(d.b*c.ws[n])+is[n])*d.perCS)
		dy := float64((synD-c.y[n])*d.rateD) + float64((float64(d.a*c.wd[n])+id[n])*d.perCD)
		dwd := float64((c.y[n] - c.wd[n]) * d.rateWD)
		c.x[n+1], c.y[n+1], c.wd[n+1] = dx*inverse[n+1], dy*inverse[n+1], dwd*inverse[n+1]
	}
}

// take moves f on by t ms of its course.
func (f *fine) take(c *burstCourse, t float64) {
	f.x, f.y, f.ws, f.wd, f.th = c.x.at(t), c.y.at(t), c.ws.at(t), c.wd.at(t), c.th.at(t)
	for k := range f.g {
		if f.g[k] != 0 {
			f.g[k] = c.g[k].at(t)
		}
	}
	f.is = numeric.Madd(f.slopeS, t, f.is)
	f.id = numeric.Madd(f.slopeD, t, f.id)
}

// mostCourses is how many courses are faster than a flow.
const mostCourses = 4

// parts returns how many courses r ms take.
func (f *fine) parts(d *burstDerived, r float64) int {
	soma, dendrite := 1.0, 1.0
	for k := somaAMPA; k <= somaGABA; k++ {
		soma += f.g[k]
		dendrite += f.g[k+apicalAMPA]
	}
	return partsOf(r, max(float64(soma*d.rateS), float64(dendrite*d.rateD), d.fastest))
}

// over advances f over r ms.
func (f *fine) over(d *burstDerived, r float64) {
	n := f.parts(d, r)
	if n > mostCourses {
		d.flow.advance(f, r, 0, false)
		return
	}
	s := r / float64(n)
	var c burstCourse
	for range n {
		f.course(d, &c)
		f.take(&c, s)
	}
}
