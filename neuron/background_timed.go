package neuron

import (
	"math"
	"math/bits"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
	"github.com/burstplex/burstplex/neuron/spike"
)

// timed is a Poisson background with exact arrival times. It has no state.
type timed struct {
	arrivals
	superposition
	shape []Pair // of an arrival, times its weight, see fit; zeros on a delta channel
}

// perInterval is how many arrivals a block's interval has at least on average: enough to make the count cheap and to
// fill vectors, few enough not to take more than perDraw words often.
const perInterval = 20

func newTimed(a arrivals, rate float64) *timed {
	t := &timed{arrivals: a, superposition: superpose(rate*blockSize, perInterval), shape: make([]Pair, 2)}
	if a.kernel != nil {
		t.shape = fit(a.kernel, a.build.Step)
		for k := range t.shape {
			t.shape[k] = Pair{float32(t.shape[k].End * a.weight), float32(t.shape[k].Area * a.weight)}
		}
	}
	return t
}

// Fill implements Background.
func (t *timed) Fill(r Range, w spike.Window, in *Input) {
	var (
		c collector
		d arrivalDraws
	)
	c.prepare(t, w, in)
	for b := r.Lo / blockSize; b*blockSize < r.Hi; b++ {
		c.block(b*blockSize - r.Lo)
		for d.begin(&t.superposition, t.build.Key, b, w); d.next(); {
			c.put(d.own(), d.n, d.start)
		}
	}
	c.flush()
	if in.Touched != nil {
		touchAll(in)
	}
}

// Columns implements Background.
func (t *timed) Columns() []Column { return nil }

// Reset implements Background.
func (t *timed) Reset() {}

// collector puts arrivals onto neurons of a shard. Vector code finds times, places and effects of many of them and
// lists them before they are added, so that neither depends on where an interval ends.
type collector struct {
	*timed
	in      *Input
	from    spike.Tick
	length  spike.Tick
	first   int // of the block's neurons, in the shard
	vector  bool
	call    lanes.Arrivals
	listed  int
	cells   [listSize + lanes.Width]uint32
	effects [listSize + lanes.Width]Pair
}

// listSize is how many arrivals are listed before they are added.
const listSize = 256

// prepare sets what all blocks share.
func (c *collector) prepare(t *timed, w spike.Window, in *Input) {
	c.timed, c.in, c.from, c.length = t, in, w.From, w.Len()
	const most = 1 << 30
	c.vector = vectorCode() && !in.Single && !in.Kept && c.length < most && in.Step < most &&
		in.Steps*in.Cells[t.channel].stride(in) < most
	if !c.vector {
		return
	}
	step, call := uint64(in.Step), &c.call
	shift := bits.Len64(step - 1)
	if shift > 0 {
		shift-- // 2^shift < step <= 2^(shift+1)
	}
	call.Shift.Set(uint32(shift))
	call.InvStep.Set(uint32(((1<<32)<<shift + step - 1) / step))
	call.Step.Set(uint32(step))
	call.Len.Set(uint32(in.Cells[t.channel].stride(in)))
	call.LastNeuron.Set(uint32(in.Len - 1))
	call.LastTick.Set(uint32(c.length - 1))
	call.Interval.Set(uint32(t.interval))
	call.PerTick.Set(math.Float32bits(perTick(in.Step)))
	call.Shape, call.Degree = pairsAt(t.shape), len(t.shape)-1
}

// block says which neuron of the shard is the first of the block that follows; it may be before the shard.
func (c *collector) block(first int) {
	c.first = first
	c.call.First.Set(uint32(int32(first)))
}

// put puts the first n of some words onto their neurons: arrivals of an interval that starts at a time of the piece, or
// before. Those outside of the piece or the shard are left out.
func (c *collector) put(words []uint32, n int, start spike.Tick) {
	if !c.vector {
		for _, word := range words[:n] {
			i, at := c.first+int(word%blockSize), start+spike.Tick(uint64(word/blockSize)*uint64(c.interval)>>timeBits)
			if i >= 0 && i < c.in.Len && at >= 0 && at < c.length {
				c.add(i, at)
			}
		}
		return
	}
	if c.listed+n > listSize {
		c.flush()
	}
	if n > 0 {
		c.listed += listArrivals(&c.call, &c.cells[c.listed], pairsAt(c.effects[c.listed:]), &words[0], n, int(start))
	}
}

// timeBits is how many bits of a word are the time of an arrival in its interval.
const timeBits = 32 - blockBits

// add puts one arrival onto neuron i of the shard, at a time of the piece.
func (c *collector) add(i int, at spike.Tick) {
	in := c.in
	if in.Single || in.Kept {
		in.Arrivals = append(in.Arrivals, Arrival{At: c.from + at, Target: uint32(i), Channel: uint32(c.channel),
			Weight: c.weight})
	}
	if in.Single {
		return
	}
	step := at / in.Step
	cell := in.Cells[c.channel].Place(in, int(step), i)
	if c.kernel == nil {
		in.Cells[c.channel].Sums[cell] += c.weight
		return
	}
	effect, sum := effectOf(c.shape, (step+1)*in.Step-at, perTick(in.Step)), &in.Cells[c.channel].Pairs[cell]
	sum.End += effect.End
	sum.Area += effect.Area
}

// flush adds what is on the list.
func (c *collector) flush() {
	cells, n := &c.in.Cells[c.channel], c.listed
	c.listed = 0
	switch {
	case n == 0:
	case c.kernel == nil:
		for _, cell := range c.cells[:n] {
			cells.Sums[cell] += c.weight
		}
	default:
		addArrivals(pairsAt(cells.Pairs), &c.cells[0], pairsAt(c.effects[:]), n)
	}
}
