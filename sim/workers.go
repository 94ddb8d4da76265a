package sim

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// workers runs the same function over many items on a fixed number of goroutines. Which worker takes which item is
// left to chance; results must not depend on it, and do not, because an item is written by its worker only.
//
// A window can be as short as some microseconds of work, and waking a sleeping goroutine costs ten times as much.
// So helpers spin for a while before they sleep, longer than what one worker does alone between two calls; nobody
// waits for a helper that came too late to find an item; and what is not worth sharing is done by the caller alone
// (see pace), while helpers sleep.
type workers struct {
	count int
	// ticket is generation (24 bits), and end (20) and start (20) of the items that nobody has taken, in one word:
	// taking one fails for a helper that looked at an earlier generation. The caller takes from the start and helpers
	// from the end, so that most items are done by who did them in the last call, and what they read and write lies in
	// that core's caches.
	ticket   atomic.Uint64
	f        func(item int) // of this generation: read only by who has taken an item
	offset   int
	left     atomic.Int64 // items that are not done
	waiting  atomic.Bool  // the caller sleeps until left is 0
	finished chan struct{}
	helpers  []*helper
	closed   atomic.Bool
	ended    sync.WaitGroup
	busy     []busyTime // of each worker, the caller first
}

// pace is how long the calls from one place of the run loop have taken of late, as a balance of votes: one that the
// machine held up for a while has one vote. It decides whether they are shared out.
type pace struct{ votes int }

const (
	// sharedFrom is the length of a call by one worker from which it pays to share it, and sharedTo that of a shared one
	// below which it does not: to meet takes a microsecond or two, and two voices in memory cost something, too.
	sharedFrom, sharedTo = 25 * time.Microsecond, 8 * time.Microsecond
	mostVotes            = 50
)

func (p *pace) shares() bool { return p.votes >= 0 }

// vote takes note of a call.
func (p *pace) vote(took time.Duration) {
	limit := sharedFrom
	if p.shares() {
		limit = sharedTo
	}
	if took >= limit {
		p.votes = min(p.votes+1, mostVotes)
	} else {
		p.votes = max(p.votes-1, -mostVotes)
	}
}

// busyTime is how long a worker has worked on items. Each has a cache line of its own.
type busyTime struct {
	atomic.Int64 // ns
	_            [56]byte
}

type helper struct {
	asleep atomic.Bool
	wake   chan struct{}
}

const (
	itemBits   = 20
	mostAtOnce = 1<<itemBits - 1
	// spinLoads looks at a word, some hundred nanoseconds, go by before others are let run and the clock is looked at;
	// after spinFor, who spins goes to sleep.
	spinLoads = 100
	spinFor   = 300 * time.Microsecond
)

func newWorkers(n int) *workers {
	w := &workers{count: max(1, n), finished: make(chan struct{}, 1), busy: make([]busyTime, max(1, n))}
	for k := range w.count - 1 {
		h := &helper{wake: make(chan struct{}, 1)}
		w.helpers = append(w.helpers, h)
		w.ended.Add(1)
		go w.help(h, &w.busy[k+1])
	}
	return w
}

// each calls f(0) ... f(items-1), each once, and returns when all are done. The caller is the first worker.
func (w *workers) each(items int, f func(item int)) {
	if w.count == 1 || items < 2 {
		w.alone(items, f)
		return
	}
	for lo := 0; lo < items; lo += mostAtOnce {
		w.batch(lo, min(items-lo, mostAtOnce), f)
	}
}

// share is each if calls at this pace are worth it, and otherwise leaves all items to the caller.
func (w *workers) share(p *pace, items int, f func(item int)) {
	if w.count == 1 || items < 2 || !p.shares() {
		p.vote(w.alone(items, f))
		return
	}
	start := time.Now()
	w.each(items, f)
	p.vote(time.Since(start))
}

// alone does all items and returns how long it took.
func (w *workers) alone(items int, f func(item int)) time.Duration {
	start := time.Now()
	for i := range items {
		f(i)
	}
	took := time.Since(start)
	w.busy[0].Add(int64(took))
	return took
}

func (w *workers) batch(offset, items int, f func(int)) {
	w.f, w.offset = f, offset
	w.left.Store(int64(items))
	generation := w.ticket.Load()>>(2*itemBits) + 1
	w.ticket.Store(generation<<(2*itemBits) | uint64(items)<<itemBits)
	for _, h := range w.helpers {
		if h.asleep.Load() && h.asleep.CompareAndSwap(true, false) {
			h.wake <- struct{}{}
		}
	}
	w.work(&w.busy[0], true)
	w.wait()
}

// work takes items until there are none, from the start or from the end.
func (w *workers) work(busy *busyTime, first bool) {
	if !w.open() {
		return
	}
	start := time.Now()
	defer func() { busy.Add(int64(time.Since(start))) }()
	for {
		t := w.ticket.Load()
		item, end := t&mostAtOnce, t>>itemBits&mostAtOnce
		if item == end {
			return
		}
		taken := t + 1
		if !first {
			item, taken = end-1, t-1<<itemBits
		}
		if !w.ticket.CompareAndSwap(t, taken) {
			continue
		}
		w.f(w.offset + int(item))
		if w.left.Add(-1) == 0 && w.waiting.CompareAndSwap(true, false) {
			w.finished <- struct{}{}
		}
	}
}

// open reports whether there are items to take, or no more ever.
func (w *workers) open() bool {
	t := w.ticket.Load()
	return t&mostAtOnce != t>>itemBits&mostAtOnce || w.closed.Load()
}

// spin looks for a while whether something has come true.
func spin(done func() bool) bool {
	for start := time.Now(); ; {
		for range spinLoads {
			if done() {
				return true
			}
		}
		if time.Since(start) > spinFor {
			return false
		}
		runtime.Gosched()
	}
}

// wait returns when all items are done.
func (w *workers) wait() {
	if spin(w.done) {
		return
	}
	w.waiting.Store(true)
	if w.done() && w.waiting.CompareAndSwap(true, false) {
		return
	}
	<-w.finished
}

func (w *workers) done() bool { return w.left.Load() == 0 }

func (w *workers) help(h *helper, busy *busyTime) {
	defer w.ended.Done()
	for !w.closed.Load() {
		w.work(busy, false)
		if spin(w.open) {
			continue
		}
		h.asleep.Store(true)
		if w.open() && h.asleep.CompareAndSwap(true, false) {
			continue
		}
		<-h.wake
	}
}

// close ends the helpers.
func (w *workers) close() {
	w.closed.Store(true)
	for _, h := range w.helpers {
		if h.asleep.CompareAndSwap(true, false) {
			h.wake <- struct{}{}
		}
	}
	w.ended.Wait()
	w.helpers, w.count = nil, 1
}
