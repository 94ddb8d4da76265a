// Package ensemble simulates units: N burst-coding neurons that receive the same drive. Because they share it, the
// next event of any of them can be found from one integrated hazard, so that a unit costs its events and not its
// neurons and steps.
//
// Every neuron has an escape rate that depends on the common drive v, and a dead time that runs from each of its
// events, burst or not. By memorylessness all neurons that are not dead are alike: the time of the unit's next
// event is where the integral of (free neurons) x (rate of one) reaches an exponential number of mean 1, and which
// of them it is does not matter until somebody asks. Neurons in their dead time wait in a queue in the order in
// which they will be free again.
//
// The times are exact for a drive that is constant within bins; nothing is drawn per neuron or step. The test
// compares with the same neurons simulated one by one.
package ensemble

import (
	"fmt"
	"math"
	"slices"

	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/rng"
)

// Params describes the neurons of a unit.
type Params struct {
	Neurons int     // N
	Rate    float64 // event rate of a neuron at full activation, E_max, Hz
	Dead    float64 // dead time after an event, s
}

// Validate refuses what cannot be: E_max times the dead time must be at most 0.8, or neurons would nearly always be
// dead.
func (p Params) Validate() error {
	switch {
	case p.Neurons < 1:
		return fmt.Errorf("neurons = %d: must be at least 1", p.Neurons)
	case !(p.Rate > 0) || !(p.Dead >= 0):
		return fmt.Errorf("rate = %g Hz, dead time = %g s: must be above 0 and not negative", p.Rate, p.Dead)
	case p.Rate*p.Dead > 0.8:
		return fmt.Errorf("rate = %g Hz with a dead time of %g s: their product %.2f is above 0.8", p.Rate, p.Dead,
			p.Rate*p.Dead)
	}
	return nil
}

// hazard returns the numbers of the escape rate of a neuron that is not dead, rate/(e^-v + rest) in Hz. It is such
// that the stationary event rate of a neuron is Rate σ(v) whatever the dead time τ: with r = R/(1-Rτ), r σ(v -
// ln(1+rτ)) and a dead time τ give R σ(v).
func (p Params) hazard() (rate, rest float64) { return p.Rate, 1 - p.Rate*p.Dead }

// Activation is the logistic function: the event rate of a unit in units of its largest.
func Activation(v float64) float64 { return 1 / (1 + numeric.Exp(-v)) }

// Unit draws the events of one unit. Its memory is reused from presentation to presentation.
//
// A step is a bin or, where neurons could be free again within it, a part of it. So a neuron that fires in a step
// stays dead to its end, and neurons are of two kinds: of those that are free from the start, F at first, none
// comes back, and the integrated hazard from one event to the next is an exponential number over F, F-1, ...: a
// sum, without a look at who becomes free. Those that become free in the step have a clock of their own. It rarely
// rings, and then they are taken one by one.
type Unit struct {
	p          Params
	rate, rest float64
	share      []float64 // 1/F of F free neurons
	free       int
	used       int       // what an event takes from free: nothing if there is no dead time
	times      []float64 // of events: those before the presentation in whose dead time neurons are, and those in it
	dead       int       // the first of them whose neuron is dead
	need       float64   // exponential number that is left until the next event of neurons free from the start of a step,
	spare      float64   // and of the others
	random     source
	clocks     [lot]float32 // exponential numbers
	next       int          // of them
	idle       []uint16     // free neurons, while they are told apart
	busy       []release    // dead neurons in the order in which they will be free
}

// release is a neuron in its dead time.
type release struct {
	at  float64
	who uint16
}

// NewUnit returns a unit. Params must be valid.
func NewUnit(p Params) *Unit {
	u := &Unit{p: p, share: make([]float64, p.Neurons+1)}
	u.rate, u.rest = p.hazard()
	for f := range u.share {
		u.share[f] = 1 / float64(f)
	}
	if p.Dead > 0 {
		u.used = 1
	}
	return u
}

// Events appends the times (s, ascending) of the events in len(drive) bins of dt seconds to dst. The unit starts in
// the mean state of an activation between 0 and 1: as many neurons are dead as would be after a long time, with the
// rest of their dead times uniform. Its random numbers are those of an entity of key. Exponential numbers are in
// single precision, from one word each: intervals are rounded to 1e-7 of themselves and end at 22 times their mean.
func Events[T float32 | float64](u *Unit, dst []float64, drive []T, start, dt float64, key rng.Key,
	entity uint64) []float64 {
	u.start(start, key, entity)
	before := len(u.times)
	parts := u.p.parts(dt)
	for k, v := range drive {
		rate := u.hazardAt(float32(v))
		for i := range parts {
			u.step(bound(k, i, parts, dt), bound(k, i+1, parts, dt), rate)
		}
	}
	return append(dst, u.times[before:]...)
}

