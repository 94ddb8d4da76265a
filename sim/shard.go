package sim

import (
	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/synapse"
)

// population is a population in a running simulation.
type population struct {
	neuron.Population
	desc        *Population // as the network describes it
	id          spike.Population
	channels    []neuron.Channel
	kernels     []neuron.Kernel // tabulated
	single      bool            // wants single arrivals
	sleeper     neuron.Sleeper  // nil if its neurons never sleep
	backgrounds []neuron.Background
	in, out     []*projection // that end on it, that leave it
	teaches     []*plastic    // of these, those that learn
	learns      bool          // a projection onto it learns
	shards      []*shard
	stimuli     []*stimulus
	drives      []neuron.Drive // shared currents, one per port, one element per step of a window
}

// shard is a block of neurons of one population with everything that writes to them. One worker at a time has it.
type shard struct {
	pop     *population
	index   int
	r       neuron.Range
	in      neuron.Input
	cells   []neuron.Cells // in.Cells
	own     []ownDrive     // per port
	dirty   []bool         // per channel: something was delivered in this piece
	due     []synapse.Due  // what arrives in this piece
	batches []batch        // parts of it
	out     spike.Buffer
	post    []spike.Event // its spikes of the window, for rules: neuron within the shard
	counts  Counts
}

// ownDrive is the memory of a port's per-neuron currents; nil where no neuron has its own.
type ownDrive struct{ start, end []float32 }

// advance delivers what arrives during w and takes the neurons through it.
func (sh *shard) advance(s *Sim, w spike.Window) {
	steps := int(w.Len() / s.step)
	in := &sh.in
	in.Steps = steps
	for port := range in.Drives {
		d := &in.Drives[port]
		d.Start, d.End = sh.pop.drives[port].Start[:steps], sh.pop.drives[port].End[:steps]
		if own := sh.own[port]; own.start != nil {
			n := steps * in.Len
			d.OwnStart, d.OwnEnd = own.start[:n], own.end[:n]
			clear(d.OwnStart)
			clear(d.OwnEnd)
			for _, st := range sh.pop.stimuli {
				if st.port == port && st.perNeuron() {
					st.addOwn(d, in, sh.r, w, s.step)
				}
			}
		}
	}
	delivered := sh.deliver(s, w)
	for _, b := range sh.pop.backgrounds {
		b.Fill(sh.r, w, in)
		delivered = true
	}
	if !delivered && sh.pop.sleeper != nil && in.Touched != nil && sh.pop.sleeper.Asleep(sh.r, in) {
		return
	}
	sh.pop.Advance(sh.r, w, in, &sh.out)
	sh.counts.NeuronSteps += int64(steps) * int64(in.Len)
	if delivered {
		sh.clean(steps)
	}
}

// deliver streams the row-events that arrive during w into the accumulators and reports whether there are any.
func (sh *shard) deliver(s *Sim, w spike.Window) bool {
	if sh.pop.single {
		sh.collectSingly(s, w)
		return len(sh.in.Arrivals) > 0
	}
	sh.collect(s, w)
	touched, n := sh.in.Touched, sh.in.Len
	if touched != nil && sh.flooded() {
		fill(touched, n)
		touched = nil
	}
	for _, b := range sh.batches {
		cells, due := &sh.cells[b.channel], sh.due[b.lo:b.hi]
		if cells.Sums != nil {
			sh.counts.SynapticEvents += int64(b.DeliverSums(sh.index, due, cells.Sums[b.step*n:(b.step+1)*n], touched))
		} else {
			sh.counts.SynapticEvents += int64(b.Deliver(sh.index, due, cells.Pairs[b.step*n:(b.step+1)*n], touched))
		}
		sh.dirty[b.channel] = true
	}
	return len(sh.batches) > 0
}

// flooded reports whether so much is due that nearly every neuron is touched. Then it costs less to let all be touched
// than to mark each.
func (sh *shard) flooded() bool {
	expected := float32(0)
	for _, b := range sh.batches {
		expected += float32(b.hi-b.lo) * b.MeanRow(sh.index)
	}
	return expected > float32(2*sh.in.Len)
}

// fill puts 0 to n-1 into a set.
func fill(set []uint64, n int) {
	for i := range set {
		set[i] = ^uint64(0)
	}
	if n%64 != 0 {
		set[len(set)-1] = 1<<(n%64) - 1
	}
}

// clean zeroes the accumulators that were written, so that the next piece starts from nothing.
func (sh *shard) clean(steps int) {
	sh.in.Arrivals = sh.in.Arrivals[:0]
	for c := range sh.cells {
		if !sh.dirty[c] && len(sh.pop.backgrounds) == 0 {
			continue
		}
		sh.dirty[c] = false
		cells, n := &sh.cells[c], sh.in.Len
		if sh.in.Touched == nil {
			clear(cells.Pairs[:min(len(cells.Pairs), steps*n)])
			clear(cells.Sums[:min(len(cells.Sums), steps*n)])
			continue
		}
		for word, bits := range sh.in.Touched {
			if bits == 0 {
				continue
			}
			lo, hi := word*64, min(word*64+64, n)
			for k := range steps {
				if cells.Pairs != nil {
					clear(cells.Pairs[k*n+lo : k*n+hi])
				}
				if cells.Sums != nil {
					clear(cells.Sums[k*n+lo : k*n+hi])
				}
			}
		}
	}
	clear(sh.in.Touched)
}
