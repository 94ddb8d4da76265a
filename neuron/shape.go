package neuron

import (
	"math"

	"github.com/burstplex/burstplex/neuron/spike"
)

// The shape of a Kernel within a step is a polynomial, highest coefficient first, in the rest of the step as a fraction
// of it, less a half. Vector code evaluates it for eight arrivals at a time, where a table would need as many random
// reads.

// mostDegree and shapeError bound how well a shape approximates its kernel: to single precision if the step is shorter
// than twice the time constants, to 1e-5 up to five times.
const (
	mostDegree = 12
	shapeError = 2e-7 // of the largest value
)

// perTick returns the fraction of a step that a tick is.
func perTick(step spike.Tick) float32 { return 1 / float32(step) }

// effectOf evaluates a shape when a time rest of the step remains.
func effectOf(shape []Pair, rest spike.Tick, perTick float32) Pair {
	u := float32(float32(rest)*perTick) - 0.5
	e := shape[0]
	for _, c := range shape[1:] {
		e.End, e.Area = float32(e.End*u)+c.End, float32(e.Area*u)+c.Area
	}
	return e
}

// fit returns the shape of a kernel: the polynomial of lowest degree that is good enough, through values at Chebyshev's
// points.
func fit(k Kernel, step spike.Tick) (shape []Pair) {
	if t, ok := k.(*table); ok {
		k = t.exact
	}
	for degree := 1; degree <= mostDegree; degree++ {
		shape = interpolate(k, step, degree)
		if misfit(shape, k, step) < shapeError {
			break
		}
	}
	return shape
}

// misfit returns the largest error of a shape, relative to the largest values.
func misfit(shape []Pair, k Kernel, step spike.Tick) float64 {
	var end, area, largestEnd, largestArea float64
	for i := range spike.Tick(2*mostDegree + 1) {
		rest := step * i / (2 * mostDegree)
		e, a := k.At(rest)
		s := effectOf(shape, rest, perTick(step))
		end, area = max(end, math.Abs(float64(e-s.End))), max(area, math.Abs(float64(a-s.Area)))
		largestEnd, largestArea = max(largestEnd, math.Abs(float64(e))), max(largestArea, math.Abs(float64(a)))
	}
	return max(end/max(largestEnd, 1e-30), area/max(largestArea, 1e-30))
}

// interpolate returns the polynomial of a degree through that many and one values of a kernel.
func interpolate(k Kernel, step spike.Tick, degree int) []Pair {
	n := degree + 1
	u, end, area := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range n {
		rest := spike.Tick(math.Round(float64(step) * (0.5 - 0.5*math.Cos(math.Pi*(float64(i)+0.5)/float64(n)))))
		e, a := k.At(rest)
		u[i], end[i], area[i] = float64(rest)/float64(step)-0.5, float64(e), float64(a)
	}
	end, area = newton(u, end), newton(u, area)
	shape := make([]Pair, n)
	for i := range n {
		shape[degree-i] = Pair{float32(end[i]), float32(area[i])}
	}
	return shape
}

// newton returns the coefficients, lowest first, of the polynomial with the values y at x, by divided differences.
func newton(x, y []float64) []float64 {
	n := len(x)
	d := append([]float64(nil), y...)
	for j := 1; j < n; j++ {
		for i := n - 1; i >= j; i-- {
			d[i] = (d[i] - d[i-1]) / (x[i] - x[i-j])
		}
	}
	c := make([]float64, n)
	for i := n - 1; i >= 0; i-- { // c = c (u - x[i]) + d[i]
		for k := n - 1; k > 0; k-- {
			c[k] = c[k-1] - float64(c[k]*x[i])
		}
		c[0] = d[i] - float64(c[0]*x[i])
	}
	return c
}
