package analysis_test

import (
	"math"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	. "github.com/burstplex/burstplex/recordings/analysis"
	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestBurstsBelongToTheirEvents: the counts of every bin and of every window are those of the list of events, each
// with its onset and whether it became a burst. Also at cuts through a burst, and where labels lack their onset.
func TestBurstsBelongToTheirEvents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := stream(rapid.Uint64().Draw(t, "seed"), rapid.IntRange(0, 500).Draw(t, "spikes"))
		events = events[rapid.IntRange(0, len(events)).Draw(t, "cut"):] // as a recording that begins within bursts
		width := spike.Tick(rapid.Int64Range(int64(spike.Millisecond), int64(60*spike.Millisecond)).Draw(t, "width"))
		bins := Cover(span, width)
		pop := []spike.Population{{First: 0, Size: 16}}
		rates, counts := NewRates(pop, bins), NewCounts(pop, span)
		rates.Add(events)
		counts.Add(events)

		want := Course{Events: make([]uint64, bins.N), Bursts: make([]uint64, bins.N)}
		tally := make([]Tally, 16)
		for i, e := range events {
			if e.Kind != spike.Onset || !span.Contains(e.At) {
				continue
			}
			b := int((e.At - span.From) / width)
			want.Events[b]++
			tally[e.Src].Events++
			rest := slices.DeleteFunc(slices.Clone(events[i+1:]), func(f spike.Event) bool { return f.Src != e.Src })
			if len(rest) > 0 && rest[0].Kind == spike.Burst {
				want.Bursts[b]++
				tally[e.Src].Bursts++
			}
		}
		c := rates.Courses()[0]
		if d := gocmp.Diff([][]uint64{want.Events, want.Bursts}, [][]uint64{c.Events, c.Bursts}); d != "" {
			t.Fatal(d)
		}
		for i, n := range counts.Of(0) {
			if n.Events != tally[i].Events || n.Bursts != tally[i].Bursts {
				t.Fatalf("neuron %d: %+v, want %+v", i, n, tally[i])
			}
		}
		for _, p := range c.BurstProbability() {
			if p > 1 {
				t.Fatalf("a burst probability of %g", p)
			}
		}
	})
}

// TestBurstAcrossABorder is the smallest case by hand: onset at 99 ms, second spike at 101 ms.
func TestBurstAcrossABorder(t *testing.T) {
	pops := []spike.Population{{Size: 1}}
	rates := NewRates(pops, NewBins(seconds(.2), 100*spike.Millisecond))
	after := NewRates(pops, Whole(spike.Window{From: 100 * spike.Millisecond, To: 200 * spike.Millisecond}))
	lengths := NewLengths(pops, 9, spike.Window{To: 100 * spike.Millisecond})
	train := hand(0, 99, 101, 104, 195)
	for _, a := range []Accumulator{rates, after, lengths} {
		a.Add(train)
	}
	c := rates.Courses()[0]
	same(t, "burst probability", c.BurstProbability(), 1, 0)
	same(t, "event rate", c.EventRate(), 10, 10)
	same(t, "burst rate", c.BurstRate(), 10, 0)
	same(t, "spike rate", c.SpikeRate(), 10, 30)
	same(t, "after settling", []float64{after.Courses()[0].Mean().BurstProbability}, 0)
	same(t, "spikes per event", []float64{lengths.Mean(0)}, 3)
	if d := spike.DefaultDetector(); lengths.Over(119*spike.Millisecond, d) || !lengths.Over(120*spike.Millisecond, d) {
		t.Error("the events of the window are over 16 ms after the last spike at 104 ms")
	}
}

// TestLongEventsKeepTheirLength: the histogram ends, the mean does not.
func TestLongEventsKeepTheirLength(t *testing.T) {
	var ms []float64
	for i := range 1000 {
		ms = append(ms, float64(i))
	}
	l := NewLengths([]spike.Population{{Size: 1}}, 10, seconds(2))
	l.Add(hand(0, append(ms, 1500)...))
	if n := l.Counts(0); n[0] != 1 || n[9] != 1 || l.Mean(0) != 500.5 {
		t.Errorf("lengths %v, mean %g; want one event of 1 spike and one of 1000", n, l.Mean(0))
	}
}

// TestIntervalsOfZeroAreRegular: 0, 0, 10, 10 ms give terms 0, 2 and 0.
func TestIntervalsOfZeroAreRegular(t *testing.T) {
	r := NewRegularity([]spike.Population{{Size: 1}})
	r.Add(hand(0, 5, 5, 5, 15, 25))
	near(t, "CV2", r.CV2(0)[0], 2./3, 1e-12)
	near(t, "CV", r.CV(0)[0], math.Sqrt(100./3)/5, 1e-12)
}

// TestAShorterLastBin has its own width: 3 spikes in the last 50 ms of 250 are 60 Hz.
func TestAShorterLastBin(t *testing.T) {
	b := Cover(spike.Window{From: 50 * spike.Millisecond, To: 300 * spike.Millisecond}, 100*spike.Millisecond)
	r := NewRates([]spike.Population{{Size: 1}}, b)
	r.Add(hand(0, 40, 60, 260, 280, 299, 300))
	same(t, "rate", r.Courses()[0].SpikeRate(), 10, 0, 60)
	same(t, "mean rate", []float64{r.Courses()[0].Mean().SpikeRate}, 4/.25)
	same(t, "centres", b.Centers(), .1, .2, .275)
	same(t, "mean of t", b.Sample(func(s float64) float64 { return s }), .1, .2, .275)
	if b.Full() != NewBins(b.Window(), b.Width) || b.Window().To != 300*spike.Millisecond {
		t.Errorf("bins %+v", b)
	}
	r.Ended(290 * spike.Millisecond)
	same(t, "rate of a run that ended early", r.Courses()[0].SpikeRate(), 10, 0, 3/.04)
	r.Ended(150 * spike.Millisecond)
	same(t, "rate of a run that ended earlier", r.Courses()[0].SpikeRate(), 10)
	if lo, hi := b.Within(spike.Window{From: 51 * spike.Millisecond, To: spike.Second}); lo != 1 || hi != 3 {
		t.Errorf("bins %d to %d lie wholly after 51 ms, want 1 to 3", lo, hi)
	}
}
