package neuron

import (
	"math"
	"math/bits"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// perInterval is how many arrivals a block's interval has at least on average: enough to make the count cheap.
const perInterval = 6

// intervalFor returns the shortest of 0.1, 0.2, 0.5, 1, 2, 5 ... ms that holds perInterval arrivals of a block. Short
// intervals of round length seldom straddle two windows, and are then drawn twice.
func intervalFor(rate float64) spike.Tick {
	for unit := 100 * spike.Microsecond; unit < longestInterval; unit *= 10 {
		for _, digit := range []spike.Tick{1, 2, 5} {
			if t := digit * unit; rate*blockSize*t.Seconds() >= perInterval {
				return t
			}
		}
	}
	return longestInterval
}

// longestInterval keeps interval times draw within 64 bits.
const longestInterval = 100 * spike.Second

// timed is a Poisson background with exact arrival times. It has no state: interval e of block b draws from the blocks of
// words e<<16, e<<16+1 ... of entity b; the first word is the count, each further one an arrival.
type timed struct {
	arrivals
	interval spike.Tick
	counts   *rng.Poisson
}

func newTimed(a arrivals, rate float64) *timed {
	t := intervalFor(rate)
	return &timed{arrivals: a, interval: t, counts: rng.NewPoisson(rate * blockSize * t.Seconds())}
}

// Fill implements Background.
func (t *timed) Fill(r Range, w spike.Window, in *Input) {
	c := collector{arrivals: &t.arrivals, in: in, from: w.From, invStep: math.MaxUint64/uint64(in.Step) + 1}
	c.table, _ = t.kernel.(*table)
	c.cells = in.Cells[t.channel]
	whole := t.vector(&c, w)
	first := w.From / t.interval
	for b := r.Lo / blockSize; b*blockSize < r.Hi; b++ {
		c.lo, c.touched = b*blockSize-r.Lo, 0
		c.neurons = min(blockSize, in.Len-c.lo)
		if whole {
			c.call.Cells = pairsAt(c.cells.Pairs[c.lo:])
		}
		var words [groups * rng.GroupWords]uint32
		for e := first; e*t.interval < w.To; {
			if !whole {
				t.addEach(&c, b, e, w)
				e++
				continue
			}
			n := min(groups, int((w.To-e*t.interval+t.interval-1)/t.interval))
			t.build.Key.FillGroups(words[:(n+1)/2*2*rng.GroupWords], uint64(b), uint64(e)<<16, 1<<16)
			for g := range n {
				start, group := e*t.interval, (*[rng.GroupWords]uint32)(words[g*rng.GroupWords:])
				k := t.counts.Count(group[0])
				if k < rng.GroupWords && c.neurons == blockSize && start >= w.From && start+t.interval <= w.To {
					c.addAll(group, k, start)
				} else {
					t.addEach(&c, b, e, w)
				}
				e++
			}
		}
		if in.Touched != nil {
			in.Touched[c.lo/blockSize] |= c.touched
		}
	}
}

// groups is for how many intervals words are drawn at a time.
const groups = 8

// vector prepares the vector code and returns whether there is one for this input.
func (t *timed) vector(c *collector, w spike.Window) bool {
	const most = 1 << 31
	if !vectorCode() || c.table == nil || c.in.Single || c.in.Touched != nil || w.Len() >= most || c.in.Step >= most || t.interval >= most {
		return false
	}
	step := uint64(c.in.Step)
	if step&(step-1) == 0 {
		return false // InvStep, 2^32, would not fit
	}
	c.call.Shift = int32(bits.Len64(step) - 1)
	c.call.InvStep = uint32(((1<<32)<<c.call.Shift + step - 1) / step)
	c.call.Table = pairsAt(c.table.at[:])
	c.call.Len, c.call.Step, c.call.Interval = int32(c.in.Len), int32(c.in.Step), uint32(t.interval)
	c.call.Scale, c.call.Weight = c.table.scale, t.weight
	return true
}

// addAll puts the n arrivals in the words of an interval that starts at a time onto their neurons, by vector code.
func (c *collector) addAll(words *[rng.GroupWords]uint32, n int, start spike.Tick) {
	if n == 0 {
		return
	}
	c.call.Offset = int32(start - c.from)
	putArrivals(&c.call, &words[0], n)
}

// addEach puts the arrivals of block b in interval e, any number of them, onto their neurons, except those that are not in w
// or on neurons that there are not.
func (t *timed) addEach(c *collector, b int, e spike.Tick, w spike.Window) {
	words := t.build.Key.Block(uint64(b), uint64(e)<<16)
	n := uint64(t.counts.Count(words[0]))
	for j := uint64(1); j <= n; j++ {
		if j&3 == 0 {
			words = t.build.Key.Block(uint64(b), uint64(e)<<16+j>>2)
		}
		word := words[j&3]
		at := e*t.interval + spike.Tick(uint64(word>>6)*uint64(t.interval)>>26)
		if i := int(word % blockSize); i < c.neurons && at >= w.From && at < w.To {
			c.add(i, at)
		}
	}
}

// collector puts arrivals onto the neurons of a block.
type collector struct {
	*arrivals
	in          *Input
	cells       Cells
	table       *table
	from        spike.Tick
	invStep     uint64 // the upper half of t*invStep is t/step for all t below 2^64/step
	lo, neurons int    // the block in the shard
	touched     uint64
	call        lanes.Arrivals // for the vector code
}

// add puts one arrival onto neuron i of the block.
func (c *collector) add(i int, at spike.Tick) {
	c.touched |= 1 << i
	step, _ := bits.Mul64(uint64(at-c.from), c.invStep)
	cell := int(step)*c.in.Len + c.lo + i
	if c.table != nil && !c.in.Single {
		end, area := c.table.At(c.from + spike.Tick(step+1)*c.in.Step - at)
		pair := &c.cells.Pairs[cell]
		pair.End += float32(c.weight * end)
		pair.Area += float32(c.weight * area)
		return
	}
	switch {
	case c.in.Single:
		c.in.Arrivals = append(c.in.Arrivals, Arrival{At: at, Target: uint32(c.lo + i), Channel: uint32(c.channel), Weight: c.weight})
	case c.kernel == nil:
		c.cells.Sums[cell] += c.weight
	default:
		end, area := c.kernel.At(c.from + spike.Tick(step+1)*c.in.Step - at)
		pair := &c.cells.Pairs[cell]
		pair.End += float32(c.weight * end)
		pair.Area += float32(c.weight * area)
	}
}

// Columns implements Background.
func (t *timed) Columns() []Column { return nil }

// Reset implements Background.
func (t *timed) Reset() {}
