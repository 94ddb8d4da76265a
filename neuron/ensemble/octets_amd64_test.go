//go:build !noasm

package ensemble

import (
	"math"
	"math/rand/v2"
	"testing"

	"golang.org/x/sys/cpu"

	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/rng"
)

// Vectors draw the binomial numbers of the scalar code, to the bit, from any word.
func TestVectorBinomial(t *testing.T) {
	if !cpu.X86.HasAVX2 {
		t.Skip("no AVX2")
	}
	r := rand.New(rand.NewPCG(1, 2))
	var n, p, got [64]float32
	var words, used [64]uint32
	for block := range 40000 {
		for i := range n {
			switch n[i] = float32(r.IntN(40)); r.IntN(4) {
			case 0:
				n[i] = float32(math.Floor(math.Exp(16 * r.Float64())))
			case 1:
				n[i] = float32(r.IntN(2500))
			}
			switch r.IntN(5) {
			case 0: // variance around the limit
				p[i] = 0.5 - float32(math.Sqrt(math.Max(0, 0.25-4/float64(n[i]))))
				p[i] = math.Float32frombits(math.Float32bits(p[i]) + uint32(r.IntN(9)-4))
			case 1:
				p[i] = [...]float32{0, 1, 0.5, 0.50000006, 0.49999997, 1e-45, 1e-38, 1e-39, 0.99999994, 2, -1,
					float32(math.NaN()), float32(math.Copysign(0, -1))}[r.IntN(13)]
			case 2:
				p[i] = float32(math.Exp(-20 * r.Float64()))
			default:
				p[i] = r.Float32()
			}
			words[i] = r.Uint32()
			if r.IntN(8) == 0 {
				words[i] = [...]uint32{0, 1, 1<<9 - 1, 1<<31 - 1, 1 << 31, 1<<31 + 1, 1<<32 - 512, 1<<32 - 2, 1<<32 - 1}[r.IntN(9)]
			}
		}
		used = words
		burstsAVX2(&got[0], &n[0], &p[0], 8, &used[0], 8)
		for i := range got {
			w := words[i%8*8+i/8] // a vector of words is one of eight rows
			if want := binomial(n[i], p[i], w); math.Float32bits(got[i]) != math.Float32bits(want) {
				t.Fatalf("block %d: binomial(%v, %v, %#x) is %v in vectors, should be %v", block, n[i], p[i], w, got[i], want)
			}
		}
	}
}

// Vectors read the words of the generator.
func TestVectorWords(t *testing.T) {
	if !cpu.X86.HasAVX2 {
		t.Skip("no AVX2")
	}
	r := rand.New(rand.NewPCG(5, 6))
	for range 200 {
		key, entity, first := rng.New(r.Uint64()), r.Uint64()<<16, r.Uint64()>>r.IntN(40)
		first = first &^ 0xff // no carry into the upper half
		var o octet
		o.fit(0, 20)
		schedule := key.Schedule()
		o.read(0, first, 20, &schedule, entity, 48)
		for i, w := range o.words[:20*width] {
			u, k := i%width, i/width
			if want := key.Block(entity|uint64(48+u), first+uint64(k/4))[k%4]; w != want {
				t.Fatalf("word %d of unit %d is %#x, should be %#x", k, u, w, want)
			}
		}
	}
}

// Vectors read the words of a source, turn them into exponential numbers and let events decay as the scalar code does.
func TestVectorSource(t *testing.T) {
	if !cpu.X86.HasAVX2 {
		t.Skip("no AVX2")
	}
	r := rand.New(rand.NewPCG(7, 8))
	for range 200 {
		var s source
		key, entity, first := rng.New(r.Uint64()), r.Uint64(), r.Uint64()>>r.IntN(64)&^15
		s.start(key, entity)
		s.block = first
		s.read()
		for i, w := range s.words {
			block, word := i/32*8+i%8, i%32/8
			if want := key.Block(entity, first+uint64(block))[word]; w != want {
				t.Fatalf("word %d from block %d is %#x, should be %#x", i, first, w, want)
			}
		}
		for i := range s.words {
			if r.IntN(4) == 0 {
				s.words[i] = [...]uint32{0, 1, 2, 3, 1 << 31, 1<<31 - 1, 1<<32 - 1, 1<<32 - 129, 3037000499}[r.IntN(9)]
			}
		}
		var x, y, age [lot]float32
		exponentialsAVX2(&x[0], &s.words[0], lot/width)
		rate := -r.Float32()
		for i, w := range s.words {
			if want := exponential(w); math.Float32bits(x[i]) != math.Float32bits(want) || !(want >= 0) || want > 23 {
				t.Fatalf("exponential number of %#x is %g, should be %g", w, x[i], want)
			}
			age[i] = r.Float32()
		}
		decayAVX2(&y[0], &age[0], lot/width, rate)
		for i := range y {
			if want := numeric.Exp32(float32(age[i] * rate)); math.Float32bits(y[i]) != math.Float32bits(want) {
				t.Fatalf("exp(%g x %g) is %g, should be %g", age[i], rate, y[i], want)
			}
		}
	}
}
