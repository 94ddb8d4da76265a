package recordings

import (
	"math/rand/v2"
	"testing"
)

// Ranks number the recorded neurons in ascending order, and no others.
func TestRanks(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 1))
	for range 200 {
		var ranges []Range
		next := r.IntN(5)
		for range 1 + r.IntN(4) {
			one := Range{First: next, Count: 1 + r.IntN(5), Stride: 1 + r.IntN(4)}
			ranges, next = append(ranges, one), one.First+(one.Count-1)*one.Stride+1+r.IntN(4)
		}
		s, rank := newSelection(ranges), 0
		for i := range next + 5 {
			want := -1
			for _, q := range ranges {
				for k := range q.Count {
					if q.First+k*q.Stride == i {
						want = rank
					}
				}
			}
			if got := s.rank(i); got != want {
				t.Fatalf("%v: neuron %d has rank %d, want %d", ranges, i, got, want)
			}
			if want >= 0 {
				if got := s.index(rank); got != i {
					t.Fatalf("%v: rank %d is neuron %d, want %d", ranges, rank, got, i)
				}
				rank++
			}
		}
		if s.len() != rank {
			t.Fatalf("%v: %d neurons, want %d", ranges, s.len(), rank)
		}
	}
}
