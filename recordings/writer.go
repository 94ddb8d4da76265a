package recordings

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/burstplex/burstplex/neuron/spike"
)

// Sink is what a simulation writes its spikes to: once per window, in canonical order.
type Sink interface {
	WriteSpikes(w spike.Window, evs []spike.Event) error
	Close() error
}

var _ Sink = (*Writer)(nil)

// ErrFailed is returned by a writer whose failure has been reported before, ErrClosed by one that is closed.
var (
	ErrFailed = errors.New("recording has failed before and takes no more")
	ErrClosed = errors.New("recording is closed")
)

// Writer appends spikes and tables to a recording. Its methods are for one goroutine, Durable for any.
//
//	WriteSpikes, WriteRows...        goroutine of the writer
//	select, copy  -> [ batch ]  swap  [ batch ] -> keys -> frame -> blocks -> file
//	                  waits when full              sort    code     checksum   sync every 500 ms
//
// The file is valid at every moment: after a crash it lacks its index and what came after the last sync.
type Writer struct {
	path   string
	header Header
	opts   options
	filter filter
	end    uint64 // of the IDs of the network
	wakeAt int    // waiting spikes at which the goroutine starts to work on them

	last    spike.Event // order of what came before
	upto    spike.Tick  // end of the last window
	started bool
	courses map[string]*course

	mu       sync.Mutex
	changed  sync.Cond // anything below, either way
	front    batch     // filled by the caller
	flushes  int       // asked for
	flushed  int       // done
	err      error     // the failure, until it is reported
	failed   bool
	reported bool
	closing  bool
	wake     chan struct{}
	done     chan struct{} // closed when the goroutine has ended

	durable atomic.Int64
}

// batch is what crosses from the caller to the goroutine of the writer.
type batch struct {
	events   []spike.Event
	spans    []span
	tables   []table
	rows     []rows
	rowBytes []byte
	bytes    int // of tables and rows
}

// span is a stretch of contiguous windows and how many events of the batch belong to it.
type span struct {
	window spike.Window
	events int
}

func (b *batch) reset() {
	clear(b.tables)
	b.events, b.spans, b.tables, b.bytes = b.events[:0], b.spans[:0], b.tables[:0], 0
	b.rows, b.rowBytes = b.rows[:0], b.rowBytes[:0]
}

// Create makes a new recording and writes its header. It refuses an existing file unless told to Replace it.
func Create(path string, h Header, opts ...Option) (*Writer, error) {
	o := defaults()
	for _, opt := range opts {
		if err := opt(&o); err != nil {
			return nil, fmt.Errorf("recording %s: %w", path, err)
		}
	}
	h, err := h.normal()
	if err != nil {
		return nil, fmt.Errorf("recording %s: %w", path, err)
	}
	out, err := newOutput(path, &h, o)
	if err != nil {
		return nil, fmt.Errorf("recording %s: %w", path, err)
	}
	w := &Writer{path: path, header: h, opts: o, filter: newFilter(&h), end: h.end(), wakeAt: min(1<<14, o.queue/4),
		courses: map[string]*course{},
		wake:    make(chan struct{}, 1), done: make(chan struct{})}
	w.changed.L = &w.mu
	w.front.events = make([]spike.Event, 0, o.queue)
	w.durable.Store(int64(spike.Never))
	go w.run(out)
	return w, nil
}

// Path returns the name of the file.
func (w *Writer) Path() string { return w.path }

// Durable returns the model time up to which everything is on the disk and survives a crash, Never before the
// first sync. It may be up to one unit of the resolution behind the last flushed window.
func (w *Writer) Durable() spike.Tick { return spike.Tick(w.durable.Load()) }

// WriteSpikes takes the spikes of a window, sorted by time, then neuron; those of neurons that are not recorded are
// dropped. It copies, and waits only when the queue is full. Windows must follow each other; what lies
// between two of them counts as silence. A failure of the disk since the last call is returned here, once.
func (w *Writer) WriteSpikes(win spike.Window, evs []spike.Event) error {
	if err := w.check(win, evs); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.refuse(); err != nil {
		return err
	}
	first := true
	for first || len(evs) > 0 {
		for len(w.front.events) == cap(w.front.events) && !w.failed {
			w.changed.Wait()
		}
		if w.failed {
			return w.refuse()
		}
		b := &w.front
		before := len(b.events)
		evs = w.filter.append(b, evs)
		part := win
		if len(evs) > 0 { // the queue is full: a sync in between must not end a frame behind the spikes that still come
			part.To = evs[0].At
		}
		if n := len(b.spans); n > 0 && b.spans[n-1].window.To >= part.From {
			b.spans[n-1].window.To = part.To
			b.spans[n-1].events += len(b.events) - before
		} else {
			b.spans = append(b.spans, span{part, len(b.events) - before})
		}
		win.From = part.To
		first = false
		if len(b.events) >= w.wakeAt {
			w.signal()
		}
	}
	return nil
}

