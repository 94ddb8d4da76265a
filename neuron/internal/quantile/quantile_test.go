package quantile

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// The polynomials have the errors that their comments state, up to the rounding of coefficients.
func TestPolynomials(t *testing.T) {
	for _, c := range []struct {
		name         string
		coefficients []float32
		from, to     float64
		exact        func(x float64) float64
		allowed      float64
	}{
		{"Logarithm", Logarithm[:], 1, 2, math.Log2, 1.5e-5},
		{"Tail", Tail[:], 1, math.Sqrt(33),
			func(s float64) float64 { return -distuv.UnitNormal.Quantile(math.Exp2(-s * s)) }, 2.3e-4},
		{"Artanh", Artanh[:], 1e-9, 1.0 / 9,
			func(z float64) float64 { return 2 * math.Atanh(math.Sqrt(z)) / math.Sqrt(z) / math.Ln2 }, 1e-7},
		{"Power", Power[:], -0.5, 0.5, func(r float64) float64 { return math.Exp2(-r) }, 2e-7},
	} {
		worst := 0.0
		for i := range 10001 {
			x := c.from + (c.to-c.from)*float64(i)/10000
			y := 0.0
			for k := len(c.coefficients) - 1; k >= 0; k-- {
				y = y*x + float64(c.coefficients[k])
			}
			worst = max(worst, math.Abs(y-c.exact(x)))
		}
		if worst > c.allowed {
			t.Errorf("%s errs by %.2g", c.name, worst)
		}
	}
}
