package ensemble

import (
	"sync"
	"sync/atomic"
)

// Workers runs items on N goroutines. Which worker takes which item is left to chance, and results do not depend on it:
// an item is written by its worker only.
type Workers struct{ N int }

// Each calls f(worker, item) for items 0 to n-1, each once, and returns when all are done.
func (c *Workers) Each(n int, f func(worker, item int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	work := func(worker int) {
		for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
			f(worker, i)
		}
	}
	for w := 1; w < min(c.N, n); w++ {
		wg.Go(func() { work(w) })
	}
	work(0)
	wg.Wait()
}
