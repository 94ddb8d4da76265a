package lanes

// Counts is what the kernels of Poisson counts are given.
type Counts struct {
	Words *uint32  // one per neuron
	Cells *float32 // to add to: sums of a delta channel, or pairs
	// thresholds in ascending order: a word greater than the k-th is one more; 2^31 added (modulo 2^32)
	Below   *[Width]uint32
	Size    int      // number of thresholds, at least 1
	Weights *float32 // of a single arrival at a delta channel; or pairs, by count
	From    int32    // count below all thresholds
}

// Words is one 32-bit word for each of eight lanes.
type Words [Width]uint32

// Set sets all lanes to a word.
func (v *Words) Set(w uint32) {
	for l := range v {
		v[l] = w
	}
}

// Arrivals is what the kernels of timed arrivals are given: all of it but the lists alike in all lanes.
type Arrivals struct {
	First      Words // number in the shard of the block's first neuron, may be negative
	LastNeuron Words // of the shard
	Len        Words // cells per step
	Interval   Words // ticks
	LastTick   Words // of the piece
	Step       Words // ticks
	InvStep    Words // 2^(32+Shift)/Step, rounded up
	Shift      Words
	PerTick    Words // 1/Step, a float32
	Shape      *Pair // effect of an arrival as a polynomial in what remains of its step, highest coefficient first
	Degree     int
}
