package neuron

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/integrate/quad"
	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// within compares up to 1e-9 and an absolute error, for formulas that cancel where their value does not matter.
func within(t *rapid.T, what string, got, want, absolute float64) {
	if !(math.Abs(got-want) <= absolute+1e-9*math.Abs(want)) {
		t.Errorf("%s: %.15g, want %.15g", what, got, want)
	}
}

func TestRamp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tau, r := rapid.Float64Range(.1, 200).Draw(t, "tau"), rapid.Float64Range(1e-3, 10).Draw(t, "r")
		decay, p0, p1 := ramp(tau, r)
		response := func(x float64) float64 { return math.Exp(-(r - x) / tau) }
		within(t, "decay", decay, math.Exp(-r/tau), 0)
		within(t, "constant", p0, quad.Fixed(response, max(0, r-40*tau), r, 60, nil, 0), 4e-16*tau)
		within(t, "ramp", p1, quad.Fixed(func(x float64) float64 { return x * response(x) }, max(0, r-40*tau), r, 60, nil, 0),
			4e-16*tau*tau)
	})
}

func TestCross(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tau, r := rapid.Float64Range(.5, 200).Draw(t, "tau"), rapid.Float64Range(1e-3, 5).Draw(t, "r")
		syn := rapid.OneOf(rapid.Just(tau), rapid.Float64Range(.5, 200)).Draw(t, "syn")
		m0, m1 := cross(tau, syn, r)
		f := func(x float64) float64 { return math.Exp(-(r-x)/tau - x/syn) }
		within(t, "m0", m0, quad.Fixed(f, 0, r, 60, nil, 0), 0)
		within(t, "m1", m1, quad.Fixed(func(x float64) float64 { return x * f(x) }, 0, r, 60, nil, 0), 0)
	})
}

// The exponential of the matrix that carries a constant and a ramp as further variables holds all three answers.
func TestLinear2(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a mat2
		for k := range a {
			a[k] = rapid.Float64Range(-1, 1).Draw(t, "a")
		}
		r := rapid.Float64Range(1e-3, 5).Draw(t, "r")
		m, i0, i1 := linear2(a, r)
		big, e := mat.NewDense(6, 6, nil), new(mat.Dense)
		for row := range 2 {
			for col := range 2 {
				big.Set(row, col, a[2*row+col])
			}
			big.Set(row, 2+row, 1)   // the constant input drives x
			big.Set(2+row, 4+row, 1) // and grows at the rate of the ramp
		}
		big.Scale(r, big)
		e.Exp(big)
		for row := range 2 {
			for col := range 2 {
				for k, got := range []mat2{m, i0, i1} {
					if want := e.At(row, 2*k+col); math.Abs(got[2*row+col]-want) > 1e-12*(1+math.Abs(want)) {
						t.Errorf("part %d at %d,%d: %g, want %g", k, row, col, got[2*row+col], want)
					}
				}
			}
		}
	})
}

// Two steps in a row are one step.
func TestPropagatorsCompose(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := mat2{-1. / 7, -13. / 170, 1. / 30, -1. / 30}
		r1, r2 := rapid.Float64Range(.01, 3).Draw(t, "r1"), rapid.Float64Range(.01, 3).Draw(t, "r2")
		m, i0, i1 := linear2(a, r1+r2)
		m1, j0, j1 := linear2(a, r1)
		m2, k0, k1 := linear2(a, r2)
		whole := mat2.mul(m2, m1)
		const0 := m2.mul(j0).add(k0, 1)
		ramp1 := m2.mul(j1).add(k1, 1).add(k0, r1)
		for k := range m {
			if math.Abs(m[k]-whole[k]) > 1e-13 || math.Abs(i0[k]-const0[k]) > 1e-12 || math.Abs(i1[k]-ramp1[k]) > 1e-12 {
				t.Fatalf("element %d: %g %g %g, want %g %g %g", k, whole[k], const0[k], ramp1[k], m[k], i0[k], i1[k])
			}
		}
	})
}
