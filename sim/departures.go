package sim

import (
	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/synapse"
)

// A spike on its way is kept once per projection, or once for all that are members of a fan, in the slot of the step in
// which it was emitted:
//
//	slot   0        1        2              n-1
//	     [ ....  ][ ..    ][ ......  ] ... [     ]      n >= longest delay + window, in steps
//	               ^ step k is slot k mod n
//
// Delays are whole steps. So what arrives in step k with delay d is slot k-d, whole: nothing is sorted, and a spike
// that travels with forty delays is stored once. Slots are in canonical order because spikes are; the arrivals of a
// step are delivered by projection, delay, time and source, whoever has the target. They are listed once, for all
// shards.

// departure is a spike that has left along a projection.
type departure struct {
	at        spike.Tick // of emission
	source    uint32
	amplitude float32 // see synapse.Projection.Depart
	end, area float32 // the same times the target's kernel; the amplitude for a delta synapse
	members   uint64  // of a fan that have this amplitude, as bits; 0: all
}

// projection is a projection in a running simulation.
type projection struct {
	*synapse.Projection
	transit
	source, target *population
	channel        int
	fan            *fan // of which this is a member: then nothing is in transit here
}

// transit is the spikes on their way along a projection or a fan.
type transit struct {
	step      spike.Tick
	lags      []int // delays in steps, ascending
	slots     [][]departure
	waiting   int           // departures in all slots
	partial   int           // of which concern some members of a fan
	kernel    neuron.Kernel // of the target; nil for delta synapses
	single    bool          // the target wants single arrivals: due stays empty
	due       []synapse.Due // what arrives in the coming window
	masks     []uint64      // members that each of due concerns; empty if partial is 0
	cuts      []int         // due[cuts[k]:cuts[k+1]] arrives in its step k
	rowEvents int64         // that have been sent on their way
}

// wait makes the slots, for windows of some steps.
func (p *transit) wait(delays []spike.Tick, step spike.Tick, steps int) {
	p.step, p.lags, p.cuts = step, nil, make([]int, steps+1)
	for _, d := range delays {
		p.lags = append(p.lags, int(d/step))
	}
	p.slots = make([][]departure, p.lags[len(p.lags)-1]+steps)
}

// slot returns the place of the slot of a step.
func (p *transit) slot(step int64) *[]departure { return &p.slots[step%int64(len(p.slots))] }

// sender is what sends the spikes of a window on their way: a projection or a fan.
type sender interface{ depart(w spike.Window) }

// depart sends the source's spikes of a window on their way and lists what arrives in the next one.
func (p *projection) depart(w spike.Window) {
	p.forget(w)
	step, end := int64(w.From/p.step), w.From+p.step
	slot, before := p.slot(step), p.waiting
	for _, e := range p.source.spikes {
		for e.At >= end {
			step, end = step+1, end+p.step
			slot = p.slot(step)
		}
		source := p.source.unit(e.Src)
		if amplitude, passes := p.Depart(source, e); passes {
			p.keep(slot, departure{at: e.At, source: uint32(source), amplitude: amplitude}, end-e.At)
		}
	}
	p.EndWindow()
	p.rowEvents += int64(len(p.lags) * (p.waiting - before))
	p.expect(w.To)
}

// forget empties the slots of steps that come again: what was in them has arrived everywhere.
func (p *transit) forget(w spike.Window) {
	if p.waiting == 0 {
		return
	}
	for k := int64(w.From / p.step); k < int64(w.To/p.step); k++ {
		slot := p.slot(k)
		p.waiting -= len(*slot)
		if p.partial > 0 {
			for _, d := range *slot {
				if d.members != 0 {
					p.partial--
				}
			}
		}
		*slot = (*slot)[:0]
	}
}

// keep puts a departure into its slot; rest is what remains of its step.
func (p *transit) keep(slot *[]departure, d departure, rest spike.Tick) {
	d.end = d.amplitude
	if p.kernel != nil {
		end, area := p.kernel.At(rest)
		d.end, d.area = d.amplitude*end, d.amplitude*area
	}
	*slot = append(*slot, d)
	p.waiting++
	if d.members != 0 {
		p.partial++
	}
}

// expect lists what arrives in the window that starts at from.
func (p *transit) expect(from spike.Tick) {
	p.due, p.masks = p.due[:0], p.masks[:0]
	if p.waiting == 0 || p.single {
		clear(p.cuts)
		return
	}
	now := int(int64(from/p.step) % int64(len(p.slots)))
	for k := range len(p.cuts) - 1 {
		for g, lag := range p.lags {
			i := now - lag
			if i < 0 {
				i += len(p.slots)
			}
			for j := range p.slots[i] {
				d := &p.slots[i][j]
				p.due = append(p.due, synapse.Due{Row: d.source*uint32(len(p.lags)) + uint32(g), End: d.end, Area: d.area})
			}
			if p.partial > 0 {
				for _, d := range p.slots[i] {
					if d.members == 0 {
						d.members = ^uint64(0)
					}
					p.masks = append(p.masks, d.members)
				}
			}
		}
		p.cuts[k+1] = len(p.due)
		if now++; now == len(p.slots) {
			now = 0
		}
	}
}

// between returns what arrives in the steps first to end-1 of the coming window.
func (p *transit) between(first, end int) []synapse.Due { return p.due[p.cuts[first]:p.cuts[end]] }

// collectSingly lists what arrives during w as single arrivals, for populations that integrate event by event or keep
// arrivals.
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

// flatten lists the departures in the order of their times, three numbers each, for checkpoints: of a fan, those that
// concern a member.
func (p *transit) flatten(now spike.Tick, member int) []int64 {
	flat := make([]int64, 0, 3*p.waiting)
	for k := max(0, int64(now/p.step)-int64(len(p.slots))); k < int64(now/p.step); k++ {
		for _, d := range *p.slot(k) {
			if d.members == 0 || d.members>>member&1 != 0 {
				flat = append(flat, int64(d.at), int64(d.source), int64(bitsOf(d.amplitude)))
			}
		}
	}
	return flat
}

// unflatten reads what flatten wrote into empty slots; it reports whether all of it can have departed before now.
func (p *transit) unflatten(flat []int64, now spike.Tick, sources int) bool {
	for k := 0; k+2 < len(flat); k += 3 {
		d := departureOf(flat[k:])
		if !p.possible(d, now, sources) {
			return false
		}
		p.keep(p.slot(int64(d.at/p.step)), d, p.step-d.at%p.step)
	}
	p.expect(now)
	return true
}

// departureOf reads what flatten has written of one.
func departureOf(flat []int64) departure {
	return departure{at: spike.Tick(flat[0]), source: uint32(flat[1]), amplitude: floatOf(uint32(flat[2]))}
}

// possible reports whether a departure can have left before now and still be on its way.
func (p *transit) possible(d departure, now spike.Tick, sources int) bool {
	return d.at >= 0 && d.at < now && int64(d.at/p.step) >= int64(now/p.step)-int64(len(p.slots)) &&
		int(d.source) < sources
}
