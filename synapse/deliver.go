package synapse

import (
	"runtime"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
)

// Deliver streams the part of a row that lies in a shard into the shard's cells of one step; end and area are the
// target's Kernel times the amplitude of the row-event. touched is the shard's set of neurons with input, or nil. It
// returns the number of synaptic events.
func (p *Projection) Deliver(shard int, row uint32, end, area float32, cells []neuron.Pair, touched []uint64) int {
	r := &p.shards[shard]
	lo, hi := r.first[row], r.first[row+1]
	if r.dense {
		weight := r.weight[lo:hi]
		addDensePairs(cells, weight, end, area)
		touchAll(len(weight), touched)
		runtime.KeepAlive(r)
		return len(weight)
	}
	target := r.target[lo:hi]
	if r.weight == nil {
		addPairs(cells, target, end, area)
	} else {
		addWeightedPairs(cells, target, r.weight[lo:hi], end, area)
	}
	touch(target, touched)
	runtime.KeepAlive(r) // and with it the arena
	return len(target)
}

// DeliverSums is Deliver for a delta synapse.
func (p *Projection) DeliverSums(shard int, row uint32, amplitude float32, cells []float32, touched []uint64) int {
	r := &p.shards[shard]
	lo, hi := r.first[row], r.first[row+1]
	if r.dense {
		weight := r.weight[lo:hi]
		addDenseSums(cells, weight, amplitude)
		touchAll(len(weight), touched)
		runtime.KeepAlive(r)
		return len(weight)
	}
	target := r.target[lo:hi]
	if r.weight == nil {
		addSums(cells, target, amplitude)
	} else {
		weight := r.weight[lo:hi][:len(target)]
		for k, t := range target {
			cells[t] += float32(weight[k] * amplitude)
		}
	}
	touch(target, touched)
	runtime.KeepAlive(r) // and with it the arena
	return len(target)
}

// DeliverMixed streams a row with several delays into the cells of coming steps: an arrival with the projection's k-th
// delay is added to cell at[k] + target. at has an element for each of Delays.
func (p *Projection) DeliverMixed(shard int, row uint32, end, area float32, cells []neuron.Pair, at []uint32) int {
	r := &p.shards[shard]
	lo, hi := r.first[row], r.first[row+1]
	target, delay := r.target[lo:hi], r.delay[lo:hi]
	at = at[:len(p.delays)]
	if r.weight == nil {
		for k, t := range target {
			c := &cells[at[delay[k]]+uint32(t)]
			c.End += end
			c.Area += area
		}
	} else {
		addMixedPairs(cells, target, r.weight[lo:hi], delay, at, end, area)
	}
	runtime.KeepAlive(r)
	return len(target)
}

// DeliverMixedSums is DeliverMixed for a delta synapse.
func (p *Projection) DeliverMixedSums(shard int, row uint32, amplitude float32, cells []float32, at []uint32) int {
	r := &p.shards[shard]
	lo, hi := r.first[row], r.first[row+1]
	target, delay := r.target[lo:hi], r.delay[lo:hi]
	at = at[:len(p.delays)]
	for k, t := range target {
		w := amplitude
		if r.weight != nil {
			w = r.weight[int(lo)+k] * amplitude
		}
		cells[at[delay[k]]+uint32(t)] += w
	}
	runtime.KeepAlive(r)
	return len(target)
}

// DeliverSingly appends the part of a row that lies in a shard as single arrivals.
func (p *Projection) DeliverSingly(shard int, e RowEvent, channel int, dst []neuron.Arrival) []neuron.Arrival {
	r := &p.shards[shard]
	for k := r.first[e.Row]; k < r.first[e.Row+1]; k++ {
		w := e.Amplitude
		if r.weight != nil {
			w *= r.weight[k]
		}
		dst = append(dst, neuron.Arrival{At: e.At, Target: uint32(r.target[k]), Channel: uint32(channel), Weight: w})
	}
	return dst
}

// Fetch asks the memory for the beginning of a row that is delivered soon. It changes nothing.
func (p *Projection) Fetch(shard int, row uint32) {
	r := &p.shards[shard]
	k := r.first[row]
	if k == r.first[row+1] {
		return
	}
	if !r.dense {
		fetchLines(&r.target[k], rowLines)
	}
	if r.weight != nil {
		fetchLines(&r.weight[k], 2*rowLines)
	}
	if r.delay != nil {
		fetchLines(&r.delay[k], rowLines/2)
	}
}

// rowLines is how many cache lines of targets Fetch asks for; the processor follows on its own from there
// (BenchmarkDeliver).
const rowLines = 4

// FetchIndex asks the memory for the place of a row. It changes nothing.
func (p *Projection) FetchIndex(shard int, row uint32) { fetchLines(&p.shards[shard].first[row], 1) }

// Delays returns the delays that occur, ascending. It must not be changed.
func (p *Projection) Delays() []spike.Tick { return p.delays }

// MeanRow returns the mean number of synapses of a row within a shard.
func (p *Projection) MeanRow(shard int) float32 {
	r := &p.shards[shard]
	return float32(len(r.target)) / float32(len(r.first)-1)
}

func touch(target []uint16, touched []uint64) {
	if touched == nil {
		return
	}
	for _, t := range target {
		touched[t>>6] |= 1 << (t & 63)
	}
}

// touchAll marks targets 0 to n-1.
func touchAll(n int, touched []uint64) {
	if touched == nil {
		return
	}
	for i := range n / 64 {
		touched[i] = ^uint64(0)
	}
	if n%64 != 0 {
		touched[n/64] |= 1<<(n%64) - 1
	}
}
