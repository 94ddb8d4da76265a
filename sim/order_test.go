package sim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// keysOf draws about n spikes of a window of 0.5 ms as join lists them: shard after shard, each in the order of
// time. grid is how many different times there are.
func keysOf(r *rand.Rand, n, grid int) (keys []uint64, width int) {
	const window, shift, shards = 500_000, 18, 60
	for shard := range shards {
		own := make([]uint64, n/shards+r.IntN(2))
		for i := range own {
			own[i] = uint64(r.IntN(grid)*(window/grid))<<shift | uint64(shard*1024+r.IntN(1024))<<kindBits | uint64(r.IntN(3))
		}
		slices.Sort(own)
		keys = append(keys, own...)
	}
	return keys[:min(n, len(keys))], 19 + shift
}

// Keys come out in order, however many there are and however few times they have.
func TestOrder(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var o order
	for _, n := range []int{0, 1, 2, fewKeys, fewKeys + 1, 100, 1000, 20_000, 0, 50} {
		for _, grid := range []int{1, 5, 1000, 500_000} {
			keys, width := keysOf(r, n, grid)
			want := slices.Sorted(slices.Values(keys))
			if got := o.sort(keys, width); !slices.Equal(got, want) {
				t.Errorf("%d keys of %d times are not in order", n, grid)
			}
		}
	}
	full := []uint64{}
	for range 3 * fewKeys {
		full = append(full, r.Uint64())
	}
	want := slices.Sorted(slices.Values(full))
	if got := o.sort(full, 64); !slices.Equal(got, want) {
		t.Error("keys of 64 bits are not in order")
	}
	narrow := slices.Repeat([]uint64{3, 1, 2, 0}, 20)
	want = slices.Sorted(slices.Values(narrow))
	if got := o.sort(narrow, 2); !slices.Equal(got, want) {
		t.Error("keys of two bits are not in order")
	}
}

func BenchmarkOrder(b *testing.B) {
	for _, n := range []int{20, 125, 1000} {
		for _, grid := range []int{5, 500_000} {
			b.Run(fmt.Sprintf("spikes=%d/times=%d", n, grid), func(b *testing.B) {
				var lists [1024][]uint64 // more than the processor learns by heart
				width, r := 0, rand.New(rand.NewPCG(1, 1))
				for i := range lists {
					lists[i], width = keysOf(r, n, grid)
				}
				var o order
				keys, spikes := make([]uint64, n), 0
				for i := 0; b.Loop(); i++ {
					list := lists[i%len(lists)]
					copy(keys, list)
					o.sort(keys[:len(list)], width)
					spikes += len(list)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(spikes), "ns/spike")
			})
		}
	}
}
