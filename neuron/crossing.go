package neuron

import (
	"math"

	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/spike"
)

// hermiteRoot returns where on [0, 1] the cubic with the values f0 <= 0 < f1 and the slopes m0, m1 at the ends crosses
// zero: Newton's method, kept inside a shrinking bracket.
func hermiteRoot(f0, f1, m0, m1 float64) float64 {
	// f(s) = f0 + m0 s + c2 s^2 + c3 s^3
	c2, c3 := float64(3*(f1-f0))-2*m0-m1, m0+m1-2*(f1-f0)
	lo, hi := 0.0, 1.0
	s := f0 / (f0 - f1)
	for range 40 {
		f := numeric.Madd(s, numeric.Madd(s, numeric.Madd(s, c3, c2), m0), f0)
		if f > 0 {
			hi = s
		} else {
			lo = s
		}
		next := s - f/numeric.Madd(s, numeric.Madd(s, 3*c3, 2*c2), m0)
		if !(next > lo && next < hi) {
			next = (lo + hi) / 2
		}
		if diff := next - s; diff < 1e-9 && diff > -1e-9 {
			return next
		}
		s = next
	}
	return s
}

// crossingIn returns where on [0, 1] the cubic with the values f0 <= 0 and f1 and the slopes m0, m1 at the ends first
// rises above zero. It may do so and be back below at the end.
func crossingIn(f0, f1, m0, m1 float64) (s float64, ok bool) {
	if f1 > 0 {
		return hermiteRoot(f0, f1, m0, m1), true
	}
	if m0 <= 0 || m1 >= 0 {
		return 0, false
	}
	// A hump: the cubic f0 + m0 s + c2 s² + c3 s³ rises to its peak and falls.
	c2, c3 := float64(3*(f1-f0))-float64(2*m0)-m1, m0+m1-float64(2*(f1-f0))
	peak := m0 / (math.Sqrt(float64(c2*c2)-float64(3*float64(m0*c3))) - c2)
	top := numeric.Madd(peak, numeric.Madd(peak, numeric.Madd(peak, c3, c2), m0), f0)
	if !(top > 0) {
		return 0, false
	}
	return float64(peak * hermiteRoot(f0, top, float64(m0*peak), 0)), true
}

// moment returns the tick r ms after now, at most the last before stop, also where r is not a number.
func moment(now, stop spike.Tick, r float64) spike.Tick {
	if !(r >= 0) {
		return now
	}
	return min(now+spike.Tick(r*1e6), stop-1)
}

// arrivalIn recovers the arrival behind a Pair in the step of h ticks that starts at t: exactly if there was one, one
// with the same sum of weights around the centroid if there were several. The Pair's Area is 1/scale times the
// integral of an exponential of time constant syn against a membrane of time constant tau (ms), see cross.
func arrivalIn(in Pair, scale, tau, syn float64, t, h spike.Tick) arrival {
	if in.End == 0 {
		return arrival{at: spike.Forever}
	}
	// With k = 1/syn - 1/tau, Area scale/End = (e^(k rest) - 1)/k = q.
	q, k := float64(float64(in.Area)*scale)/float64(in.End), 1/syn-1/tau
	rest := 0.0
	if z := float64(k * q); z < shortTime && z > -shortTime {
		// log(1+z)/z
		sum := 1.0 / 8
		for _, c := range [...]float64{1. / 7, 1. / 6, 1. / 5, 1. / 4, 1. / 3, 1. / 2, 1} {
			sum = c - float64(sum*z)
		}
		rest = float64(q * sum)
	} else {
		rest = numeric.Log(max(1+z, 1e-9)) / k
	}
	ticks := max(0, min(h, ticksOf(rest)))
	return arrival{at: t + h - ticks, weight: float32(in.End * float32(growth(ticks.Milliseconds()/syn)))}
}

// shortTime, in units of a time constant, is up to where the series below are exact in single precision.
const shortTime = 0.25

// growth returns e^x for x >= 0.
func growth(x float64) float64 {
	if x > shortTime {
		return numeric.Exp(x)
	}
	return expSeries(x)
}

// expNear returns e^x.
func expNear(x float64) float64 {
	if x > 2*shortTime || x < -2*shortTime {
		return numeric.Exp(x)
	}
	e := expSeries(x / 2)
	return float64(e * e)
}

// expSeries returns e^x for |x| <= shortTime.
func expSeries(x float64) float64 {
	sum := 1.0 / 5040
	for _, c := range [...]float64{1. / 720, 1. / 120, 1. / 24, 1. / 6, 1. / 2, 1, 1} {
		sum = numeric.Madd(sum, x, c)
	}
	return sum
}

// logNear returns log(a/b).
func logNear(a, b float64) float64 {
	s := (a - b) / (a + b)
	if s > 0.4 || s < -0.4 {
		return numeric.Log(a / b)
	}
	z := float64(s * s)
	sum := 1.0 / 13
	for _, c := range [...]float64{1. / 11, 1. / 9, 1. / 7, 1. / 5, 1. / 3, 1} {
		sum = numeric.Madd(sum, z, c)
	}
	return float64(2 * s * sum)
}
