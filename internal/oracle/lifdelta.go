package oracle

import (
	"math"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
)

// delta follows a leaky integrate-and-fire neuron with delta synapses, which lives on the grid: the jumps of a step
// act at its end, where the potential is compared with the threshold; a spike has the last tick of its step.
type delta struct {
	*follower
	tau, c, eL, theta, reset float64
	hold                     spike.Tick // refractory period, in whole steps
	v                        float64
}

// sure is how far from its threshold a potential on the grid is at most when it is not certain on which side it is in
// single precision, mV.
const sure = 1e-4

func newDelta(f *follower, s *neuron.LIFDelta, d drawer) *delta {
	h := f.r.c.Net.Step
	return &delta{follower: f, tau: d.of(s.TauM, "tau_m"), c: d.of(s.CM, "c_m"), eL: s.EL,
		theta: d.of(s.Theta, "threshold"),
		reset: d.of(s.Reset, "reset"), hold: (ticks(d.of(s.TRef, "refractory")) + h - 1) / h * h,
		v: d.start(s.Initial.V, "v")}
}

// advance implements body.
func (n *delta) advance(to spike.Tick) {
	h := n.r.c.Net.Step
	for ; n.now < to; n.now += h {
		sum := 0.0
		for len(n.queue) > 0 && n.queue[0].at < n.now+h {
			sum += n.queue[0].weight
			n.queue = n.queue[1:]
		}
		last := n.now + h - 1
		spikes := n.spiked < len(n.train.at) && n.train.at[n.spiked] < n.now+h
		if spikes {
			n.r.report.Spikes++
			if at := n.train.at[n.spiked]; at != last {
				n.r.report.differ("%s spikes at %d ns, not at the end of a step", n.name, at)
			}
			n.spiked++
		}
		if n.end > n.now {
			n.v = n.reset
			if spikes {
				n.r.report.differ("%s spikes at %d ns although it is refractory until %d ns", n.name, last, n.end)
			}
			continue
		}
		n.v = n.eL + n.relax(h) + sum
		above := n.v - n.theta
		if spikes && above < -sure || !spikes && above > sure {
			n.r.report.differ("%s is %g mV above threshold at %d ns, spikes there: %v", n.name, above, last, spikes)
		}
		if spikes {
			n.v, n.end = n.reset, n.now+h+n.hold
		}
	}
}

// relax returns V - E_L after a step without arrivals: its own decay, and what a current that runs from one value
// to another leaves (variation of constants).
func (n *delta) relax(h spike.Tick) float64 {
	r, k := ms(h), int(n.now/h)
	left := math.Exp(-r / n.tau)
	x := (n.v - n.eL) * left
	if from := n.ports[0].from; from != nil {
		a, b := from[k]/n.c, (n.ports[0].to[k]-from[k])/n.c/r // mV/ms, mV/ms^2
		x += a*n.tau*(1-left) + b*n.tau*(r-n.tau*(1-left))
	}
	return x
}

// compare implements body.
func (n *delta) compare(at spike.Tick) {
	n.compareColumns(at, []string{"v"}, []float64{n.v}, []float64{0})
}

// finish implements body.
func (n *delta) finish() {}

// variable implements body.
func (n *delta) variable(string) float64 { return n.v }
