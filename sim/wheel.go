package sim

import (
	"cmp"
	"slices"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/synapse"
)

// wheel queues the row-events of one target population by the step in which they arrive.
//
//	slot   0        1        2              n-1
//	     [ ....  ][ ..    ][ ......  ] ... [     ]      n > longest delay + window, in steps
//	               ^ step k is slot k mod n
//
// Pushing is an append. A slot is sorted when its step is due: by arrival, projection, row. This is the order in which
// every cell of the target's state is added to, whoever pushed first.
type wheel struct {
	step  spike.Tick
	slots [][]synapse.RowEvent
}

func newWheel(step spike.Tick, steps int) *wheel {
	return &wheel{step: step, slots: make([][]synapse.RowEvent, steps)}
}

// at returns the place of the slot of the step that t lies in.
func (w *wheel) at(t spike.Tick) *[]synapse.RowEvent {
	return &w.slots[int64(t/w.step)%int64(len(w.slots))]
}

func (w *wheel) push(e synapse.RowEvent) {
	slot := w.at(e.At)
	*slot = append(*slot, e)
}

// sort brings the row-events of the step that starts at t into canonical order.
func (w *wheel) sort(t spike.Tick) { slices.SortFunc(*w.at(t), compareRowEvents) }

// done empties the slot of the step that starts at t.
func (w *wheel) done(t spike.Tick) {
	slot := w.at(t)
	*slot = (*slot)[:0]
}

func compareRowEvents(a, b synapse.RowEvent) int {
	switch {
	case a.At != b.At:
		return cmp.Compare(a.At, b.At)
	case a.Projection != b.Projection:
		return cmp.Compare(a.Projection, b.Projection)
	}
	return cmp.Compare(a.Row, b.Row)
}
