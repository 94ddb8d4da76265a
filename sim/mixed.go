package sim

import (
	"fmt"
	"io"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/synapse"
	"github.com/burstplex/burstplex/synapse/arena"
)

// Rows with several delays (synapse.Projection.Mix) do not wait in the wheel. They are delivered at the start of the
// window after the spike, all delays at once, into cells of coming steps. The cells of such a channel are a ring:
//
//	slot      0         1         2               slots-1
//	        [ n cells ][ n cells ][ n cells ] ... [ n cells ]     step k of the simulation is slot k mod slots
//	                    ^ piece: cells that the neurons read now and that are cleared afterwards
//
// slots is a whole number of windows and reaches as far as the longest delay, so that a piece is contiguous and nothing
// is added to a slot before it is cleared. The order of additions is that of the spikes, whatever the shards are.

// ring is the cells of one channel of a shard.
type ring struct {
	cells neuron.Cells
	slots int
	at    []uint32 // first cell of step k, for k up to twice slots; nil without mixed rows
}

// ringSlots returns the number of steps of which a channel has cells, and whether mixed rows end on it.
func (s *Sim) ringSlots(p *population, channel, steps int) (slots int, mixed bool) {
	slots = steps
	for _, pr := range s.projections {
		if pr.target == p && pr.channel == channel && pr.Mixed() {
			mixed = true
			slots = max(slots, int(pr.MaxDelay()/s.step))
		}
	}
	return (slots + steps - 1) / steps * steps, mixed
}

// makeRings makes the cells of a population: those of a channel side by side, so that they share huge pages.
func (s *Sim) makeRings(p *population, steps int, used []bool) {
	for _, sh := range p.shards {
		sh.rings = make([]ring, len(p.channels))
	}
	for c, ch := range p.channels {
		if !used[c] || p.single {
			continue
		}
		slots, mixed := s.ringSlots(p, c, steps)
		var cells neuron.Cells
		if ch.Kernel == nil {
			cells.Sums = arena.Make[float32](s.arena, slots*p.Len())
		} else {
			cells.Pairs = arena.Make[neuron.Pair](s.arena, slots*p.Len())
		}
		for _, sh := range p.shards {
			sh.rings[c] = newRing(slots, sh.r, mixed, cells)
		}
	}
}

func newRing(slots int, of neuron.Range, mixed bool, cells neuron.Cells) ring {
	r, n := ring{slots: slots}, of.Len()
	if lo, hi := slots*of.Lo, slots*of.Hi; cells.Sums != nil {
		r.cells.Sums = cells.Sums[lo:hi]
	} else {
		r.cells.Pairs = cells.Pairs[lo:hi]
	}
	if mixed {
		r.at = make([]uint32, 2*slots)
		for k := range r.at {
			r.at[k] = uint32(k % slots * n)
		}
	}
	return r
}

// piece returns the cells of some steps from a step on.
func (r *ring) piece(step int64, steps, n int) neuron.Cells {
	if r.slots == 0 {
		return neuron.Cells{}
	}
	lo := int(step%int64(r.slots)) * n
	hi := lo + steps*n
	if r.cells.Pairs != nil {
		return neuron.Cells{Pairs: r.cells.Pairs[lo:hi]}
	}
	return neuron.Cells{Sums: r.cells.Sums[lo:hi]}
}

// deliverMixed streams what was emitted in the last window.
func (sh *shard) deliverMixed(s *Sim) {
	emitted := sh.pop.emitted
	for i, e := range emitted {
		if i+2 < len(emitted) {
			next := emitted[i+2]
			s.projections[next.Projection].Fetch(sh.index, next.Row)
		}
		if i+6 < len(emitted) {
			next := emitted[i+6]
			s.projections[next.Projection].FetchIndex(sh.index, next.Row)
		}
		p := s.projections[e.Projection]
		r := &sh.rings[p.channel]
		step := e.At / s.step
		at := r.at[int64(step+p.MinDelay()/s.step)%int64(r.slots):]
		if r.cells.Sums != nil {
			sh.counts.SynapticEvents += int64(p.DeliverMixedSums(sh.index, e.Row, e.Amplitude, r.cells.Sums, at))
			continue
		}
		end, area := sh.pop.kernels[p.channel].At((step+1)*s.step - e.At)
		sh.counts.SynapticEvents += int64(p.DeliverMixed(sh.index, e.Row, e.Amplitude*end, e.Amplitude*area, r.cells.Pairs, at))
	}
}

// ringSections lists the rings of a population, put together over its shards: slot by slot, neuron by neuron.
func (p *population) ringSections() (all []section) {
	for c := range p.channels {
		if data := p.gather(c); data != nil {
			all = append(all, section{fmt.Sprintf("%s on its way %d", p.id.Name, c), data})
		}
	}
	return all
}

// gather copies a ring out of the shards, nil if it is none.
func (p *population) gather(channel int) []float32 {
	var data []float32
	p.eachRing(channel, &data, func(cell, own *float32) { *cell = *own })
	return data
}

// scatter copies a ring into the shards.
func (p *population) scatter(channel int, data []float32) {
	p.eachRing(channel, &data, func(cell, own *float32) { *own = *cell })
}

// eachRing calls f with every number of the whole ring, which it makes if it is nil, and its place in a shard.
func (p *population) eachRing(channel int, data *[]float32, f func(cell, own *float32)) {
	for _, sh := range p.shards {
		r, n := &sh.rings[channel], sh.r.Len()
		if r.at == nil {
			return
		}
		width := 1
		if r.cells.Pairs != nil {
			width = 2
		}
		if *data == nil {
			*data = make([]float32, r.slots*p.Len()*width)
		}
		for slot := range r.slots {
			for i := range n {
				k := (slot*p.Len() + sh.r.Lo + i) * width
				if width == 1 {
					f(&(*data)[k], &r.cells.Sums[slot*n+i])
					continue
				}
				cell := &r.cells.Pairs[slot*n+i]
				f(&(*data)[k], &cell.End)
				f(&(*data)[k+1], &cell.Area)
			}
		}
	}
}

// restoreRings reads what ringSections wrote.
func (p *population) restoreRings(r io.Reader) error {
	for _, part := range p.ringSections() {
		if err := readSection(r, part); err != nil {
			return err
		}
		var channel int
		if _, err := fmt.Sscan(part.name[len(p.id.Name+" on its way "):], &channel); err != nil {
			return err
		}
		p.scatter(channel, part.data.([]float32))
	}
	return nil
}

// flattenRowEvents lists row-events in their order, four numbers each.
func flattenRowEvents(events []synapse.RowEvent) []int64 {
	flat := make([]int64, 0, 4*len(events))
	for _, e := range events {
		flat = append(flat, int64(e.At), int64(e.Projection), int64(e.Row), int64(bitsOf(e.Amplitude)))
	}
	return flat
}

func unflattenRowEvent(flat []int64) synapse.RowEvent {
	return synapse.RowEvent{At: spike.Tick(flat[0]), Projection: uint32(flat[1]), Row: uint32(flat[2]), Amplitude: floatOf(uint32(flat[3]))}
}
