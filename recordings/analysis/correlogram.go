package analysis

import "github.com/burstplex/burstplex/neuron/spike"

// Correlogram counts pairs of spikes, one of set A and one of set B, by the lag from A to B. The pairs are found
// from counts in bins as wide as a lag, so lag k collects pairs whose distance lies within one width of k widths,
// weighted by a triangle. The cost is (2 lags + 1) per bin with a spike, whatever the number of pairs: that is
// what makes it possible for whole populations. For single neurons choose narrow bins.
type Correlogram struct {
	a, b    Set
	bins    Bins
	lags    int
	ringA   []uint64 // counts of the last lags+1 bins, by bin modulo length
	ringB   []uint64
	open    int      // the bin that is being filled, -1 before the first spike
	pairs   []uint64 // by lag + lags
	shared  uint64   // spikes of neurons in both sets: each is in a bin with itself, which is not a pair
	na, nb  uint64
	lagTime spike.Tick
}

// Set is a choice of neurons, given as a range of a population's numbers; a single neuron is a set of size 1.
type Set = spike.Population

// NewCorrelogram counts lags of -maxLag to +maxLag in steps of width inside a window. Positive lags: B follows A.
func NewCorrelogram(a, b Set, w spike.Window, width, maxLag spike.Tick) *Correlogram {
	c := &Correlogram{a: a, b: b, bins: NewBins(w, width), lags: int(maxLag / width), open: -1, lagTime: width}
	if maxLag < 0 {
		panic("analysis: largest lag must not be negative")
	}
	c.ringA, c.ringB = make([]uint64, c.lags+1), make([]uint64, c.lags+1)
	c.pairs = make([]uint64, 2*c.lags+1)
	return c
}

// Add implements Accumulator.
func (c *Correlogram) Add(events []spike.Event) {
	for _, e := range events {
		inA, inB := c.a.Contains(e.Src), c.b.Contains(e.Src)
		if !inA && !inB {
			continue
		}
		bin := c.bins.Index(e.At)
		if bin < 0 {
			continue
		}
		if bin != c.open {
			c.advance(bin)
		}
		slot := bin % len(c.ringA)
		if inA {
			c.ringA[slot]++
			c.na++
		}
		if inB {
			c.ringB[slot]++
			c.nb++
		}
		if inA && inB {
			c.shared++
		}
	}
}

// advance closes the open bin and clears those up to the new one.
func (c *Correlogram) advance(bin int) {
	c.close(c.pairs)
	from := max(c.open+1, bin-c.lags)
	for k := from; k <= bin; k++ {
		c.ringA[k%len(c.ringA)], c.ringB[k%len(c.ringB)] = 0, 0
	}
	c.open = bin
}

// close adds the pairs of the open bin with itself and with those before it.
func (c *Correlogram) close(pairs []uint64) {
	if c.open < 0 {
		return
	}
	n := len(c.ringA)
	a, b := c.ringA[c.open%n], c.ringB[c.open%n]
	pairs[c.lags] += a * b
	for l := 1; l <= min(c.lags, c.open); l++ {
		k := (c.open - l) % n
		pairs[c.lags+l] += c.ringA[k] * b
		pairs[c.lags-l] += c.ringB[k] * a
	}
}

// Pairs returns the number of pairs at each lag, from -maxLag to +maxLag. A spike does not pair with itself.
func (c *Correlogram) Pairs() []uint64 {
	pairs := append([]uint64(nil), c.pairs...)
	c.close(pairs)
	pairs[c.lags] -= c.shared
	return pairs
}

// Lags returns the lags in ms.
func (c *Correlogram) Lags() []float64 {
	t := make([]float64, 2*c.lags+1)
	for i := range t {
		t[i] = float64(i-c.lags) * c.lagTime.Milliseconds()
	}
	return t
}

// Rate returns the rate of B, in Hz per neuron, at each lag from a spike of A. Lags that reach over the border of
// the window are corrected for the pairs that cannot exist. It is NaN without a spike in A.
func (c *Correlogram) Rate() []float64 {
	y := make([]float64, 2*c.lags+1)
	for i, n := range c.Pairs() {
		seen := float64(c.bins.N-abs(i-c.lags)) / float64(c.bins.N)
		y[i] = float64(n) / (float64(c.na) * seen * float64(c.b.Size) * c.lagTime.Seconds())
	}
	return y
}

// Expected returns the rate of B in Hz per neuron: what Rate is when A tells nothing about B.
func (c *Correlogram) Expected() float64 {
	return float64(c.nb) / (float64(c.b.Size) * c.bins.Window().Len().Seconds())
}

func abs(x int) int { return max(x, -x) }
