package analysis

import "github.com/burstplex/burstplex/neuron/spike"

// Bins cuts a stretch of time into N bins of equal width, the first starting at From. A bin is half-open, as
// windows are.
type Bins struct {
	From  spike.Tick
	Width spike.Tick
	N     int
}

// NewBins fills a window with bins of a width. What remains at the end and is shorter than a bin is left out, so
// that every bin counts alike.
func NewBins(w spike.Window, width spike.Tick) Bins {
	if width <= 0 {
		panic("analysis: bin width must be positive")
	}
	return Bins{From: w.From, Width: width, N: int(max(0, w.Len()) / width)}
}

// Whole makes one bin of a window.
func Whole(w spike.Window) Bins { return NewBins(w, max(1, w.Len())) }

// Window returns the time that the bins cover.
func (b Bins) Window() spike.Window {
	return spike.Window{From: b.From, To: b.From + spike.Tick(b.N)*b.Width}
}

// Index returns the bin that a time falls in, or -1.
func (b Bins) Index(t spike.Tick) int {
	if t < b.From {
		return -1
	}
	if i := (t - b.From) / b.Width; i < spike.Tick(b.N) {
		return int(i)
	}
	return -1
}

// Centers returns the middle of every bin in s: the time axis of a figure.
func (b Bins) Centers() []float64 {
	t := make([]float64, b.N)
	for i := range t {
		t[i] = (b.From + spike.Tick(i)*b.Width).Seconds() + b.Width.Seconds()/2
	}
	return t
}

// Sample evaluates a signal, a function of the time in s, as its mean over each bin (Simpson's rule, which a
// signal needs to be smooth for: bins should not straddle a step).
func (b Bins) Sample(signal func(seconds float64) float64) []float64 {
	y := make([]float64, b.N)
	h := b.Width.Seconds() / 2
	for i, t := range b.Centers() {
		y[i] = (signal(t-h) + 4*signal(t) + signal(t+h)) / 6
	}
	return y
}

// cursor remembers the bin of the last spike: in a stream that ascends in time nearly every spike falls into it,
// which saves a division per spike.
type cursor struct {
	bins     Bins
	current  int
	from, to spike.Tick
}

func newCursor(b Bins) cursor { return cursor{bins: b, current: -1} }

func (c *cursor) index(t spike.Tick) int {
	if c.from <= t && t < c.to {
		return c.current
	}
	if c.current = c.bins.Index(t); c.current >= 0 {
		c.from = c.bins.From + spike.Tick(c.current)*c.bins.Width
		c.to = c.from + c.bins.Width
	} else {
		c.from, c.to = 0, 0
	}
	return c.current
}
