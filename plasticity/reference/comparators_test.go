package reference

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/burstplex/burstplex/neuron/rng"
)

// near returns targets that differ from the output by eps times random numbers: errors in the limit in which
// approximations to the gradient are exact.
func near(output *mat.Dense, eps float64) *mat.Dense {
	s := rng.New(5, "errors").Stream(0, 0)
	m := &mat.Dense{}
	m.Apply(func(_, _ int, x float64) float64 { return x + eps*s.Normal() }, output)
	return m
}

// With symmetric feedback and small errors, the idealised EDN follows the gradient of a loss on the output
// potentials. The gradient is taken by differences: nothing of the model is used but its forward pass.
func TestEDNAgainstDifferences(t *testing.T) {
	sizes := []int{5, 7, 6, 3}
	n := NewNetwork(sizes, 3.6, rng.New(1, "net"))
	input, target := batch(sizes, 4, rng.New(1, "data"))
	m := NewEDN(n, 0, true, rng.New(1, "edn"))
	m.Output, m.Hidden = 1e-4, 1e-4
	u, _ := m.Update(n.Forward(input), target)
	// Output moves by λ_o (logit(0.2 + 0.6 t) - v) f'(v): the descent of Σ ∫ (v - v*) f'(v) dv, whose primitive is v f
	// - ln(1 + e^v) - v* f.
	loss := func() float64 {
		e, sum := n.Forward(input), 0.0
		for i := range sizes[3] {
			for j := range 4 {
				f := e[3].At(i, j)
				v := logit(f)
				sum += v*f - math.Log1p(math.Exp(v)) - logit(0.2+0.6*target.At(i, j))*f
			}
		}
		return sum
	}
	for l := 1; l < len(sizes); l++ {
		if a := Angle(u.W[l], differences(n.W[l], loss)); a > 0.05 {
			t.Errorf("layer %d: %.3f degrees from the gradient", l, a)
		}
	}
	u, in := m.Update(n.Forward(input), nil)
	for l := 1; l < len(sizes); l++ {
		if mat.Norm(u.W[l], 2) > 1e-15 {
			t.Errorf("layer %d changes without a teacher", l)
		}
		if l < len(sizes)-1 && mat.Norm(in.Apical[l], 2) > 1e-14 {
			t.Errorf("layer %d has an apical drive without a teacher", l)
		}
	}
}

// differences returns minus the gradient of a loss by central differences.
func differences(w *mat.Dense, loss func() float64) *mat.Dense {
	const h = 1e-5
	g := &mat.Dense{}
	g.Apply(func(i, j int, x float64) float64 {
		w.Set(i, j, x+h)
		up := loss()
		w.Set(i, j, x-h)
		down := loss()
		w.Set(i, j, x)
		return (down - up) / (2 * h)
	}, w)
	return g
}

// Interneurons of an EDN that start at random learn to cancel without a teacher.
func TestEDNInterneuronsLearnToCancel(t *testing.T) {
	sizes := []int{10, 20, 8, 6}
	n := NewNetwork(sizes, 3.6, rng.New(1, "net"))
	m := NewEDN(n, 0.5, false, rng.New(1, "edn"))
	m.Inter = 0.1
	var first, last [3]float64
	for k := range 4000 {
		input, _ := batch(sizes, 16, rng.New(uint64(k), "data"))
		_, in := m.Update(n.Forward(input), nil)
		for l := 1; l < 3; l++ {
			addScaled(m.PI[l], 1, in.PI[l])
			addScaled(m.IP[l], 0.1, in.IP[l])
			m.PIBias[l].AddVec(m.PIBias[l], in.PIBias[l])
			if last[l] = mat.Norm(in.Apical[l], 2); k == 0 {
				first[l] = last[l]
			}
		}
	}
	for l := 1; l < 3; l++ {
		t.Logf("layer %d: apical drive %.3f -> %.4f", l, first[l], last[l])
		if last[l] > first[l]/10 {
			t.Errorf("layer %d: apical drive %g, at the start %g", l, last[l], first[l])
		}
	}
}

// With symmetric feedback, no recurrence and dendrites at a common working point, Burstprop's update for a small
// error is the gradient; its slope of 1/4 per layer is a positive factor. In general it is feedback alignment
// through feedback weighted by the slope σ'(u) of every unit.
func TestBurstpropAgainstGradient(t *testing.T) {
	sizes := []int{5, 7, 6, 3}
	n := NewNetwork(sizes, 1, rng.New(1, "net"))
	input, _ := batch(sizes, 4, rng.New(1, "data"))
	b := NewBurstprop(n, 0, rng.New(1, "burstprop"))
	e := n.Forward(input)
	target := near(e[3], 1e-6)
	u, apical, _ := b.Update(e, target)

	// The backward pass with the slopes written out.
	deltas := make([]*mat.Dense, 4)
	deltas[3] = &mat.Dense{}
	deltas[3].Sub(target, e[3])
	slope(deltas[3], e[3])
	deltas[3].Scale(b.P, deltas[3])
	for l := 2; l > 0; l-- {
		deltas[l] = &mat.Dense{}
		deltas[l].Mul(b.Y[l+1].T(), deltas[l+1])
		slope(deltas[l], e[l])
		deltas[l].Apply(func(i, j int, x float64) float64 {
			p := sigmoid(apical[l].At(i, j))
			return x * p * (1 - p)
		}, deltas[l])
	}
	want := outer(deltas, e)
	for l := 1; l < 4; l++ {
		d := &mat.Dense{}
		d.Sub(u.W[l], want.W[l])
		if mat.Norm(d, 2) > 1e-4*mat.Norm(want.W[l], 2) {
			t.Errorf("layer %d: update %g, want %g", l, mat.Norm(u.W[l], 2), mat.Norm(want.W[l], 2))
		}
		if a := Angle(u.W[l], n.Gradient(e, target, nil).W[l]); a > 10 {
			t.Errorf("layer %d: %.1f degrees from the gradient", l, a)
		}
	}
	if u, _, _ := b.Update(e, e[3]); mat.Norm(u.W[1], 2) != 0 {
		t.Error("Burstprop changes weights without an error")
	}
}

// The recurrent weights of Burstprop learn to keep dendrites near their steepest point.
func TestBurstpropRecurrence(t *testing.T) {
	sizes := []int{10, 20, 8, 6}
	n := NewNetwork(sizes, 3.6, rng.New(1, "net"))
	b := NewBurstprop(n, 1, rng.New(1, "burstprop"))
	b.EtaR = 0.1
	var first, last float64
	for k := range 2000 {
		input, target := batch(sizes, 16, rng.New(uint64(k), "data"))
		_, apical, _ := b.Update(n.Forward(input), target)
		if last = mat.Norm(apical[1], 2); k == 0 {
			first = last
		}
		b.Learn(input, target, 0)
	}
	t.Logf("apical potential %.3f -> %.3f", first, last)
	if last > first/3 {
		t.Errorf("apical potential %g, at the start %g", last, first)
	}
}
