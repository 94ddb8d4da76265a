package neuron

import "github.com/burstplex/burstplex/neuron/spike"

// Pair is what arrived at one neuron through one channel in one step: sums over arrivals of weight times
// Kernel.At.
type Pair struct {
	End  float32 // jump of the synaptic variable, as it stands at the end of the step
	Area float32 // integral over the rest of the step, as the membrane sees it
}

// Input is all that reaches a shard during a piece of a window: Steps steps of length Step.
//
//	          neuron 0   1   2  ...  Len-1
//	step 0      [cell][cell][cell]  [cell]      Cells[c].Pairs (or .Sums for a delta channel),
//	step 1      [cell][cell] ...                 element Cells[c].Place(in, s, i), which is s*Len + i if Stride is 0
//	...
//
// Every cell is added to by fans and then by other projections, each in the order of step, delay, time of emission and
// source, then by backgrounds, whatever the shards are.
type Input struct {
	Len      int
	Steps    int
	Step     spike.Tick
	Cells    []Cells   // one per channel of the population
	Drives   []Drive   // one per port of the population
	Touched  []uint64  // bit i of the set: neuron i received input in this piece; nil if not tracked (all may have)
	Single   bool      // the population wants single arrivals: add to Arrivals
	Kept     bool      // the population keeps arrivals, see Keeper: add to Arrivals as well as to Cells
	Arrivals []Arrival // for populations that want single arrivals, in place of Cells; or beside them
	index              // of kept arrivals
}

// Cells is the accumulator of one channel. Pairs and Sums are nil for a channel that nothing ends on.
type Cells struct {
	Pairs  []Pair
	Sums   []float32
	Stride int // cells from one step to the next, where those of other shards lie between; 0: Len
}

// Place returns the cell of neuron i of the shard in step s.
func (c *Cells) Place(in *Input, s, i int) int { return s*c.stride(in) + i }

func (c *Cells) stride(in *Input) int {
	if c.Stride > 0 {
		return c.Stride
	}
	return in.Len
}

// at returns what arrived at neuron i of the shard in step s.
func (c *Cells) at(in *Input, s, i int) Pair {
	if c.Pairs == nil {
		return Pair{}
	}
	return c.Pairs[c.Place(in, s, i)]
}

// Drive is the current into one port, in pA. Within a step it runs linearly from its start to its end value; a
// discontinuity falls between two steps.
type Drive struct {
	Start, End       []float32 // shared by the population, one element per step
	OwnStart, OwnEnd []float32 // per neuron, element s*Len + i, added to the shared ones; nil if there are none
}

// At returns the current into neuron i of the shard at both ends of step s.
func (d *Drive) At(in *Input, s, i int) (start, end float32) {
	start, end = d.Start[s], d.End[s]
	if d.OwnStart != nil {
		start += d.OwnStart[s*in.Len+i]
		end += d.OwnEnd[s*in.Len+i]
	}
	return start, end
}

// Arrival is a single synaptic event at its own time.
type Arrival struct {
	At      spike.Tick
	Target  uint32 // neuron in the shard
	Channel uint32
	Weight  float32
}

// touched reports whether neuron i may have received input.
func (in *Input) touched(i int) bool {
	return in.Touched == nil || in.Touched[i>>6]>>(uint(i)&63)&1 != 0
}
