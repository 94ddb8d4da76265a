package spike

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
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

// The digest is the hash of what its documentation says, written out, however it is fed.
func TestDigestIsTheHashOfItsRecords(t *testing.T) {
	pops := []Population{{"a", 0, 700}, {"b", 700, 1}, {"c", 701, 3000}, {"d", 3701, 2}, {"e", 3703, 500}}
	r := rand.New(rand.NewPCG(1, 1))
	d, all := NewDigest(pops), []byte{}
	at := Tick(0)
	for part := 0; part < 2000; part = 2*part + 1 {
		events := make([]Event, part)
		for i := range events {
			at += Tick(r.IntN(1000))
			p := r.IntN(len(pops))
			n := r.IntN(pops[p].Size)
			events[i] = Event{At: at, Src: pops[p].First + ID(n), Kind: Kind(r.IntN(3))}
			all = binary.LittleEndian.AppendUint64(all, uint64(at))
			all = binary.LittleEndian.AppendUint32(all, uint32(p))
			all = binary.LittleEndian.AppendUint32(all, uint32(n))
		}
		d.Add(events)
		if want := fmt.Sprintf("%x", sha256.Sum256(all)); d.Sum() != want || d.Count() != uint64(len(all)/16) {
			t.Fatalf("%d spikes: digest %.12s instead of %.12s", d.Count(), d.Sum(), want)
		}
	}
}

func BenchmarkDigest(b *testing.B) {
	pops, r := []Population{{"a", 0, 25000}, {"b", 25000, 25000}, {"c", 50000, 100}, {"d", 50100, 1000},
		{"e", 51100, 1000}}, rand.New(rand.NewPCG(1, 1))
	d, events := NewDigest(pops), make([]Event, 1<<16)
	for i := range events {
		events[i] = Event{At: Tick(4 * i), Src: ID(r.IntN(52100))}
	}
	const window = 128
	i := 0
	for b.Loop() {
		d.Add(events[i : i+window])
		i = (i + window) % len(events)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/window, "ns/spike")
}

func TestTickString(t *testing.T) {
	for tick, want := range map[Tick]string{0: "0ns", 16 * Millisecond: "16ms", 1500 * Millisecond: "1.5s",
		250: "250ns", Never: "never", -2 * Microsecond: "-2us"} {
		if got := tick.String(); got != want {
			t.Errorf("%d: %q, want %q", int64(tick), got, want)
		}
	}
	if FromSeconds(0.016) != 16*Millisecond {
		t.Error("16 ms is not 16 ms")
	}
}

// No event goes on after a silence of Silence(n), and some does a little before: the bound is one, and not a loose one.
func TestSilenceEndsAnEvent(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for _, d := range []Detector{DefaultDetector(), {Threshold: 16 * Millisecond, Accumulate: true}} {
		latest := map[int]float64{} // by the number of spikes before it, the longest silence over its bound
		for range 3000 {
			train, at, n := NewTrain(), Tick(0), 0
			for range 12 {
				if kind := d.Label(&train, at); kind == Onset {
					n = 0
				}
				n++
				gap := Tick(r.ExpFloat64() * float64(d.Silence(n)) / 3)
				if r.IntN(2) == 0 {
					gap = Tick(r.IntN(1000)) // as close as spikes can be
				}
				next := train
				if d.Label(&next, at+gap) != Onset {
					latest[n] = max(latest[n], float64(gap)/float64(d.Silence(n)))
				}
				at += gap
			}
		}
		for n := 1; n <= 4; n++ {
			if latest[n] >= 1 || latest[n] < .75 {
				t.Errorf("%+v: after %d spikes an event went on after %.3g of Silence(%d)", d, n, latest[n], n)
			}
		}
	}
}
