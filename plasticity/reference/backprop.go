package reference

import "gonum.org/v1/gonum/mat"

// Backprop learns by gradient descent on 1/2 |e_L - target|². With Feedback it is feedback alignment (Lillicrap et
// al. 2016).
type Backprop struct {
	*Network
	Feedback []*mat.Dense // of layers 2 to L, in the shape of W; nil: the weights themselves
	Decay    float64      // fraction that weights lose at every step
}

var _ Learner = (*Backprop)(nil)

// Learn implements Learner.
func (m *Backprop) Learn(input, target *mat.Dense, eta float64) (Updates, float64) {
	e := m.Forward(input)
	u := m.Gradient(e, target, m.Feedback)
	m.Apply(u, eta, m.Decay)
	return u, meanSquare(e[len(e)-1], target)
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
