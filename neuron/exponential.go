package neuron

import (
	"math"

	"github.com/burstplex/burstplex/neuron/numeric"
)

// logSegment serves the logarithm of numbers in [1, 2) near the centre of one of 64 equal parts.
type logSegment struct{ inverse, log float64 } // 1/centre, log(centre)

var logSegments = func() (s [64]logSegment) {
	for k := range s {
		centre := 1 + (float64(k)+0.5)/64
		s[k] = logSegment{1 / centre, numeric.Log(centre)}
	}
	return s
}()

// exponential26 returns the exponential number of mean 1 that 26 random bits stand for, with an absolute error below
// 1e-9: a table and a cubic in place of the division of numeric.Log32.
func exponential26(bits uint32) float64 {
	x := math.Float64bits(float64(bits) + 0.5)
	s := &logSegments[x>>46&63]
	r := float64(math.Float64frombits(x&(1<<52-1)|1023<<52)*s.inverse) - 1 // |r| < 1/128
	log := float64(r * (1 + float64(r*(float64(r*(1.0/3))-0.5))))
	return float64(float64(1023+26-int64(x>>52))*math.Ln2) - (s.log + log)
}
