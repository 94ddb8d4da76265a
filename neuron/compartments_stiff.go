package neuron

import (
	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/spike"
)

// strongOf returns how large the load of a neuron with two compartments may be at the end of a step of h ms that
// extrapolates its driving forces: limit is strongestTwo or its like, up to steps of longest ms. It is in leaks of the
// soma, of which one of the dendrite counts for perD; tauS and tauD are its membrane time constants, syn those of its
// synapses. (What decays within the step was larger at its start.)
func strongOf(limit, longest, tauS, tauD, h float64, syn ...float64) (strong, perD float32) {
	if h > longest {
		limit = min(limit, strongestLong*min(1, tauD/tauS))
		tauD = tauS
	}
	left := 1.0
	for _, s := range syn {
		left = min(left, numeric.Exp(-h/s))
	}
	return float32(limit * tauS / h * left), float32(tauS / tauD)
}

// levelling returns by how much the slope of a potential, extrapolated over a step, overstates what it does to the mean
// driving force, where g leaks are open and ratio is the step in membrane time constants: with z = (1+g) ratio, 2 (z -
// 1 + exp(-z))/z², to the second order in z.
func levelling(g, ratio float32) float32 {
	z := float32(g*ratio) + ratio
	return numeric.Madd32(z, numeric.Madd32(z, 1.0/12, -1.0/3), 1)
}

// kicked returns what arrivals of a step do to a potential, where kick is their areas times the driving forces that
// they find, and area the sum of the areas: they lower their own driving force, on average by half of what they do.
func kicked(kick, area, share float32) float32 {
	return float32(float32(kick*share) * (float32(float32(area*share)*-0.5) + 1))
}

// load returns the conductances of both compartments, of which a leak of the dendrite counts for perD.
func (u *two) load(perD float32) float32 {
	return u.g[somaAMPA] + u.g[somaNMDA] + u.g[somaGABA] + float32((u.g[apicalAMPA]+u.g[apicalNMDA]+u.g[apicalGABA])*perD)
}

// landed returns what the load of u will be after a step.
func (p *twoCompartment) landed(d *twoDerived, u *two, v *twoInput) float32 {
	var after two
	for k, g := range u.g {
		after.g[k] = fade(g+float32(g*d.full.decay[k])) + v.in[k].End
	}
	return after.load(d.strongD)
}

// stiff is replay with strong conductances.
func (p *twoCompartment) stiff(d *twoDerived, u *two, v *twoInput, i int, t spike.Tick, arrive arriving,
	out *spike.Buffer) {
	stop := t + p.build.Step
	f := fineOf(u, v.is0, v.is1, v.id0, v.id1, p.build.Step.Milliseconds())
	for now := t; now < stop; {
		if p.edge[i] <= now {
			p.updateBox(i, now)
		}
		end := min(stop, p.edge[i], due(&arrive, f.g[:], now))
		refractory := p.refEnd[i] > now
		if refractory {
			end = min(end, p.refEnd[i])
		}
		f.k, f.held = float64(p.box[i]), refractory && p.spec.Hold
		if f.held {
			f.x = 0
		}
		passed, crossed := 0.0, !refractory && f.x-f.th > d.theta // as refractoriness ends
		if !crossed {
			passed, crossed = d.flow.advance(&f, (end - now).Milliseconds(), 0, !refractory)
		}
		if crossed {
			end = moment(now, stop, passed)
			if end <= p.Last(i) { // no two spikes in one tick
				end++
			}
			if end == stop {
				break // still above threshold: spikes in the next step
			}
			f.x = 0
			f.ws++
			f.th += d.dTh
			p.spiked(d, i, end, out)
		}
		now = end
	}
	due(&arrive, f.g[:], stop) // those that rounding put at the very end
	if p.edge[i] <= stop {
		p.updateBox(i, stop)
	}
	*u = f.single()
}
