package parallel

import (
	"sync/atomic"
	"testing"
)

// Every item is done once, by one of the workers, none of which does two at a time.
func TestEach(t *testing.T) {
	for _, workers := range []int{0, 1, 3, 50} {
		for _, n := range []int{0, 1, 20} {
			done, busy := make([]atomic.Int32, n), make([]atomic.Int32, max(1, workers))
			Each(workers, n, func(worker, item int) {
				if busy[worker].Add(1) != 1 {
					t.Errorf("worker %d of %d does two items at a time", worker, workers)
				}
				done[item].Add(1)
				busy[worker].Add(-1)
			})
			for i := range done {
				if k := done[i].Load(); k != 1 {
					t.Errorf("%d workers: item %d of %d was done %d times", workers, i, n, k)
				}
			}
		}
	}
}

// No more are at work than there are tokens, and all tokens come back.
func TestWithin(t *testing.T) {
	tokens := make(chan struct{}, 3)
	var at, most, sum atomic.Int32
	Within(tokens, 40, func(i int) {
		now := at.Add(1)
		for m := most.Load(); now > m && !most.CompareAndSwap(m, now); m = most.Load() {
		}
		sum.Add(int32(i))
		at.Add(-1)
	})
	if most.Load() > 3 || sum.Load() != 39*40/2 || len(tokens) != 0 {
		t.Errorf("%d at a time, sum %d, %d tokens are left", most.Load(), sum.Load(), len(tokens))
	}
}
