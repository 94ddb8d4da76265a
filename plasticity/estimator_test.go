package plasticity

import (
	"math"
	"testing"

	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// A Poisson train of events of which a known share are bursts is read back, per neuron within its sampling error and
// as a population accurately; in windows of any length.
func TestReadsRateAndProbability(t *testing.T) {
	const n, rate, p, seconds = 400, 5.0, 0.3, 30
	pop := spike.Population{Name: "x", First: 7, Size: n}
	whole, pieces := NewEstimator(pop, 2000, 0.5, 0), NewEstimator(pop, 2000, 0.5, 0)
	var events []spike.Event
	for i := range n {
		s := rng.New(1, "estimator").Stream(uint64(i), 0)
		for at := s.Exp() / rate; at < seconds; at += s.Exp() / rate {
			events = append(events, spike.Event{At: spike.FromSeconds(at), Src: pop.First + spike.ID(i)})
			if s.Float64() < p {
				events = append(events, spike.Event{At: spike.FromSeconds(at), Src: pop.First + spike.ID(i), Kind: spike.Burst},
					spike.Event{At: spike.FromSeconds(at), Src: pop.First + spike.ID(i), Kind: spike.Tail})
			}
		}
	}
	whole.Learn(spike.Window{}, events)
	for i := range events {
		pieces.Learn(spike.Window{}, events[i:i+1])
	}
	now := spike.Tick(seconds) * spike.Second
	e, b, q := whole.Population(now)
	// The average has an effective length of 2 tau = 4 s: 400 neurons x 20 events each.
	if sd := rate / math.Sqrt(n*rate*4); math.Abs(e-rate) > 4*sd {
		t.Errorf("event rate %g, want %g +- %g", e, rate, sd)
	}
	if math.Abs(q-p) > 4*math.Sqrt(p*(1-p)/(n*rate*4)) || math.Abs(b-e*q) > 1e-9 {
		t.Errorf("burst probability %g, burst rate %g", q, b)
	}
	for i := range n {
		if whole.Probability(i, now) != pieces.Probability(i, now) || whole.EventRate(i, now) != pieces.EventRate(i, now) {
			t.Fatalf("neuron %d: pieces matter", i)
		}
	}
}

func TestSilenceIsThePrior(t *testing.T) {
	for _, k := range []float64{0, 2} {
		s := NewEstimator(spike.Population{Size: 3}, 100, 0.4, k)
		if p := s.Probability(1, spike.Second); p != 0.4 {
			t.Errorf("count %g: a silent neuron has probability %g", k, p)
		}
		if _, _, p := s.Population(0); math.Abs(p-0.4) > 1e-12 {
			t.Errorf("count %g: a silent population has probability %g", k, p)
		}
	}
	s := NewEstimator(spike.Population{Size: 1}, 100, 0.4, 2)
	s.Learn(spike.Window{}, []spike.Event{{}, {Kind: spike.Burst}})
	if got, want := s.Probability(0, 0), (1+2*0.4)/(1+2.0); math.Abs(got-want) > 1e-12 {
		t.Errorf("with pseudo-counts %g, want %g", got, want)
	}
	s.Reset()
	if s.EventRate(0, 0) != 0 {
		t.Error("Reset leaves events")
	}
}

// The prior of a population counts as that of all its neurons: (B + N k p0)/(E + N k), and that of its neurons agrees
// where they are alike.
func TestPriorOfAPopulation(t *testing.T) {
	const n, count, prior = 5, 2.0, 0.4
	s := NewEstimator(spike.Population{Size: n}, 100, prior, count)
	var events []spike.Event
	for i := range n {
		events = append(events, spike.Event{Src: spike.ID(i)}, spike.Event{Src: spike.ID(i), Kind: spike.Burst})
	}
	s.Learn(spike.Window{}, events)
	_, _, p := s.Population(0)
	if want := (1 + count*prior) / (1 + count); math.Abs(p-want) > 1e-12 || math.Abs(s.Probability(3, 0)-want) > 1e-12 {
		t.Errorf("population %g, neuron %g, want %g", p, s.Probability(3, 0), want)
	}
}

// With a pseudo-count of 1, right after the first event, which is no burst, the probability is half of the prior: 1
// and 1 do not cancel.
func TestFirstEventBesideThePrior(t *testing.T) {
	s := NewEstimator(spike.Population{Size: 1}, 100, 0.4, 1)
	s.Learn(spike.Window{To: spike.Millisecond}, []spike.Event{{Kind: spike.Onset}})
	if p := s.Probability(0, 0); p != 0.2 {
		t.Errorf("probability %g, want 0.2", p)
	}
	if _, _, p := s.Population(0); p != 0.2 {
		t.Errorf("probability of the population %g, want 0.2", p)
	}
}
