package analysis_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	. "github.com/burstplex/burstplex/recordings/analysis"
	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Around moments, with spikes at the very edges of windows and bins, counted again from the words: a spike that is
// From after a moment lies in the window, one that is To after it does not. Rates divide by the neurons that were
// recorded.
func TestAlignedAtTheEdges(t *testing.T) {
	const ms = spike.Millisecond
	pops := []spike.Population{{Name: "a", First: 0, Size: 3}, {Name: "b", First: 3, Size: 2}}
	rnd := rand.New(rand.NewPCG(15, 16))
	var events []spike.Event
	for at := spike.Tick(0); at < 600*ms; at += 10 * ms {
		for id := range spike.ID(5) {
			if rnd.IntN(3) > 0 {
				events = append(events, spike.Event{At: at, Src: id})
			}
		}
	}
	events = label(spike.Detector{Threshold: 11 * ms}, events)
	moments := []spike.Tick{300 * ms, 100 * ms, 150 * ms}
	bins := NewBins(spike.Window{From: -40 * ms, To: 80 * ms}, 20*ms)
	a := NewAligned(pops, moments, bins)
	a.Recorded(2, 1)
	a.Add(events)
	for trial, m := range moments {
		for p, pop := range pops {
			got := a.Trials()[trial][p]
			if want := []int{2, 1}[p]; got.Neurons != want {
				t.Errorf("population %d has %d recorded neurons, want %d", p, got.Neurons, want)
			}
			for i := range bins.N {
				w := spike.Window{From: m - 40*ms + spike.Tick(i)*20*ms, To: m - 40*ms + spike.Tick(i+1)*20*ms}
				var n, onsets, bursts uint64
				began := map[spike.ID]spike.Tick{}
				for _, e := range events {
					if !pop.Contains(e.Src) {
						continue
					}
					if w.From <= e.At && e.At < w.To {
						n++
					}
					if e.Kind == spike.Onset {
						began[e.Src] = e.At
					}
					if b := began[e.Src]; w.From <= b && b < w.To && e.Kind == spike.Onset {
						onsets++
					} else if w.From <= b && b < w.To && e.Kind == spike.Burst {
						bursts++
					}
				}
				if got.Spikes[i] != n || got.Events[i] != onsets || got.Bursts[i] != bursts {
					t.Errorf("trial %d, population %d, bin %d: %d spikes, %d events, %d bursts; want %d, %d, %d", trial, p, i,
						got.Spikes[i],
						got.Events[i], got.Bursts[i], n, onsets, bursts)
				}
			}
		}
	}
}

// The powers of a series, times the width of a frequency, add up to its variance, the Nyquist frequency included,
// where half as much lies as in another: white noise has 2 dt per Hz below it and dt at it.
func TestPowerAddsUpToTheVariance(t *testing.T) {
	const n, dt = 400_000, 0.002
	x := noise(21, n)
	w := NewWelch(16, dt)
	w.Add(x, x)
	s := w.Spectrum()
	sum := 0.0
	for _, p := range s.PowerX {
		sum += p / (16 * dt)
	}
	near(t, "power at the Nyquist frequency", s.PowerX[7]/dt, 1, .05)
	// Each segment has lost its mean; a Hann window spreads it over the two lowest frequencies, of which one is shown.
	near(t, "variance", sum, 1-1./16*1.25, .02)
}

// Half-overlapping Hann segments have a correlation of 1/6, so that of their spectra is 1/36: two count for
// 2/(1+1/36), many for a share of 1/(1+2/36).
func TestEffectiveSegments(t *testing.T) {
	for segments, want := range map[int]float64{1: 1, 2: 2 / (1 + 1./36), 3: 3 / (1 + 4./3/36),
		400: 400 / (1 + 2*399./400/36)} {
		w := NewWelch(1024, 1)
		x := noise(5, 512*(segments+1))
		w.Add(x, x)
		s := w.Spectrum()
		if s.Segments != segments {
			t.Errorf("%d segments, want %d", s.Segments, segments)
		}
		near(t, "effective segments", s.Effective/want, 1, 1e-3)
	}
}

