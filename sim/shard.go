package sim

import (
	"time"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
)

// population is a population in a running simulation.
type population struct {
	neuron.Population
	desc        *Population // as the network describes it
	id          spike.Population
	each        spike.ID // neurons of a unit; spikes are of neurons, all else is of units
	channels    []neuron.Channel
	kernels     []neuron.Kernel // tabulated
	single      bool            // wants single arrivals
	keeps       bool            // keeps arrivals beside their sums
	sleeper     neuron.Sleeper  // nil if its neurons never sleep
	foreseer    neuron.Foreseer // nil if nobody knows when they spike next
	guarded     neuron.Guarded  // nil if its neurons have no state that can go wrong
	backgrounds []neuron.Background
	filled      []int         // channels that these write to
	in          []*projection // that end on it
	learns      bool          // a projection onto it learns
	read        bool          // so, or a projection starts from it: somebody reads its spikes
	course      *course       // of variables that rules read; nil if they read none
	shards      []*shard
	spikes      []spike.Event // of the window, in canonical order
	stimuli     []*stimulus
	drives      []neuron.Drive // shared currents, one per port, one element per step of a window
	held        []float32      // what each of them was throughout the last piece, NaN if it changed
	steady      bool           // each is so throughout this piece, too
	arriving    []*projection  // along which spikes arrive in this piece
	receives    bool           // input, so that shards at rest have something to do in this piece
}

// unit returns the unit of the population that has a spike: the neuron itself in most.
func (p *population) unit(src spike.ID) int {
	if p.each == 1 {
		return int(src - p.id.First)
	}
	return int((src - p.id.First) / p.each)
}

// await finds out whether there is anything to do for shards at rest in the steps first to end-1 of a window: a current
// changes or a spike arrives.
func (p *population) await(first, end int) {
	p.receives, p.arriving = !p.steady, p.arriving[:0]
	for _, in := range p.in {
		if in.cuts[first] < in.cuts[end] {
			p.arriving = append(p.arriving, in)
		}
		p.receives = p.receives || p.single && in.waiting > 0
	}
	p.receives = p.receives || len(p.arriving) > 0
}

// shard is a block of neurons of one population with everything that writes to them. One worker at a time has it.
type shard struct {
	pop     *population
	index   int
	r       neuron.Range
	in      neuron.Input
	cells   []neuron.Cells // in.Cells
	own     []ownDrive     // per port
	touched []uint64       // memory of in.Touched; nil if nobody ever sleeps here
	dirty   []bool         // per channel: something was added in this piece
	rest    spike.Tick     // until then nothing happens here, unless something arrives or a current changes
	parts   []fieldPart    // of fields, where fans end on this shard
	out     spike.Buffer
	post    []spike.Event // its spikes of the window, for rules: neuron within the shard
	counts  Counts

	delivering, advancing time.Duration // in this piece, if its window is timed
}

// ownDrive is the memory of a port's per-neuron currents; nil where no neuron has its own.
type ownDrive struct{ start, end []float32 }

// advance delivers what arrives during w and takes the neurons through it.
func (sh *shard) advance(s *Sim, w spike.Window) {
	if !s.watch.on {
		sh.drive(s, w)
		sh.advanceFrom(s, w, sh.deliver(s, w))
		return
	}
	start := time.Now()
	sh.drive(s, w)
	driven := time.Now()
	delivered := sh.deliver(s, w)
	sh.delivering = time.Since(driven)
	sh.advanceFrom(s, w, delivered)
	sh.advancing = time.Since(start) - sh.delivering
}

// advanceFrom takes the neurons through w once input has been delivered, or none.
func (sh *shard) advanceFrom(s *Sim, w spike.Window, delivered bool) {
	in := &sh.in
	for _, b := range sh.pop.backgrounds {
		b.Fill(sh.r, w, in)
		delivered = true
	}
	for _, c := range sh.pop.filled {
		sh.dirty[c] = true
	}
	if sh.rest >= w.To && sh.pop.steady && !delivered {
		return
	}
	sh.pop.Advance(sh.r, w, in, &sh.out)
	sh.counts.NeuronSteps += int64(in.Steps) * int64(in.Len)
	if delivered {
		sh.clean()
	}
	switch {
	case sh.pop.foreseer != nil:
		sh.rest = sh.pop.foreseer.Next(sh.r)
	case in.Touched != nil && sh.pop.sleeper.Asleep(sh.r, in):
		sh.rest = spike.Forever
	default:
		sh.rest = w.To
	}
}

