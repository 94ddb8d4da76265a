package sim

import (
	"container/heap"

	"github.com/burstplex/burstplex/neuron/spike"
)

// agenda holds everything that happens at a time: probes, phases, snapshots. Entries are due on steps; entries of one
// tick are applied in the order in which they were made.
type agenda struct {
	items []due
	made  uint64
}

type due struct {
	at    spike.Tick
	order uint64
	do    func(now spike.Tick) error
}

func (a *agenda) add(at spike.Tick, do func(now spike.Tick) error) {
	heap.Push((*agendaHeap)(a), due{at, a.made, do})
	a.made++
}

// next returns the time of the earliest entry, spike.Forever if there is none.
func (a *agenda) next() spike.Tick {
	if len(a.items) == 0 {
		return spike.Forever
	}
	return a.items[0].at
}

// apply does everything that is due at now.
func (a *agenda) apply(now spike.Tick) error {
	for a.next() <= now {
		d := heap.Pop((*agendaHeap)(a)).(due)
		if err := d.do(now); err != nil {
			return err
		}
	}
	return nil
}

type agendaHeap agenda

func (h *agendaHeap) Len() int { return len(h.items) }
func (h *agendaHeap) Less(i, j int) bool {
	a, b := h.items[i], h.items[j]
	return a.at < b.at || a.at == b.at && a.order < b.order
}
func (h *agendaHeap) Swap(i, j int) { h.items[i], h.items[j] = h.items[j], h.items[i] }
func (h *agendaHeap) Push(x any)    { h.items = append(h.items, x.(due)) }
func (h *agendaHeap) Pop() any {
	n := len(h.items) - 1
	x := h.items[n]
	h.items = h.items[:n]
	return x
}
