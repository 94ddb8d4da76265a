package analysis

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
)

func poissonTrain(r *rand.Rand, hz, seconds float64) (train []spike.Tick) {
	for t := r.ExpFloat64() / hz; t < seconds; t += r.ExpFloat64() / hz {
		train = append(train, spike.Tick(t*1e9))
	}
	return train
}

// A train is at distance 0 and coincidence 1 from itself, chance is 0, and the distance is that of the integral.
func TestDistances(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	a, b := poissonTrain(r, 20, 100), poissonTrain(r, 20, 100)
	whole := spike.Window{To: 100 * spike.Second}
	if g := Coincidence(a, a, 2*spike.Millisecond, whole); math.Abs(g-1) > 1e-12 {
		t.Errorf("Γ of a train with itself is %v", g)
	}
	if g := Coincidence(a, b, 2*spike.Millisecond, whole); math.Abs(g) > 0.05 {
		t.Errorf("Γ of independent trains is %v", g)
	}
	jitter := slices.Clone(a)
	for i := range jitter {
		jitter[i] += spike.Tick(r.Int64N(int64(spike.Millisecond)))
	}
	if g := Coincidence(jitter, a, 2*spike.Millisecond, whole); g < 0.9 {
		t.Errorf("Γ of a train with jitter of 1 ms is %v", g)
	}
	tau := 10 * spike.Millisecond
	if d := VanRossum(a, a, tau); d != 0 {
		t.Errorf("a train is %v from itself", d)
	}
	if d := VanRossum([]spike.Tick{0}, nil, tau); d != 1 {
		t.Errorf("one spike is %v from none", d)
	}
	if d := VanRossum([]spike.Tick{0}, []spike.Tick{spike.Second}, tau); math.Abs(d-math.Sqrt2) > 1e-12 {
		t.Errorf("two spikes far apart are %v from each other", d)
	}
	a, b = a[:30], b[:25]
	const h = 1e-5 // of the integral, s
	f, integral := 0.0, 0.0
	i, j := 0, 0
	for s := 0.0; s < 3; s += h {
		f *= math.Exp(-h / tau.Seconds())
		for ; i < len(a) && a[i].Seconds() <= s; i++ {
			f++
		}
		for ; j < len(b) && b[j].Seconds() <= s; j++ {
			f--
		}
		integral += f * f * h
	}
	want := math.Sqrt(integral / (tau.Seconds() / 2))
	if d := VanRossum(a, b, tau); math.Abs(d-want) > 0.01*want {
		t.Errorf("distance %v, by integration %v", d, want)
	}
}

func TestBurstFeaturesAndSlope(t *testing.T) {
	ms := spike.Millisecond
	train := []spike.Tick{100 * ms, 110 * ms, 115 * ms, 300 * ms, 500 * ms, 506 * ms, 990 * ms, 1000 * ms, 1008 * ms}
	got := BurstsOf(train, spike.Detector{Threshold: 16 * ms}, spike.Window{To: spike.Second})
	if want := (BurstFeatures{Rate: 3, Spikes: 8.0 / 3, Interval: (10 + 5 + 6 + 10 + 8) / 5.0}); math.Abs(got.Spikes-
		want.Spikes) > 1e-12 || got.Rate != want.Rate || math.Abs(got.Interval-want.Interval) > 1e-12 {
		t.Errorf("%+v, want %+v", got, want)
	}
	if s := Slope([]float64{0, 1, 2, math.NaN(), 3}, []float64{1, 3, 5, 0, 7}); math.Abs(s-2) > 1e-12 {
		t.Errorf("slope %v of a line of slope 2", s)
	}
}
