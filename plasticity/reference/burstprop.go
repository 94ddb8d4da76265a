package reference

import (
	"gonum.org/v1/gonum/mat"

	"github.com/burstplex/burstplex/neuron/rng"
)

// Burstprop is the discrete-time rate model of Payeur et al. (2021). Bursts travel back through Y twice, without
// and with a teacher, and what changes between the two phases is the error:
//
//	u_l = (Y_{l+1}ᵀ b_{l+1}) (1 - e_l) - R_l r_l,  r_l = σ(Y_{l+1}ᵀ b_{l+1}) e_l  (both of the phase without a teacher)
//	p_l = σ(u_l),  p'_l = σ((Y_{l+1}ᵀ b'_{l+1}) (1 - e_l) - R_l r_l)
//	p_L = p_b,  p'_L = p_b + p_b (t - e_L)(1 - e_L)
//	ΔW_l = η (p'_l - p_l) e_l e_{l-1}ᵀ,  ΔR_l = η_R u_l r_lᵀ
//
// Recurrent weights R learn to keep the dendrite where σ is steep. Its slope there is 1/4 and is not compensated, so
// that errors shrink by 4 from layer to layer.
type Burstprop struct {
	*Network
	P     float64      // burst probability of the output without a teacher, 0.2 in the paper
	Y     []*mat.Dense // of layers 2 to L, in the shape of W
	R     []*mat.Dense // of layers 1 to L-1, Sizes[l] x Sizes[l]
	TieY  float64      // Y = TieY W after every step; 0: Y is not tied
	EtaR  float64      // learning rate of R, 1e-4 in the paper
	Decay float64      // fraction that forward weights lose at every step
}

var _ Learner = (*Burstprop)(nil)

// NewBurstprop returns Burstprop with output baseline p_b = 0.2, recurrent weights N(0, 0.01²) and feedback Y ~
// N(0, sd²), or Y = W throughout if sd is 0.
func NewBurstprop(n *Network, sd float64, key rng.Key) *Burstprop {
	b := &Burstprop{Network: n, P: 0.2, Y: make([]*mat.Dense, len(n.Sizes)), R: make([]*mat.Dense, len(n.Sizes)),
		EtaR: 1e-4}
	for l := 2; l < len(n.Sizes); l++ {
		b.Y[l] = Random(n.Sizes[l], n.Sizes[l-1], sd, key.Sub("Y"), l)
		b.R[l-1] = Random(n.Sizes[l-1], n.Sizes[l-1], 0.01, key.Sub("R"), l-1)
	}
	if sd == 0 {
		b.TieY = 1
		b.tie()
	}
	return b
}

func (b *Burstprop) tie() {
	if b.TieY == 0 {
		return
	}
	for l := 2; l < len(b.Sizes); l++ {
		b.Y[l].Scale(b.TieY, b.W[l])
	}
}

// Learn implements Learner.
func (b *Burstprop) Learn(input, target *mat.Dense, eta float64) (Updates, float64) {
	e := b.Forward(input)
	u, apical, recurrent := b.Update(e, target)
	b.Apply(u, eta, b.Decay)
	_, samples := input.Dims()
	for l := 1; l < len(b.Sizes)-1 && b.EtaR != 0; l++ {
		b.R[l].Add(b.R[l], product(b.EtaR/float64(samples), apical[l], recurrent[l]))
	}
	b.tie()
	return u, meanSquare(e[len(e)-1], target)
}

// Update returns the changes of the forward weights, the apical potentials u without a teacher and the recurrent
// bursts r.
func (b *Burstprop) Update(e []*mat.Dense, target *mat.Dense) (u Updates, apical, recurrent []*mat.Dense) {
	L := len(b.Sizes) - 1
	apical, recurrent = make([]*mat.Dense, L+1), make([]*mat.Dense, L+1)
	deviation := make([]*mat.Dense, L+1)
	bursts, taught := &mat.Dense{}, &mat.Dense{}
	bursts.Scale(b.P, e[L])
	taught.Apply(func(i, j int, x float64) float64 {
		return x * (1 +
			(target.At(i, j)-e[L].At(i, j))*(1-e[L].At(i, j)))
	}, bursts)
	for l := L; ; l-- {
		deviation[l] = &mat.Dense{}
		deviation[l].Sub(taught, bursts)
		if l == 1 {
			return outer(deviation, e), apical, recurrent
		}
		below := e[l-1]
		drive, drive2 := &mat.Dense{}, &mat.Dense{}
		drive.Mul(b.Y[l].T(), bursts)
		drive2.Mul(b.Y[l].T(), taught)
		r, back := &mat.Dense{}, &mat.Dense{}
		r.Apply(func(i, j int, x float64) float64 { return sigmoid(x) * below.At(i, j) }, drive)
		back.Mul(b.R[l-1], r)
		apicalOf := func(d *mat.Dense) *mat.Dense {
			m := &mat.Dense{}
			m.Apply(func(i, j int, x float64) float64 { return x*(1-below.At(i, j)) - back.At(i, j) }, d)
			return m
		}
		burst := func(a *mat.Dense) *mat.Dense {
			m := &mat.Dense{}
			m.Apply(func(i, j int, x float64) float64 { return sigmoid(x) * below.At(i, j) }, a)
			return m
		}
		apical[l-1], recurrent[l-1] = apicalOf(drive), r
		bursts, taught = burst(apical[l-1]), burst(apicalOf(drive2))
	}
}
