package credit

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"

	"github.com/burstplex/burstplex/neuron/rng"
)

// Units close to full activation learn what the rate model says: the noise of their own event trace, which is as
// often above 1 as below, leaves no bias. (With h = max(0, 1 - trace) they learned four times as much.)
func TestSaturatedUnitsLearnWhatRatesLearn(t *testing.T) {
	g := DefaultGradient()
	p := g.problem(1, 3, 1)
	m := NewSimulator(p.BurstCCN, g.settings(1000), true, rng.New(1, "saturated"))
	const n = 300
	input, target := mat.DenseCopyOf(p.input.ColView(0)), mat.DenseCopyOf(p.target.ColView(0))
	e := p.Forward(input)
	_, _, deviation := p.Update(e, target)
	excess := make([][]float64, g.Outputs)
	for i := range n {
		m.Present(input, target, uint64(i))
		for j := range excess {
			excess[j] = append(excess[j], m.Excess(2, j))
		}
	}
	saturated := 0
	for j, x := range excess {
		if e[2].At(j, 0) < 0.97 {
			continue
		}
		saturated++
		mean, sd := stat.MeanStdDev(x, nil)
		if want := deviation[2].At(j, 0); math.Abs(mean-want) > 4*sd/math.Sqrt(n) {
			t.Errorf("output %d, activation %.3f: %.4f +- %.4f, should be %.4f", j, e[2].At(j, 0), mean, sd/math.Sqrt(n), want)
		}
	}
	if saturated == 0 {
		t.Fatal("no unit is close to full activation")
	}
}
