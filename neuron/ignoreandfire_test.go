package neuron

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
)

// played returns the spikes of n neurons up to a time, with the input of a script or none.
func played(t *testing.T, s *IgnoreAndFire, n int, until spike.Tick, f *script) [][]spike.Event {
	t.Helper()
	pop, r := made(t, s, n, 100*us), Range{0, n}
	all := make([][]spike.Event, n)
	var out spike.Buffer
	for _, w := range pieces(until, 1600*us) {
		in := &Input{}
		if f != nil {
			in = f.input(pop, r, w, 100*us)
		}
		pop.Advance(r, w, in, &out)
		for _, e := range out.Events() {
			all[e.Src] = append(all[e.Src], e)
		}
		out.Reset()
	}
	return all
}

// Event rate, burst probability, spikes of a burst and their interval are those that are asked for, as the detector
// sees them; the number of events is exact.
func TestIgnoreAndFireFiresAsAsked(t *testing.T) {
	const n, seconds = 400, 20
	for k, s := range []*IgnoreAndFire{
		{Rate: Const(5), Probability: .2, Interval: 10, Spikes: 2},
		{Rate: Const(8), Probability: .6, Interval: 4, Spikes: 3, Irregularity: .7},
		{Rate: Const(12), Probability: 0, Interval: 10, Spikes: 2},
		{Rate: Const(3), Probability: 1, Interval: 15, Spikes: 4},
	} {
		if s.Initial.Phase = Const(float64(k) / 4); k == 0 {
			s.Initial.Phase = Value{Shape: Uniform, A: 0, B: 1}
		}
		events, bursts, spikes := 0, 0, 0
		for _, train := range played(t, s, n, seconds*spike.Second, nil) {
			last := spike.Event{At: spike.Never}
			for _, e := range train {
				spikes++
				switch {
				case e.Kind == spike.Onset:
					events++
				case e.At-last.At != ticksOf(s.Interval):
					t.Fatalf("%+v: a burst has the interval %v", s, e.At-last.At)
				case e.Kind == spike.Burst:
					bursts++
				}
				last = e
			}
		}
		want := s.Rate.A * n * seconds
		if lost := math.Abs(float64(events) - want); lost > n { // one at the end of each train, displaced
			t.Errorf("%+v: %d events, want %g", s, events, want)
		}
		p := float64(bursts) / float64(events)
		if sd := math.Sqrt(s.Probability * (1 - s.Probability) / want); math.Abs(p-s.Probability) > 4*sd+1e-3 {
			t.Errorf("%+v: burst probability %g", s, p)
		}
		if tail := float64(spikes-events) - float64(bursts*(s.Spikes-1)); math.Abs(tail) > n {
			t.Errorf("%+v: %d spikes in %d events and %d bursts", s, spikes, events, bursts)
		}
	}
}

// Input changes nothing: the same spikes, to the tick, with arrivals and currents and without.
func TestIgnoreAndFireIgnores(t *testing.T) {
	const n = 128
	s := DefaultIgnoreAndFire()
	s.Irregularity = .5
	want := played(t, s, n, spike.Second, nil)
	var rates, weights []float64
	for range made(t, s, n, 100*us).Channels() {
		rates, weights = append(rates, 300), append(weights, 1e4)
	}
	f := scriptOf(n, spike.Second, rates, weights)
	f.current = func(spike.Tick) float64 { return 1e5 }
	if got := played(t, s, n, spike.Second, f); !slices.EqualFunc(want, got, slices.Equal) {
		t.Error("input changes spikes")
	}
}

// Neurons without irregularity are clocks: event k at (k + phase) periods, to the tick.
func TestIgnoreAndFireIsAClock(t *testing.T) {
	s := &IgnoreAndFire{Rate: Const(4), Interval: 10, Spikes: 2}
	s.Initial.Phase = Const(.5)
	for _, train := range played(t, s, 3, 2*spike.Second, nil) {
		for k, e := range train {
			if want := 125*ms + spike.Tick(k)*250*ms; e.At != want {
				t.Fatalf("event %d at %v, want %v", k, e.At, want)
			}
		}
		if len(train) != 8 {
			t.Errorf("%d events in 2 s at 4 Hz", len(train))
		}
	}
}

// What the detector would read otherwise is refused, with the rate that would do; at that rate all is well.
func TestIgnoreAndFireRefusesWhatIsNotRecognised(t *testing.T) {
	for _, c := range []struct {
		key    string
		change func(s *IgnoreAndFire)
	}{
		{"burst_interval", func(s *IgnoreAndFire) { s.Interval = 16 }},
		{"rate", func(s *IgnoreAndFire) { s.Rate = Const(39) }},                                       // 10 + 16 ms
		{"rate", func(s *IgnoreAndFire) { s.Rate, s.Probability = Const(63), 0 }},                     // 16 ms
		{"rate", func(s *IgnoreAndFire) { s.Irregularity = 1 }},                                       // events may coincide
		{"rate", func(s *IgnoreAndFire) { s.Rate, s.Spikes = Value{Shape: Uniform, A: 1, B: 40}, 3 }}, // some neurons
		{"burst_spikes", func(s *IgnoreAndFire) { s.Spikes = 1 }},
	} {
		s := DefaultIgnoreAndFire()
		c.change(s)
		_, err := s.New(buildOf(200, 100*us))
		var pe *ParameterError
		if !errors.As(err, &pe) || pe.Key != c.key {
			t.Errorf("%+v: %v, want an error of %s", s, err, c.key)
		}
	}
	for _, rate := range []float64{0, 38.46} { // 1 s/26 ms
		s := DefaultIgnoreAndFire()
		s.Rate = Const(rate)
		for _, train := range played(t, s, 50, 5*spike.Second, nil) {
			for i, e := range train {
				if within := i > 0 && e.At-train[i-1].At == 10*ms; (e.Kind == spike.Onset) == within {
					t.Fatalf("%g Hz: spike %d is read as %v", rate, i, e.Kind)
				}
			}
		}
	}
}
