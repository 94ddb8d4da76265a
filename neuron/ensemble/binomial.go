package ensemble

import (
	"math"

	"github.com/burstplex/burstplex/neuron/internal/quantile"
)

// Everything here exists twice, for one number and for eight at a time (../internal/asm/steps), and both give the
// same bits: operations, their order and their roundings are part of the law, and none may be fused.

// binomial returns a binomial number of n trials of probability p from one random word. n must be a whole number, not
// negative; p is clamped to [0, 1], and NaN is 0.
func binomial(n, p float32, w uint32) float32 {
	if n == 0 || !(p > 0) {
		return 0
	}
	p = min(p, 1)
	rare := min(p, 1-p)
	mean := float32(n * rare)
	spread := float32(rare * (1 - rare))
	variance := float32(n * spread)
	var k float32
	if variance < quantile.Smooth {
		k = invert(n, rare, w)
	} else {
		k = round(n, rare, mean, spread, variance, w)
	}
	if p > 0.5 {
		return n - k
	}
	return k
}

// round returns the quantile of a binomial distribution of p at most 1/2 by the Cornish-Fisher series, rounded. With
// z the normal quantile, q = 1-p, σ² = npq, skewness (1-2p)/σ and excess kurtosis (1-6pq)/σ², its terms up to 1/σ are
//
//	x = np + (1-2p) (z²-1)/6 + σ (z + z/σ² ((1+14pq) - (1+2pq) z²)/72)
//
// and σ² is smaller by the 1/12 that rounding adds.
func round(n, p, mean, spread, variance float32, w uint32) float32 {
	z := normal(w)
	square := float32(z * z)
	bend := float32(14*spread) + 1 - float32((float32(2*spread)+1)*square)
	bend = float32(float32(bend*z) * (1.0 / 72))
	skew := float32(float32((1-float32(2*p))*(square-1))*(1.0/6)) + 0.5
	variance -= 1.0 / 12
	sd := float32(math.Sqrt(float64(variance)))
	x := float32(sd*(z+bend/variance)) + (mean + skew)
	return float32(int32(max(0, min(n, x))))
}

// normal returns the standard normal number that a word stands for, to 0.0003. The distance of the word from the
// end of its half is a tail probability u, at most 1/2, and z is nearly a straight line over sqrt(-log₂ u): there
// is one polynomial for all of it, out to 6.2.
func normal(w uint32) float32 {
	half := uint32(int32(w) >> 31) // all ones for the upper half
	y := float32(int32((w^half)&math.MaxInt32)) + 0.5
	b := math.Float32bits(y)
	m := math.Float32frombits(b&(1<<23-1) | 127<<23) // y = m 2^(b>>23 - 127), 1 <= m < 2
	l := polynomial(quantile.Logarithm[:], m)
	s := float32(math.Sqrt(float64(float32(32+127-int32(b>>23)) - l)))
	z := polynomial(quantile.Tail[:], s)
	return math.Float32frombits(math.Float32bits(z) ^ ^half&(1<<31))
}

// polynomial evaluates coefficients, the constant first.
func polynomial(c []float32, x float32) float32 {
	y := c[len(c)-1]
	for i := len(c) - 2; i >= 0; i-- {
		y = float32(y*x) + c[i]
	}
	return y
}

// invert draws a binomial number, p at most 1/2 and variance below 4, by summing probabilities up to a uniform
// number. The error of the distribution function is below 1e-4 (tested).
func invert(n, p float32, w uint32) float32 {
	s := p / (2 - p)
	t := float32(n * float32(polynomial(quantile.Artanh[:], float32(s*s))*s)) // (1-p)^n = 2^-t
	whole := t + quantile.Shift
	r := t - (whole - quantile.Shift)
	c, square := &quantile.Power, float32(r*r)
	f := float32((float32(c[5]*r)+c[4])*square) + (float32(c[3]*r) + c[2])
	f = float32(f*square) + (float32(c[1]*r) + c[0])
	f = math.Float32frombits(math.Float32bits(f) - math.Float32bits(whole)<<23)
	u := float32((float32(int32(w>>9)) + 0.5) * quantile.Resolution)
	ratio := p / (1 - p)
	up := float32(n * ratio)
	k := 0
	for u >= f && k < quantile.Longest {
		u -= f
		f = float32(f * float32(up*reciprocals[k]))
		up -= ratio
		k++
	}
	return min(n, float32(k))
}

// reciprocals are 1, 1/2, 1/3, ...
var reciprocals = func() (r [quantile.Longest]float32) {
	for k := range r {
		r[k] = 1 / float32(k+1)
	}
	return r
}()
