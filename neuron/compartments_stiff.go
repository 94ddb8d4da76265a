package neuron

import (
	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/spike"
)

// strongOf returns how large the conductances on a neuron with two compartments, in leaks and together, may be at the end of a
// step of h ms that extrapolates their driving forces, see strongestTwo; tau is its shortest membrane time constant, syn those of its
// synapses. (What decays within the step was larger at its start.)
func strongOf(tau, h float64, syn ...float64) float32 {
	left := 1.0
	for _, s := range syn {
		left = min(left, numeric.Exp(-h/s))
	}
	return float32(strongestTwo * tau / h * left)
}

// load returns the conductances of both compartments together.
func (u *two) load() (sum float32) {
	for _, g := range u.g {
		sum += g
	}
	return sum
}

// landed returns what the load of u will be after a step.
func (p *twoCompartment) landed(d *twoDerived, u *two, v *twoInput) (sum float32) {
	for k, g := range u.g {
		sum += fade(g+float32(g*d.full.decay[k])) + v.in[k].End
	}
	return sum
}

// stiff is replay with strong conductances.
func (p *twoCompartment) stiff(d *twoDerived, u *two, v *twoInput, i int, t spike.Tick, arrive arriving, out *spike.Buffer) {
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
