package lanes

// Counts is what the kernels of Poisson counts are given.
type Counts struct {
	Words   *uint32        // one per neuron
	Cells   *float32       // to add to: sums of a delta channel, or pairs
	Below   *[Width]uint32 // thresholds in ascending order: a word greater than the k-th is one more; 2^31 added (modulo 2^32)
	Size    int            // number of thresholds, at least 1
	Weights *float32       // of a single arrival at a delta channel; or pairs, by count
	From    int32          // count below all thresholds
}

// Arrivals is what the kernel of timed arrivals is given.
type Arrivals struct {
	Cells    *Pair  // of the block's first neuron in the piece's first step
	Table    *Pair  // the tabulated kernel
	Len      int32  // cells per step
	Interval uint32 // ticks
	Offset   int32  // ticks from the start of the piece to that of the interval
	Step     int32  // ticks
	InvStep  uint32 // 2^(32+Shift)/Step, rounded up
	Shift    int32
	Scale    float32 // rows of the table per tick
	Weight   float32
}
