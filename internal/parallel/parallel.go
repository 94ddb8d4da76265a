// Package parallel does independent pieces of work side by side. Which goroutine does which is left to chance: results
// do not depend on it as long as a piece writes only what is its own.
//
// It is for work that takes a millisecond or more. The windows of a simulation, which take microseconds, have workers
// of their own (package sim).
package parallel

import (
	"sync"
	"sync/atomic"
)

// Each calls f(worker, item) for items 0 to n-1, each once, on as many goroutines as there are workers, of which the
// caller is one, and returns when all are done. Workers have numbers from 0 on, for memory of their own.
func Each(workers, n int, f func(worker, item int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	work := func(worker int) {
		for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
			f(worker, i)
		}
	}
	for w := 1; w < min(workers, n); w++ {
		wg.Go(func() { work(w) })
	}
	work(0)
	wg.Wait()
}

// Within calls f(0) to f(n-1), in this order, each as soon as there is a place in tokens, which others may share, and
// returns when all are done.
func Within(tokens chan struct{}, n int, f func(item int)) {
	var wg sync.WaitGroup
	for i := range n {
		tokens <- struct{}{}
		wg.Go(func() {
			defer func() { <-tokens }()
			f(i)
		})
	}
	wg.Wait()
}
