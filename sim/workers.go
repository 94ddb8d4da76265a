package sim

import (
	"sync"
	"sync/atomic"
)

// crew runs the same function over many items on a fixed number of goroutines. Which worker takes which item is
// left to chance; results must not depend on it, and do not, because an item is written by its worker only.
type crew struct {
	workers int
	jobs    []chan job // one per helper; the caller is the first worker
	wg      sync.WaitGroup
	next    atomic.Int64
}

type job struct {
	items int
	f     func(item int)
}

func newCrew(workers int) *crew {
	c := &crew{workers: max(1, workers)}
	for range c.workers - 1 {
		ch := make(chan job, 1)
		c.jobs = append(c.jobs, ch)
		go func() {
			for j := range ch {
				c.take(j)
				c.wg.Done()
			}
		}()
	}
	return c
}

// each calls f(0) ... f(items-1), each once, and returns when all are done.
func (c *crew) each(items int, f func(item int)) {
	if c.workers == 1 || items < 2 {
		for i := range items {
			f(i)
		}
		return
	}
	c.next.Store(0)
	c.wg.Add(len(c.jobs))
	j := job{items, f}
	for _, ch := range c.jobs {
		ch <- j
	}
	c.take(j)
	c.wg.Wait()
}

func (c *crew) take(j job) {
	for {
		i := int(c.next.Add(1)) - 1
		if i >= j.items {
			return
		}
		j.f(i)
	}
}

// close ends the helpers.
func (c *crew) close() {
	for _, ch := range c.jobs {
		close(ch)
	}
	c.jobs, c.workers = nil, 1
}
