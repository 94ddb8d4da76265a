// Package reference holds rate models that learning in spikes is compared with. They are references only: no rate
// model takes part in a simulation.
//
//	Backprop    exact gradients, or feedback alignment where it has feedback weights of its own
//	BurstCCN    Greedy et al. (2022), discrete time, one phase
//	Burstprop   Payeur et al. (2021), discrete time, two phases
//	EDN         error-encoding dendrites, Sacramento et al. (2018)
//	Continuous  BurstCCN and Burstprop in continuous time
//
// The first four learn from mini-batches and implement Learner:
//
//	n := reference.NewNetwork([]int{784, 256, 10}, 3.6, key)
//	var m reference.Learner = reference.RandomFeedback(n, 0.5, 0.5, key)
//	for each batch { m.Learn(input, target, 0.1) }
//	output := m.Predict(input)
//
// Conventions are those of the paper's code: activities are columns e_l in (0, 1) of logistic units, feedback
// weights Y and Q have the shape of the forward weights above them and are applied transposed,
//
//	v_l = W_l e_{l-1} + c_l,  e_l = σ(v_l)
//	a_l = Y_{l+1}ᵀ b_{l+1} - Q_{l+1}ᵀ e_{l+1},  optimal Q = p_b Y
//
// A batch is a matrix with one column per sample. Updates are means over the batch, so that a learning rate does
// not depend on its size.
package reference

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/burstplex/burstplex/neuron/rng"
)

// Network is a stack of fully connected layers of logistic units.
type Network struct {
	Sizes []int        // units of layers 0 (input) to L
	W     []*mat.Dense // W[l] is Sizes[l] x Sizes[l-1]; W[0] is nil
	Bias  []*mat.VecDense
}

// NewNetwork draws weights from N(0, gain² 2/(fan_in + fan_out)) and leaves biases at 0 (gain 3.6 in the paper).
func NewNetwork(sizes []int, gain float64, key rng.Key) *Network {
	n := &Network{Sizes: sizes, W: make([]*mat.Dense, len(sizes)), Bias: make([]*mat.VecDense, len(sizes))}
	for l := 1; l < len(sizes); l++ {
		sd := gain * math.Sqrt(2/float64(sizes[l]+sizes[l-1]))
		n.W[l] = Random(sizes[l], sizes[l-1], sd, key.Sub("W"), l)
		n.Bias[l] = mat.NewVecDense(sizes[l], nil)
	}
	return n
}

// Random returns a matrix of normal numbers with standard deviation sd.
func Random(rows, cols int, sd float64, key rng.Key, entity int) *mat.Dense {
	s := key.Stream(uint64(entity), 0)
	m := mat.NewDense(rows, cols, nil)
	for i := range rows {
		for j := range cols {
			m.Set(i, j, sd*s.Normal())
		}
	}
	return m
}

// Learner is a rate model that learns from mini-batches.
type Learner interface {
	// Predict returns the output activities, Sizes[L] x samples, for inputs of Sizes[0] x samples.
	Predict(input *mat.Dense) *mat.Dense
	// Learn takes one step of rate eta towards targets of Sizes[L] x samples in [0, 1] and returns the step's updates and
	// the squared error before it, mean over samples and outputs.
	Learn(input, target *mat.Dense, eta float64) (Updates, float64)
}

// Predict returns the output activities.
func (n *Network) Predict(input *mat.Dense) *mat.Dense {
	e := n.Forward(input)
	return e[len(e)-1]
}

// Clone returns a copy that shares nothing.
func (n *Network) Clone() *Network {
	c := &Network{Sizes: n.Sizes, W: cloned(n.W), Bias: make([]*mat.VecDense, len(n.Bias))}
	for l := 1; l < len(n.Sizes); l++ {
		c.Bias[l] = mat.VecDenseCopyOf(n.Bias[l])
	}
	return c
}

// cloned returns copies of matrices, nil where they are nil.
func cloned(m []*mat.Dense) []*mat.Dense {
	c := make([]*mat.Dense, len(m))
	for l := range m {
		if m[l] != nil {
			c[l] = mat.DenseCopyOf(m[l])
		}
	}
	return c
}

// Apply adds eta times the updates to weights and biases, after the weights have lost the fraction decay.
func (n *Network) Apply(u Updates, eta, decay float64) {
	for l := 1; l < len(n.Sizes); l++ {
		if decay != 0 {
			n.W[l].Scale(1-decay, n.W[l])
		}
		addScaled(n.W[l], eta, u.W[l])
		n.Bias[l].AddScaledVec(n.Bias[l], eta, u.Bias[l])
	}
}

// addScaled adds c x to dst.
func addScaled(dst *mat.Dense, c float64, x *mat.Dense) {
	rows, _ := dst.Dims()
	for i := range rows {
		floats.AddScaled(dst.RawRowView(i), c, x.RawRowView(i))
	}
}

// product returns c a bᵀ.
func product(c float64, a, b *mat.Dense) *mat.Dense {
	m := &mat.Dense{}
	m.Mul(a, b.T())
	m.Scale(c, m)
	return m
}

// meanSquare returns the squared error, mean over samples and outputs.
func meanSquare(output, target *mat.Dense) float64 {
	rows, cols := output.Dims()
	sum := 0.0
	for i := range rows {
		d := floats.Distance(output.RawRowView(i), target.RawRowView(i), 2)
		sum += d * d
	}
	return sum / float64(rows*cols)
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// Forward returns the activities of all layers; e[0] is the input.
func (n *Network) Forward(input *mat.Dense) (e []*mat.Dense) {
	e = []*mat.Dense{input}
	_, samples := input.Dims()
	for l := 1; l < len(n.Sizes); l++ {
		v := mat.NewDense(n.Sizes[l], samples, nil)
		v.Mul(n.W[l], e[l-1])
		v.Apply(func(i, _ int, x float64) float64 { return sigmoid(x + n.Bias[l].AtVec(i)) }, v)
		e = append(e, v)
	}
	return e
}

// Updates are changes of the weights of every layer; Bias and W of layer 0 are nil. They are means over the batch.
type Updates struct {
	W    []*mat.Dense
	Bias []*mat.VecDense
}

// outer makes the updates of deltas (units x samples) and activities.
func outer(deltas, e []*mat.Dense) Updates {
	u := Updates{W: make([]*mat.Dense, len(e)), Bias: make([]*mat.VecDense, len(e))}
	_, samples := e[0].Dims()
	for l := 1; l < len(e); l++ {
		u.W[l] = product(1/float64(samples), deltas[l], e[l-1])
		u.Bias[l] = rowMeans(deltas[l])
	}
	return u
}

// rowMeans returns the mean of every row.
func rowMeans(m *mat.Dense) *mat.VecDense {
	rows, cols := m.Dims()
	v := mat.NewVecDense(rows, nil)
	for i := range rows {
		v.SetVec(i, floats.Sum(m.RawRowView(i))/float64(cols))
	}
	return v
}
