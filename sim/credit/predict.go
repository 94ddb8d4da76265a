package credit

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/burstplex/burstplex/plasticity/reference"
)

// predict returns what counting statistics say of the angles between the mean change of a batch at K events per
// unit and the gradient, per layer and in degrees: total is the angle (by the mean square of its tangent), floor
// what is left without noise. Nothing is fitted to a simulation.
//
// Every event is a burst or not, so that the bursts in excess of the baseline, B - p_b E, of a unit in a
// presentation have the variance K e p (1 - p), each independently. What arises in a layer travels to the layers
// below like an error, through J_l = diag(f'(v_l)) Yᵀ:
//
//	C_l = diag(e_l p_l (1 - p_l))/K + J_l C_{l+1} J_lᵀ
//	tan²(angle) = tan²(floor) + Σ over presentations of (tr(C_l) |e_{l-1}|² - dᵀ C_l d) / (batch |change_l|)²
//
// with d = change_l e_{l-1}/|change_l|: what noise adds along the change turns nothing.
//
// Floor and change are those of the rate model, whose only error is the bend of the burst probability. Left out are the
// variability of event counts, the filters of the synapses, and the bend's effect on the noise.
func (p problem) predict(k float64) (total, floor []float64) {
	e := p.Forward(p.input)
	mean, _, deviation := p.Update(e, p.target)
	gradient := p.Gradient(e, p.target, nil)
	L := len(p.Sizes) - 1
	_, n := p.input.Dims()
	noise := make([]float64, L+1)
	for s := range n {
		var above *mat.Dense
		for l := L; l > 0; l-- {
			c := mat.NewDense(p.Sizes[l], p.Sizes[l], nil)
			if above != nil {
				j := mat.NewDense(p.Sizes[l], p.Sizes[l+1], nil)
				j.Apply(func(i, m int, _ float64) float64 {
					x := e[l].At(i, s)
					return x * (1 - x) * p.Y[l+1].At(m, i)
				}, j)
				half := &mat.Dense{}
				half.Mul(j, above)
				c.Mul(half, j.T())
			}
			trace := 0.0
			for i := range p.Sizes[l] {
				x := e[l].At(i, s)
				if x > 0 {
					q := p.P + deviation[l].At(i, s)/x
					c.Set(i, i, c.At(i, i)+x*q*(1-q)/k)
				}
				trace += c.At(i, i)
			}
			below := mat.Norm(e[l-1].ColView(s), 2)
			along := &mat.VecDense{}
			along.MulVec(mean.W[l], e[l-1].ColView(s))
			size := mat.Norm(mean.W[l], 2)
			noise[l] += (trace*below*below - mat.Inner(along, c, along)/(size*size)) / float64(n*n)
			above = c
		}
	}
	for l := 1; l <= L; l++ {
		f := reference.Angle(mean.W[l], gradient.W[l])
		size := mat.Norm(mean.W[l], 2)
		t := math.Tan(f * math.Pi / 180)
		floor = append(floor, f)
		if f >= 90 {
			total = append(total, f)
			continue
		}
		total = append(total, 180/math.Pi*math.Atan(math.Sqrt(t*t+noise[l]/(size*size))))
	}
	return total, floor
}

// jackknife returns the standard error of the angle between the mean changes of presentations and their mean
// gradient, over presentations that are left out one at a time.
func (p problem) jackknife(parts []reference.Updates, layer int) float64 {
	n := len(parts)
	if n < 3 {
		return math.NaN()
	}
	e := p.Forward(p.input)
	var all, gradients []*mat.Dense
	sum, sumGradient := &mat.Dense{}, &mat.Dense{}
	for i := range n {
		column := make([]*mat.Dense, len(e))
		for l := range e {
			column[l] = mat.DenseCopyOf(e[l].ColView(i))
		}
		g := p.Gradient(column, mat.DenseCopyOf(p.target.ColView(i)), nil).W[layer]
		all, gradients = append(all, parts[i].W[layer]), append(gradients, g)
		if i == 0 {
			sum.CloneFrom(all[0])
			sumGradient.CloneFrom(g)
			continue
		}
		sum.Add(sum, all[i])
		sumGradient.Add(sumGradient, g)
	}
	angles, mean := make([]float64, n), 0.0
	for i := range n {
		a, b := &mat.Dense{}, &mat.Dense{}
		a.Sub(sum, all[i])
		b.Sub(sumGradient, gradients[i])
		angles[i] = reference.Angle(a, b)
		mean += angles[i] / float64(n)
	}
	v := 0.0
	for _, a := range angles {
		v += (a - mean) * (a - mean)
	}
	return math.Sqrt(v * float64(n-1) / float64(n))
}
