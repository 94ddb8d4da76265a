package synapse

import (
	"runtime"

	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/synapse/arena"
)

// Block is the synapses of a plastic projection onto one shard, as a learning rule sees them: by row (all synapses of
// one source) and by column (all synapses onto one target). Weights are those that delivery reads, so what a rule
// writes is what the next spike meets.
//
//	           targets of the shard (columns)
//	source 0   [ .   3   .   . ]     row 0    = targets [1],  weights [w3]
//	source 1   [ 1   .   .   7 ]     column 1 = sources [0 2], places of their weights in Weights()
//	source 2   [ .   2   5   . ]
//
// A column costs 8 bytes a synapse, unless every source reaches every target; it is made for plastic projections only.
type Block struct {
	Sources int // number of rows: neurons of the source population
	Lo      int // first target, within its population
	Targets int // number of columns

	rows   *rows
	first  []uint32 // column c is first[c] to first[c+1]-1; nil in a dense block
	source []uint32
	place  []uint32
	mem    *arena.Arena
}

// Limits are the smallest and the largest weight.
type Limits struct{ Lo, Hi float32 }

func (l Limits) clip(w float32) float32 { return max(l.Lo, min(l.Hi, w)) }

// Block makes the view of a shard of n targets. The projection must be Plastic, with a single delay: then a row is a
// source.
func (p *Projection) Block(shard, n int) *Block {
	r := &p.shards[shard]
	if r.weight == nil || len(p.delays) != 1 {
		panic("synapse: Block of a projection that is not plastic or has several delays")
	}
	b := &Block{Sources: p.Geometry.Sources, Lo: r.lo, Targets: n, rows: r}
	if !r.dense {
		b.sortColumns()
	}
	return b
}

func (b *Block) sortColumns() {
	r := b.rows
	b.mem = arena.New()
	b.first = make([]uint32, b.Targets+1)
	b.source, b.place = arena.Make[uint32](b.mem, len(r.target)), arena.Make[uint32](b.mem, len(r.target))
	for _, t := range r.target {
		b.first[t+1]++
	}
	for c := range b.Targets {
		b.first[c+1] += b.first[c]
	}
	next := append([]uint32(nil), b.first[:b.Targets]...)
	for row := range b.Sources {
		for k := r.first[row]; k < r.first[row+1]; k++ {
			c := r.target[k]
			b.source[next[c]], b.place[next[c]] = uint32(row), k
			next[c]++
		}
	}
}

// AddRow adds c y[target] to the weight of every synapse of a source, within limits.
func (b *Block) AddRow(source int, c float32, y []float32, l Limits) {
	targets, weights := b.Row(source)
	if b.rows.dense {
		addDenseRow(weights, y[:len(weights)], c, l)
	} else {
		addRow(weights, targets, y[:b.Targets], c, l)
	}
	runtime.KeepAlive(b) // and with it the arenas
}

// AddColumn adds c x[source] to the weight of every synapse onto a target (relative to Lo), within limits.
func (b *Block) AddColumn(target int, c float32, x []float32, l Limits) {
	if x = x[:b.Sources]; b.rows.dense {
		addStride(b.rows.weight[target:], b.Targets, x, c, l)
	} else {
		lo, hi := b.first[target], b.first[target+1]
		addColumn(b.rows.weight, b.place[lo:hi], b.source[lo:hi], x, c, l)
	}
	runtime.KeepAlive(b)
}

// Column appends the sources of the synapses onto a target (relative to Lo), and the places of their weights in
// Weights.
func (b *Block) Column(target int, sources, places []uint32) ([]uint32, []uint32) {
	if b.rows.dense {
		for s := range b.Sources {
			sources, places = append(sources, uint32(s)), append(places, uint32(s*b.Targets+target))
		}
		return sources, places
	}
	lo, hi := b.first[target], b.first[target+1]
	return append(sources, b.source[lo:hi]...), append(places, b.place[lo:hi]...)
}

// Scale multiplies all weights by f, within limits.
func (b *Block) Scale(f float32, l Limits) {
	scale(b.rows.weight, f, l)
	runtime.KeepAlive(b)
}

// Owed returns where a rule keeps the decay that the weights of the block owe: a weight is what is stored times
// exp(-owed), within limits. It is 0 at the start.
func (b *Block) Owed(l Limits) []float64 {
	b.rows.limits = l
	return b.rows.owed[:]
}

// owing returns a stored weight as it is.
func (r *rows) owing(w float64) float64 {
	if r.owed[0] == 0 {
		return w
	}
	return max(float64(r.limits.Lo), min(float64(r.limits.Hi), w*numeric.Exp(-r.owed[0])))
}

// Fetch asks the memory for a row that is changed soon.
func (b *Block) Fetch(source int) {
	targets, weights := b.Row(source)
	if n := len(weights); n > 0 {
		fetchLines(&weights[0], min(16, n/16+1))
		fetchLines(&targets[0], min(8, n/32+1))
	}
}

// Row returns the targets, relative to Lo, and the weights of the synapses of a source.
func (b *Block) Row(source int) (targets []uint16, weights []float32) {
	lo, hi := b.rows.first[source], b.rows.first[source+1]
	return b.rows.target[lo:hi], b.rows.weight[lo:hi]
}

// First returns the place in Weights of the first weight of a source.
func (b *Block) First(source int) int { return int(b.rows.first[source]) }

// Weights returns all weights of the block as they are stored, without the decay that they owe.
func (b *Block) Weights() []float32 { return b.rows.weight }

// Bytes returns the memory of the columns.
func (b *Block) Bytes() int { return 4 * (cap(b.first) + cap(b.source) + cap(b.place)) }

// Weights returns the weights of a plastic projection onto a shard as they are stored, for checkpoints.
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
