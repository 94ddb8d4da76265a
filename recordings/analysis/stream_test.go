package analysis_test

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	. "github.com/burstplex/burstplex/recordings/analysis"
	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

var (
	// IDs need not ascend
	twoPops = []spike.Population{{Name: "late", First: 10, Size: 4}, {Name: "early", First: 2, Size: 3}}
	span    = spike.Window{From: 20 * spike.Millisecond, To: 400 * spike.Millisecond}
)

// all is every accumulator, with what it knows at the end. Laws below hold for each.
var all = map[string]func() (Accumulator, func() any){
	"rates": func() (Accumulator, func() any) {
		a := NewRates(twoPops, NewBins(span, 7*spike.Millisecond))
		return a, func() any { return a.Courses() }
	},
	"counts": func() (Accumulator, func() any) {
		a := NewCounts(twoPops, span)
		return a, func() any { return [][]Tally{a.Of(0), a.Of(1)} }
	},
	"intervals": func() (Accumulator, func() any) {
		a := NewIntervals(twoPops, LogEdges(16*spike.Millisecond, spike.Millisecond, spike.Second, 5))
		return a, func() any { return a.Histograms() }
	},
	"events only": func() (Accumulator, func() any) {
		a := NewIntervals(twoPops, LinearEdges(spike.Millisecond, 50*spike.Millisecond))
		return Select(a, spike.Onset), func() any { return a.Histograms() }
	},
	"during": func() (Accumulator, func() any) {
		a := NewRegularity(twoPops)
		return During(span, a), func() any { return a.CV2(1) }
	},
	"lengths": func() (Accumulator, func() any) {
		a := NewLengths(twoPops, 5, span)
		return a, func() any {
			return []any{a.Counts(0), a.Counts(1), a.Mean(0), a.Over(span.To, spike.DefaultDetector())}
		}
	},

	"regularity": func() (Accumulator, func() any) {
		a := NewRegularity(twoPops)
		return a, func() any { return [][]float64{a.CV(0), a.CV2(0), a.CV(1)} }
	},
	"fano": func() (Accumulator, func() any) {
		a := NewFano(twoPops, NewBins(span, 30*spike.Millisecond))
		return a, func() any { return [][]float64{a.Factors(0), a.Factors(1)} }
	},
	"correlogram": func() (Accumulator, func() any) {
		a := NewCorrelogram(twoPops[0], twoPops[1], span, 2*spike.Millisecond, 20*spike.Millisecond)
		return a, func() any { return []any{a.Pairs(), a.Rate(), a.Expected()} }
	},
	"autocorrelogram": func() (Accumulator, func() any) {
		a := NewCorrelogram(twoPops[0], twoPops[0], span, spike.Millisecond, 5*spike.Millisecond)
		return a, func() any { return a.Pairs() }
	},
	"sensitivity": func() (Accumulator, func() any) {
		d := append(Thresholds(spike.DefaultDetector(), 3*spike.Millisecond, 30*spike.Millisecond),
			spike.Detector{Threshold: 16 * spike.Millisecond, Accumulate: true})
		a := NewSensitivity(twoPops, Whole(span), d)
		return a, func() any { return []Curve{a.Curve(0), a.Curve(1)} }
	},
	"raster": func() (Accumulator, func() any) {
		a := NewRaster([]spike.ID{3, 11, 12, 4}, span, 40)
		return a, func() any { x, y, b := a.Points(); return []any{a.Rows(), x, y, b} }
	},
}

// stream draws spikes of neurons inside and outside the populations, in canonical order.
func stream(seed uint64, n int) []spike.Event {
	rnd := rand.New(rand.NewPCG(seed, 7))
	var events []spike.Event
	for range n {
		events = append(events, spike.Event{At: spike.Tick(rnd.Int64N(int64(500 * spike.Millisecond))),
			Src: spike.ID(rnd.IntN(16))})
	}
	slices.SortFunc(events, spike.Compare)
	events = slices.CompactFunc(events, func(a, b spike.Event) bool { return spike.Compare(a, b) == 0 })
	return label(spike.DefaultDetector(), events)
}

// TestPiecesDoNotMatter: however a stream is cut, and however often results are asked for, the result is the same.
func TestPiecesDoNotMatter(t *testing.T) {
	for name, make := range all {
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			events := stream(rapid.Uint64().Draw(t, "seed"), rapid.IntRange(0, 400).Draw(t, "spikes"))
			whole, want := make()
			whole.Add(events)
			parts, got := make()
			for rest := events; len(rest) > 0; {
				n := rapid.IntRange(0, len(rest)).Draw(t, "piece")
				parts.Add(rest[:n])
				got()
				if rest = rest[n:]; n == 0 {
					parts.Add(rest[:1])
					rest = rest[1:]
				}
			}
			if d := gocmp.Diff(want(), got(), cmpopts.EquateNaNs()); d != "" {
				t.Fatal(d)
			}
			fed, again := make()
			Feed(slices.Values(events), fed)
			if d := gocmp.Diff(want(), again(), cmpopts.EquateNaNs()); d != "" {
				t.Fatal("through Feed:", d)
			}
		}))
	}
}

