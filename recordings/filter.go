package recordings

import (
	"github.com/burstplex/burstplex/neuron/spike"
)

// filter passes the spikes of recorded neurons.
type filter struct {
	all  bool     // nothing to drop
	keep []uint64 // a bit per ID
}

func newFilter(h *Header) filter {
	f := filter{all: true}
	next := spike.ID(0)
	for i := range h.Populations {
		p := &h.Populations[i]
		f.all = f.all && p.First == next && (p.Size == 0 || p.all())
		next = p.First + spike.ID(p.Size)
	}
	if f.all {
		return f
	}
	f.keep = make([]uint64, (uint64(1)<<h.idBits()+63)/64)
	for _, p := range h.Populations {
		for _, r := range p.Recorded {
			for i := range r.Count {
				id := int(p.First) + r.First + i*r.Stride
				f.keep[id>>6] |= 1 << (id & 63)
			}
		}
	}
	return f
}

// append copies as many spikes as fit into the batch and returns the others.
func (f *filter) append(b *batch, evs []spike.Event) []spike.Event {
	room := cap(b.events) - len(b.events)
	if f.all {
		n := min(room, len(evs))
		b.events = append(b.events, evs[:n]...)
		return evs[n:]
	}
	out := b.events[:cap(b.events)]
	n := len(b.events)
	for i := range evs {
		if n == len(out) {
			b.events = out
			return evs[i:]
		}
		out[n] = evs[i]
		id := evs[i].Src
		if int(id>>6) < len(f.keep) {
			n += int(f.keep[id>>6] >> (id & 63) & 1)
		}
	}
	b.events = out[:n]
	return evs[len(evs):]
}
