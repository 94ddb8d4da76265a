package ensemble

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/burstplex/burstplex/neuron/rng"
)

// The distribution function of drawn numbers is that of a binomial distribution: to 0.0001 (single precision) where it is inverted, to 0.004
// where it is approximated; means to a thousandth and variances to a hundredth.
func TestBinomial(t *testing.T) {
	q := newQuantile()
	for _, c := range []struct{ n, p float32 }{{1, 0.3}, {7, 0.5}, {12, 0.9}, {30, 0.1}, {100, 0.02}, {3000, 0.001}, {3000, 0.002}, {17, 0.5}, {25, 0.3}, {60, 0.93},
		{40, 0.5}, {2000, 0.01}, {5000, 0.03}, {90, 0.07}} {
		counts := map[int]int{}
		const draws = 1 << 18
		var all []float64
		for i := range draws {
			x := q.binomial(c.n, c.p, uint32(i)<<14|1<<13) // every quantile once
			counts[int(x)]++
			all = append(all, float64(x))
		}
		d := distuv.Binomial{N: float64(c.n), P: float64(c.p)}
		allowed := 1e-4
		if c.n*c.p*(1-c.p) >= smooth {
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
	q := newQuantile()
	for _, u := range []float64{1e-9, 1e-7, 1e-5, 2.4e-4, 2.5e-4, 0.01, 0.3, 0.5, 0.9, 0.9999, 1 - 1e-6} {
		got, want := float64(q.normal(uint32(u*(1<<32)))), distuv.UnitNormal.Quantile(u)
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
			stream := key.Stream(uint64(run), 1<<40)
			return u.Events(nil, nil, drive, bin, &stream)
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

func BenchmarkSteps(b *testing.B) {
	s := NewSteps(Params{2000, 10, 0.025}, 0.002)
	key := rng.New(1, "bench")
	const bins = 75
	drive, counts, bursts, p := make([]float32, bins), make([]float32, bins), make([]float32, bins), make([]float32, bins)
	for _, v := range []float32{-3, 0} {
		for k := range drive {
			drive[k], p[k] = v, 0.5
		}
		b.Run("events", func(b *testing.B) {
			i := uint64(0)
			for b.Loop() {
				s.Events(counts, drive, 0.5, key, i)
				i++
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/bins, "ns/bin")
		})
		b.Run("bursts", func(b *testing.B) {
			i := uint64(0)
			for b.Loop() {
				s.Bursts(bursts, counts, p, key, i)
				i++
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/bins, "ns/bin")
		})
	}
}
