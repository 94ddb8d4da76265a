package neuron

import (
	"math"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// counted is a Poisson background with integer counts per step. It has no state: the count of neuron i in step number k
// since time 0 is draw i of entity k.
type counted struct {
	arrivals
	counts  *rng.Poisson
	weights []Pair // of k arrivals in the middles of k equal parts of a step
	call    lanes.Counts
}

// fillBlock is how many neurons draw their words at a time.
const fillBlock = 256

// mostThresholds is the number of thresholds up to which the vector code, which compares with all of them, is the
// faster.
const mostThresholds = 80

func newCounted(a arrivals, perStep float64) *counted {
	c := &counted{arrivals: a, counts: rng.NewPoisson(perStep)}
	if a.kernel != nil {
		h := a.build.Step
		for k := range c.counts.Count(math.MaxUint32) + 1 {
			var end, area float64
			for j := range k {
				e, a := a.kernel.At(h - spreadAt(h, j, k))
				end += float64(e)
				area += float64(a)
			}
			c.weights = append(c.weights, Pair{End: float32(float32(end) * a.weight), Area: float32(float32(area) * a.weight)})
		}
	}
	c.prepare()
	return c
}

// prepare sets what the vector code needs to know of the counts.
func (c *counted) prepare() {
	from, below := c.counts.Thresholds()
	for len(below) > 0 && below[0] == 0 {
		from, below = from+1, below[1:]
	}
	if len(below) == 0 || len(below) > mostThresholds {
		return
	}
	vecs := make([][lanes.Width]uint32, len(below))
	for k, w := range below {
		for l := range vecs[k] {
			vecs[k][l] = (w - 1) ^ 1<<31
		}
	}
	c.call = lanes.Counts{Below: &vecs[0], Size: len(below), From: int32(from), Weights: &c.weight}
	if c.kernel != nil {
		c.call.Weights = &c.weights[0].End
	}
}

// spreadAt returns when after the start of a step arrival j of k is.
func spreadAt(h spike.Tick, j, k int) spike.Tick { return h * spike.Tick(2*j+1) / spike.Tick(2*k) }

// Fill implements Background.
func (c *counted) Fill(r Range, w spike.Window, in *Input) {
	var words [fillBlock]uint32
	for s := range in.Steps {
		t := w.From + spike.Tick(s)*in.Step
		for lo := r.Lo; lo < r.Hi; lo += fillBlock {
			n := min(fillBlock, r.Hi-lo)
			c.build.Key.Fill(words[:(n+3)/4*4], uint64(t/in.Step), uint64(lo)/4)
			done := c.addOctets(in, words[:n], s, lo-r.Lo)
			for j, word := range words[done:n] {
				c.addCount(in, lo-r.Lo+done+j, s, c.counts.Count(word), t)
			}
		}
	}
	if in.Touched != nil {
		touchAll(in)
	}
}

// addOctets puts the arrivals of step s that words stand for onto the neurons of the shard from first on by vector
// code. It returns how many neurons that did, none where there is no such code.
func (c *counted) addOctets(in *Input, words []uint32, s, first int) int {
	n := len(words) / lanes.Width
	if n == 0 || c.call.Size == 0 || in.Single || in.Kept || !vectorCode() {
		return 0
	}
	call := c.call
	call.Words = &words[0]
	if cells := &in.Cells[c.channel]; c.kernel == nil {
		call.Cells = &cells.Sums[cells.Place(in, s, first)]
	} else {
		call.Cells = &cells.Pairs[cells.Place(in, s, first)].End
	}
	putCounts(&call, n, c.kernel != nil)
	return n * lanes.Width
}

// addCount puts k arrivals onto neuron i of the shard in step s, which starts at t.
func (c *counted) addCount(in *Input, i, s, k int, t spike.Tick) {
	if in.Single || in.Kept {
		for j := range k {
			in.Arrivals = append(in.Arrivals, Arrival{At: t + spreadAt(in.Step, j, k), Target: uint32(i),
				Channel: uint32(c.channel), Weight: c.weight})
		}
	}
	switch cells := &in.Cells[c.channel]; {
	case in.Single:
	case c.kernel == nil:
		cells.Sums[cells.Place(in, s, i)] += float32(float32(k) * c.weight)
	default:
		cell := &cells.Pairs[cells.Place(in, s, i)]
		cell.End += c.weights[k].End
		cell.Area += c.weights[k].Area
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
