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
	idle     []uint16  // free neurons, while they are told apart
	busy     []release // dead neurons in the order in which they will be free, a ring
}

// release is a neuron in its dead time.
type release struct {
	at  float64
	who uint16
}

// NewUnit returns a unit. Params must be valid.
func NewUnit(p Params) *Unit {
	r, shift := p.hazard()
	return &Unit{p: p, r: r, shift: shift, dead: make([]float64, p.Neurons+1)}
}

// Events appends the times (s, ascending) of the events in len(drive) bins of dt seconds to dst. The unit starts in the mean
// state of an activation between 0 and 1: as many neurons are dead as would be after a long time, with the rest of their
// dead times uniform.
func Events[T float32 | float64](u *Unit, dst []float64, drive []T, start, dt float64, s *rng.Stream) []float64 {
	u.start(start, s)
	need := s.Exp()
	t := 0.0
	for k, v := range drive {
		end := float64(k+1) * dt
		rate := float64(u.r * Activation(float64(v)-u.shift))
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
			u.fire(t)
			dst = append(dst, t)
		}
	}
	return dst
}

// start brings the unit into the mean state of an activation.
func (u *Unit) start(activation float64, s *rng.Stream) {
	u.free, u.first = u.p.Neurons, 0
	if u.p.Dead == 0 {
		return
	}
	share := u.p.Rate * activation * u.p.Dead
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
	}
	u.free -= n
}

// fire sends a free neuron into its dead time.
func (u *Unit) fire(t float64) {
	if u.p.Dead == 0 {
		return
	}
	last := u.first + u.p.Neurons - u.free
	if last >= len(u.dead) {
		last -= len(u.dead)
	}
	u.dead[last] = t + u.p.Dead
	u.free--
}

// release frees the neuron whose dead time ends first.
func (u *Unit) release() {
	u.free++
	if u.first++; u.first == len(u.dead) {
		u.first = 0
	}
}

// Who appends the neuron of each event to dst: any of those that are not in their dead time, by memorylessness. Events do not
// depend on whether somebody asks. Units have at most 65,536 neurons then.
func (u *Unit) Who(dst []uint16, times []float64, s *rng.Stream) []uint16 {
	u.idle, u.busy = u.idle[:0], u.busy[:0]
	for i := range u.p.Neurons {
		u.idle = append(u.idle, uint16(i))
	}
	next := 0 // of busy
	for _, t := range times {
		for next < len(u.busy) && u.busy[next].at <= t {
			u.idle = append(u.idle, u.busy[next].who)
			next++
		}
		k := s.IntN(len(u.idle))
		i := u.idle[k]
		u.idle[k] = u.idle[len(u.idle)-1]
		u.idle = u.idle[:len(u.idle)-1]
		u.busy = append(u.busy, release{t + u.p.Dead, i})
		dst = append(dst, i)
	}
	return dst
}
