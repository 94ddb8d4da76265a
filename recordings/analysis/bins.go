package analysis

import "github.com/burstplex/burstplex/neuron/spike"

// Bins cuts a stretch of time into N bins of equal width, the first starting at From. A bin is half-open, as
// windows are.
type Bins struct {
	From  spike.Tick
	Width spike.Tick
	N     int
	Last  spike.Tick // width of the last bin where it is shorter than the others, else 0
}

// NewBins fills a window with bins of a width. What remains at the end and is shorter than a bin is left out, so
// that every bin counts alike: what counts in windows (Fano, Correlogram) and spectra need this.
func NewBins(w spike.Window, width spike.Tick) Bins {
	if width <= 0 {
		panic("analysis: bin width must be positive")
	}
	return Bins{From: w.From, Width: width, N: int(max(0, w.Len()) / width)}
}

// Cover fills a window with bins of a width; what remains at the end is a shorter bin, so that no spike is left out.
func Cover(w spike.Window, width spike.Tick) Bins {
	b := NewBins(w, width)
	if rest := max(0, w.Len()) % width; rest > 0 {
		b.N, b.Last = b.N+1, rest
	}
	return b
}

// Whole makes one bin of a window.
func Whole(w spike.Window) Bins { return NewBins(w, max(1, w.Len())) }

// Full returns the bins without a shorter one at the end.
func (b Bins) Full() Bins {
	if b.Last > 0 {
		b.N, b.Last = b.N-1, 0
	}
	return b
}

// Until returns the bins up to a time; one that the time lies in ends there.
func (b Bins) Until(t spike.Tick) Bins {
	if w := b.Window(); t < w.To {
		return Cover(spike.Window{From: w.From, To: max(w.From, t)}, b.Width)
	}
	return b
}

// Bin returns the time of bin i.
func (b Bins) Bin(i int) spike.Window {
	w := spike.Window{From: b.From + spike.Tick(i)*b.Width}
	if w.To = w.From + b.Width; i == b.N-1 && b.Last > 0 {
		w.To = w.From + b.Last
	}
	return w
}

// Window returns the time that the bins cover.
func (b Bins) Window() spike.Window {
	if b.N == 0 {
		return spike.Window{From: b.From, To: b.From}
	}
	return spike.Window{From: b.From, To: b.Bin(b.N - 1).To}
}

// Within returns the numbers [lo, hi) of the bins that lie wholly inside a window.
func (b Bins) Within(w spike.Window) (lo, hi int) {
	for lo < b.N && b.Bin(lo).From < w.From {
		lo++
	}
	for hi = lo; hi < b.N && b.Bin(hi).To <= w.To; {
		hi++
	}
	return lo, hi
}

// Index returns the bin that a time falls in, or -1.
func (b Bins) Index(t spike.Tick) int {
	if t < b.From {
		return -1
	}
	i := (t - b.From) / b.Width
	if last := spike.Tick(b.N - 1); i > last || i == last && b.Last > 0 && t >= b.From+i*b.Width+b.Last {
		return -1
	}
	return int(i)
}

// Centers returns the middle of every bin in s: the time axis of a figure.
func (b Bins) Centers() []float64 {
	t := make([]float64, b.N)
	for i := range t {
		w := b.Bin(i)
		t[i] = w.From.Seconds() + w.Len().Seconds()/2
	}
	return t
}

// Sample evaluates a signal, a function of the time in s, as its mean over each bin (Simpson's rule, which a
// signal needs to be smooth for: bins should not straddle a step).
func (b Bins) Sample(signal func(seconds float64) float64) []float64 {
	y := make([]float64, b.N)
	for i, t := range b.Centers() {
		h := b.Bin(i).Len().Seconds() / 2
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
		w := c.bins.Bin(c.current)
		c.from, c.to = w.From, w.To
	} else {
		c.from, c.to = 0, 0
	}
	return c.current
}
