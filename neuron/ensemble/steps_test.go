package ensemble

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/burstplex/burstplex/neuron/internal/quantile"
	"github.com/burstplex/burstplex/neuron/rng"
)

// The distribution function of drawn numbers is that of a binomial distribution: to 0.0001 (single precision) where
// it is inverted, to 0.004 where it is approximated; means to a thousandth and variances to a hundredth.
func TestBinomial(t *testing.T) {
	for _, c := range []struct{ n, p float32 }{{1, 0.3}, {7, 0.5}, {12, 0.9}, {30, 0.1}, {100, 0.02}, {3000, 0.001},
		{3000, 0.002}, {17, 0.5}, {25, 0.3}, {60, 0.93},
		{40, 0.5}, {2000, 0.01}, {5000, 0.03}, {90, 0.07}} {
		counts := map[int]int{}
		const draws = 1 << 18
		var all []float64
		for i := range draws {
			x := binomial(c.n, c.p, uint32(i)<<14|1<<13) // every quantile once
			counts[int(x)]++
			all = append(all, float64(x))
		}
		d := distuv.Binomial{N: float64(c.n), P: float64(c.p)}
		allowed := 1e-4
		if c.n*c.p*(1-c.p) >= quantile.Smooth {
			allowed = 0.004
		}
		sum, worst := 0, 0.0
		for k := 0; k <= int(c.n); k++ {
			sum += counts[k]
			worst = max(worst, math.Abs(float64(sum)/draws-d.CDF(float64(k))))
		}
		if worst > allowed {
			t.Errorf("n = %g, p = %g: the distribution function errs by %.5f", c.n, c.p, worst)
		}
		m, v := stat.MeanVariance(all, nil)
		if math.Abs(m-d.Mean()) > 1e-3*math.Sqrt(d.Variance())+1e-3*d.Mean()*0.1 || math.Abs(v/d.Variance()-1) > 0.01 {
			t.Errorf("n = %g, p = %g: mean %.4f (%.4f), variance %.4f (%.4f)", c.n, c.p, m, d.Mean(), v, d.Variance())
		}
	}
}

// The normal quantile is right in the middle and in the tails.
func TestNormalQuantile(t *testing.T) {
	for _, u := range []float64{1e-9, 1e-7, 1e-5, 2.4e-4, 2.5e-4, 0.01, 0.3, 0.5, 0.9, 0.9999, 1 - 1e-6} {
		got, want := float64(normal(uint32(u*(1<<32)))), distuv.UnitNormal.Quantile(u)
		if math.Abs(got-want) > 0.02 {
			t.Errorf("quantile of %g is %.4f, should be %.4f", u, got, want)
		}
	}
}

// Counts per step have the mean, variance and correlation in time of exact events, under a drive that jumps.
func TestStepsAreEvents(t *testing.T) {
	const bin, bins, runs = 0.001, 200, 3000
	drive, drive32 := make([]float64, bins), make([]float32, bins)
	for k := range drive {
		drive[k] = []float64{-1, 1.5, 0.5}[k/70]
		drive32[k] = float32(drive[k])
	}
	for _, p := range []Params{{12, 20, 0.035}, {400, 10, 0.025}} {
		u, s := NewUnit(p), NewSteps(p, bin)
		key := rng.New(5, "steps")
		counts := make([]float32, bins)
		m1, v1, c1 := moments(runs, func(run int) (times []float64) {
			s.Events(counts, drive32, float32(Activation(drive[0])), key, uint64(run))
			for k, n := range counts {
				for range int(n) {
					times = append(times, (float64(k)+0.5)*bin)
				}
			}
			return times
		}, 10)
		m2, v2, c2 := moments(runs, func(run int) []float64 {
			return Events(u, nil, drive, Activation(drive[0]), bin, key, 1<<40|uint64(run))
		}, 10)
		for k := range m1 {
			// A step of 1 ms is short beside dead times and bins of 20 ms, but not nothing.
			if d := m1[k] - m2[k]; math.Abs(d) > 4*math.Sqrt((v1[k]+v2[k])/runs)+0.015*m2[k] {
				t.Errorf("%+v: mean count of bin %d is %.3f, exact %.3f", p, k, m1[k], m2[k])
			}
			if d := v1[k] - v2[k]; math.Abs(d) > 5*v2[k]*math.Sqrt(4.0/runs)+0.04*v2[k] {
				t.Errorf("%+v: variance of bin %d is %.3f, exact %.3f", p, k, v1[k], v2[k])
			}
			if k > 0 && math.Abs(c1[k-1]-c2[k-1]) > 5*math.Sqrt(2*v2[k-1]*v2[k]/runs)+0.03*v2[k] {
				t.Errorf("%+v: covariance of bins %d and %d is %.3f, exact %.3f", p, k-1, k, c1[k-1], c2[k-1])
			}
		}
	}
}

// The stationary rate is E_max σ(v) exactly, however coarse the step.
func TestStepsStationary(t *testing.T) {
	for _, bin := range []float64{0.001, 0.002, 0.005} {
		p := Params{2000, 20, 0.025}
		s := NewSteps(p, bin)
		for _, v := range []float32{-4, -1, 0, 3} {
			drive, counts := make([]float32, 20000), make([]float32, 20000)
			for k := range drive {
				drive[k] = v
			}
			e := Activation(float64(v))
			s.Events(counts, drive, float32(e), rng.New(1, "stationary"), 3)
			sum := 0.0
			for _, c := range counts {
				sum += float64(c)
			}
			want := e * float64(s.rate) * float64(p.Neurons) * float64(len(counts))
			if math.Abs(sum-want) > 4*math.Sqrt(want)+2e-4*want {
				t.Errorf("bin %g s, v = %g: %.0f events, want %.0f", bin, v, sum, want)
			}
		}
	}
}

