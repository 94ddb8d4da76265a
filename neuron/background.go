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
// go to random ones of the 64: so a block of neurons needs one exponential gap and no search per arrival. Draw n of
// a block gives the gap before its n-th arrival and the target of that arrival. Above, integer Poisson counts are
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

// batch is some arrivals of a block of neurons, in order of time.
type batch struct {
	n      int
	at     [batchSize]spike.Tick
	target [batchSize]uint8 // in the block
}

const batchSize = 64

// add puts the arrivals of a batch onto the neurons of the shard from lo on, of which hi ends the shard.
func (a *arrivals) add(b *batch, lo, hi int, from spike.Tick, in *Input) {
	cells, h := &in.Cells[a.channel], in.Step
	invStep := math.MaxUint64/uint64(h) + 1 // the upper half of t*invStep is t/h for all t below 2^64/h
	touched := uint64(0)
	table, fast := a.kernel.(*table)
	for k, at := range b.at[:b.n] {
		i := lo + int(b.target[k]%blockSize)
		if i >= hi || at < from {
			continue
		}
		touched |= 1 << (b.target[k] % blockSize)
		step, _ := bits.Mul64(uint64(at-from), invStep)
		cell := int(step)*in.Len + i
		rest := from + spike.Tick(step+1)*h - at
		var end, area float32
		switch {
		case in.Single:
			in.Arrivals = append(in.Arrivals, Arrival{At: at, Target: uint32(i), Channel: uint32(a.channel), Weight: a.weight})
			continue
		case fast:
			end, area = table.At(rest)
		case a.kernel != nil:
			end, area = a.kernel.At(rest)
		default:
			cells.Sums[cell] += a.weight
			continue
		}
		pair := &cells.Pairs[cell]
		pair.End += float32(a.weight * end)
		pair.Area += float32(a.weight * area)
	}
	if in.Touched != nil {
		in.Touched[lo/blockSize] |= touched
	}
}

// timed is a Poisson background with exact arrival times.
type timed struct {
	arrivals
	gap  float64      // mean gap of a block, ticks
	next []spike.Tick // per block of neurons, its next arrival
	draw []uint64     // and the number of the draw that it comes from
}

func newTimed(a arrivals, rate float64) *timed {
	blocks := (a.build.N + blockSize - 1) / blockSize
	t := &timed{arrivals: a, gap: 1e9 / (rate * blockSize), next: make([]spike.Tick, blocks), draw: make([]uint64, blocks)}
	t.Reset()
	return t
}

// gaps returns the exponential gaps that a block of words stands for. Their lowest 6 bits name the target.
func (t *timed) gaps(words [4]uint32) (gaps [4]spike.Tick) {
	for k, w := range words {
		gaps[k] = spike.Tick(float64(exponential26(w>>6)*t.gap) + 0.5)
	}
	return gaps
}

// Fill implements Background.
func (t *timed) Fill(r Range, w spike.Window, in *Input) {
	var found batch
	for b := r.Lo / blockSize; b*blockSize < r.Hi; b++ {
		at, n := t.next[b], t.draw[b]
		if at >= w.To {
			continue
		}
		words := t.build.Key.Block(uint64(b), n>>2)
		gaps := t.gaps(words)
		for at < w.To {
			for found.n = 0; found.n < batchSize && at < w.To; found.n++ {
				found.at[found.n], found.target[found.n] = at, uint8(words[n&3]%blockSize)
				if n++; n&3 == 0 {
					words = t.build.Key.Block(uint64(b), n>>2)
					gaps = t.gaps(words)
				}
				at += gaps[n&3]
			}
			t.add(&found, b*blockSize-r.Lo, in.Len, w.From, in)
		}
		t.next[b], t.draw[b] = at, n
	}
}

// Columns implements Background. They have one element per block of 64 neurons.
func (t *timed) Columns() []Column {
	return []Column{{Name: "next_arrival", Unit: "ms", Data: t.next}, {Name: "draw", Data: t.draw}}
}

// Reset implements Background.
func (t *timed) Reset() {
	clear(t.draw)
	for b := range t.next {
		t.next[b] = spike.Forever
		if !math.IsInf(t.gap, 1) {
			t.next[b] = t.gaps(t.build.Key.Block(uint64(b), 0))[0]
		}
	}
}

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
