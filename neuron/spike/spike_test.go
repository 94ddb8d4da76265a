package spike

import (
	"math"
	"testing"
)

func label(d Detector, ms ...float64) []Kind {
	t := NewTrain()
	var out []Kind
	for _, m := range ms {
		out = append(out, d.Label(&t, Tick(m*float64(Millisecond))))
	}
	return out
}

func TestDetector(t *testing.T) {
	plain, acc := DefaultDetector(), Detector{Threshold: 16 * Millisecond, Accumulate: true}
	// The silence that the accumulating rule needs after a doublet of 8 ms (MODELS, A5).
	need := 16 * (1 + math.Log(1+math.Exp(-0.5)))
	for _, c := range []struct {
		name string
		d    Detector
		ms   []float64
		want []Kind
	}{
		{"isolated spikes", plain, []float64{10, 30, 50}, []Kind{Onset, Onset, Onset}},
		{"a burst counts once", plain, []float64{10, 15, 20, 30, 50}, []Kind{Onset, Burst, Tail, Tail, Onset}},
		{"the threshold itself is silence", plain, []float64{10, 26}, []Kind{Onset, Onset}},
		{"one tick below", plain, []float64{10, 25.999999}, []Kind{Onset, Burst}},
		{"isolated, accumulating", acc, []float64{10, 26.0001, 41}, []Kind{Onset, Onset, Burst}},
		{"doublet, just too early", acc, []float64{0, 8, 8 + need - .001}, []Kind{Onset, Burst, Tail}},
		{"doublet, late enough", acc, []float64{0, 8, 8 + need + .001}, []Kind{Onset, Burst, Onset}},
		{"the plain rule needs less", plain, []float64{0, 8, 8 + need - .001}, []Kind{Onset, Burst, Onset}},
	} {
		got := label(c.d, c.ms...)
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: %v, want %v", c.name, got, c.want)
				break
			}
		}
	}
}

func TestDigestSeesEverything(t *testing.T) {
	pops := []Population{{"a", 0, 10}, {"b", 10, 5}}
	sum := func(evs ...Event) string {
		d := NewDigest(pops)
		for _, e := range evs { // in pieces: the digest must not see how it was fed
			d.Add([]Event{e})
		}
		return d.Sum()
	}
	one := NewDigest(pops)
	one.Add([]Event{{1, 2, Onset}, {3, 12, Burst}})
	if one.Sum() != sum(Event{1, 2, Onset}, Event{3, 12, Tail}) {
		t.Error("the digest depends on the pieces, or on the label")
	}
	seen := map[string]bool{}
	for _, evs := range [][]Event{{}, {{1, 2, 0}}, {{2, 2, 0}}, {{1, 3, 0}}, {{1, 12, 0}}, {{1, 2, 0}, {1, 3, 0}}} {
		s := sum(evs...)
		if len(s) != 64 || seen[s] {
			t.Errorf("digest %q of %v is malformed or not new", s, evs)
		}
		seen[s] = true
	}
}

func TestTickString(t *testing.T) {
	for tick, want := range map[Tick]string{0: "0ns", 16 * Millisecond: "16ms", 1500 * Millisecond: "1.5s", 250: "250ns", Never: "never", -2 * Microsecond: "-2us"} {
		if got := tick.String(); got != want {
			t.Errorf("%d: %q, want %q", int64(tick), got, want)
		}
	}
	if FromSeconds(0.016) != 16*Millisecond {
		t.Error("16 ms is not 16 ms")
	}
}
