package ensemble

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/burstplex/burstplex/neuron/rng"
)

// oneByOne is the slow reference: every neuron draws its own events from its own hazard.
func oneByOne(p Params, drive []float64, dt float64, s *rng.Stream) (all []float64) {
	r := p.Rate / (1 - p.Rate*p.Dead)
	shift := math.Log(1 + r*p.Dead)
	for range p.Neurons {
		t := 0.0
		if s.Float64() < p.Rate*Activation(drive[0])*p.Dead {
			t = s.Float64() * p.Dead
		}
		need := s.Exp()
		for t < dt*float64(len(drive)) {
			k := int(t / dt)
			end := float64(k+1) * dt
			if end <= t {
				end = float64(k+2) * dt
				k++
			}
			if k >= len(drive) {
				break
			}
			h := r * Activation(drive[k]-shift)
			if gone := h * (end - t); gone < need {
				need -= gone
				t = end
				continue
			}
			t += need / h
			all = append(all, t)
			t += p.Dead
			need = s.Exp()
		}
	}
	return all
}

// moments of the counts in bins of 20 ms over many presentations: mean and variance of each bin, and the covariance of
// neighbouring bins.
func moments(runs int, draw func(run int) []float64, bins int) (mean, variance, covariance []float64) {
	counts := make([][]float64, bins)
	for k := range counts {
		counts[k] = make([]float64, runs)
	}
	for run := range runs {
		for _, t := range draw(run) {
			counts[int(t/0.02)][run]++
		}
	}
	for k := range counts {
		mean, variance = append(mean, stat.Mean(counts[k], nil)), append(variance, stat.Variance(counts[k], nil))
		if k > 0 {
			covariance = append(covariance, stat.Covariance(counts[k-1], counts[k], nil))
		}
	}
	return mean, variance, covariance
}

// A unit has the counts, their variances and their correlations in time of the same neurons simulated one by one,
// under a drive that jumps.
func TestUnitIsItsNeurons(t *testing.T) {
	const dt, steps, runs = 0.001, 200, 4000
	drive := make([]float64, steps)
	for k := range drive {
		drive[k] = []float64{-1, 1.5, 0.5}[k/70]
	}
	for _, p := range []Params{{12, 20, 0.035}, {3, 25, 0.02}, {5, 40, 0}, {6, 100, 0.0008}, {1, 20, 0.035}} {
		u := NewUnit(p)
		key := rng.New(3, "unit")
		fast := func(run int) []float64 {
			return Events(u, nil, drive, Activation(drive[0]), dt, key, uint64(run))
		}
		slow := func(run int) []float64 {
			s := key.Stream(uint64(run), 1<<40)
			return oneByOne(p, drive, dt, &s)
		}
		m1, v1, c1 := moments(runs, fast, 10)
		m2, v2, c2 := moments(runs, slow, 10)
		for k := range m1 {
			if d := (m1[k] - m2[k]) / math.Sqrt((v1[k]+v2[k])/runs); math.Abs(d) > 4 {
				t.Errorf("%+v: mean count of bin %d is %.3f, one by one %.3f (%.1f s.e.)", p, k, m1[k], m2[k], d)
			}
			if d := (v1[k] - v2[k]) / (v2[k] * math.Sqrt(4.0/runs)); math.Abs(d) > 4.5 {
				t.Errorf("%+v: variance of bin %d is %.3f, one by one %.3f (%.1f s.e.)", p, k, v1[k], v2[k], d)
			}
			if k > 0 {
				if d := (c1[k-1] - c2[k-1]) / (math.Sqrt(2*v2[k-1]*v2[k]/runs) + 1e-9); math.Abs(d) > 4.5 {
					t.Errorf("%+v: covariance of bins %d and %d is %.3f, one by one %.3f", p, k-1, k, c1[k-1], c2[k-1])
				}
			}
		}
	}
}

// The stationary rate is E_max σ(v) whatever the dead time; no neuron has an event within its dead time.
func TestStationaryRateAndDeadTime(t *testing.T) {
	for _, p := range []Params{{50, 20, 0.035}, {50, 25, 0.02}, {20, 10, 0}, {40, 60, 0.004}, {3, 30, 0.01}} {
		if err := p.Validate(); err != nil {
			t.Fatal(err)
		}
		for _, v := range []float64{-2, 0, 1, 3} {
			drive := make([]float64, 2000)
			for k := range drive {
				drive[k] = v
			}
			key := rng.New(1, "rate")
			s := key.Stream(7, 1<<40)
			u := NewUnit(p)
			times := Events(u, nil, drive, Activation(v), 0.01, key, 7)
			who := u.Who(nil, times, &s)
			want := p.Rate * Activation(v) * float64(p.Neurons) * 20
			if got := float64(len(times)); math.Abs(got-want) > 5*math.Sqrt(want) {
				t.Errorf("%+v, v = %g: %v events, want %.0f", p, v, got, want)
			}
			last := map[uint16]float64{}
			for k, i := range who {
				if before, ok := last[i]; ok && times[k]-before < p.Dead-1e-12 {
					t.Fatalf("%+v: neuron %d has events %g s apart", p, i, times[k]-before)
				}
				if k > 0 && times[k] < times[k-1] {
					t.Fatal("events out of order")
				}
				last[i] = times[k]
			}
		}
	}
	if (Params{10, 30, 0.035}).Validate() == nil {
		t.Error("a rate that leaves no time between dead times is accepted")
	}
}

func BenchmarkEvents(b *testing.B) {
	p := Params{1000, 10, 0.025}
	drive := make([]float32, 50)
	u := NewUnit(p)
	key := rng.New(1, "bench")
	var times []float64
	events := 0
	for run := uint64(0); b.Loop(); run++ {
		times = Events(u, times[:0], drive, 0.5, 0.002, key, run)
		events += len(times)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(events), "ns/event")
}
