package sim

import (
	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/synapse"
)

// A spike on its way is kept once per projection, in the slot of the step in which it was emitted:
//
//	slot   0        1        2              n-1
//	     [ ....  ][ ..    ][ ......  ] ... [     ]      n >= longest delay + window, in steps
//	               ^ step k is slot k mod n
//
// Delays are whole steps. So what arrives in step k with delay d is slot k-d, whole: nothing is sorted, and a spike that
// travels with forty delays is stored once. Slots are in canonical order because spikes are; the arrivals of a step are
// delivered by projection, delay, time and source, whoever has the target.

// departure is a spike that has left along a projection.
type departure struct {
	at        spike.Tick // of emission
	source    uint32
	amplitude float32 // see synapse.Projection.Depart
	end, area float32 // the same times the target's kernel; the amplitude for a delta synapse
}

// projection is a projection in a running simulation.
type projection struct {
	*synapse.Projection
	target  *population
	channel int
	lags    []int // delays in steps, ascending
	step    spike.Tick
	slots   [][]departure
	waiting int // departures in all slots
}

// wait makes the slots, for windows of some steps.
func (p *projection) wait(step spike.Tick, steps int) {
	p.step, p.lags = step, nil
	for _, d := range p.Delays() {
		p.lags = append(p.lags, int(d/step))
	}
	p.slots = make([][]departure, p.lags[len(p.lags)-1]+steps)
}

// slot returns the place of the slot of a step.
func (p *projection) slot(step int64) *[]departure { return &p.slots[step%int64(len(p.slots))] }

// forget empties the slots of steps that come again: what was in them has arrived everywhere.
func (p *projection) forget(w spike.Window) {
	for k := int64(w.From / p.step); k < int64(w.To/p.step); k++ {
		slot := p.slot(k)
		p.waiting -= len(*slot)
		*slot = (*slot)[:0]
	}
}

// depart sends a spike of source i on its way and returns the number of its row-events.
func (p *projection) depart(i int, e spike.Event) int {
	amplitude, passes := p.Depart(i, e)
	if !passes {
		return 0
	}
	p.keep(departure{at: e.At, source: uint32(i), amplitude: amplitude})
	return len(p.lags)
}

// keep puts a departure into its slot.
func (p *projection) keep(d departure) {
	d.end = d.amplitude
	if kernel := p.target.kernels[p.channel]; kernel != nil {
		end, area := kernel.At(p.step - d.at%p.step)
		d.end, d.area = d.amplitude*end, d.amplitude*area
	}
	slot := p.slot(int64(d.at / p.step))
	*slot = append(*slot, d)
	p.waiting++
}

// batch is what arrives along one projection in one step of a piece: due[lo:hi] of the shard.
type batch struct {
	*projection
	step   int
	lo, hi int
}

// collect lists what arrives at the shard during w.
func (sh *shard) collect(s *Sim, w spike.Window) {
	sh.due, sh.batches = sh.due[:0], sh.batches[:0]
	first := int(w.From / s.step)
	for k := range sh.in.Steps {
		for _, p := range sh.pop.in {
			if p.waiting == 0 {
				continue
			}
			lo := len(sh.due)
			now := (first + k) % len(p.slots)
			for g, lag := range p.lags {
				i := now - lag
				if i < 0 {
					i += len(p.slots)
				}
				for j := range p.slots[i] {
					d := &p.slots[i][j]
					sh.due = append(sh.due, synapse.Due{Row: d.source*uint32(len(p.lags)) + uint32(g), End: d.end, Area: d.area})
				}
			}
			if len(sh.due) > lo {
				sh.batches = append(sh.batches, batch{p, k, lo, len(sh.due)})
			}
		}
	}
}

// collectSingly lists what arrives during w as single arrivals, for populations that integrate event by event.
func (sh *shard) collectSingly(s *Sim, w spike.Window) {
	for t := w.From; t < w.To; t += s.step {
		for _, p := range sh.pop.in {
			for g, lag := range p.lags {
				k := int64(t/s.step) - int64(lag)
				if k < 0 {
					continue
				}
				for _, d := range *p.slot(k) {
					row := int(d.source)*len(p.lags) + g
					a := neuron.Arrival{At: d.at + p.Delays()[g], Channel: uint32(p.channel), Weight: d.amplitude}
					sh.in.Arrivals = p.DeliverSingly(sh.index, row, a, sh.in.Arrivals)
				}
			}
		}
	}
}

// flatten lists the departures in the order of their times, three numbers each, for checkpoints.
func (p *projection) flatten(now spike.Tick) []int64 {
	flat := make([]int64, 0, 3*p.waiting)
	for k := max(0, int64(now/p.step)-int64(len(p.slots))); k < int64(now/p.step); k++ {
		for _, d := range *p.slot(k) {
			flat = append(flat, int64(d.at), int64(d.source), int64(bitsOf(d.amplitude)))
		}
	}
	return flat
}

// unflatten reads what flatten wrote into empty slots; it reports whether all of it can have departed before now.
func (p *projection) unflatten(flat []int64, now spike.Tick) bool {
	for k := 0; k+2 < len(flat); k += 3 {
		d := departure{at: spike.Tick(flat[k]), source: uint32(flat[k+1]), amplitude: floatOf(uint32(flat[k+2]))}
		if d.at < 0 || d.at >= now || int64(d.at/p.step) < int64(now/p.step)-int64(len(p.slots)) || int(d.source) >= p.Geometry.Sources {
			return false
		}
		p.keep(d)
	}
	return true
}
