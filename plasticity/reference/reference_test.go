package reference

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/burstplex/burstplex/neuron/rng"
)

// batch returns sparse random inputs and random targets.
func batch(sizes []int, samples int, key rng.Key) (input, target *mat.Dense) {
	s := key.Stream(1, 0)
	input, target = mat.NewDense(sizes[0], samples, nil), mat.NewDense(sizes[len(sizes)-1], samples, nil)
	for j := range samples {
		for i := range sizes[0] {
			if s.Float64() < 0.2 {
				input.Set(i, j, s.Float64())
			}
		}
		target.Set(s.IntN(sizes[len(sizes)-1]), j, 1)
	}
	return input, target
}

// The gradient is what a small change of a weight does to the loss.
func TestGradientAgainstDifferences(t *testing.T) {
	sizes := []int{5, 7, 6, 3}
	n := NewNetwork(sizes, 3.6, rng.New(1, "net"))
	input, target := batch(sizes, 4, rng.New(1, "data"))
	loss := func() float64 {
		e := n.Forward(input)
		d := &mat.Dense{}
		d.Sub(e[3], target)
		return mat.Dot(flat(d), flat(d)) / 2 / 4
	}
	u := n.Gradient(n.Forward(input), target, nil)
	const h = 1e-5
	for l := 1; l < len(sizes); l++ {
		for i := range sizes[l] {
			for j := range sizes[l-1] {
				w := n.W[l].At(i, j)
				n.W[l].Set(i, j, w+h)
				up := loss()
				n.W[l].Set(i, j, w-h)
				down := loss()
				n.W[l].Set(i, j, w)
				if want, got := (down-up)/(2*h), u.W[l].At(i, j); math.Abs(got-want) > 1e-8 {
					t.Fatalf("layer %d, weight %d %d: %g, differences say %g", l, i, j, got, want)
				}
			}
		}
	}
}

func flat(m *mat.Dense) *mat.VecDense {
	rows, cols := m.Dims()
	v := mat.NewVecDense(rows*cols, nil)
	for i := range rows {
		for j := range cols {
			v.SetVec(i*cols+j, m.At(i, j))
		}
	}
	return v
}

// The angles of the paper's network at initialisation: below 0.1 degrees to backpropagation with symmetric
// feedback; to feedback alignment 0.2, 0.9, 2.0, 5.7, 14, 31 degrees in layer 1 for 1, 2, 3, 4, 6, 8 hidden layers
// with random feedback of standard deviation 1/2.
func TestAnglesAtInitialisation(t *testing.T) {
	want := map[int]float64{1: 0.2, 2: 0.9, 3: 2.0, 4: 5.7, 6: 14, 8: 31}
	for hidden, angle := range want {
		if hidden > 4 && testing.Short() {
			continue
		}
		sizes := []int{784}
		for range hidden {
			sizes = append(sizes, 500)
		}
		sizes = append(sizes, 10)
		key := rng.New(7, "net")
		n := NewNetwork(sizes, 3.6, key)
		input, target := batch(sizes, 16, key)
		e := n.Forward(input)
		u, _, _ := Symmetric(n, 0.5, 1).Update(e, target)
		bp := n.Gradient(e, target, nil)
		for l := 1; l < len(sizes); l++ {
			if a := Angle(u.W[l], bp.W[l]); a > 0.15 {
				t.Errorf("%d hidden layers, symmetric feedback: layer %d is %.2f degrees from the gradient", hidden, l, a)
			}
		}
		b := RandomFeedback(n, 0.5, 0.5, key)
		u, _, _ = b.Update(e, target)
		fa := n.Gradient(e, target, b.Y)
		got := Angle(u.W[1], fa.W[1])
		t.Logf("%d hidden layers: %.2f degrees to feedback alignment, known %.1f", hidden, got, angle)
		if got < angle/2 || got > angle*2 {
			t.Errorf("%d hidden layers, random feedback: layer 1 is %.2f degrees from feedback alignment, known %.1f", hidden,
				got, angle)
		}
	}
}

// Without a teacher Q learns what p_b Y does to the activities that occur, and the apical drives vanish. (Where
// activities span few directions Q itself need not be p_b Y.)
func TestQLearnsToCancel(t *testing.T) {
	sizes := []int{10, 20, 8, 6}
	key := rng.New(2, "net")
	n := NewNetwork(sizes, 3.6, key)
	b := RandomFeedback(n, 0.5, 0.5, key)
	for l := 2; l < len(sizes); l++ {
		b.Q[l] = Random(sizes[l], sizes[l-1], 0.5, key.Sub("Q"), l)
	}
	rms := func(a *mat.Dense) float64 {
		r, c := a.Dims()
		return mat.Norm(a, 2) / math.Sqrt(float64(r*c))
	}
	var first, last [4]float64
	for k := range 6000 {
		input, _ := batch(sizes, 16, rng.New(uint64(k), "data"))
		e := n.Forward(input)
		_, apical, _ := b.Update(e, nil)
		b.LearnQ(e, apical, 0.1)
		for l := 1; l < 3; l++ {
			if k == 0 {
				first[l] = rms(apical[l])
			}
			last[l] = rms(apical[l])
		}
	}
	for l := 1; l < 3; l++ {
		if last[l] > first[l]/20 {
			t.Errorf("layer %d: apical drive %g, at the start %g", l, last[l], first[l])
		}
	}
}