// parts returns into how many steps a bin of dt seconds is cut, so that no neuron fires twice in one.
func (p Params) parts(dt float64) int {
	if p.Dead == 0 {
		return 1
	}
	return max(1, int(math.Ceil(dt/p.Dead)))
}

// bound returns the time at which part i of bin k begins, s; part number parts is the bin's end.
func bound(k, i, parts int, dt float64) float64 {
	if i == parts {
		k, i = k+1, 0
	}
	if i == 0 {
		return float64(float64(k) * dt)
	}
	return float64((float64(k) + float64(i)/float64(parts)) * dt)
}

// hazardAt returns the escape rate of a neuron that is not dead, Hz.
func (u *Unit) hazardAt(drive float32) float64 {
	return u.rate / (float64(numeric.Exp32(-drive)) + u.rest)
}

// start brings the unit into the mean state of an activation.
func (u *Unit) start(activation float64, key rng.Key, entity uint64) {
	u.random.start(key, entity)
	u.next = lot
	u.free, u.dead, u.times = u.p.Neurons, 0, u.times[:0]
	if u.p.Dead > 0 {
		// As many neurons are dead as have clocks, of mean 1, that ring before -ln(1-p), p the probability to be dead.
		end := -numeric.Log(1 - u.p.Rate*activation*u.p.Dead)
		for x := float64(u.exponential() * u.share[u.free]); x < end; x += float64(u.exponential() * u.share[u.free]) {
			u.free--
		}
		// n uniform numbers in ascending order: the gaps of a Poisson process, normalised.
		sum := u.exponential()
		for range u.p.Neurons - u.free {
			u.times = append(u.times, sum)
			sum += u.exponential()
		}
		scale := u.p.Dead / sum
		for k, t := range u.times {
			u.times[k] = float64(t*scale) - u.p.Dead
		}
	}
	u.need, u.spare = u.exponential(), u.exponential()
}

// exponential returns an exponential number of mean 1.
func (u *Unit) exponential() float64 {
	if u.next == lot {
		u.random.exponentials(&u.clocks)
		u.next = 0
	}
	u.next++
	return float64(u.clocks[u.next-1])
}

// step draws the events of a step, at most as long as the dead time, with the given hazard of a free neuron.
func (u *Unit) step(from, end, rate float64) {
	first, hazard := u.dead, 0.0
	if u.used > 0 {
		for horizon := end - u.p.Dead; u.dead < len(u.times) && u.times[u.dead] < horizon; u.dead++ {
			hazard += horizon - u.times[u.dead]
		}
	}
	old := len(u.times)
	last := end - float64(end*0x1p-53) // rounding must not take an event out of the step
	limit, scale := float64(rate*(end-from)), 1/rate
	times, free, need := u.times, u.free, u.need
	x := float64(need * u.share[free])
	for x < limit {
		t := from + float64(x*scale)
		if t > last {
			t = last
		}
		times = append(times, t)
		free -= u.used
		need = u.exponential()
		x += float64(need * u.share[free])
	}
	if free > 0 {
		need = float64((x - limit) * float64(free))
	}
	u.times, u.free, u.need = times, free, need
	if hazard = float64(hazard * rate); hazard < u.spare {
		u.spare -= hazard
		u.free += u.dead - first
		return
	}
	u.released(u.times[first:u.dead], old, from, end, rate)
}

// released draws the events of neurons that become free in a step, those of the events at times fired, and frees
// the others. Events of the step begin at old.
func (u *Unit) released(fired []float64, old int, from, end, rate float64) {
	n, t := 0.0, from
	for i := 0; i <= len(fired); i++ {
		stop := end
		if i < len(fired) {
			stop = min(end, max(t, fired[i]+u.p.Dead))
		}
		for float64(n*float64(rate*(stop-t))) > u.spare {
			t = min(stop, t+u.spare/float64(n*rate))
			n--
			u.spare = u.exponential()
			at := min(t, end-float64(end*0x1p-53))
			k := old
			for k < len(u.times) && u.times[k] <= at {
				k++
			}
			u.times = slices.Insert(u.times, k, at)
		}
		u.spare -= float64(n * float64(rate*(stop-t)))
		t = stop
		n++
	}
	u.free += int(n) - 1
}

// Who appends the neuron of each event to dst: any of those that are not in their dead time, by memorylessness.
// Events do not depend on whether somebody asks. Units have at most 65,536 neurons then.
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
