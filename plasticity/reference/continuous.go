package reference

import "gonum.org/v1/gonum/floats"

// Continuous is a network of rates in continuous time that learns from one stream of inputs and targets: BurstCCN,
// or with Moving set Burstprop. Every Step advances all layers by Dt:
//
//	v_l += dt/τ (W_l e_{l-1} + c_l - v_l),  e_l = σ(v_l)
//	u_l += dt/τ ((Y_{l+1}ᵀ b_{l+1} - Q_{l+1}ᵀ e_{l+1}) (1 - e_l) - u_l),  p_l = Probability(u_l),  b_l = p_l e_l
//	p_L = p_b + p_b (t - e_L)(1 - e_L)
//	dW_l = dt/τ_W (p_l - p_b) e_l e_{l-1}ᵀ
//
// Every Step passes rates forward through all layers, then bursts back, then changes weights; what the low-pass of
// the potentials adds are the only delays. With dt = τ, as in the paper, each step is a step of the discrete model.
// (The paper's program reads feedback from the step before, layer by layer.) Burstprop compares p_l with the
// quotient of the moving averages of bursts and events, uses the moving average of events at the output, and has no
// Q.
type Continuous struct {
	*BurstCCN         // weights, feedback, p_b and ties
	Dt        float64 // s, default 0.1
	Tau       float64 // s, of somatic and apical potentials, default 0.1
	TauW      float64 // s, of the weights, default 100
	TauMA     float64 // s, of the moving averages, default 5
	Moving    bool    // Burstprop

	v, u     [][]float64 // potentials
	e, p, b  [][]float64 // event rates, burst probabilities, burst rates
	eMA, bMA [][]float64 // moving averages
}

// NewContinuous returns the network with the paper's time constants, at rest.
func NewContinuous(b *BurstCCN) *Continuous {
	c := &Continuous{BurstCCN: b, Dt: 0.1, Tau: 0.1, TauW: 100, TauMA: 5}
	for _, n := range b.Sizes {
		for _, s := range []*[][]float64{&c.v, &c.u, &c.e, &c.p, &c.b, &c.eMA, &c.bMA} {
			*s = append(*s, make([]float64, n))
		}
	}
	return c
}

// Step advances the network with an input and, unless it is nil, a target, learns if learn is set, and returns the
// output rates, which are valid until the next step.
func (c *Continuous) Step(input, target []float64, learn bool) []float64 {
	L := len(c.Sizes) - 1
	copy(c.e[0], input)
	leak, ma := c.Dt/c.Tau, c.Dt/c.TauMA
	for l := 1; l <= L; l++ {
		for i := range c.v[l] {
			c.v[l][i] += leak * (floats.Dot(c.W[l].RawRowView(i), c.e[l-1]) + c.Bias[l].AtVec(i) - c.v[l][i])
			c.e[l][i] = sigmoid(c.v[l][i])
			c.eMA[l][i] += ma * (c.e[l][i] - c.eMA[l][i])
		}
	}
	for l := L; l > 0; l-- {
		c.back(l, target)
	}
	if learn {
		for l := 1; l <= L; l++ {
			c.learn(l)
		}
		c.tie()
	}
	for l := 1; l <= L; l++ {
		for i, b := range c.b[l] {
			c.bMA[l][i] += ma * (b - c.bMA[l][i])
		}
	}
	return c.e[L]
}

// back computes the burst rates of a layer and their deviation from the baseline, from the layer above.
func (c *Continuous) back(l int, target []float64) {
	p := c.p[l]
	if l == len(c.Sizes)-1 {
		for i, e := range c.e[l] {
			if c.Moving {
				e = c.eMA[l][i]
			}
			p[i] = c.P
			if target != nil {
				p[i] += c.P * (target[i] - e) * (1 - e)
			}
		}
	} else {
		clear(p)
		for j, b := range c.b[l+1] {
			floats.AddScaled(p, b, c.Y[l+1].RawRowView(j))
			if !c.Moving {
				floats.AddScaled(p, -c.e[l+1][j], c.Q[l+1].RawRowView(j))
			}
		}
		for i, e := range c.e[l] {
			c.u[l][i] += c.Dt / c.Tau * (p[i]*(1-e) - c.u[l][i])
			p[i] = Probability(c.u[l][i], c.P)
		}
	}
	for i, e := range c.e[l] {
		c.b[l][i] = p[i] * e
	}
}

func (c *Continuous) learn(l int) {
	rate := c.Dt / c.TauW
	for i, e := range c.e[l] {
		base := c.P
		if c.Moving && c.eMA[l][i] > 0 {
			base = c.bMA[l][i] / c.eMA[l][i]
		}
		x := rate * (c.p[l][i] - base) * e
		floats.AddScaled(c.W[l].RawRowView(i), x, c.e[l-1])
		c.Bias[l].SetVec(i, c.Bias[l].AtVec(i)+x)
	}
}
