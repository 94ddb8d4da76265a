package oracle

import "math"

// maxDims is how many variables a model has at most.
const maxDims = 13

// state is the variables of a neuron; a model says what they are.
type state [maxDims]float64

// field is the right-hand side of dy/dt = f(t, y), t in ms.
type field func(t float64, y, dy *state)

// solver integrates with the embedded pair of orders 5 and 4 of Dormand & Prince (1980), with steps that keep the
// estimated error of each variable below tolerance x (1 + |y|).
type solver struct {
	dims int
	next float64 // step to try, ms
}

const (
	tolerance   = 1e-9
	longestStep = 0.5 // ms, so that a cubic through a step's ends is good to 1e-6 of the potential
)

// The coefficients of the pair: stages, and the difference between the two solutions.
var (
	dpNode  = [7]float64{0, 1. / 5, 3. / 10, 4. / 5, 8. / 9, 1, 1}
	dpStage = [7][6]float64{
		{},
		{1. / 5},
		{3. / 40, 9. / 40},
		{44. / 45, -56. / 15, 32. / 9},
		{19372. / 6561, -25360. / 2187, 64448. / 6561, -212. / 729},
		{9017. / 3168, -355. / 33, 46732. / 5247, 49. / 176, -5103. / 18656},
		{35. / 384, 0, 500. / 1113, 125. / 192, -2187. / 6784, 11. / 84},
	}
	dpError = [7]float64{71. / 57600, 0, -71. / 16695, 71. / 1920, -17253. / 339200, 22. / 525, -1. / 40}
)

// run takes y from time 0 to end and calls see after every step with what was at both of its ends; see may return
// false to stop there. It returns the time that was reached.
func (s *solver) run(f field, y *state, end float64, see func(t, h float64, from, to, slopeFrom,
	slopeTo *state) bool) float64 {
	var k [7]state
	f(0, y, &k[0])
	for t := 0.0; t < end; {
		if s.next <= 0 {
			s.next = 0.1
		}
		h := min(s.next, longestStep, end-t)
		last := h >= (end-t)*(1-1e-12)
		var z state
		for i := 1; i < 7; i++ {
			for d := range s.dims {
				sum := 0.0
				for j := range i {
					sum += dpStage[i][j] * k[j][d]
				}
				z[d] = y[d] + h*sum
			}
			f(t+dpNode[i]*h, &z, &k[i])
		}
		worst := 0.0
		for d := range s.dims {
			sum := 0.0
			for j := range 7 {
				sum += dpError[j] * k[j][d]
			}
			worst = max(worst, math.Abs(h*sum)/(tolerance*(1+math.Abs(y[d]))))
			if math.IsNaN(sum) {
				worst = math.Inf(1)
			}
		}
		grow := 5.0
		if worst > 0 {
			grow = max(0.1, min(5, 0.9*math.Pow(worst, -0.2)))
		}
		if worst > 1 && h > 1e-9 {
			s.next = h * grow
			continue
		}
		if !last || grow < 1 {
			s.next = h * grow
		}
		before := *y
		*y = z
		t += h
		if last {
			t = end
		}
		if !see(t-h, h, &before, y, &k[0], &k[6]) {
			return t
		}
		k[0] = k[6] // the last stage is the slope at the end
	}
	return end
}

// cubic is a function of time over a step of length h, given by values and slopes at both ends (Hermite).
type cubic struct{ h, a, b, slopeA, slopeB float64 }

func (c cubic) at(t float64) float64 {
	u := t / c.h
	v := 1 - u
	return v*v*((1+2*u)*c.a+u*c.h*c.slopeA) + u*u*((1+2*v)*c.b-v*c.h*c.slopeB)
}

// top returns the place and height of the highest point.
func (c cubic) top() (place, height float64) {
	place, height = 0, c.a
	if c.b > height {
		place, height = c.h, c.b
	}
	if c.slopeA > 0 && c.slopeB < 0 { // a hump
		lo, hi := 0.0, c.h
		for range 60 {
			x, y := lo+(hi-lo)*0.382, lo+(hi-lo)*0.618
			if c.at(x) < c.at(y) {
				lo = x
			} else {
				hi = y
			}
		}
		if v := c.at(lo); v > height {
			place, height = lo, v
		}
	}
	return place, height
}

// rise returns the first time at which the function is above a level, NaN if it never is.
func (c cubic) rise(level float64) float64 {
	if c.a > level {
		return 0
	}
	place, height := c.top()
	if height <= level {
		return math.NaN()
	}
	lo, hi := 0.0, place
	for range 60 {
		if m := (lo + hi) / 2; c.at(m) > level {
			hi = m
		} else {
			lo = m
		}
	}
	return hi
}
