package neuron

import (
	"math"
	"math/bits"

	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// PoissonBackground is private Poisson input: every neuron of a population has Sources independent Poisson trains of
// Rate that end on one of its channels with Weight. The trains of one neuron are simulated as their superposition, a
// Poisson train of rate Sources x Rate.
//
// Below half an arrival per neuron and step, arrivals have exact times, which do not depend on the step. By
// superposition and random thinning, 64 independent trains of rate r are one train of rate 64 r whose arrivals
// go to random ones of the 64. Given how many arrivals that train has in an interval, their times are independent and
// uniform in it. So a block of neurons draws a Poisson count for each of a fixed sequence of intervals, and one word
// per arrival, which gives time and target: no logarithm, no order, no state. Above, integer Poisson counts are
// drawn per neuron and step, and the k arrivals of a step are spread evenly over it.
type PoissonBackground struct {
	Rate    float64 `toml:"rate" unit:"Hz" doc:"rate of each source"`
	Weight  float64 `toml:"weight" doc:"weight of an arrival, in the unit of the channel"`
	Sources int     `toml:"sources" doc:"number of sources per neuron"`
}

// DefaultPoissonBackground returns the background of Payeur et al. (2021): one source of 500 Hz per neuron, of weight
// 0.35.
func DefaultPoissonBackground() *PoissonBackground {
	return &PoissonBackground{Rate: 500, Weight: 0.35, Sources: 1}
}

// Validate implements BackgroundSpec.
func (s *PoissonBackground) Validate() error {
	return first(
		Const(s.Rate).require("rate", "Hz", 0, 1e6, false),
		Const(float64(s.Sources)).require("sources", "", 0, 1e6, false),
		Const(s.Weight).require("weight", "", -math.MaxFloat32, math.MaxFloat32, false),
	)
}

const (
	// blockSize neurons share one train of arrivals; shards are multiples of it.
	blockSize = 64
	// countsFrom is the number of arrivals per neuron and step from which counts are drawn: a count costs
	// less than half an arrival.
	countsFrom = 0.5
	// mostPerStep is the mean count that the table of counts can hold.
	mostPerStep = 1e4
)

// New implements BackgroundSpec.
func (s *PoissonBackground) New(b Build, target Target) (Background, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	rate := s.Rate * float64(s.Sources)
	perStep := rate * b.Step.Seconds()
	if perStep > mostPerStep {
		return nil, &ParameterError{Key: "rate", Value: s.Rate, Unit: "Hz", Reason: "too many arrivals per step",
			Allowed: interval(0, mostPerStep/b.Step.Seconds()/float64(s.Sources), false) + " Hz"}
	}
	a := arrivals{build: b, channel: target.Channel, kernel: target.Kernel, weight: float32(s.Weight)}
	if perStep >= countsFrom {
		return newCounted(a, perStep), nil
	}
	return newTimed(a, rate), nil
}

// arrivals is what both kinds of Poisson background share.
type arrivals struct {
	build   Build
	channel int
	kernel  Kernel
	weight  float32
}

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
	for b := r.Lo / blockSize; b*blockSize < r.Hi; b++ {
		c.lo, c.touched = b*blockSize-r.Lo, 0
		c.neurons = min(blockSize, in.Len-c.lo)
		for e := w.From / t.interval; e*t.interval < w.To; e++ {
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
		if in.Touched != nil {
			in.Touched[c.lo/blockSize] |= c.touched
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

// counted is a Poisson background with integer counts per step. It has no state: the count of neuron i in step number k
// since time 0 is draw i of entity k.
type counted struct {
	arrivals
	counts *rng.Poisson
	spread []Pair // of k unit arrivals in the middles of k equal parts of a step
}

func newCounted(a arrivals, perStep float64) *counted {
	c := &counted{arrivals: a, counts: rng.NewPoisson(perStep)}
	if a.kernel == nil {
		return c
	}
	h := a.build.Step
	for k := range c.counts.Count(math.MaxUint32) + 1 {
		var end, area float64
		for j := range k {
			e, a := a.kernel.At(h - spreadAt(h, j, k))
			end += float64(e)
			area += float64(a)
		}
		c.spread = append(c.spread, Pair{End: float32(end), Area: float32(area)})
	}
	return c
}

// spreadAt returns when after the start of a step arrival j of k is.
func spreadAt(h spike.Tick, j, k int) spike.Tick { return h * spike.Tick(2*j+1) / spike.Tick(2*k) }

// Fill implements Background.
func (c *counted) Fill(r Range, w spike.Window, in *Input) {
	for s := range in.Steps {
		t := w.From + spike.Tick(s)*in.Step
		entity := uint64(t / in.Step)
		for lo := r.Lo; lo < r.Hi; lo += 4 {
			words := c.build.Key.Block(entity, uint64(lo)>>2)
			for j := range min(4, r.Hi-lo) {
				if k := c.counts.Count(words[j]); k > 0 {
					c.addCount(in, lo+j-r.Lo, s, k, t)
				}
			}
		}
	}
	if in.Touched != nil {
		touchAll(in)
	}
}

// addCount puts k arrivals onto neuron i of the shard in step s, which starts at t.
func (c *counted) addCount(in *Input, i, s, k int, t spike.Tick) {
	switch cells := &in.Cells[c.channel]; {
	case in.Single:
		for j := range k {
			in.Arrivals = append(in.Arrivals, Arrival{At: t + spreadAt(in.Step, j, k), Target: uint32(i), Channel: uint32(c.channel), Weight: c.weight})
		}
	case c.kernel == nil:
		cells.Sums[s*in.Len+i] += float32(float32(k) * c.weight)
	default:
		cell := &cells.Pairs[s*in.Len+i]
		cell.End += float32(c.spread[k].End * c.weight)
		cell.Area += float32(c.spread[k].Area * c.weight)
	}
}

// touchAll marks all neurons of the shard as having received input.
func touchAll(in *Input) {
	for w := range in.Touched {
		in.Touched[w] = math.MaxUint64
		if left := in.Len - w*64; left < 64 {
			in.Touched[w] = 1<<uint(left) - 1
		}
	}
}

// Columns implements Background.
func (c *counted) Columns() []Column { return nil }

// Reset implements Background.
func (c *counted) Reset() {}
