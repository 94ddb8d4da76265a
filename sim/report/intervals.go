package report

import (
	"fmt"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/recordings/figure"
)

// intervals draws how interspike intervals are distributed.
type intervals struct{ OfSpikes }

// Observe implements Figure: *analysis.Intervals.
func (f *intervals) Observe(o *Observation) any {
	w, _ := f.Window(o.Experiment)
	threshold := o.Burst.Threshold
	v := analysis.NewIntervals(o.pops, analysis.LogEdges(threshold, spike.Millisecond, 10*spike.Second, 12))
	o.Attach(fmt.Sprintf("intervals in %v, edges at %v", w, threshold), analysis.During(w, v))
	return v
}

// Draw implements Figure.
func (f *intervals) Draw(d *Report, observed []any) figure.Figure {
	out := figure.Intervals{Threshold: d.Burst.Threshold.Milliseconds()}
	for i, p := range d.obs[0].pops {
		if !f.Shows(p.Name) {
			continue
		}
		var shares [][]float64
		var below []float64
		var h analysis.Histogram
		for _, o := range observed {
			h = o.(*analysis.Intervals).Histograms()[i]
			shares = append(shares, h.Fraction())
			below = append(below, h.ShareBelow(d.Burst.Threshold))
		}
		share, _, _ := analysis.Summary(below)
		out.Populations = append(out.Populations, figure.IntervalShares{Name: p.Name, Edges: h.EdgesMilliseconds(),
			Shares: analysis.OverSeeds(shares...).Mean, Below: share})
	}
	return out
}

// Caption implements Figure.
func (f *intervals) Caption(*Report) string {
	return "Interspike intervals pooled over neurons: shares in bins of equal ratio; " +
		"shorter: share below the threshold of a burst."
}
