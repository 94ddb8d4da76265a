package reference

import (
	"math"
	"testing"

	"github.com/burstplex/burstplex/neuron/rng"
)

// sinusoids is the task of Greedy et al. (2022), Fig. 3: three sinusoids, and what a random network with one hidden
// layer makes of them.
func sinusoids(seed uint64) func(t float64) (input, target []float64) {
	key := rng.New(seed, "sinusoids")
	s := key.Stream(0, 0)
	var omega, phase [3]float64
	for k := range 3 {
		omega[k], phase[k] = math.Pi/2*s.Float64(), 2*math.Pi*s.Float64()
	}
	teacher := NewNetwork([]int{3, 25, 1}, 1, key)
	for l, bound := range []float64{1: math.Sqrt(3), 2: 0.6} {
		if l == 0 {
			continue
		}
		rows, cols := teacher.W[l].Dims()
		for i := range rows {
			for j := range cols {
				teacher.W[l].Set(i, j, bound*(2*s.Float64()-1))
			}
		}
	}
	c := NewContinuous(Symmetric(teacher, 0.5, 1))
	c.Dt = c.Tau
	return func(t float64) (input, target []float64) {
		input = make([]float64, 3)
		for k := range 3 {
			input[k] = math.Sin(omega[k]*t + phase[k])
		}
		return input, c.Step(input, nil, false)
	}
}

// Continuous BurstCCN follows the target after training; without a teacher its weights stay exactly where they are;
// and one with its hidden layer frozen stays behind.
func TestContinuousRegression(t *testing.T) {
	if testing.Short() {
		t.Skip("20,000 s of model time")
	}
	run := func(steps int, teach bool) (variance, before, after, moved float64) {
		task := sinusoids(1)
		n := NewNetwork([]int{3, 50, 1}, 1, rng.New(2, "student"))
		b := Symmetric(n, 0.5, 1)
		b.TieY, b.TieQ = 1, true
		m, start := NewContinuous(b), n.Clone()
		m.TauW = 10 // a tenth of the paper's, for a tenth of the steps
		const test = 5000
		mean, square := 0.0, 0.0
		for k := range steps + 2*test {
			x, y := task(float64(k) * m.Dt)
			training := k >= test && k < steps+test
			var target []float64
			if teach {
				target = y
			}
			out := m.Step(x, target, training)
			d := (out[0] - y[0]) * (out[0] - y[0]) / test
			switch {
			case k < test:
				before += d
				mean += y[0] / test
				square += y[0] * y[0] / test
			case !training:
				after += d
			}
		}
		for i := range 50 {
			for j := range 3 {
				moved += math.Abs(n.W[1].At(i, j) - start.W[1].At(i, j))
			}
		}
		return square - mean*mean, before, after, moved
	}
	variance, before, after, moved := run(100000, true)
	t.Logf("variance of the target %.4f, squared error %.5f -> %.5f", variance, before, after)
	if after > before/10 || after > variance/4 || moved == 0 {
		t.Errorf("squared error %.5f -> %.5f at a variance of %.5f", before, after, variance)
	}
	if _, _, _, moved := run(10000, false); moved > 1e-9 {
		t.Errorf("weights move by %g without a teacher", moved)
	}
}

// In a steady state, continuous BurstCCN makes the updates of the discrete model.
func TestContinuousSettlesAtDiscrete(t *testing.T) {
	sizes := []int{5, 7, 6, 3}
	key := rng.New(4, "net")
	n := NewNetwork(sizes, 2, key)
	b := RandomFeedback(n, 0.4, 0.5, key)
	input, target := batch(sizes, 1, key)
	e := n.Forward(input)
	want, _, _ := b.Update(e, target)

	c := NewContinuous(b)
	x, y := column(input.At, sizes[0]), column(target.At, sizes[3])
	for range 40 {
		c.Step(x, y, false)
	}
	before := n.Clone()
	c.Step(x, y, true)
	for l := 1; l < len(sizes); l++ {
		for i := range sizes[l] {
			for j := range sizes[l-1] {
				got := (n.W[l].At(i, j) - before.W[l].At(i, j)) * c.TauW / c.Dt
				if math.Abs(got-want.W[l].At(i, j)) > 1e-9 {
					t.Fatalf("layer %d, weight %d %d: %g, discrete model %g", l, i, j, got, want.W[l].At(i, j))
				}
			}
		}
	}
}

func column(at func(i, j int) float64, n int) []float64 {
	out := make([]float64, n)
	for i := range n {
		out[i] = at(i, 0)
	}
	return out
}
