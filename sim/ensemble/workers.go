package ensemble

import "github.com/burstplex/burstplex/internal/parallel"

// Workers runs items on N goroutines.
type Workers struct{ N int }

// Each calls f(worker, item) for items 0 to n-1, each once, and returns when all are done.
func (c *Workers) Each(n int, f func(worker, item int)) {
	parallel.Each(c.N, n, f)
}
