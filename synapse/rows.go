package synapse

import (
	"fmt"
	"math"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
)

// rows holds the synapses of one projection onto one shard, row by row; see the package comment.
type rows struct {
	lo     int       // first target
	first  []uint32  // row r is first[r] to first[r+1]-1
	target []uint16  // relative to lo
	weight []float32 // nil if all weights are equal
}

// MaxShard is the largest number of targets in a shard: local targets are 16 bits.
const MaxShard = 1 << 16

// builder makes the rows of one shard in two passes over the connector: count, then fill. Both passes draw the same
// numbers, and nothing but the result is ever stored.
type builder struct {
	p             *Projection
	weights       bool
	list          *List
	key, delayKey rng.Key
}

func (b *builder) build(lo, hi int) (rows, error) {
	groups := len(b.p.delays)
	g := b.p.Geometry
	r := rows{lo: lo, first: make([]uint32, g.Sources*groups+1)}
	total := uint64(0)
	b.p.Spec.Connector.Connect(g, lo, hi, func(source, target, entry int) {
		r.first[source*groups+b.group(source, target, entry)+1]++
		total++
	})
	if total > math.MaxUint32 {
		return rows{}, &fault{"connector", fmt.Sprintf("%d synapses onto one shard are more than 2^32; use smaller shards", total)}
	}
	for i := 1; i < len(r.first); i++ {
		r.first[i] += r.first[i-1]
	}
	r.target = make([]uint16, total)
	if b.weights {
		r.weight = make([]float32, total)
	}
	// first[row] is the next free place of the row while filling, and its end afterwards.
	b.p.Spec.Connector.Connect(g, lo, hi, func(source, target, entry int) {
		row := source*groups + b.group(source, target, entry)
		k := r.first[row]
		r.first[row]++
		r.target[k] = uint16(target - lo)
		if b.weights {
			r.weight[k] = float32(b.weight(source, target, entry))
		}
	})
	copy(r.first[1:], r.first)
	r.first[0] = 0
	return r, nil
}

// group returns the delay group of a synapse.
func (b *builder) group(source, target, entry int) int {
	p := b.p
	if len(p.delays) == 1 {
		return 0
	}
	var ms float64
	if b.list != nil && b.list.HasDelays {
		ms = b.list.Synapses[entry].Delay
		t := p.wholeSteps(ms)
		for g, d := range p.delays {
			if d == t {
				return g
			}
		}
	}
	ms = draw(p.Spec.Delay, b.delayKey, source, target, entry)
	g := int((p.wholeSteps(ms) - p.delays[0]) / p.step)
	return max(0, min(len(p.delays)-1, g))
}

// weight returns the weight of a synapse.
func (b *builder) weight(source, target, entry int) float64 {
	if b.list != nil && b.list.HasWeight {
		return b.list.Synapses[entry].Weight
	}
	s := &b.p.Spec
	w := draw(s.Weight, b.key, source, target, entry)
	if s.WeightMin != 0 || s.WeightMax != 0 {
		w = max(s.WeightMin, min(s.WeightMax, w))
	}
	return w
}

// Deliver streams the part of a row that lies in a shard into the shard's cells of one step; end and area are the
// target's Kernel times the amplitude of the row-event. touched is the shard's set of neurons with input, or nil. It
// returns the number of synaptic events.
func (p *Projection) Deliver(shard int, row uint32, end, area float32, cells []neuron.Pair, touched []uint64) int {
	r := &p.shards[shard]
	target := r.target[r.first[row]:r.first[row+1]]
	if r.weight == nil {
		for _, t := range target {
			c := &cells[t]
			c.End += end
			c.Area += area
		}
	} else {
		weight := r.weight[r.first[row]:r.first[row+1]][:len(target)]
		for k, t := range target {
			c, w := &cells[t], weight[k]
			c.End += float32(w * end)
			c.Area += float32(w * area)
		}
	}
	touch(target, touched)
	return len(target)
}

// DeliverSums is Deliver for a delta synapse.
func (p *Projection) DeliverSums(shard int, row uint32, amplitude float32, cells []float32, touched []uint64) int {
	r := &p.shards[shard]
	target := r.target[r.first[row]:r.first[row+1]]
	if r.weight == nil {
		for _, t := range target {
			cells[t] += amplitude
		}
	} else {
		weight := r.weight[r.first[row]:r.first[row+1]][:len(target)]
		for k, t := range target {
			cells[t] += float32(weight[k] * amplitude)
		}
	}
	touch(target, touched)
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

func touch(target []uint16, touched []uint64) {
	if touched == nil {
		return
	}
	for _, t := range target {
		touched[t>>6] |= 1 << (t & 63)
	}
}
