package synapse

import (
	"fmt"
	"math"
	"sync"

	"github.com/burstplex/burstplex/synapse/arena"
)

// rows holds the synapses of one projection onto one shard, row by row; see the package comment.
type rows struct {
	lo     int       // first target
	first  []uint32  // row r is first[r] to first[r+1]-1
	target []uint16  // relative to lo
	weight []float32 // nil if all weights are equal
	dense  bool      // every row has a weight for each target of the shard, in order: targets need not be read
	mem    *arena.Arena
}

// MaxShard is the largest number of targets in a shard: local targets are 16 bits.
const MaxShard = 1 << 16

func (r *rows) bytes() int {
	return 4*cap(r.first) + 2*cap(r.target) + 4*cap(r.weight)
}

// builder draws the synapses of a projection. Every number belongs to its synapse (see draw), so it does not matter who
// draws it and in which order.
type builder struct {
	p       *Projection
	list    *List // nil for another connector
	weights bool
	scratch sync.Pool // of *drawn
}

// drawn is a list of synapses in the order of the connector, before they are put into rows.
type drawn struct {
	row    []uint32
	target []uint16
	weight []float32
}

// build makes the rows of one shard: the connector is asked once, its answer is kept, and the rows are filled from it
// when their lengths are known.
func (b *builder) build(lo, hi int) (rows, error) {
	p, g := b.p, b.p.Geometry
	d, _ := b.scratch.Get().(*drawn)
	if d == nil {
		d = &drawn{}
	}
	defer b.scratch.Put(d)
	d.row, d.target, d.weight = d.row[:0], d.target[:0], d.weight[:0]
	r := b.empty(lo)
	groups := uint32(len(p.delays))
	p.Spec.Connector.Connect(g, lo, hi, func(source, target, entry int) {
		row := uint32(source)*groups + uint32(b.delay(source, target, entry))
		d.row, d.target = append(d.row, row), append(d.target, uint16(target-lo))
		if b.weights {
			d.weight = append(d.weight, float32(b.weight(source, target, entry)))
		}
		r.first[row+1]++
	})
	if err := b.reserve(&r); err != nil {
		return rows{}, err
	}
	// first[row] is the next free place of the row while filling, and its end afterwards.
	for i, row := range d.row {
		k := r.first[row]
		r.first[row]++
		r.target[k] = d.target[i]
		if b.weights {
			r.weight[k] = d.weight[i]
		}
	}
	r.close()
	r.dense = r.isDense(hi - lo)
	return r, nil
}

// empty returns rows without synapses.
func (b *builder) empty(lo int) rows {
	r := rows{lo: lo, mem: arena.New()}
	mem := r.mem
	if b.p.Spec.Plastic {
		mem = nil // rules hold parts of it
	}
	r.first = arena.Make[uint32](mem, b.p.Geometry.Sources*len(b.p.delays)+1)
	return r
}

// reserve turns lengths, first[row+1] of row, into places and makes the memory.
func (b *builder) reserve(r *rows) error {
	total := uint64(0)
	for i, n := range r.first {
		total += uint64(n)
		r.first[i] = uint32(total)
	}
	if total > math.MaxUint32 {
		r.mem.Free()
		return &fault{"connector", fmt.Sprintf("%d synapses onto one shard are more than 2^32; use smaller shards", total)}
	}
	mem := r.mem
	if b.p.Spec.Plastic {
		mem = nil // rules and checkpoints hold parts of it
	}
	n := int(total)
	r.target = arena.Make[uint16](mem, n)
	if b.weights {
		r.weight = arena.Make[float32](mem, n)
	}
	return nil
}

// close ends filling: the end of every row becomes the start of the next.
func (r *rows) close() {
	copy(r.first[1:], r.first)
	r.first[0] = 0
}

// isDense reports whether all rows go to targets 0 to n-1 in order, each with a weight.
func (r *rows) isDense(n int) bool {
	if r.weight == nil || len(r.target) != n*(len(r.first)-1) {
		return false
	}
	for row := range len(r.first) - 1 {
		if r.first[row] != uint32(row*n) {
			return false
		}
	}
	for k, t := range r.target {
		if int(t) != k%n {
			return false
		}
	}
	return true
}

// delay returns the place of a synapse's delay in the projection's list.
func (b *builder) delay(source, target, entry int) int {
	p := b.p
	if len(p.delays) == 1 {
		return 0
	}
	if b.list != nil && b.list.HasDelays {
		t := p.wholeSteps(b.list.Synapses[entry].Delay)
		for g, d := range p.delays {
			if d == t {
				return g
			}
		}
	}
	ms := draw(p.Spec.Delay, p.delayKey, source, target, entry)
	g := int((p.wholeSteps(ms) - p.delays[0]) / p.step)
	return max(0, min(len(p.delays)-1, g))
}

// weight returns the weight of a synapse.
func (b *builder) weight(source, target, entry int) float64 {
	if b.list != nil && b.list.HasWeight {
		return b.list.Synapses[entry].Weight
	}
	s := &b.p.Spec
	w := draw(s.Weight, b.p.weightKey, source, target, entry)
	if s.WeightMin != 0 || s.WeightMax != 0 {
		w = max(s.WeightMin, min(s.WeightMax, w))
	}
	return w
}
