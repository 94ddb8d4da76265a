package ensemble

import (
	"math"

	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/rng"
)

// quantile is a table of the inverse of the normal distribution function, linear between 1/cells steps of probability.
const cells = 4096

type quantile [cells + 1]float32

func newQuantile() *quantile {
	q := &quantile{}
	for i := 1; i < cells; i++ {
		q[i] = float32(math.Sqrt2 * math.Erfinv(2*float64(i)/cells-1))
	}
	return q
}

// normal returns the standard normal number that a word stands for. The outermost cells, where the quantile diverges, are
// computed from the tail's asymptotic series; relative error below 0.3 %.
func (q *quantile) normal(w uint32) float32 {
	i := w >> 20
	if i == 0 || i == cells-1 {
		u := float32(rng.Unit(w))
		if i != 0 {
			u = float32(rng.Unit(^w))
		}
		// z² = t - ln t with t = -ln(2π u²), twice refined.
		l := float32(-2*numeric.Log32(u)) - 1.8378771
		z2 := l - numeric.Log32(l)
		z2 = l - numeric.Log32(z2) - 2/z2 // ln of 1 - 1/z² + ..., from Mills' ratio
		z := float32(math.Sqrt(float64(z2)))
		if i == 0 {
			return -z
		}
		return z
	}
	f := float32(w&(1<<20-1)) * (1.0 / (1 << 20))
	a, b := q[i], q[i+1]
	return a + float32(f*(b-a))
}

// smooth is the variance from which binomial numbers are drawn as a Cornish-Fisher quantile, rounded. The largest error of
// the distribution function is then below 0.004 (tested); below it, inversion is exact.
const smooth = 4

// binomial returns a binomial number of n trials of probability p from one word.
func (q *quantile) binomial(n, p float32, w uint32) float32 {
	if n < 1 || !(p > 0) {
		return 0
	}
	if p > 0.5 {
		return n - q.below(n, 1-p, w)
	}
	return q.below(n, p, w)
}

// below is binomial for p at most 1/2.
func (q *quantile) below(n, p float32, w uint32) float32 {
	mean := float32(n * p)
	variance := float32(mean * (1 - p))
	if variance < smooth {
		return invert(n, p, w)
	}
	// x = μ + σ (z + γ₁ (z²-1)/6 + γ₂ (z³-3z)/24 - γ₁² (2z³-5z)/36); rounding adds 1/12 to the variance.
	z := q.normal(w)
	sd := float32(math.Sqrt(float64(variance - 1.0/12)))
	r := 1 / sd
	skew := float32((1 - 2*p) * r)
	square := float32(z * z)
	kurtosis := float32(r*r) - 6/n
	x := z + float32(float32(skew*(square-1))*(1.0/6))
	x += float32(float32(z*float32(kurtosis*(square-3))) * (1.0 / 24))
	x -= float32(float32(z*float32(float32(skew*skew)*(float32(2*square)-5))) * (1.0 / 36))
	x = float32(mean+float32(sd*x)) + 0.5
	return float32(int32(max(0, min(n, x))))
}

// mostInverted bounds the numbers that inversion returns: n p is below 8.
const mostInverted = 64

// invert draws a binomial number, p at most 1/2 and n p below 8, by summing probabilities up to a uniform number.
func invert(n, p float32, w uint32) float32 {
	q := 1 - p
	ratio := p / q
	f := numeric.Exp32(float32(n * numeric.Log32(q)))
	u := float32(float32(w>>8)+0.5) * (1.0 / (1 << 24))
	k := 0
	most := min(mostInverted, int(n))
	up := float32(ratio * n)
	for u >= f && k < most {
		u -= f
		k++
		f = float32(f * float32(up*reciprocals[k]))
		up -= ratio
	}
	return float32(k)
}

// reciprocals[k] is 1/k.
var reciprocals = func() (r [mostInverted + 1]float32) {
	for k := 1; k < len(r); k++ {
		r[k] = 1 / float32(k)
	}
	return r
}()
