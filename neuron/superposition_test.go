package neuron

import (
	"math"
	"testing"

	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Words are drawn once each: no two arrivals of a block share one, however many there are in an interval.
func TestArrivalsHaveTheirOwnWords(t *testing.T) {
	s := superposition{spike.Millisecond, rng.NewPoisson(150)}
	seen := map[uint32]int{}
	var d arrivalDraws
	var counts []float64
	for d.begin(&s, rng.New(3), 7, spike.Window{From: 0, To: 200 * ms}); d.next(); {
		if d.past == 0 {
			counts = append(counts, 0)
		}
		counts[len(counts)-1] += float64(d.n)
		for _, w := range d.own()[:d.n] {
			seen[w]++
		}
	}
	var total, again float64
	for _, k := range seen {
		total, again = total+float64(k), again+float64(k-1)
	}
	if again > 3 { // 0.1 expected by chance
		t.Errorf("%g of %g words are used again", again, total)
	}
	mean, variance := stat.MeanVariance(counts, nil)
	if len(counts) != 200 || math.Abs(mean-150) > 4*math.Sqrt(150./200) || math.Abs(variance/mean-1) > .5 {
		t.Errorf("%d intervals with %g arrivals on average, variance %g", len(counts), mean, variance)
	}
}

// In a block of sources of many rates each has its own, those of a high one too, and a population that grows leaves
// them.
func TestSourcesOfManyRates(t *testing.T) {
	s := &Poisson{Rate: Value{Shape: Uniform, A: 0, B: 400}, Dead: Const(3)}
	until := 5 * spike.Second
	small, large := sourceTrains(t, s, 90, pieces(until, 100*ms)), sourceTrains(t, s, 400, pieces(until, 30*ms))
	for i := range small {
		if len(small[i]) != len(large[i]) {
			t.Fatalf("source %d: %d spikes, %d in a larger population", i, len(small[i]), len(large[i]))
		}
	}
	key := buildOf(1, us).Key.Sub("rate")
	var chi float64
	for i, train := range large {
		r := s.Rate.Draw(key, i)
		// A renewal process with dead time d: the count's variance is its mean times (1-rate d)^2.
		rate := r / (1 + r*.003)
		mean := rate * until.Seconds()
		chi += math.Pow(float64(len(train))-mean, 2) / (mean*math.Pow(1-rate*.003, 2) + .1)
	}
	if p := (distuv.ChiSquared{K: float64(len(large))}).CDF(chi); p < 1e-4 || p > 1-1e-4 {
		t.Errorf("rates are not those of the sources: probability %g", p)
	}
}
