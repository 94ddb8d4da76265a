package reference

import (
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/burstplex/burstplex/neuron/rng"
)

// clusters returns samples of noisy prototypes, one per class: a task that needs no hidden layer to be learned, but
// that all learners must learn through one.
func clusters(classes, inputs, samples int, key rng.Key) (input, target *mat.Dense) {
	p := rng.New(1, "prototypes").Stream(0, 0)
	prototypes := mat.NewDense(inputs, classes, nil)
	for i := range inputs {
		for j := range classes {
			prototypes.Set(i, j, p.Float64())
		}
	}
	s := key.Sub("samples").Stream(0, 0)
	input, target = mat.NewDense(inputs, samples, nil), mat.NewDense(classes, samples, nil)
	for j := range samples {
		c := s.IntN(classes)
		target.Set(c, j, 1)
		for i := range inputs {
			input.Set(i, j, prototypes.At(i, c)+0.3*s.Normal())
		}
	}
	return input, target
}

func accuracy(output, target *mat.Dense) float64 {
	_, samples := target.Dims()
	right := 0
	for j := range samples {
		best := 0
		for i := range output.RawMatrix().Rows {
			if output.At(i, j) > output.At(best, j) {
				best = i
			}
		}
		right += int(target.At(best, j))
	}
	return float64(right) / float64(samples)
}

// Every learner learns a small task, twice with the same result, and an update without error or teacher changes
// nothing.
func TestLearnersLearn(t *testing.T) {
	sizes := []int{20, 15, 15, 5}
	key := rng.New(3, "learners")
	network := func() *Network { return NewNetwork(sizes, 2, key) }
	feedback := func() []*mat.Dense { return RandomFeedback(network(), 0.5, 0.5, key).Y }
	cases := map[string]struct {
		// what it must reach; interneurons that do not cancel yet cost the EDN much, as in Greedy et al. (2022)
		eta, right float64
		make       func() Learner
	}{
		"backprop":           {1, 0.9, func() Learner { return &Backprop{Network: network()} }},
		"feedback alignment": {3, 0.9, func() Learner { return &Backprop{Network: network(), Feedback: feedback()} }},
		"BurstCCN, random":   {6, 0.9, func() Learner { return RandomFeedback(network(), 0.5, 0.5, key) }},
		"BurstCCN, p_b 0.3":  {10, 0.9, func() Learner { return RandomFeedback(network(), 0.3, 0.5, key) }},
		"BurstCCN, Q learned": {6, 0.9, func() Learner {
			b := RandomFeedback(network(), 0.5, 0.5,
				key)
			b.EtaQ = 1e-3
			return b
		}},
		"BurstCCN, tied": {6, 0.9, func() Learner {
			b := Symmetric(network(), 0.5, 1)
			b.TieY, b.TieQ = 1,
				true
			return b
		}},
		"Burstprop, random":    {30, 0.9, func() Learner { return NewBurstprop(network(), 0.5, key) }},
		"Burstprop, symmetric": {5, 0.9, func() Learner { return NewBurstprop(network(), 0, key) }},
		"EDN, tied":            {10, 0.9, func() Learner { return NewEDN(network(), 0, true, key) }},
		"EDN, random":          {5, 0.7, func() Learner { m := NewEDN(network(), 0.5, false, key); m.EtaI = 0.02; return m }},
	}
	train := func(m Learner, eta float64) (first, last float64) {
		for k := range 1500 {
			input, target := clusters(5, 20, 16, rng.New(uint64(k), "batch"))
			input0, _ := clusters(5, 20, 16, rng.New(uint64(k), "batch"))
			_, e := m.Learn(input, target, eta)
			if !mat.Equal(input, input0) {
				t.Fatal("Learn changes its input")
			}
			if k == 0 {
				first = e
			}
			last = e
		}
		return first, last
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			m := c.make()
			first, last := train(m, c.eta)
			input, target := clusters(5, 20, 500, rng.New(999, "batch"))
			right := accuracy(m.Predict(input), target)
			t.Logf("squared error %.3f -> %.3f, %.1f %% right", first, last, 100*right)
			if last > first/2 || right < c.right {
				t.Errorf("has not learned: error %.3f -> %.3f, %.1f %% right", first, last, 100*right)
			}
			again := c.make()
			if _, l := train(again, c.eta); l != last {
				t.Errorf("another run ends at %v, not %v", l, last)
			}
		})
	}
}
