package credit

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/burstplex/burstplex/plasticity/reference"
)

// The predicted angle is, in the root mean square of its tangent, that of updates whose burst counts are drawn from
// their binomial distribution, layer by layer, which shares nothing with the prediction but the rate model's
// forward pass.
func TestPredictedAngles(t *testing.T) {
	g := small()
	p := g.problem(2, 2, 1)
	const k, draws = 2000, 60
	total, floor := p.predict(k)
	e := p.Forward(p.input)
	bp := p.Gradient(e, p.target, nil)
	random := rand.New(rand.NewPCG(1, 2))
	mean := make([]float64, 4)
	for range draws {
		deltas := make([]*mat.Dense, 4)
		for l := 3; l > 0; l-- {
			var a *mat.Dense
			if l < 3 {
				a = &mat.Dense{}
				a.Mul(p.Y[l+1].T(), deltas[l+1])
			}
			deltas[l] = &mat.Dense{}
			deltas[l].Apply(func(i, j int, x float64) float64 {
				q := p.P * (1 + (p.target.RawMatrix().Data[min(i, g.Outputs-1)*g.Batch+j]-x)*(1-x))
				if l < 3 {
					q = reference.Probability(a.At(i, j)*(1-x), p.P)
				}
				events, bursts := int(math.Round(k*x)), 0
				for range events {
					if random.Float64() < q {
						bursts++
					}
				}
				return (float64(bursts) - p.P*float64(events)) / k
			}, e[l])
		}
		for l := 1; l <= 3; l++ {
			u := &mat.Dense{}
			u.Mul(deltas[l], e[l-1].T())
			mean[l] += math.Pow(math.Tan(reference.Angle(u, bp.W[l])*math.Pi/180), 2) / draws
		}
	}
	for l := 1; l <= 3; l++ {
		mean[l] = math.Atan(math.Sqrt(mean[l])) * 180 / math.Pi
		t.Logf("layer %d: drawn %.2f, predicted %.2f, floor %.2f degrees", l, mean[l], total[l-1], floor[l-1])
		if math.Abs(mean[l]-total[l-1]) > 0.1*total[l-1] {
			t.Errorf("layer %d: drawn %.2f, predicted %.2f degrees", l, mean[l], total[l-1])
		}
	}
}