// With few segments, too, one of twenty coherences of unrelated series exceeds the 95 % level.
func TestLevelOfFewSegments(t *testing.T) {
	above, total := 0, 0
	for seed := range uint64(1500) {
		w := NewWelch(32, 1)
		w.Add(noise(2*seed+1000, 64), noise(2*seed+1001, 64)) // three segments
		s := w.Spectrum()
		for _, c := range s.Coherence[1:15] {
			if total++; c > s.Level(.95) {
				above++
			}
		}
	}
	near(t, "share above the 95 % level", float64(above)/float64(total), .05, .012)
}

// Two clocks that tick once in every bin have the same rate at every lag, however few bins are left for it at the
// borders.
func TestCorrelogramAtTheBorders(t *testing.T) {
	const width = 10 * spike.Millisecond
	var events []spike.Event
	for k := range 20 {
		events = append(events, spike.Event{At: spike.Tick(k) * width, Src: 0}, spike.Event{At: spike.Tick(k)*width + 1,
			Src: 1})
	}
	c := NewCorrelogram(Set{First: 0, Size: 1}, Set{First: 1, Size: 1}, spike.Window{To: 20 * width}, width, 19*width)
	c.Add(events)
	for i, r := range c.Rate() {
		near(t, "rate at a lag", r, 100, 1e-9)
		near(t, "lag", c.Lags()[i], float64(i-19)*10, 1e-9)
	}
	near(t, "expected", c.Expected(), 100, 1e-9)
}

// Each spike of the model makes one coincidence at most; chance is that of a Poisson train of the model's rate.
func TestCoincidenceByHand(t *testing.T) {
	const ms = spike.Millisecond
	for _, c := range []struct {
		model, target []spike.Tick
		coincidences  float64
	}{
		{[]spike.Tick{100 * ms}, []spike.Tick{99 * ms, 101 * ms}, 1},
		{[]spike.Tick{99 * ms, 101 * ms}, []spike.Tick{100 * ms}, 1},
		{[]spike.Tick{98 * ms, 500 * ms}, []spike.Tick{100 * ms, 498 * ms}, 2},
		{[]spike.Tick{98*ms - 1, 502*ms + 1}, []spike.Tick{100 * ms, 500 * ms}, 0},
		{[]spike.Tick{100 * ms, 200 * ms, 300 * ms, 400 * ms, 500 * ms}, []spike.Tick{250 * ms}, 0},
		{[]spike.Tick{250 * ms}, []spike.Tick{100 * ms, 200 * ms, 251 * ms, 400 * ms, 500 * ms}, 1},
	} {
		chance := 2 * float64(len(c.model)) * 0.002 // in 1 s
		all := float64(len(c.model)+len(c.target)) / 2
		want := (c.coincidences - chance*float64(len(c.target))) / all / (1 - chance)
		near(t, "coincidence factor", Coincidence(c.model, c.target, 2*ms, spike.Window{To: spike.Second}), want, 1e-12)
	}
}

// Bursts that begin in a span count whole, those that began before it not at all.
func TestBurstsOfASpan(t *testing.T) {
	const ms = spike.Millisecond
	train := []spike.Tick{100 * ms, 110 * ms, 115 * ms, 300 * ms, 500 * ms, 506 * ms, 990 * ms, 1000 * ms, 1008 * ms}
	got := BurstsOf(train, spike.Detector{Threshold: 16 * ms}, spike.Window{From: 105 * ms, To: 995 * ms})
	if want := (BurstFeatures{Rate: 2 / 0.89, Spikes: 2.5, Interval: 8}); math.Abs(got.Rate-want.Rate) > 1e-12 ||
		got.Spikes != want.Spikes ||
		math.Abs(got.Interval-want.Interval) > 1e-12 {
		t.Errorf("%+v, want %+v", got, want)
	}
	if none := BurstsOf(train, spike.Detector{Threshold: 16 * ms}, spike.Window{From: 501 * ms,
		To: 990 * ms}); none.Rate != 0 || !math.IsNaN(none.Spikes+none.Interval) {
		t.Errorf("a span in which no burst begins has %+v", none)
	}
}

