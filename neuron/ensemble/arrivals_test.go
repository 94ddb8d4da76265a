package ensemble

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"

	"github.com/burstplex/burstplex/neuron/rng"
)

// What is left of events at the ends of bins is what every event leaves, one by one, also after a delay that is not
// a number of bins, and with bins and events of all numbers.
func TestArrivals(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	var a Arrivals
	for range 300 {
		const dt = 0.002
		bins, n := 1+r.IntN(40), r.IntN(100)
		times, burst := make([]float64, n), make([]bool, n)
		for i := range times {
			times[i], burst[i] = r.Float64()*float64(bins)*dt, r.IntN(2) == 0
		}
		slices.Sort(times)
		delay, tau := []float64{0, 0.006, 0.0031, 1}[r.IntN(4)], 0.002+0.02*r.Float64()
		counts, sum, all, bursts, number := make([]float32, bins), make([]float32, bins), make([]float32, bins),
			make([]float32, bins), make([]float32, bins)
		a.Read(counts, times, delay, dt)
		a.Sum(sum, tau)
		a.Bursts(all, bursts, number, burst, tau)
		for k := range bins {
			var n, nb float32
			var s, sb float64
			for i, t := range times {
				if age := float64(k+1)*dt - (t + delay); age > 0 && age <= dt+1e-15 {
					n++
					s += math.Exp(-age / tau)
					if burst[i] {
						nb++
						sb += math.Exp(-age / tau)
					}
				}
			}
			if counts[k] != n || number[k] != nb || math.Abs(float64(sum[k])-s) > 1e-6*(1+s) || all[k] != sum[k] ||
				math.Abs(float64(bursts[k])-sb) > 1e-6*(1+sb) {
				t.Fatalf("bin %d: %g events that leave %g (%g), %g bursts that leave %g; should be %g, %g, %g, %g", k, counts[k],
					sum[k], all[k], number[k], bursts[k], n, s, nb, sb)
			}
		}
	}
}

// Every event is a burst with the probability of its bin.
func TestBernoulli(t *testing.T) {
	p := []float32{0, 0.1, 1, 0.5, -1, 2}
	counts := []float32{100, 50, 30, 0, 20, 10}
	var d Bernoulli
	const runs = 2000
	sums := make([]float64, len(p))
	var dst []bool
	for run := range uint64(runs) {
		dst = d.Draw(dst[:0], counts, p, rng.New(1, "bursts"), run)
		i := 0
		for k, n := range counts {
			for range int(n) {
				if dst[i] {
					sums[k]++
				}
				i++
			}
		}
		if i != len(dst) {
			t.Fatalf("%d decisions about %d events", len(dst), i)
		}
	}
	for k, s := range sums {
		b := distuv.Binomial{N: float64(counts[k]) * runs, P: math.Max(0, math.Min(1, float64(p[k])))}
		if math.Abs(s-b.Mean()) > 4*b.StdDev() {
			t.Errorf("bin %d: %g bursts, should be %g", k, s, b.Mean())
		}
	}
}
