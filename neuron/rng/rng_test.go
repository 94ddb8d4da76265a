package rng

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// The known answers of Philox4x32-10 that its authors published with Random123.
func TestPhiloxVectors(t *testing.T) {
	for _, c := range []struct {
		ctr  [4]uint32
		key  [2]uint32
		want [4]uint32
	}{
		{[4]uint32{}, [2]uint32{}, [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
		{[4]uint32{^uint32(0), ^uint32(0), ^uint32(0), ^uint32(0)}, [2]uint32{^uint32(0), ^uint32(0)},
			[4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
		{[4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, [2]uint32{0xa4093822, 0x299f31d0},
			[4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
	} {
		a, b, cc, d := philox(c.ctr[0], c.ctr[1], c.ctr[2], c.ctr[3], c.key[0], c.key[1])
		if got := [4]uint32{a, b, cc, d}; got != c.want {
			t.Errorf("philox(%x, %x) = %x, want %x", c.ctr, c.key, got, c.want)
		}
	}
}

func TestKeysAreIndependent(t *testing.T) {
	seen := map[Key]bool{}
	for _, k := range []Key{New(1), New(2), New(1, "a"), New(1, "a", "b"), New(1, "ab"), New(1, "b", "a"),
		New(1, "a").Sub("b")} {
		if seen[k] {
			t.Errorf("key %v occurs twice", k)
		}
		seen[k] = true
	}
}

func TestStreamIsTheWords(t *testing.T) {
	k := New(3, "x")
	for start := range uint64(9) {
		s := k.Stream(5, start)
		for n := start; n < start+10; n++ {
			if got, want := s.Uint32(), k.Word(5, n); got != want {
				t.Fatalf("start %d: draw %d is %d, want %d", start, n, got, want)
			}
		}
	}
}

func TestDistributions(t *testing.T) {
	const n = 200_000
	k := New(1, "test")
	uniform, normal, normalStream, expo := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	s := k.Stream(1<<40, 0)
	for i := range n {
		uniform[i] = k.Uniform(uint64(i), 0)
		normal[i] = k.Normal(uint64(i%100), uint64(i/100))
		normalStream[i] = s.Normal()
		expo[i] = s.Exp()
	}
	for _, c := range []struct {
		name string
		x    []float64
		cdf  func(float64) float64
	}{
		{"uniform", uniform, distuv.Uniform{Max: 1}.CDF},
		{"normal", normal, distuv.UnitNormal.CDF},
		{"normal stream", normalStream, distuv.UnitNormal.CDF},
		{"exponential", expo, distuv.Exponential{Rate: 1}.CDF},
	} {
		counts, want := make([]float64, 64), make([]float64, 64)
		for _, x := range c.x {
			counts[min(63, int(c.cdf(x)*64))]++
		}
		for i := range want {
			want[i] = n / 64.0
		}
		if p := 1 - (distuv.ChiSquared{K: 63}).CDF(stat.ChiSquare(counts, want)); p < 1e-4 || p > 1-1e-4 {
			t.Errorf("%s: chi-square probability %g", c.name, p)
		}
	}
}

func TestPoisson(t *testing.T) {
	for _, mean := range []float64{0.01, 0.6, 1.2, 7, 60, 900} {
		p, k, ref := NewPoisson(mean), New(9, "poisson"), distuv.Poisson{Lambda: mean}
		const n = 200_000
		counts := map[int]float64{}
		for i := range n {
			counts[p.Count(k.Word(uint64(i), 0))]++
		}
		var chi, dof float64
		for c := 0; c < int(mean+8*math.Sqrt(mean)+10); c++ {
			if want := n * ref.Prob(float64(c)); want > 20 {
				chi += (counts[c] - want) * (counts[c] - want) / want
				dof++
			}
		}
		if chi > dof+6*math.Sqrt(2*dof) {
			t.Errorf("mean %g: chi-square %g for %g cells", mean, chi, dof)
		}
	}
	if NewPoisson(0).Count(12345) != 0 {
		t.Error("a mean of 0 gives counts")
	}
}

func BenchmarkBlock(b *testing.B) {
	k := New(1)
	var sum uint32
	for i := range b.N {
		sum += k.Block(uint64(i), 0)[0]
	}
	_ = sum
}

func TestFillIsTheBlocks(t *testing.T) {
	k := New(5, "fill")
	r := rand.New(rand.NewPCG(1, 2))
	edges := []uint64{0, 1, 1<<32 - 3, 1 << 32, math.MaxUint64 - 7, math.MaxUint64}
	for range 2000 {
		entity, block, stride := r.Uint64(), r.Uint64(), r.Uint64N(1<<40)
		if r.IntN(2) == 0 {
			entity, block = edges[r.IntN(len(edges))], edges[r.IntN(len(edges))] // carries
		}
		dst := make([]uint32, 4*r.IntN(50))
		k.Fill(dst, entity, block)
		for i := 0; i < len(dst); i += 4 {
			if got, want := [4]uint32(dst[i:]), k.Block(entity, block+uint64(i)/4); got != want {
				t.Fatalf("entity %x, block %x + %d of %d: %x, want %x", entity, block, i/4, len(dst)/4, got, want)
			}
		}
		dst = make([]uint32, GroupWords*r.IntN(8))
		k.FillGroups(dst, entity, block, stride)
		for i := 0; i < len(dst); i += 4 {
			at := block + uint64(i/GroupWords)*stride + uint64(i%GroupWords/4)
			if got, want := [4]uint32(dst[i:]), k.Block(entity, at); got != want {
				t.Fatalf("entity %x, group at %x, stride %x: %x, want %x", entity, at, stride, got, want)
			}
		}
	}
}

func TestFillEachIsTheBlocks(t *testing.T) {
	k := New(6, "each")
	r := rand.New(rand.NewPCG(3, 4))
	for n := range 70 {
		entities, blocks := make([]uint64, n), make([]uint64, n)
		for i := range n {
			entities[i], blocks[i] = r.Uint64(), r.Uint64()
		}
		a, b := make([]uint32, 2*n), make([]uint32, 2*n)
		k.FillEach(a, b, entities, blocks)
		for i := range n {
			if got, want := [4]uint32{a[2*i], a[2*i+1], b[2*i], b[2*i+1]}, k.Block(entities[i], blocks[i]); got != want {
				t.Fatalf("entity %x, block %x, %d of %d: %x, want %x", entities[i], blocks[i], i, n, got, want)
			}
		}
	}
}

func BenchmarkFill(b *testing.B) {
	k, dst := New(1), make([]uint32, 1024)
	for i := range b.N {
		k.Fill(dst, uint64(i), 0)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(dst)), "ns/word")
}
