package recordings

import (
	"fmt"
	"iter"
	"math/bits"
	"slices"
	"strings"

	"github.com/burstplex/burstplex/neuron/spike"
)

// Query chooses spikes of a recording. The zero value is all of them, in canonical order.
type Query struct {
	Window      spike.Window // only times in it; the zero window is all of time
	Populations []string     // only these; empty is all
	Neurons     []spike.ID   // only these; nil is all, an empty list none
	ByNeuron    bool         // within each stretch of the file by neuron, then time: the order of the file, and faster
}

// batchSize is the number of spikes in a batch: 64 KiB stay in the fast caches.
const batchSize = 4096

// Batches iterates over spikes in batches of up to 4096, which are valid until the next one. In canonical order
// spikes are sorted by time and then neuron, over all populations. With ByNeuron each batch is a part of one block:
// the spikes of a neuron still come in order of time, but those of different neurons do not.
//
// Damage is yielded as an error of type *Damage, once, in place of the spikes that are lost; a loop that goes on
// gets all others.
func (r *Reader) Batches(q Query) iter.Seq2[[]spike.Event, error] {
	return func(yield func([]spike.Event, error) bool) {
		c, err := r.cursor(q)
		if err != nil {
			yield(nil, err)
			return
		}
		for _, d := range r.lost {
			if !yield(nil, d) {
				return
			}
		}
		for i := range r.frames {
			if f := &r.frames[i]; c.wants(f) && !c.frame(f, yield) {
				return
			}
		}
	}
}

// Spikes iterates over single spikes; see Batches.
func (r *Reader) Spikes(q Query) iter.Seq2[spike.Event, error] {
	return func(yield func(spike.Event, error) bool) {
		for batch, err := range r.Batches(q) {
			if err != nil && !yield(spike.Event{}, err) {
				return
			}
			for _, e := range batch {
				if !yield(e, nil) {
					return
				}
			}
		}
	}
}

// Feed sends spikes to accumulators, such as those of package analysis, reading the file once. It stops at the first
// damage.
func (r *Reader) Feed(q Query, to ...interface{ Add([]spike.Event) }) error {
	for batch, err := range r.Batches(q) {
		if err != nil {
			return err
		}
		for _, a := range to {
			a.Add(batch)
		}
	}
	return nil
}

// cursor is the memory of an iteration.
type cursor struct {
	r       *Reader
	q       Query
	pops    []bool // nil: all
	neurons []spike.ID
	dec     blockDecoder
	radix   radix
	keys    []key
	payload []byte
	events  [batchSize]spike.Event
}

func (r *Reader) cursor(q Query) (*cursor, error) {
	c := &cursor{r: r, q: q, dec: blockDecoder{layout: r.layout, header: &r.header}}
	if q.Window == (spike.Window{}) {
		c.q.Window = spike.Window{From: spike.Never, To: spike.Forever}
	}
	if len(q.Populations) > 0 {
		c.pops = make([]bool, len(r.header.Populations))
		var names []string
		for i := range r.header.Populations {
			c.pops[i] = slices.Contains(q.Populations, r.header.Populations[i].Name)
			names = append(names, r.header.Populations[i].Name)
		}
		for _, name := range q.Populations {
			if !slices.Contains(names, name) {
				return nil, fmt.Errorf("%s has no population %q; it has %s", r.path, name, strings.Join(names, ", "))
			}
		}
	}
	if q.Neurons != nil {
		c.neurons = slices.Clone(q.Neurons)
		slices.Sort(c.neurons)
	}
	return c, nil
}

// wants reports whether a frame can hold wanted spikes. Times are floored: they may lie before the frame begins.
func (c *cursor) wants(f *frame) bool {
	return f.window.To > c.q.Window.From && c.r.layout.grid.floor(f.window.From) < c.q.Window.To
}

// wantsBlock reports whether a block can hold wanted spikes.
func (c *cursor) wantsBlock(e *entry) bool {
	if c.pops != nil && !c.pops[e.Population] {
		return false
	}
	if c.q.Neurons == nil {
		return true
	}
	sel, first := &c.r.layout.selections[e.Population], uint64(c.r.header.Populations[e.Population].First)
	lo := first + uint64(sel.index(int(e.First)))
	hi := first + uint64(sel.index(int(e.First+e.Neurons-1)))
	i, _ := slices.BinarySearch(c.neurons, spike.ID(lo))
	return i < len(c.neurons) && uint64(c.neurons[i]) <= hi
}

// frame yields the wanted spikes of a frame. It returns false when the loop has ended.
func (c *cursor) frame(f *frame, yield func([]spike.Event, error) bool) bool {
	c.keys = c.keys[:0]
	for i := range f.blocks {
		e := &f.blocks[i]
		if !c.wantsBlock(e) {
			continue
		}
		var err error
		start := len(c.keys)
		if c.payload, err = c.r.payload(c.payload, e); err == nil {
			c.keys, err = c.dec.keys(c.keys, &e.block, c.payload)
		}
		if err != nil {
			if !yield(nil, c.r.damage(e, err)) {
				return false
			}
			continue
		}
		c.choose(f, start)
		if c.q.ByNeuron {
			if !c.deliver(f, yield) {
				return false
			}
			c.keys = c.keys[:0]
		}
	}
	if c.q.ByNeuron {
		return true
	}
	span := c.r.layout.grid.span(f.window)
	c.keys = c.radix.sort(c.keys, c.r.layout.shift, c.r.layout.shift+uint(bits.Len64(span-1)))
	return c.deliver(f, yield)
}

// choose drops the keys from start on that the query does not want.
func (c *cursor) choose(f *frame, start int) {
	l := &c.r.layout
	base := l.grid.floor(f.window.From)
	w := c.q.Window
	if inside := w.From <= base && l.grid.ceil(f.window.To) <= w.To; inside && c.q.Neurons == nil {
		return
	}
	keys := c.keys[start:]
	n, next := start, 0
	for _, k := range keys {
		if at := base + spike.Tick(k>>l.shift)*l.grid.res; at < w.From || at >= w.To {
			continue
		}
		if c.q.Neurons != nil {
			id := l.id(k)
			for next < len(c.neurons) && c.neurons[next] < id {
				next++
			}
			if next == len(c.neurons) {
				break
			}
			if c.neurons[next] != id {
				continue
			}
		}
		c.keys[n] = k
		n++
	}
	c.keys = c.keys[:n]
}

// deliver yields the keys as spikes.
func (c *cursor) deliver(f *frame, yield func([]spike.Event, error) bool) bool {
	base := c.r.layout.grid.floor(f.window.From)
	for keys := c.keys; len(keys) > 0; {
		n := min(batchSize, len(keys))
		c.r.layout.spikes(c.events[:], keys[:n], base)
		if !yield(c.events[:n], nil) {
			return false
		}
		keys = keys[n:]
	}
	return true
}
