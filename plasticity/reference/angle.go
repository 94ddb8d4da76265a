package reference

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Angle returns the angle between two matrices as vectors, in degrees; 90 if either vanishes.
func Angle(a, b *mat.Dense) float64 {
	rows, cols := a.Dims()
	ab, aa, bb := 0.0, 0.0, 0.0
	for i := range rows {
		for j := range cols {
			x, y := a.At(i, j), b.At(i, j)
			ab, aa, bb = ab+x*y, aa+x*x, bb+y*y
		}
	}
	if aa == 0 || bb == 0 {
		return 90
	}
	return math.Acos(max(-1, min(1, ab/math.Sqrt(aa*bb)))) * 180 / math.Pi
}
