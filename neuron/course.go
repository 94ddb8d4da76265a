package neuron

import "github.com/burstplex/burstplex/neuron/numeric"

// course is how a variable moves during a part of a step that is replayed: the coefficients of its Taylor series in
// time (ms). Variables that decay and membranes with decaying conductances have theirs in closed form, coefficient
// after coefficient, for a few multiplications each: no exponential, no stages of a Runge-Kutta step, and a course can
// be asked for every time in its part, where it crosses the threshold for example.
type course [courseOrder + 1]float64

// A course is as good as single precision if its part is shorter than coursePart effective time constants: what it
// leaves out is coursePart^7/7!, 1.6e-6 of the distance that the variable relaxes.
const (
	courseOrder = 6
	coursePart  = 0.5
)

var inverse = [courseOrder + 1]float64{0, 1, 1. / 2, 1. / 3, 1. / 4, 1. / 5, 1. / 6}

// partsOf returns in how many parts a time has to be cut if its fastest variable relaxes at a rate.
func partsOf(r, rate float64) int { return 1 + int(r*rate*(1/coursePart)) }

// decaying returns the course of something that decays at a rate from a on.
func decaying(a, rate float64) (c course) {
	c[0] = a
	for n := 1; n < len(c); n++ {
		a = float64(-a * float64(rate*inverse[n]))
		c[n] = a
	}
	return c
}

// add adds to the course another one, times a factor.
func (c *course) add(other *course, factor float64) {
	for n := range c {
		c[n] += float64(other[n] * factor)
	}
}

// times returns the n-th coefficient of the product of two courses.
func (c *course) times(other *course, n int) (sum float64) {
	for j := range n + 1 {
		sum += float64(c[j] * other[n-j])
	}
	return sum
}

// at returns the value at time t.
func (c *course) at(t float64) float64 {
	x := c[courseOrder]
	for n := courseOrder - 1; n >= 0; n-- {
		x = numeric.Madd(x, t, c[n])
	}
	return x
}

// crossing returns when a course that is not above 0 at first and above 0 at time end crosses 0: Newton's method, kept
// inside a shrinking bracket.
func (c *course) crossing(end, above float64) float64 {
	lo, hi := 0.0, end
	t := float64(end * (c[0] / (c[0] - above)))
	for range 40 {
		f, slope := c[courseOrder], 0.0
		for n := courseOrder - 1; n >= 0; n-- {
			slope = numeric.Madd(slope, t, f)
			f = numeric.Madd(f, t, c[n])
		}
		if f > 0 {
			hi = t
		} else {
			lo = t
		}
		next := t - f/slope
		if !(next > lo && next < hi) {
			next = (lo + hi) / 2
		}
		if diff := next - t; diff < crossingError && diff > -crossingError {
			return next
		}
		t = next
	}
	return t
}

// crossingError, in ms, is how well crossing finds the time: better than half a tick.
const crossingError = 2e-7