// drive tells the neurons the length and the currents of a piece.
func (sh *shard) drive(s *Sim, w spike.Window) {
	in := &sh.in
	in.Steps = int(w.Len() / s.step)
	for port := range in.Drives {
		d := &in.Drives[port]
		d.Start, d.End = sh.pop.drives[port].Start[:in.Steps], sh.pop.drives[port].End[:in.Steps]
		own := sh.own[port]
		if own.start == nil {
			continue
		}
		n := in.Steps * in.Len
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

// deliver streams the row-events that arrive during w into the accumulators and reports whether there is any for this
// shard.
func (sh *shard) deliver(s *Sim, w spike.Window) bool {
	sh.in.Touched = nil
	if sh.touched != nil && sh.pop.sleeper.Watches(sh.r, w, &sh.in) {
		sh.in.Touched = sh.touched
	}
	if sh.pop.single {
		sh.collectSingly(s, w)
		return len(sh.in.Arrivals) > 0
	}
	received := sh.receive()
	first, end := s.stepsOf(w)
	touched := sh.in.Touched
	flooded := touched != nil && sh.flooded(first, end)
	if flooded {
		fill(touched, sh.in.Len)
		touched = nil
	}
	// While a list is delivered, the memory looks for the next one.
	coming := sh.pop.arriving
	for _, p := range coming[:min(len(coming), 2)] {
		p.AskForIndex(sh.index, p.between(first, end))
	}
	total := 0
	for i, p := range coming {
		if i+2 < len(coming) {
			coming[i+2].AskForIndex(sh.index, coming[i+2].between(first, end))
		}
		if i == 0 {
			p.AskForRows(sh.index, p.between(first, end))
		}
		if i+1 < len(coming) {
			coming[i+1].AskForRows(sh.index, coming[i+1].between(first, end))
		}
		events, cells, cuts := 0, &sh.cells[p.channel], p.cuts[first:end+1]
		if n := sh.in.Steps * sh.in.Len; cells.Stride > 0 {
			events = sh.deliverApart(p, cuts, cells, touched)
		} else if cells.Sums != nil {
			events = p.DeliverSums(sh.index, p.due, cuts, cells.Sums[:n], touched)
		} else {
			events = p.Deliver(sh.index, p.due, cuts, cells.Pairs[:n], touched)
		}
		if events > 0 {
			sh.dirty[p.channel] = true
			total += events
		}
	}
	sh.counts.SynapticEvents += int64(total)
	if sh.pop.keeps && total > 0 {
		sh.collectSingly(s, w)
	}
	return total > 0 || flooded || received
}

// deliverApart is for cells of which the steps do not follow each other.
func (sh *shard) deliverApart(p *projection, cuts []int, cells *neuron.Cells, touched []uint64) (events int) {
	for k := range len(cuts) - 1 {
		if lo, hi := k*cells.Stride, k*cells.Stride+sh.in.Len; cells.Sums != nil {
			events += p.DeliverSums(sh.index, p.due, cuts[k:k+2], cells.Sums[lo:hi], touched)
		} else {
			events += p.Deliver(sh.index, p.due, cuts[k:k+2], cells.Pairs[lo:hi], touched)
		}
	}
	return events
}

// flooded reports whether so much is due that nearly every neuron is touched. Then it costs less to let all be touched
// than to mark each.
func (sh *shard) flooded(first, end int) bool {
	expected := float32(0)
	for _, p := range sh.pop.arriving {
		expected += float32(len(p.between(first, end))) * p.MeanRow(sh.index)
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
func (sh *shard) clean() {
	steps := sh.in.Steps
	sh.in.Arrivals = sh.in.Arrivals[:0]
	for c := range sh.cells {
		if !sh.dirty[c] {
			continue
		}
		sh.dirty[c] = false
		cells, n, stride := &sh.cells[c], sh.in.Len, sh.in.Len
		if cells.Stride > 0 {
			stride = cells.Stride
		}
		if sh.in.Touched == nil && cells.Stride == 0 {
			clear(cells.Pairs[:min(len(cells.Pairs), steps*n)])
			clear(cells.Sums[:min(len(cells.Sums), steps*n)])
			continue
		}
		if sh.in.Touched == nil {
			zero(cells, stride, steps, 0, n)
		}
		for word, bits := range sh.in.Touched {
			if bits != 0 {
				zero(cells, stride, steps, word*64, min(word*64+64, n))
			}
		}
	}
	clear(sh.in.Touched)
}

// zero clears the cells of neurons lo to hi-1 in all steps.
func zero(cells *neuron.Cells, stride, steps, lo, hi int) {
	for k := range steps {
		if cells.Pairs != nil {
			clear(cells.Pairs[k*stride+lo : k*stride+hi])
		}
		if cells.Sums != nil {
			clear(cells.Sums[k*stride+lo : k*stride+hi])
		}
	}
}