// check refuses spikes that break the contract, before anything is copied.
func (w *Writer) check(win spike.Window, evs []spike.Event) error {
	if win.From > win.To || win.From < spike.Never || win.To > spike.Forever || w.started && win.From < w.upto {
		return fmt.Errorf("recording %s: window %v to %v does not follow %v", w.path, win.From, win.To, w.upto)
	}
	last := w.last
	if !w.started {
		last = spike.Event{At: win.From}
	}
	for i := range evs {
		e := &evs[i]
		if e.At < last.At || e.At == last.At && e.Src < last.Src {
			return fmt.Errorf("recording %s: spike of neuron %d at %v comes after that of neuron %d at %v", w.path, e.Src,
				e.At, last.Src, last.At)
		}
		if e.Kind > spike.Tail || uint64(e.Src) >= w.end {
			return fmt.Errorf("recording %s: spike of neuron %d at %v: no such neuron or no such label (%v)", w.path, e.Src,
				e.At, e.Kind)
		}
		last = *e
	}
	if len(evs) > 0 && (evs[0].At < win.From || last.At >= win.To) {
		return fmt.Errorf("recording %s: spikes from %v to %v are outside the window %v to %v", w.path, evs[0].At, last.At,
			win.From, win.To)
	}
	w.last, w.upto, w.started = last, win.To, true
	return nil
}

// signal wakes the goroutine of the writer.
func (w *Writer) signal() {
	select {
	case w.wake <- struct{}{}:
	default:
	}
}

// refuse returns why the writer takes no more, the failure itself only once. The caller holds mu.
func (w *Writer) refuse() error {
	switch {
	case w.failed && !w.reported:
		w.reported = true
		return w.err
	case w.failed:
		return ErrFailed
	case w.closing:
		return ErrClosed
	}
	return nil
}

// Flush writes everything that has been handed over, makes it durable, and returns Durable. It waits.
func (w *Writer) Flush() (spike.Tick, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.refuse(); err != nil {
		return w.Durable(), err
	}
	w.flushes++
	mine := w.flushes
	w.signal()
	for w.flushed < mine && !w.failed {
		w.changed.Wait()
	}
	if w.failed {
		return w.Durable(), w.refuse()
	}
	return w.Durable(), nil
}

// Close writes what is left, the index and the trailer, and makes them durable. A failure that has been returned
// before is not returned again. A second Close does nothing.
func (w *Writer) Close() error {
	w.mu.Lock()
	w.closing = true
	w.mu.Unlock()
	w.signal()
	<-w.done
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.failed && !w.reported {
		w.reported = true
		return w.err
	}
	return nil
}

// run is the goroutine of the writer.
func (w *Writer) run(out *output) {
	defer close(w.done)
	tick := time.NewTicker(w.opts.interval)
	defer tick.Stop()
	back := batch{events: make([]spike.Event, 0, w.opts.queue)}
	for {
		sync := false
		select {
		case <-w.wake:
		case <-tick.C:
			sync = true
		}
		w.mu.Lock()
		w.front, back = back, w.front
		flushes, closing := w.flushes, w.closing
		sync = sync || flushes > w.flushed
		w.mu.Unlock()
		w.changed.Broadcast()

		err := out.take(&back)
		back.reset()
		if err == nil && sync {
			err = out.sync()
		}
		if closing {
			if cerr := out.close(err == nil); err == nil {
				err = cerr
			}
		}
		if err == nil && (sync || closing) {
			w.durable.Store(int64(out.durable))
		}
		w.mu.Lock()
		if err != nil {
			w.failed, w.err = true, fmt.Errorf("recording %s: model time %v: %w", w.path, out.now, err)
		} else {
			w.flushed = flushes
		}
		w.mu.Unlock()
		w.changed.Broadcast()
		if err != nil && !closing {
			out.close(false)
		}
		if err != nil || closing {
			return
		}
	}
}
