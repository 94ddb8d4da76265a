package ensemble

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron/numeric"
)

// strange returns what vectors and scalars might treat differently.
func strange(r *rand.Rand) float32 {
	x := [...]float32{0, float32(math.Copysign(0, -1)), 1, 1 + 1e-7, 1e-45, -1e-39, 1e30, -1e30, 88.1, -87.1, 1e4,
		float32(math.Inf(1)), float32(math.Inf(-1))}
	return x[r.IntN(len(x))]
}

// same compares bits.
func same(t *testing.T, what string, got, want []float32) {
	t.Helper()
	for i := range want {
		if math.Float32bits(got[i]) != math.Float32bits(want[i]) && (got[i] == got[i] || want[i] == want[i]) {
			t.Fatalf("%s: number %d is %v, should be %v", what, i, got[i], want[i])
		}
	}
}

// A layer of traces is its rows one by one, to the bit, for any number of rows and bins.
func TestFilterLayerIsItsRows(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, bins := range []int{1, 7, 8, 9, 16, 75} {
		for n := 1; n < 35; n++ {
			stride := (bins + 15) / 16 * 16
			x, counts, start := make([]float32, n*stride), make([]float32, n*stride), make([]float32, n)
			for i := range counts {
				counts[i] = float32(r.IntN(50))
				if r.IntN(20) == 0 {
					counts[i] = strange(r)
				}
			}
			for u := range start {
				start[u] = r.Float32()
			}
			for _, start := range [][]float32{start, nil} {
				f := Filter{r.Float32(), r.Float32()}
				f.Layer(x, counts, stride, n, bins, start)
				want := make([]float32, bins)
				for u := range n {
					v := float32(0)
					if start != nil {
						v = start[u]
					}
					f.Row(want, counts[u*stride:], v)
					same(t, fmt.Sprintf("row %d of %d, %d bins", u, n, bins), x[u*stride:], want)
				}
			}
		}
	}
}

// A trace of constant counts stays where it is, and one of a single event decays.
func TestFilter(t *testing.T) {
	f := Filter{Fade: 0.75, Jump: 0.25 / 40}
	x := make([]float32, 5)
	f.Row(x, []float32{20, 20, 20, 20, 20}, 0.5)
	same(t, "constant", x, []float32{0.5, 0.5, 0.5, 0.5, 0.5})
	f = Filter{Fade: 0.5, Jump: 1}
	f.Row(x, []float32{0, 1, 0, 0, 0}, 0)
	same(t, "one event", x, []float32{0, 0, 1, 0.5, 0.25})
}

// Whole layers are numbers one by one, to the bit.
func TestElementwise(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for _, n := range []int{0, 1, 7, 8, 9, 31, 4000} {
		a, b := make([]float32, n), make([]float32, n)
		for i := range a {
			a[i], b[i] = float32(r.NormFloat64()*5), r.Float32()*1.2
			if r.IntN(10) == 0 {
				a[i] = strange(r)
			}
			if r.IntN(10) == 0 {
				b[i] = strange(r)
			}
		}
		one, p := make([]float32, n), slices.Clone(a)
		const pb = 0.3
		for i := range a {
			one[i] = a[i]
			BurstProbability(one[i:i+1], b[i:i+1], pb)
			if math.Abs(float64(b[i])) < 2 && math.Abs(float64(a[i])) < 1e4 {
				if want := 2 * pb / (1 + math.Exp(-2*float64(a[i])*max(0,
					1-float64(b[i]))/pb)); math.Abs(float64(one[i])-want) > 1e-5 {
					t.Fatalf("burst probability for %g, %g is %g, should be %g", a[i], b[i], one[i], want)
				}
			}
		}
		BurstProbability(p, b, pb)
		same(t, "burst probability", p, one)
		d := make([]float32, n)
		Less(d, a, b, pb)
		for i := range a {
			one[i] = numeric.Madd32(b[i], -pb, a[i])
		}
		same(t, "less", d, one)
		Less(a, a, b, pb)
		same(t, "less in place", a, d)
	}
}

func BenchmarkTraces(b *testing.B) {
	const n, bins, stride = 64, 75, 80
	x, counts, start := make([]float32, n*stride), make([]float32, n*stride), make([]float32, n)
	run := func(name string, f func()) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n/bins, "ns/bin")
		})
	}
	run("filter", func() { Filter{0.8, 0.01}.Layer(x, counts, stride, n, bins, start) })
	run("probability", func() { BurstProbability(x, counts, 0.5) })
	run("less", func() { Less(x, counts, counts, 0.5) })
}
