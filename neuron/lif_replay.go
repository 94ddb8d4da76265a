package neuron

import (
	"math"

	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/spike"
)

// fineLIF is the state of one neuron within a step that is replayed, in double precision.
type fineLIF struct {
	x              float64
	g              [2]float64
	current, slope float64 // pA, pA/ms
}

// replay returns the state u of neuron i a step later, event by event: arrivals, the end of refractoriness and spikes
// each end a part.
func (p *lif) replay(d *lifDerived, u lifState, i int, t spike.Tick, i0, i1 float32, arrive arriving,
	out *spike.Buffer) lifState {
	h := p.build.Step
	stop := t + h
	f := fineLIF{x: float64(u.x), g: [2]float64{float64(u.ampa), float64(u.gaba)},
		slope: float64(i1-i0) / h.Milliseconds()}
	for now := t; now < stop; {
		end := min(stop, due(&arrive, f.g[:], now))
		f.current = numeric.Madd((now - t).Milliseconds(), f.slope, float64(i0))
		if p.refEnd[i] > now {
			end = min(end, p.refEnd[i])
			f.x = d.reset
			for k, rate := range d.rateSyn {
				f.g[k] /= growth(float64((end - now).Milliseconds() * rate))
			}
		} else if r, crossed := p.part(d, &f, (end - now).Milliseconds()); crossed {
			end = moment(now, stop, r)
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
	due(&arrive, f.g[:], stop) // those that rounding put at the very end
	return lifState{float32(f.x), fade(float32(f.g[0])), fade(float32(f.g[1]))}
}

// arriving returns what reaches neuron i of the shard in step s, which starts at t.
func (p *lif) arriving(d *lifDerived, in *Input, pairs [2]Pair, s, i int, t spike.Tick) (a arriving) {
	if in.Kept {
		return arriving{kept: in.keptAt(s, i, t)}
	}
	tau := p.spec.TauM.Mean()
	scale := p.spec.areaScale(tau, p.spec.CM.Mean())
	for k, pair := range pairs {
		a.own[k] = arrivalIn(pair, scale, tau, d.tauSyn[k], t, in.Step)
	}
	return a
}

// part advances f over r ms, or to a threshold crossing within. It returns the time that has passed.
func (p *lif) part(d *lifDerived, f *fineLIF, r float64) (passed float64, crossed bool) {
	if f.x > d.theta {
		return 0, true
	}
	load := 1.0
	if p.conductance {
		load += f.g[0] + f.g[1]
	}
	if !(load <= 2*GuardLeaks) { // would take for ever: the guard ends the run
		f.x = math.NaN()
		return r, false
	}
	n := partsOf(r, max(load*d.rate, d.rateSyn[0], d.rateSyn[1]))
	s := r / float64(n)
	for k := range n {
		x, g := p.course(d, f)
		above := x
		above[0] -= d.theta
		t, crosses := s, false
		if end := above.at(s); end > 0 {
			t, crosses = above.crossing(s, end), true
		}
		f.x, f.g[0], f.g[1] = x.at(t), g[0].at(t), g[1].at(t)
		f.current = numeric.Madd(f.slope, t, f.current)
		if crosses {
			return numeric.Madd(float64(k), s, t), true
		}
	}
	return r, false
}

// course returns the course of V and of conductances or currents from now on.
func (p *lif) course(d *lifDerived, f *fineLIF) (x course, g [2]course) {
	var load, drive course
	for k := range g {
		g[k] = decaying(f.g[k], d.rateSyn[k])
		if p.conductance {
			load.add(&g[k], d.gain)
			drive.add(&g[k], float64(d.gain*d.e[k]))
		} else {
			drive.add(&g[k], d.gain)
		}
	}
	drive[0] += float64(f.current * d.perC)
	drive[1] += float64(f.slope * d.perC)
	x[0] = f.x
	load[0] += d.rate
	for n := range courseOrder {
		x[n+1] = float64((drive[n] - load.times(&x, n)) * inverse[n+1])
	}
	return x, g
}