// During passes on what lies in a half-open window.
func TestDuringIsHalfOpen(t *testing.T) {
	counts := NewCounts([]spike.Population{{Size: 1}}, seconds(1))
	During(spike.Window{From: 10, To: 20}, counts).Add([]spike.Event{{At: 9}, {At: 10, Kind: spike.Tail}, {At: 19,
		Kind: spike.Tail}, {At: 20}})
	if got := counts.Of(0)[0]; got != (Tally{Spikes: 2}) {
		t.Errorf("%+v", got)
	}
}

// Whoever stops where Over says has missed nothing of the events of the window, whatever the detector.
func TestOverIsNotTooEarly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := rapid.SampledFrom([]spike.Detector{{Threshold: 10 * spike.Millisecond}, {Threshold: 10 * spike.Millisecond,
			Accumulate: true},
			{Threshold: 5 * spike.Millisecond, Continue: 20 * spike.Millisecond}, {Threshold: 10 * spike.Millisecond,
				MinSpikes: 3},
			{Threshold: 10 * spike.Millisecond, MaxDuration: 30 * spike.Millisecond}}).Draw(t, "detector")
		var events []spike.Event
		for at := spike.Tick(0); at < 300*spike.Millisecond; {
			at += spike.Tick(rapid.SampledFrom([]int{1, 2, 4, 9, 12, 19, 21, 26, 40}).Draw(t, "interval")) * spike.Millisecond
			events = append(events, spike.Event{At: at})
		}
		events = label(d, events)
		w := spike.Window{From: 50 * spike.Millisecond, To: 150 * spike.Millisecond}
		pops := []spike.Population{{Size: 1}}
		whole, part := NewLengths(pops, 3, w), NewLengths(pops, 3, w)
		whole.Add(events)
		for _, e := range events {
			if part.Over(e.At, d) {
				break
			}
			part.Add([]spike.Event{e})
		}
		if diff := gocmp.Diff(whole.Counts(0), part.Counts(0)); diff != "" || !(whole.Mean(0) == part.Mean(0) ||
			math.IsNaN(whole.Mean(0))) {
			t.Errorf("%+v: %v, and %v when reading stops where all is over", d, whole.Mean(0), part.Mean(0))
		}
	})
}

// label of one detector for each population is what each would give by itself, in Relabel for all and in its curves.
func TestRelabelKeepsTrainsApart(t *testing.T) {
	events := stream(17, 900)
	d := spike.Detector{Threshold: 12 * spike.Millisecond}
	through := NewCounts(twoPops, span)
	Relabel([]spike.Population{twoPops[1], twoPops[0]}, d, through).Add(events)
	direct := NewCounts(twoPops, span)
	direct.Add(label(d, slices.Clone(events)))
	for p := range twoPops {
		if diff := gocmp.Diff(direct.Of(p), through.Of(p)); diff != "" {
			t.Error(diff)
		}
	}
}

// The least that there can be: four samples of a segment, two windows of a Fano factor, the best of three lags at the first.
func TestLeast(t *testing.T) {
	w := NewWelch(4, 1)
	w.Add(noise(1, 100), noise(2, 100))
	if s := w.Spectrum(); len(s.Frequency) != 2 || s.Segments != 49 || math.IsNaN(s.Coherence[1]) {
		t.Errorf("%+v", s)
	}
	one := []spike.Population{{Size: 1}}
	fano := NewFano(one, NewBins(seconds(.2), 100*spike.Millisecond))
	fano.Add(hand(0, 5, 15, 25, 105))
	near(t, "Fano factor of 3 and 1", fano.Factors(0)[0], 1, 1e-12)
	for want, r := range [][]float64{{5, 1, 1}, {1, 5, 1}, {1, 1, 5}} {
		if lag, v := BestLag(r); lag != want-1 || v != 5 {
			t.Errorf("best of %v: lag %d, %g", r, lag, v)
		}
	}
}