// A layer is its units one by one, to the bit: with vectors and without, for all kinds of drive, in place, and without
// a change after the bins of a row.
func TestLayerIsItsUnits(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, p := range []Params{{2000, 10, 0.025}, {100, 10, 0}, {1, 20, 0.035}, {400, 30, 0.012}, {60000, 10, 0.079}} {
		for _, bin := range []float64{0.002, 0.0005, 0.03} {
			s := NewSteps(p, bin)
			for _, bins := range []int{1, 4, 8, 9, 75, 300} {
				const pad = 77
				n := []int{19, 5, 16, 8, 1, 30}[r.IntN(6)]
				stride := (bins + 15) / 16 * 16
				drive, start := make([]float32, n*stride), make([]float32, n)
				for u := range n {
					start[u] = min(1, max(0, r.Float32()*1.4-0.2))
					mean := float32(r.NormFloat64() * 3)
					for k := range stride {
						x := &drive[u*stride+k]
						switch *x = mean + float32(r.NormFloat64()); {
						case k >= bins:
							*x = pad
						case u == 3:
							*x = -30
						case u == 4:
							*x = 30
						case r.IntN(50) == 0:
							*x = [...]float32{-1e9, 1e9, -30, 30, 0, 1e-40, -88.5, 87.5, float32(math.NaN())}[r.IntN(9)]
						}
					}
				}
				key, entity := rng.New(r.Uint64(), "layer"), r.Uint64()<<8
				want := slices.Clone(drive)
				for u := range n {
					row := want[u*stride:][:bins]
					s.Events(row, row, start[u], key, entity|uint64(u))
				}
				got := slices.Clone(drive)
				s.Layer(got, got, stride, n, bins, start, key, entity)
				for i := range got {
					if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
						t.Fatalf("%+v, bin %g s: unit %d, bin %d of %d has %g events, alone %g", p, bin, i/stride, i%stride, bins,
							got[i], want[i])
					}
				}
				chance := make([]float32, n*stride)
				for i := range chance {
					chance[i] = r.Float32()
				}
				want = slices.Clone(got)
				for u := range n {
					row := u * stride
					s.Bursts(want[row:][:bins], got[row:][:bins], chance[row:][:bins], key, entity|uint64(u))
				}
				s.LayerBursts(chance, got, chance, stride, n, bins, key, entity)
				for i := range got {
					if i%stride < bins && chance[i] != want[i] {
						t.Fatalf("%+v, bin %g s: unit %d, bin %d of %d has %g bursts, alone %g", p, bin, i/stride, i%stride, bins,
							chance[i], want[i])
					}
				}
			}
		}
	}
}

// Numbers at the ends of what is possible are possible ones.
func TestBinomialEdges(t *testing.T) {
	for _, w := range []uint32{0, 1, 1<<31 - 1, 1 << 31, 1<<32 - 1} {
		for _, n := range []float32{0, 1, 2, 15, 16, 17, 1000, 1 << 20} {
			for _, p := range []float32{-1, 0, 1e-45, 1e-30, 1e-6, 0.001, 0.4999999, 0.5, 0.5000001, 0.999, 0.9999999, 1, 2,
				float32(math.NaN())} {
				k := binomial(n, p, w)
				if !(k >= 0 && k <= n) || k != float32(int(k)) || !(p > 0) && k != 0 || p >= 1 && k != n {
					t.Errorf("binomial(%g, %g, %#x) = %g", n, p, w, k)
				}
				d := distuv.Binomial{N: float64(n), P: float64(p)}
				if p > 0 && p < 1 && n > 0 && math.Abs(float64(k)-d.Mean()) > 7*d.StdDev()+12 {
					t.Errorf("binomial(%g, %g, %#x) = %g is %.1f standard deviations from the mean", n, p, w, k,
						(float64(k)-d.Mean())/d.StdDev())
				}
			}
		}
	}
}

func BenchmarkSteps(b *testing.B) {
	s := NewSteps(Params{2000, 10, 0.025}, 0.002)
	key := rng.New(1, "bench")
	const n, bins, stride = 64, 75, 80
	drive, counts, bursts, p := make([]float32, n*stride), make([]float32, n*stride), make([]float32, n*stride),
		make([]float32, n*stride)
	start := make([]float32, n)
	run := func(name string, draw func(i uint64)) {
		b.Run(name, func(b *testing.B) {
			i := uint64(0)
			for b.Loop() {
				draw(i << 8)
				i++
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n/bins, "ns/bin")
		})
	}
	for _, v := range []float32{-3, 0} {
		for k := range drive {
			drive[k], p[k] = v, 0.5
		}
		for u := range start {
			start[u] = float32(Activation(float64(v)))
		}
		run(fmt.Sprintf("events/v=%g", v), func(i uint64) { s.Layer(counts, drive, stride, n, bins, start, key, i) })
		run(fmt.Sprintf("bursts/v=%g", v), func(i uint64) { s.LayerBursts(bursts, counts, p, stride, n, bins, key, i) })
	}
}
