package ensemble

import "github.com/burstplex/burstplex/neuron/numeric"

// What happens to counts of events and bursts, for whole layers: with vectors where there are any, and the same
// bits without.

// Filter is an exponential filter of the counts of bins: n events that arrive in a bin add Jump n to the trace at
// its end.
type Filter struct {
	Fade float32 // what is left of a trace after a bin
	Jump float32
}

// Row writes the trace at the start of every bin, the one before the first bin being start.
func (f Filter) Row(x, counts []float32, start float32) {
	for k := range x {
		x[k] = start
		start = float32(f.Fade*start) + float32(f.Jump*counts[k])
	}
}

// Layer is Row for units 0 to n-1 of a layer. Traces and counts are matrices of one row per unit, as those of
// Steps.Layer, and different memory. In a row of traces, bins are rounded up to a multiple of 8. If start is nil,
// traces start at 0.
func (f Filter) Layer(x, counts []float32, stride, n, bins int, start []float32) {
	to, from := matrix{x, stride}, matrix{counts, stride}
	if n == 0 || bins == 0 || f.layer(to, from, n, bins, start) {
		return
	}
	for u := range n {
		v := float32(0)
		if start != nil {
			v = start[u]
		}
		f.Row(to.row(u, bins), from.row(u, bins), v)
	}
}

// BurstProbability turns apical drives a into burst probabilities. With e the trace of a unit's own events, at full
// activation 1, they are
//
//	2 p_b σ(2 a h / p_b),   h = max(0, 1-e):
//
// p_b and slope h at a = 0, odd about p_b, between 0 and 2 p_b (Greedy et al. 2022, whose p_b is 1/2).
func BurstProbability(drive, own []float32, pb float32) {
	gain, top := 2/pb, 2*pb
	for i := bursting(drive, own, gain, top); i < len(drive); i++ {
		h := 1 - own[i]
		if !(h > 0) {
			h = 0
		}
		drive[i] = top / (numeric.Exp32(-float32(float32(drive[i]*h)*gain)) + 1)
	}
}

// Less writes a - factor b. Dst may be one of them.
func Less(dst, a, b []float32, factor float32) {
	for i := less(dst, a, b, factor); i < len(dst); i++ {
		dst[i] = a[i] - float32(b[i]*factor)
	}
}
