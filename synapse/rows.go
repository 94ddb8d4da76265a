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
	packed []uint32  // in place of both: weight in the upper half, in bfloat16, target in the lower; see pack
	dense  bool      // every row has a weight for each target of the shard, in order: targets need not be read
	mem    *arena.Arena
	owed   [1]float64 // decay of the weights that is still to be applied, see Block.Owed
	limits Limits     // of weights that owe some
}

// MaxShard is the largest number of targets in a shard: local targets are 16 bits.
const MaxShard = 1 << 16

func (r *rows) bytes() int {
	return 4*cap(r.first) + 2*cap(r.target) + 4*cap(r.weight) + 4*cap(r.packed)
}

// len returns the number of synapses.
func (r *rows) len() int { return len(r.target) + len(r.packed) }

// put writes synapse k; its weight counts for nothing if all are equal.
func (r *rows) put(k uint32, target uint16, weight float32) {
	if r.packed != nil {
		r.packed[k] = pack(target, weight)
		return
	}
	r.target[k] = target
	if r.weight != nil {
		r.weight[k] = weight
	}
}

// at returns synapse k; its weight is 1 if all are equal.
func (r *rows) at(k uint32) (target uint16, weight float32) {
	switch {
	case r.packed != nil:
		return unpack(r.packed[k])
	case r.weight != nil:
		return r.target[k], r.weight[k]
	}
	return r.target[k], 1
}

// pack rounds a weight to the 8 significant bits of a bfloat16 (to the nearest, ties to even; beyond 3.39e38 to
// infinity): the upper half of a float32.
func pack(target uint16, weight float32) uint32 {
	b := math.Float32bits(weight)
	return (b+0x7fff+b>>16&1)&^0xffff | uint32(target)
}

func unpack(p uint32) (target uint16, weight float32) {
	return uint16(p), math.Float32frombits(p &^ 0xffff)
}

// builder draws the synapses of a projection. Every number belongs to its synapse (see batch), so it does not
// matter who draws it and in which order.
type builder struct {
	p       *Projection
	list    *List // nil for another connector
	weights bool
	half    bool
	scratch sync.Pool // of *sorter
}

// build makes the rows of one shard: the connector is asked once and its answer is sorted.
func (b *builder) build(lo, hi int) (rows, error) {
	p := b.p
	s, _ := b.scratch.Get().(*sorter)
	if s == nil {
		s = &sorter{weights: b.weights}
	}
	defer b.scratch.Put(s)
	r := b.empty(lo)
	s.begin(len(r.first)-1, p.Spec.Connector.Expected(p.Geometry.Sources, p.Geometry.Targets)*float64(hi-lo))
	v := b.batch(func(v *batch) {
		for i, row := range v.row[:v.n] {
			c, k := s.put(row, uint16(v.target(i)-lo))
			if c.weight != nil {
				c.weight[k] = v.weight[i]
			}
		}
	})
	p.Spec.Connector.Connect(p.Geometry, lo, hi, v.add)
	v.take()
	if err := b.reserve(&r, s.synapses()); err != nil {
		return rows{}, err
	}
	s.fill(&r)
	r.dense = r.isDense(hi - lo)
	return r, nil
}

// empty returns rows without synapses.
func (b *builder) empty(lo int) rows {
	r := rows{lo: lo, mem: arena.New()}
	r.first = arena.Make[uint32](r.mem, b.p.Geometry.Sources*len(b.p.delays)+1)
	return r
}

// reserve makes the memory of so many synapses.
func (b *builder) reserve(r *rows, total uint64) error {
	if total > math.MaxUint32 {
		r.mem.Free()
		return &fault{"connector", fmt.Sprintf("%d synapses onto one shard are more than 2^32; use smaller shards", total)}
	}
	n := int(total)
	if b.half {
		r.packed = arena.Make[uint32](r.mem, n)
		return nil
	}
	r.target = arena.Make[uint16](r.mem, n)
	if b.weights {
		r.weight = arena.Make[float32](r.mem, n)
	}
	return nil
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
