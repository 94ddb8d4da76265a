package codec_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	. "github.com/burstplex/burstplex/recordings/internal/codec"
)

// geometric draws gaps of a Poisson process with p spikes per slot.
func geometric(n int, p float64) []uint64 {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	gaps := make([]uint64, n)
	for i := range gaps {
		gaps[i] = uint64(r.ExpFloat64() / p)
	}
	return gaps
}

// entropy of one geometric gap in bits.
func entropy(p float64) float64 { return -(p*math.Log2(p) + (1-p)*math.Log2(1-p)) / p }

func TestGeometricGapsMeetTheEntropy(t *testing.T) {
	var e Encoder
	for _, c := range []struct {
		n     int
		p     float64
		bound float64
	}{{1 << 16, 5e-6, 1.01}, {1 << 16, 5e-4, 1.01}, {1 << 16, .05, 1.03}, {1000, 5e-4, 1.05}, {100, 5e-6, 1.04}} {
		code, id := e.Append(nil, geometric(c.n, c.p))
		got := 8 * float64(len(code)) / float64(c.n) / entropy(c.p)
		t.Logf("%d gaps, p %g: code %d, %.4fx of the entropy", c.n, c.p, id, got)
		if got > c.bound {
			t.Errorf("%d gaps, p %g: %.4fx of the entropy, want %g", c.n, c.p, got, c.bound)
		}
	}
}

// decode reads all gaps of a code, in pieces of uneven size.
func decode(d *Decoder, gaps []uint64, id ID, code []byte) error {
	if err := d.Start(len(gaps), id, code); err != nil {
		return err
	}
	for n := 1; len(gaps) > 0; n = n%2000 + 37 {
		n = min(n, len(gaps))
		if err := d.Read(gaps[:n]); err != nil {
			return err
		}
		gaps = gaps[n:]
	}
	return nil
}

func TestRoundTrip(t *testing.T) {
	var d Decoder
	rapid.Check(t, func(t *rapid.T) {
		e := Encoder{Contexts: rapid.IntRange(0, MaxContexts).Draw(t, "contexts")}
		width := rapid.IntRange(0, MaxGapBits).Draw(t, "bits")
		gaps := rapid.SliceOfN(rapid.Uint64Range(0, 1<<width-1), 0, 3000).Draw(t, "gaps")
		if rapid.Bool().Draw(t, "long") {
			for range 4 {
				gaps = append(gaps, gaps...)
			}
		}
		code, id := e.Append([]byte("before"), gaps)
		got := make([]uint64, len(gaps))
		if err := decode(&d, got, id, code[6:]); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, gaps) {
			t.Fatalf("code %d does not return its gaps", id)
		}
	})
}

// Any bytes decode to gaps below the limit, or to an error; what was coded decodes to itself.
func FuzzCodec(f *testing.F) {
	for _, n := range []int{1, 100, 3000, 10000} {
		for _, contexts := range []int{1, 16} {
			e := Encoder{Contexts: contexts}
			code, id := e.Append(nil, geometric(n, 1e-3))
			f.Add(code, uint8(id), uint32(n))
		}
	}
	f.Fuzz(func(t *testing.T, code []byte, id uint8, n uint32) {
		gaps := make([]uint64, n%(MaxCount+2))
		var d Decoder
		if decode(&d, gaps, ID(id), code) != nil {
			return
		}
		for _, g := range gaps {
			if g >= 1<<MaxGapBits {
				t.Fatalf("gap %d", g)
			}
		}
		again := make([]uint64, len(gaps))
		for _, contexts := range []int{1, 5} {
			e := Encoder{Contexts: contexts}
			code, id := e.Append(nil, gaps)
			if err := decode(&d, again, id, code); err != nil || !slices.Equal(again, gaps) {
				t.Fatalf("recoded gaps differ: %v", err)
			}
		}
	})
}

func bench(b *testing.B, contexts, n int) {
	gaps := geometric(n, 5e-6)
	e := Encoder{Contexts: contexts}
	code, id := e.Append(nil, gaps)
	b.Run("encode", func(b *testing.B) {
		for b.Loop() {
			code, _ = e.Append(code[:0], gaps)
		}
		b.ReportMetric(float64(b.N)*float64(len(gaps))/b.Elapsed().Seconds()/1e6, "Mspikes/s")
	})
	b.Run("decode", func(b *testing.B) {
		var d Decoder
		for b.Loop() {
			if err := decode(&d, gaps, id, code); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.N)*float64(len(gaps))/b.Elapsed().Seconds()/1e6, "Mspikes/s")
	})
}

// BenchmarkCodes chose what Encoder prefers when.
func BenchmarkCodes(b *testing.B) {
	b.Run("classes", func(b *testing.B) { bench(b, 1, 1<<16) })
	b.Run("contexts", func(b *testing.B) { bench(b, MaxContexts, 1<<16) })
	b.Run("small", func(b *testing.B) { bench(b, 1, 1<<10) })
}
