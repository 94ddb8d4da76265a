package reference

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/burstplex/burstplex/neuron/rng"
)

// EDN is the error-encoding dendritic network of Sacramento, Costa, Bengio & Senn (2018) in discrete time. Every
// layer has one interneuron per unit of the layer above; interneurons learn to predict that layer, and what they do
// not cancel in the apical dendrite is the error:
//
//	v_l = W_l e_{l-1} + c_l,  v_I = W_PI e_l + c_I
//	v'_L = (1 - λ_o) v_L + λ_o logit(0.2 + 0.6 t)
//	v'_I = (1 - λ_I) v_I + λ_I v'_{l+1},  a_l = Yᵀ σ(v'_{l+1}) - W_IPᵀ σ(v'_I),  v'_l = v_l + λ_h a_l
//	ΔW_l = η (σ(v'_l) - σ(v_l)) e_{l-1}ᵀ
//	ΔW_PI = η_I (σ(v'_I) - σ(v_I)) σ(v'_l)ᵀ,  ΔW_IP = η_I σ(v'_I) a_lᵀ
//
// With tied interneurons (W_PI = W_{l+1}, W_IP = Y) it is the idealised network without a mismatch.
type EDN struct {
	*Network
	Y        []*mat.Dense    // of layers 2 to L, in the shape of W
	PI, IP   []*mat.Dense    // to and from the interneurons of layers 1 to L-1, in the shape of W[l+1]
	PIBias   []*mat.VecDense // of the interneurons of layers 1 to L-1
	TieY     float64         // Y = TieY W after every step; 0: Y is not tied
	TieInter bool            // interneurons mirror W and Y after every step, and do not learn
	Output   float64         // λ_o, how far the teacher moves the output
	Hidden   float64         // λ_h, of the apical drive
	Inter    float64         // λ_I, of the interneurons' teacher
	EtaI     float64         // learning rate of interneurons, as a multiple of that of W; W_IP is stable below 2/|σ(v_I)|²
	Decay    float64         // fraction that forward weights lose at every step
}

var _ Learner = (*EDN)(nil)

// NewEDN returns a network with all λ = 0.1, interneurons that learn twice as fast as W, and feedback Y ~ N(0,
// sd²), or Y = W throughout if sd is 0. Interneurons start at random, as in the paper, or tied.
func NewEDN(n *Network, sd float64, tied bool, key rng.Key) *EDN {
	layers := len(n.Sizes)
	m := &EDN{Network: n, Y: make([]*mat.Dense, layers), PI: make([]*mat.Dense, layers), IP: make([]*mat.Dense, layers),
		PIBias: make([]*mat.VecDense, layers), TieInter: tied, Output: 0.1, Hidden: 0.1, Inter: 0.1, EtaI: 2}
	if sd == 0 {
		m.TieY = 1
	}
	for l := 1; l < layers-1; l++ {
		up, down := n.Sizes[l+1], n.Sizes[l]
		scale := math.Sqrt(2 / float64(up+down))
		m.Y[l+1] = Random(up, down, sd, key.Sub("Y"), l+1)
		m.PI[l] = Random(up, down, 3.6*scale, key.Sub("PI"), l)
		m.IP[l] = Random(up, down, max(sd, scale), key.Sub("IP"), l)
		m.PIBias[l] = mat.NewVecDense(up, nil)
	}
	m.tie()
	return m
}

func (m *EDN) tie() {
	for l := 1; l < len(m.Sizes)-1; l++ {
		if m.TieY != 0 {
			m.Y[l+1].Scale(m.TieY, m.W[l+1])
		}
		if m.TieInter {
			m.PI[l].Copy(m.W[l+1])
			m.PIBias[l].CopyVec(m.Bias[l+1])
			m.IP[l].Copy(m.Y[l+1])
		}
	}
}

// Learn implements Learner.
func (m *EDN) Learn(input, target *mat.Dense, eta float64) (Updates, float64) {
	e := m.Forward(input)
	u, inter := m.Update(e, target)
	m.Apply(u, eta, m.Decay)
	if !m.TieInter {
		rate := eta * m.EtaI
		for l := 1; l < len(m.Sizes)-1; l++ {
			addScaled(m.PI[l], rate, inter.PI[l])
			addScaled(m.IP[l], rate, inter.IP[l])
			m.PIBias[l].AddScaledVec(m.PIBias[l], rate, inter.PIBias[l])
		}
	}
	m.tie()
	return u, meanSquare(e[len(e)-1], target)
}

// InterUpdates are changes of the interneurons' weights, means over the batch, and the apical drives behind them.
type InterUpdates struct {
	PI, IP []*mat.Dense
	PIBias []*mat.VecDense
	Apical []*mat.Dense
}

// Update returns the changes of the forward weights and of the interneurons. Without a target there is no teacher.
func (m *EDN) Update(e []*mat.Dense, target *mat.Dense) (Updates, InterUpdates) {
	L := len(m.Sizes) - 1
	_, samples := e[0].Dims()
	scale := 1 / float64(samples)
	in := InterUpdates{PI: make([]*mat.Dense, L+1), IP: make([]*mat.Dense, L+1), PIBias: make([]*mat.VecDense, L+1),
		Apical: make([]*mat.Dense, L+1)}
	deviation := make([]*mat.Dense, L+1)
	taught := mat.DenseCopyOf(e[L])
	if target != nil {
		taught.Apply(func(i, j int, x float64) float64 {
			return sigmoid((1-m.Output)*logit(x) + m.Output*logit(0.2+0.6*target.At(i, j)))
		}, taught)
	}
	for l := L; ; l-- {
		deviation[l] = &mat.Dense{}
		deviation[l].Sub(taught, e[l])
		if l == 1 {
			return outer(deviation, e), in
		}
		inter, nudged := m.interneurons(e[l-1], l-1, taught)
		a, cancel := &mat.Dense{}, &mat.Dense{}
		a.Mul(m.Y[l].T(), taught)
		cancel.Mul(m.IP[l-1].T(), nudged)
		a.Sub(a, cancel)
		below := &mat.Dense{}
		below.Apply(func(i, j int, x float64) float64 { return sigmoid(logit(x) + m.Hidden*a.At(i, j)) }, e[l-1])

		in.Apical[l-1], in.IP[l-1] = a, product(scale, nudged, a)
		inter.Sub(nudged, inter)
		in.PI[l-1], in.PIBias[l-1] = product(scale, inter, below), rowMeans(inter)
		taught = below
	}
}

// interneurons returns the activities of a layer's interneurons without and with the teaching of the layer above.
func (m *EDN) interneurons(e *mat.Dense, l int, above *mat.Dense) (free, nudged *mat.Dense) {
	free, nudged = &mat.Dense{}, &mat.Dense{}
	free.Mul(m.PI[l], e)
	free.Apply(func(i, _ int, v float64) float64 { return v + m.PIBias[l].AtVec(i) }, free)
	nudged.Apply(func(i, j int, v float64) float64 { return sigmoid((1-m.Inter)*v + m.Inter*logit(above.At(i, j))) }, free)
	free.Apply(func(_, _ int, v float64) float64 { return sigmoid(v) }, free)
	return free, nudged
}

// logit inverts the logistic function; activities that rounding has brought to 0 or 1 stay finite.
func logit(p float64) float64 {
	const tiny = 1e-15
	p = max(tiny, min(1-tiny, p))
	return math.Log(p / (1 - p))
}
