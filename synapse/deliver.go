package synapse

import (
	"runtime"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
)

// Due is a row whose spike arrives in a step that is delivered. Row is source*len(Delays) + place of the delay.
type Due struct {
	Row       uint32
	End, Area float32 // what a synapse of weight 1 adds to its cell; only End for a delta synapse
}

// Deliver streams the parts of rows that lie in a shard into the shard's cells of several steps, as in
// neuron.Input: due[cuts[k]:cuts[k+1]] arrives in step k. touched is the shard's set of neurons with input, or nil.
// It returns the number of synaptic events.
func (p *Projection) Deliver(shard int, due []Due, cuts []int, cells []neuron.Pair, touched []uint64) (events int) {
	return deliver(&p.shards[shard], due, cuts, cells, touched, addDensePairs, addPairs)
}

// DeliverSums is Deliver for a delta synapse.
func (p *Projection) DeliverSums(shard int, due []Due, cuts []int, cells []float32, touched []uint64) (events int) {
	return deliver(&p.shards[shard], due, cuts, cells, touched, addDenseSums, addSums)
}

// deliver is Deliver for any kind of cells: dense adds dense rows of n weights to the cells of one step, and sparse
// other rows, of which more are due soon; it returns the number of synapses.
func deliver[C any](r *rows, due []Due, cuts []int, cells []C, touched []uint64,
	dense func(now []C, due []Due, r *rows, n int), sparse func(now []C, due, soon []Due, r *rows) int) (events int) {
	steps, end := len(cuts)-1, cuts[len(cuts)-1]
	n := len(cells) / steps
	for k := range steps {
		if lo, hi := cuts[k], cuts[k+1]; lo == hi {
			continue
		} else if now := cells[k*n : (k+1)*n]; r.dense {
			dense(now, due[lo:hi], r, int(r.first[1]))
			events += (hi - lo) * int(r.first[1])
		} else {
			events += sparse(now, due[lo:hi], due[hi:end], r)
		}
	}
	r.touch(due[cuts[0]:end], touched)
	runtime.KeepAlive(r) // and with it the arena
	return events
}

// aheadIndex and aheadRows are how many rows ahead of delivery the kernels ask the memory for.
const aheadIndex, aheadRows = 16, 8

// AskForIndex asks the memory for the places of the first rows of a list that is delivered to a shard soon, and
// AskForRows, when these have come, for the rows themselves. Delivery goes on from there.
func (p *Projection) AskForIndex(shard int, due []Due) {
	if r := &p.shards[shard]; len(due) > 0 && r.len() > 0 && !r.dense {
		r.askForIndex(due[:min(len(due), aheadIndex)])
	}
}

// AskForRows is the second part of AskForIndex.
func (p *Projection) AskForRows(shard int, due []Due) {
	if r := &p.shards[shard]; len(due) > 0 && r.len() > 0 && !r.dense {
		r.askForRows(due[:min(len(due), aheadRows)])
	}
}

// DeliverSingly appends the part of a row that lies in a shard as single arrivals like a, whose weight is the
// amplitude.
func (p *Projection) DeliverSingly(shard, row int, a neuron.Arrival, dst []neuron.Arrival) []neuron.Arrival {
	r, amplitude := &p.shards[shard], a.Weight
	for k := r.first[row]; k < r.first[row+1]; k++ {
		target, weight := r.at(k)
		a.Target, a.Weight = uint32(target), amplitude*weight
		dst = append(dst, a)
	}
	return dst
}

// Delays returns the delays that occur, ascending. It must not be changed.
func (p *Projection) Delays() []spike.Tick { return p.delays }

// MeanRow returns the mean number of synapses of a row within a shard.
func (p *Projection) MeanRow(shard int) float32 {
	r := &p.shards[shard]
	return float32(r.len()) / float32(len(r.first)-1)
}

// fetch asks the memory for the first weights of a dense row that is delivered soon; the processor follows on its own
// from there.
func (r *rows) fetch(due []Due, i int) {
	if i < len(due) {
		fetchLines(&r.weight[r.first[due[i].Row]], 8)
	}
}

// touch marks the targets of rows.
func (r *rows) touch(due []Due, touched []uint64) {
	switch {
	case touched == nil || len(due) == 0:
	case r.dense:
		n := int(r.first[1])
		for i := range n / 64 {
			touched[i] = ^uint64(0)
		}
		if n%64 != 0 {
			touched[n/64] |= 1<<(n%64) - 1
		}
	case r.packed != nil:
		for _, d := range due {
			for _, p := range r.packed[r.first[d.Row]:r.first[d.Row+1]] {
				t := uint16(p)
				touched[t>>6] |= 1 << (t & 63)
			}
		}
	default:
		for _, d := range due {
			for _, t := range r.target[r.first[d.Row]:r.first[d.Row+1]] {
				touched[t>>6] |= 1 << (t & 63)
			}
		}
	}
}
