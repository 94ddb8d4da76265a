package neuron

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
)

// A decaying variable and a membrane under a decaying conductance have the values of their closed solutions, to single
// precision, all over the longest part.
func TestCourseIsTheSolution(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		a, rate := r.NormFloat64()*20, math.Exp(r.NormFloat64())
		c := decaying(a, rate)
		for _, part := range []float64{0, .1, .5, 1} {
			at := part * coursePart / rate
			if got, want := c.at(at), a*math.Exp(-rate*at); math.Abs(got-want) > 2e-6*math.Abs(a) {
				t.Fatalf("%g e^(-%g t) at %g: %g, want %g", a, rate, at, got, want)
			}
		}
	}
}

// The crossing is where the course is zero, also where the first guess is far off.
func TestCourseCrossing(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		var c course
		for n := range c {
			c[n] = r.NormFloat64() * math.Pow(2, float64(-n))
		}
		end := r.Float64()
		c[0] = -math.Abs(c[0])
		above := c.at(end)
		if above <= 0 {
			continue
		}
		at := c.crossing(end, above)
		if at < 0 || at > end || !(c.at(at-2*crossingError) <= 0 && c.at(at+2*crossingError) >= 0) &&
			math.Abs(c.at(at)) > 1e-6 {
			t.Fatalf("%v crosses at %g of %g, where it is %g", c, at, end, c.at(at))
		}
	}
}

// Shapes are their kernels, for steps that are short and long against the synapse.
func TestShapesAreTheirKernels(t *testing.T) {
	for _, step := range []spike.Tick{us, 100 * us, ms, 10 * ms} {
		for _, k := range []Kernel{&conductanceKernel{5, 16}, &conductanceKernel{2, 2}, &currentKernel{100, 10, 250}} {
			shape := fit(Tabulate(k, step), step)
			limit := 1e-6
			if step == 10*ms {
				limit = 1e-5
			}
			for i := range spike.Tick(1000) {
				rest := step * i / 999
				end, area := k.At(rest)
				got := effectOf(shape, rest, perTick(step))
				_, whole := k.At(step)
				if math.Abs(float64(got.End-end)) > limit || math.Abs(float64(got.Area-area)) > limit*float64(whole) {
					t.Fatalf("%T, step %v, rest %v: %v, want %g %g", k, step, rest, got, end, area)
				}
			}
			if step <= ms && len(shape) > 7 {
				t.Errorf("%T, step %v: degree %d", k, step, len(shape)-1)
			}
		}
	}
}

// What was put into a channel at one time is found again from its sums, for time constants that are equal, similar and
// very different.
func TestArrivalsAreRecovered(t *testing.T) {
	const h, start = ms, 5 * ms
	for _, c := range []struct{ tau, syn float64 }{{16, 5}, {5, 5}, {5, 5.001}, {10, .3}, {.4, 100}} {
		k := &conductanceKernel{c.syn, c.tau}
		for rest := spike.Tick(1000); rest <= h; rest += 37_001 {
			end, area := k.At(rest)
			a := arrivalIn(Pair{.35 * end, .35 * area}, c.tau, c.tau, c.syn, start, h)
			if miss := a.at - (start + h - rest); miss > 200 || miss < -200 || math.Abs(float64(a.weight)/.35-1) > 1e-3 {
				t.Fatalf("tau %g, syn %g, rest %v: arrived %v late with weight %g", c.tau, c.syn, rest, miss, a.weight)
			}
		}
	}
}