// TestAddAllocatesNothing is what "bounded memory" means: once warm, no spike costs memory.
func TestAddAllocatesNothing(t *testing.T) {
	events := stream(5, 2000)
	for name, make := range all {
		a, _ := make()
		a.Add(events)
		a.Add(events)
		if n := testing.AllocsPerRun(10, func() { a.Add(events) }); n != 0 {
			t.Errorf("%s: %g allocations per batch", name, n)
		}
	}
}

// TestOthersDoNotMatter: spikes of neurons outside the populations change nothing.
func TestOthersDoNotMatter(t *testing.T) {
	events := stream(11, 1500)
	known := slices.DeleteFunc(slices.Clone(events), func(e spike.Event) bool {
		return !twoPops[0].Contains(e.Src) && !twoPops[1].Contains(e.Src)
	})
	for name, make := range all {
		a, with := make()
		a.Add(events)
		b, without := make()
		b.Add(known)
		if d := gocmp.Diff(with(), without(), cmpopts.EquateNaNs()); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestRelabelIsTheDetector(t *testing.T) {
	for _, d := range []spike.Detector{{Threshold: 9 * spike.Millisecond}, {Threshold: 16 * spike.Millisecond,
		Accumulate: true}} {
		events := stream(3, 1200)
		direct, through := NewCounts(twoPops, span), NewCounts(twoPops, span)
		r := Relabel(twoPops, d, through)
		r.Add(events)
		direct.Add(label(d, slices.Clone(events)))
		for p := range twoPops {
			if d := gocmp.Diff(direct.Of(p), through.Of(p)); d != "" {
				t.Error(d)
			}
		}
	}
}

// TestCorrelogramAgainstPairs compares with counting every pair.
func TestCorrelogramAgainstPairs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		events := stream(rapid.Uint64().Draw(t, "seed"), rapid.IntRange(0, 200).Draw(t, "spikes"))
		sets := []Set{twoPops[0], twoPops[1], {First: 11, Size: 1}, {First: 3, Size: 9}} // the last overlaps others
		a, b := rapid.SampledFrom(sets).Draw(t, "a"), rapid.SampledFrom(sets).Draw(t, "b")
		const width, lags = 3 * spike.Millisecond, 7
		c := NewCorrelogram(a, b, span, width, lags*width)
		c.Add(events)
		bins := NewBins(span, width)
		want := make([]uint64, 2*lags+1)
		for i, x := range events {
			for k, y := range events {
				bx, by := bins.Index(x.At), bins.Index(y.At)
				if i != k && a.Contains(x.Src) && b.Contains(y.Src) && bx >= 0 && by >= 0 && max(by-bx, bx-by) <= lags {
					want[by-bx+lags]++
				}
			}
		}
		if d := gocmp.Diff(want, c.Pairs()); d != "" {
			t.Fatal(d)
		}
	})
}

func TestCorrelogramFindsADelay(t *testing.T) {
	a, b := spike.Population{Name: "a", First: 0, Size: 10}, spike.Population{Name: "b", First: 10, Size: 10}
	var events []spike.Event
	for _, e := range poisson(2, a, 10, 30) {
		events = append(events, e, spike.Event{At: e.At + 4*spike.Millisecond, Src: e.Src + 10})
	}
	slices.SortFunc(events, func(x, y spike.Event) int { return cmp.Compare(x.At, y.At) })
	c := NewCorrelogram(a, b, seconds(30), 2*spike.Millisecond, 20*spike.Millisecond)
	c.Add(events)
	rate, expected := c.Rate(), c.Expected()
	near(t, "expected rate", expected, 10, .7)
	for i, lag := range c.Lags() {
		want := expected
		if lag == 4 {
			want += 1 / (.002 * 10) // each spike of a has one follower among the 10 neurons of b
		}
		near(t, "rate", rate[i], want, 1.5)
	}
}

func TestRasterKeepsWholeRows(t *testing.T) {
	events := stream(9, 1000)
	ids := EveryNth(spike.Population{First: 0, Size: 16}, 8)
	if !slices.Equal(ids, []spike.ID{0, 2, 4, 6, 8, 10, 12, 14}) {
		t.Fatalf("every second neuron: %v", ids)
	}
	r := NewRaster(ids, span, 150)
	r.Add(events)
	x, row, burst := r.Points()
	want := 0
	for _, e := range events {
		if i := slices.Index(ids, e.Src); i >= 0 && i < r.Rows() && span.Contains(e.At) {
			if x[want] != e.At.Seconds() || row[want] != float64(i) || burst[want] != (e.Kind != spike.Onset) {
				t.Fatalf("point %d differs from %v", want, e)
			}
			want++
		}
	}
	if r.Rows() != 2 || len(x) != want || want == 0 {
		t.Errorf("%d rows with %d spikes, want 2 with %d", r.Rows(), len(x), want)
	}
}
