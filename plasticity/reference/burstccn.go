package reference

import (
	"gonum.org/v1/gonum/mat"

	"github.com/burstplex/burstplex/neuron/rng"
)

// BurstCCN is the discrete-time rate model of Greedy et al. (2022): teacher and plasticity in a single phase.
//
//	p_L = p_b + p_b (t - e_L)(1 - e_L),  p_l = Probability(a_l (1 - e_l)),  b_l = p_l e_l
//	ΔW_l = η (p_l - p_b) e_l e_{l-1}ᵀ,  ΔQ_l = η_Q e_{l+1} a_lᵀ,  ΔY_l = -η_Y b_{l+1} a_lᵀ
//
// Learn computes all changes from the old weights.
type BurstCCN struct {
	*Network
	P    float64      // baseline burst probability p_b in (0, 1/2]
	Y, Q []*mat.Dense // of layers 2 to L, in the shape of W

	TieY       float64 // Y = TieY W after every step; 0: Y is not tied
	TieQ       bool    // Q = p_b Y after every step
	EtaQ, EtaY float64 // learning rates of feedback; in the paper EtaQ is far below that of W, 0.0007 against 0.3
	Decay      float64 // fraction that forward weights lose at every step
}

var _ Learner = (*BurstCCN)(nil)

// Learn implements Learner.
func (b *BurstCCN) Learn(input, target *mat.Dense, eta float64) (Updates, float64) {
	e := b.Forward(input)
	u, apical, deviation := b.Update(e, target)
	b.Apply(u, eta, b.Decay)
	if b.EtaY != 0 {
		b.LearnY(e, apical, deviation, b.EtaY)
	}
	if b.EtaQ != 0 {
		b.LearnQ(e, apical, b.EtaQ)
	}
	b.tie()
	return u, meanSquare(e[len(e)-1], target)
}

// tie copies weights where feedback is tied to them.
func (b *BurstCCN) tie() {
	for l := 2; l < len(b.Sizes); l++ {
		if b.TieY != 0 {
			b.Y[l].Scale(b.TieY, b.W[l])
		}
		if b.TieQ {
			b.Q[l].Scale(b.P, b.Y[l])
		}
	}
}

// Symmetric returns feedback Y = gain W and Q = p_b Y.
func Symmetric(n *Network, p, gain float64) *BurstCCN {
	b := &BurstCCN{Network: n, P: p, Y: make([]*mat.Dense, len(n.Sizes)), Q: make([]*mat.Dense, len(n.Sizes))}
	for l := 2; l < len(n.Sizes); l++ {
		b.Y[l], b.Q[l] = &mat.Dense{}, &mat.Dense{}
		b.Y[l].Scale(gain, n.W[l])
		b.Q[l].Scale(p, b.Y[l])
	}
	return b
}

// RandomFeedback returns feedback Y ~ N(0, sd²) and Q = p_b Y.
func RandomFeedback(n *Network, p, sd float64, key rng.Key) *BurstCCN {
	b := Symmetric(n, p, 1)
	for l := 2; l < len(n.Sizes); l++ {
		b.Y[l] = Random(n.Sizes[l], n.Sizes[l-1], sd, key.Sub("Y"), l)
		b.Q[l].Scale(p, b.Y[l])
	}
	return b
}

// Probability is the burst probability for an apical drive z: p_b and slope 1 at 0, between 0 and 2 p_b.
func Probability(z, p float64) float64 { return 2 * p * sigmoid(2*z/p) }

// Update returns the change of the forward weights, the apical drives a and the deviations (p - p_b) e of every
// layer. Without a target there is no teacher.
func (b *BurstCCN) Update(e []*mat.Dense, target *mat.Dense) (u Updates, apical, deviation []*mat.Dense) {
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
		events := &mat.Dense{}
		apical[l] = &mat.Dense{}
		apical[l].Mul(b.Y[l+1].T(), b.bursts(e, deviation, l+1))
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

// LearnQ changes Q by dQ = η e_{l+1} a_lᵀ, mean over the batch: it settles where apical drives vanish without a
// teacher.
func (b *BurstCCN) LearnQ(e, apical []*mat.Dense, eta float64) {
	_, samples := e[0].Dims()
	for l := 1; l < len(b.Sizes)-1; l++ {
		b.Q[l+1].Add(b.Q[l+1], product(eta/float64(samples), e[l+1], apical[l]))
	}
}

// LearnY changes Y by dY = -η b_{l+1} a_lᵀ, mean over the batch: the same balance, reached by the other pathway.
func (b *BurstCCN) LearnY(e, apical, deviation []*mat.Dense, eta float64) {
	_, samples := e[0].Dims()
	for l := 1; l < len(b.Sizes)-1; l++ {
		b.Y[l+1].Add(b.Y[l+1], product(-eta/float64(samples), b.bursts(e, deviation, l+1), apical[l]))
	}
}

// bursts returns the burst rates of a layer.
func (b *BurstCCN) bursts(e, deviation []*mat.Dense, l int) *mat.Dense {
	m := &mat.Dense{}
	m.Scale(b.P, e[l])
	m.Add(m, deviation[l])
	return m
}
