// Package reference holds rate models that learning in spikes is compared with: exact gradients by backpropagation, feedback
// alignment, and the discrete-time rate model of BurstCCN (Greedy et al. 2022). They are references only: no rate model
// takes part in a simulation.
//
// Conventions are those of the paper's code: activities are columns e_l in (0, 1) of logistic units, Y and Q have the shape
// of the forward weights above them and are applied transposed,
//
//	v_l = W_l e_{l-1} + c_l,  e_l = σ(v_l)
//	a_l = Y_{l+1}ᵀ b_{l+1} - Q_{l+1}ᵀ e_{l+1},  optimal Q = p_b Y
//
// A batch is a matrix with one column per sample.
package reference

import (
	"math"

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
		u.W[l] = &mat.Dense{}
		u.W[l].Mul(deltas[l], e[l-1].T())
		u.W[l].Scale(1/float64(samples), u.W[l])
		rows, _ := deltas[l].Dims()
		u.Bias[l] = mat.NewVecDense(rows, nil)
		for i := range rows {
			u.Bias[l].SetVec(i, mat.Sum(deltas[l].RowView(i))/float64(samples))
		}
	}
	return u
}

// Gradient returns the direction of steepest descent of 1/2 |e_L - target|², mean over the batch: backpropagation. With
// feedback it is feedback alignment: errors travel back through feedback[l+1]ᵀ in place of the transposed weights.
func (n *Network) Gradient(e []*mat.Dense, target *mat.Dense, feedback []*mat.Dense) Updates {
	L := len(n.Sizes) - 1
	deltas := make([]*mat.Dense, L+1)
	deltas[L] = &mat.Dense{}
	deltas[L].Sub(target, e[L])
	slope(deltas[L], e[L])
	for l := L - 1; l > 0; l-- {
		back := n.W[l+1]
		if feedback != nil {
			back = feedback[l+1]
		}
		deltas[l] = &mat.Dense{}
		deltas[l].Mul(back.T(), deltas[l+1])
		slope(deltas[l], e[l])
	}
	return outer(deltas, e)
}

// slope multiplies by the derivative of the logistic function.
func slope(d, e *mat.Dense) {
	d.Apply(func(i, j int, x float64) float64 { return x * e.At(i, j) * (1 - e.At(i, j)) }, d)
}

// Bursts is the discrete-time rate model of BurstCCN on a network. P is the baseline burst probability p_b in (0, 1/2].
type Bursts struct {
	*Network
	P    float64
	Y, Q []*mat.Dense // of layers 2 to L, in the shape of W
}

// Symmetric returns feedback Y = gain W and Q = p_b Y.
func Symmetric(n *Network, p, gain float64) *Bursts {
	b := &Bursts{Network: n, P: p, Y: make([]*mat.Dense, len(n.Sizes)), Q: make([]*mat.Dense, len(n.Sizes))}
	for l := 2; l < len(n.Sizes); l++ {
		b.Y[l], b.Q[l] = &mat.Dense{}, &mat.Dense{}
		b.Y[l].Scale(gain, n.W[l])
		b.Q[l].Scale(p, b.Y[l])
	}
	return b
}

// RandomFeedback returns feedback Y ~ N(0, sd²) and Q = p_b Y.
func RandomFeedback(n *Network, p, sd float64, key rng.Key) *Bursts {
	b := Symmetric(n, p, 1)
	for l := 2; l < len(n.Sizes); l++ {
		b.Y[l] = Random(n.Sizes[l], n.Sizes[l-1], sd, key.Sub("Y"), l)
		b.Q[l].Scale(p, b.Y[l])
	}
	return b
}

// Probability is the burst probability for an apical drive z: p_b and slope 1 at 0, between 0 and 2 p_b.
func Probability(z, p float64) float64 { return 2 * p * sigmoid(2*z/p) }

// Update returns the change of the forward weights, the apical drives a and the deviations (p - p_b) e of every layer. Without
// a target there is no teacher.
func (b *Bursts) Update(e []*mat.Dense, target *mat.Dense) (u Updates, apical, deviation []*mat.Dense) {
	L := len(b.Sizes) - 1
	apical, deviation = make([]*mat.Dense, L+1), make([]*mat.Dense, L+1)
	rows, samples := e[L].Dims()
	deviation[L] = mat.NewDense(rows, samples, nil)
	if target != nil {
		deviation[L].Apply(func(i, j int, _ float64) float64 {
			x := e[L].At(i, j)
			return b.P * (target.At(i, j) - x) * (1 - x) * x
		}, deviation[L])
	}
	for l := L - 1; l > 0; l-- {
		bursts, events := &mat.Dense{}, &mat.Dense{}
		bursts.Scale(b.P, e[l+1])
		bursts.Add(bursts, deviation[l+1])
		apical[l] = &mat.Dense{}
		apical[l].Mul(b.Y[l+1].T(), bursts)
		events.Mul(b.Q[l+1].T(), e[l+1])
		apical[l].Sub(apical[l], events)
		deviation[l] = &mat.Dense{}
		deviation[l].Apply(func(i, j int, a float64) float64 {
			x := e[l].At(i, j)
			return (Probability(a*(1-x), b.P) - b.P) * x
		}, apical[l])
	}
	return outer(deviation, e), apical, deviation
}

// LearnQ changes Q by dQ = η e_{l+1} a_lᵀ, mean over the batch: it settles where apical drives vanish without a teacher.
func (b *Bursts) LearnQ(e, apical []*mat.Dense, eta float64) {
	_, samples := e[0].Dims()
	for l := 1; l < len(b.Sizes)-1; l++ {
		d := &mat.Dense{}
		d.Mul(e[l+1], apical[l].T())
		d.Scale(eta/float64(samples), d)
		b.Q[l+1].Add(b.Q[l+1], d)
	}
}

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
