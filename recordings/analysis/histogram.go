package analysis

import (
	"math"
	"slices"

	"github.com/burstplex/burstplex/neuron/spike"
)

// Histogram counts durations. Bin i is [Edges[i], Edges[i+1]).
type Histogram struct {
	Edges        []spike.Tick
	Counts       []uint64
	Below, Above uint64 // durations outside the edges; they count in Total and in every fraction
}

// LinearEdges returns edges at the multiples of width from 0 to hi: with width 1 ms, 16 ms is one of them.
func LinearEdges(width, hi spike.Tick) []spike.Tick {
	if width <= 0 || hi < width {
		panic("analysis: histogram needs 0 < width <= hi")
	}
	var e []spike.Tick
	for t := spike.Tick(0); t <= hi; t += width {
		e = append(e, t)
	}
	return e
}

// LogEdges returns edges from lo to hi or just beyond, perDecade of them in a factor of ten, one of them exactly at
// anchor: put the burst threshold there and no bin mixes intervals within bursts with those between events.
func LogEdges(anchor, lo, hi spike.Tick, perDecade int) []spike.Tick {
	if anchor <= 0 || lo <= 0 || hi <= lo || perDecade < 1 {
		panic("analysis: histogram needs anchor > 0, 0 < lo < hi, at least one bin per decade")
	}
	step := func(t spike.Tick) float64 { return math.Log10(float64(t)/float64(anchor)) * float64(perDecade) }
	var e []spike.Tick
	for k := math.Floor(step(lo)); k <= math.Ceil(step(hi)); k++ {
		e = append(e, spike.Tick(math.Round(float64(anchor)*math.Pow(10, k/float64(perDecade)))))
	}
	return slices.Compact(e) // bins narrower than a tick merge
}

func newHistogram(edges []spike.Tick) Histogram {
	if len(edges) < 2 || !slices.IsSorted(edges) {
		panic("analysis: histogram needs ascending edges")
	}
	return Histogram{Edges: edges, Counts: make([]uint64, len(edges)-1)}
}

func (h *Histogram) add(d spike.Tick) {
	i, j := 0, len(h.Edges) // sort.Search written out: twice as fast, once per spike
	for i < j {
		if mid := (i + j) / 2; h.Edges[mid] > d {
			j = mid
		} else {
			i = mid + 1
		}
	}
	switch i {
	case 0:
		h.Below++
	case len(h.Edges):
		h.Above++
	default:
		h.Counts[i-1]++
	}
}

// Total returns the number of durations, those outside the edges included.
func (h Histogram) Total() uint64 {
	n := h.Below + h.Above
	for _, c := range h.Counts {
		n += c
	}
	return n
}

// Fraction returns the share of all durations in each bin: the height of a bar in a histogram with logarithmic
// bins. It is NaN when there are none.
func (h Histogram) Fraction() []float64 {
	y := make([]float64, len(h.Counts))
	n := h.Total()
	for i, c := range h.Counts {
		y[i] = ratio(c, n)
	}
	return y
}

// Density returns the probability density in each bin, per s.
func (h Histogram) Density() []float64 {
	y := h.Fraction()
	for i := range y {
		y[i] /= (h.Edges[i+1] - h.Edges[i]).Seconds()
	}
	return y
}

// ShareBelow returns the share of durations shorter than t, exact when t is an edge; between edges the bin counts
// in proportion.
func (h Histogram) ShareBelow(t spike.Tick) float64 {
	n := float64(h.Below)
	for i, c := range h.Counts {
		part := float64(t-h.Edges[i]) / float64(h.Edges[i+1]-h.Edges[i])
		n += float64(c) * min(1, max(0, part))
	}
	return n / float64(h.Total())
}

// EdgesMilliseconds returns the edges in ms, for a figure.
func (h Histogram) EdgesMilliseconds() []float64 {
	y := make([]float64, len(h.Edges))
	for i, e := range h.Edges {
		y[i] = e.Milliseconds()
	}
	return y
}
