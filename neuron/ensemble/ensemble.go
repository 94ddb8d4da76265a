// Package ensemble simulates units: N burst-coding neurons that receive the same drive. Because they share it, the next event
// of any of them can be found from one integrated hazard, so that a unit costs its events and not its neurons and steps.
//
// Every neuron has an escape rate that depends on the common drive v, and a dead time that runs from each of its events,
// burst or not. By memorylessness all neurons that are not dead are alike: the time of the unit's next event is where
// the integral of (free neurons) x (rate of one) reaches an exponential number of mean 1, and which of them it is does not
// matter until somebody asks. Neurons in their dead time wait in a queue in the order in which they will be free again.
//
// The times are exact for a drive that is constant within bins; nothing is drawn per neuron or step. The test compares with
// the same neurons simulated one by one.
package ensemble

import (
	"fmt"
	"math"

	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/rng"
)

// Params describes the neurons of a unit.
type Params struct {
	Neurons int     // N
	Rate    float64 // event rate of a neuron at full activation, E_max, Hz
	Dead    float64 // dead time after an event, s
}

// Validate refuses what cannot be: E_max times the dead time must be at most 0.8, or neurons would nearly always be dead.
func (p Params) Validate() error {
	switch {
	case p.Neurons < 1:
		return fmt.Errorf("neurons = %d: must be at least 1", p.Neurons)
	case !(p.Rate > 0) || !(p.Dead >= 0):
		return fmt.Errorf("rate = %g Hz, dead time = %g s: must be above 0 and not negative", p.Rate, p.Dead)
	case p.Rate*p.Dead > 0.8:
		return fmt.Errorf("rate = %g Hz with a dead time of %g s: their product %.2f is above 0.8", p.Rate, p.Dead, p.Rate*p.Dead)
	}
	return nil
}

// hazard returns the escape rate of a neuron that is not dead, Hz. It is such that the stationary event rate of a neuron is
// Rate σ(v) whatever the dead time: with r = R/(1-Rτ), r σ(v - ln(1+rτ)) and a dead time τ give R σ(v).
func (p Params) hazard() (r, shift float64) {
	r = p.Rate / (1 - p.Rate*p.Dead)
	return r, math.Log(1 + r*p.Dead)
}

// Activation is the logistic function: the event rate of a unit in units of its largest.
func Activation(v float64) float64 { return 1 / (1 + numeric.Exp(-v)) }

// Unit draws the events of one unit. Its memory is reused from presentation to presentation.
type Unit struct {
	p        Params
	r, shift float64
	free     int
	dead     []float64 // times at which dead neurons are free again, a ring in ascending order
	first    int
	who      []uint16 // dead neurons in the same order, if neurons are told apart
	idle     []uint16 // free neurons
}

// NewUnit returns a unit. Params must be valid.
func NewUnit(p Params) *Unit {
	r, shift := p.hazard()
	return &Unit{p: p, r: r, shift: shift, dead: make([]float64, p.Neurons+1), who: make([]uint16, p.Neurons+1), idle: make([]uint16, p.Neurons)}
}

// Events appends the times (s, ascending) of the events in len(drive) bins of dt seconds to dst, and to who, if it is not
// nil, the neuron of each. The unit starts in the mean state of the first drive: as many neurons are dead as would be
// after a long time, with the rest of their dead times uniform.
func (u *Unit) Events(dst []float64, who *[]uint16, drive []float64, dt float64, s *rng.Stream) []float64 {
	u.start(drive[0], s)
	need := s.Exp()
	t := 0.0
	for k, v := range drive {
		end := float64(k+1) * dt
		rate := float64(u.r * Activation(v-u.shift))
		for t < end {
			stop := end
			released := u.free < u.p.Neurons && u.dead[u.first] < end
			if released {
				stop = u.dead[u.first]
			}
			hazard := float64(u.free) * rate
			if gone := float64(hazard * (stop - t)); gone < need {
				need -= gone
				t = stop
				if released {
					u.release()
				}
				continue
			}
			t += need / hazard
			if t >= end { // by rounding
				t = math.Nextafter(end, 0)
			}
			need = s.Exp()
			i := u.fire(t, who != nil, s)
			dst = append(dst, t)
			if who != nil {
				*who = append(*who, i)
			}
		}
	}
	return dst
}

// start brings the unit into its mean state.
func (u *Unit) start(v float64, s *rng.Stream) {
	for i := range u.idle {
		u.idle[i] = uint16(i)
	}
	u.free, u.first = u.p.Neurons, 0
	if u.p.Dead == 0 {
		return
	}
	share := u.p.Rate * Activation(v) * u.p.Dead
	n := 0
	for range u.p.Neurons {
		if s.Float64() < share {
			n++
		}
	}
	// n uniform numbers in ascending order: the gaps of a Poisson process, normalised.
	sum := s.Exp()
	for k := range n {
		u.dead[k] = sum
		sum += s.Exp()
	}
	for k := range n {
		u.dead[k] = u.dead[k] / sum * u.p.Dead
		u.who[k] = u.take(s)
	}
}

// take removes a random free neuron.
func (u *Unit) take(s *rng.Stream) uint16 {
	k := s.IntN(u.free)
	u.free--
	i := u.idle[k]
	u.idle[k] = u.idle[u.free]
	return i
}

// fire sends a free neuron into its dead time. Which one is drawn only if somebody asks.
func (u *Unit) fire(t float64, ask bool, s *rng.Stream) uint16 {
	last := u.first + u.p.Neurons - u.free
	if last >= len(u.dead) {
		last -= len(u.dead)
	}
	var i uint16
	if ask {
		i = u.take(s)
	} else {
		u.free--
		i = u.idle[u.free]
	}
	if u.p.Dead == 0 {
		u.idle[u.free] = i
		u.free++
		return i
	}
	u.dead[last], u.who[last] = t+u.p.Dead, i
	return i
}

// release frees the neuron whose dead time ends first.
func (u *Unit) release() {
	u.idle[u.free] = u.who[u.first]
	u.free++
	if u.first++; u.first == len(u.dead) {
		u.first = 0
	}
}
