package synapse

import "github.com/burstplex/burstplex/neuron/spike"

// Block is the synapses of a plastic projection onto one shard, as a learning rule sees them: by row (all synapses of
// one source) and by column (all synapses onto one target). Weights are those that delivery reads, so what a rule
// writes is what the next spike meets.
//
//	           targets of the shard (columns)
//	source 0   [ .   3   .   . ]     Row(0)    = targets [1],  weights [w3]
//	source 1   [ 1   .   .   7 ]     Column(1) = sources [0 2], places of their weights in Weights()
//	source 2   [ .   2   5   . ]
//
// A column costs 8 bytes a synapse; it is made for plastic projections only.
type Block struct {
	Sources int // number of rows: neurons of the source population
	Lo      int // first target, within its population
	Targets int // number of columns

	rows   *rows
	first  []uint32 // column c is first[c] to first[c+1]-1
	source []uint32
	place  []uint32
}

// Block makes the view of a shard of n targets. The projection must be Plastic, with a single delay: then a row is a
// source.
func (p *Projection) Block(shard, n int) *Block {
	r := &p.shards[shard]
	if r.weight == nil || len(p.delays) != 1 {
		panic("synapse: Block of a projection that is not plastic or has several delays")
	}
	b := &Block{Sources: p.Geometry.Sources, Lo: r.lo, Targets: n, rows: r,
		first: make([]uint32, n+1), source: make([]uint32, len(r.target)), place: make([]uint32, len(r.target))}
	for _, t := range r.target {
		b.first[t+1]++
	}
	for c := range n {
		b.first[c+1] += b.first[c]
	}
	next := append([]uint32(nil), b.first[:n]...)
	for row := range b.Sources {
		for k := r.first[row]; k < r.first[row+1]; k++ {
			c := r.target[k]
			b.source[next[c]], b.place[next[c]] = uint32(row), k
			next[c]++
		}
	}
	return b
}

// Row returns the targets, relative to Lo, and the weights of the synapses of a source.
func (b *Block) Row(source int) (targets []uint16, weights []float32) {
	lo, hi := b.rows.first[source], b.rows.first[source+1]
	return b.rows.target[lo:hi], b.rows.weight[lo:hi]
}

// Column returns the sources of the synapses onto a target (relative to Lo), ascending, and the places of their weights
// in Weights.
func (b *Block) Column(target int) (sources, places []uint32) {
	lo, hi := b.first[target], b.first[target+1]
	return b.source[lo:hi], b.place[lo:hi]
}

// Weights returns all weights of the block.
func (b *Block) Weights() []float32 { return b.rows.weight }

// Bytes returns the memory of the columns.
func (b *Block) Bytes() int { return 4 * (cap(b.first) + cap(b.source) + cap(b.place)) }

// Weights returns the weights of a plastic projection onto a shard, for checkpoints.
func (p *Projection) Weights(shard int) []float32 { return p.shards[shard].weight }

// MeanWeight returns the mean weight of all synapses, NaN if there is none.
func (p *Projection) MeanWeight() float64 {
	sum, n := 0.0, 0
	p.Each(func(_, _ int, w float64, _ spike.Tick) {
		sum += w
		n++
	})
	return sum / float64(n)
}
