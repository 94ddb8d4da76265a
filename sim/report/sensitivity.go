package report

import (
	"fmt"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/recordings/figure"
)

// sensitivity draws how rates and burst probability depend on the interval that tells bursts from events.
type sensitivity struct{ OfSpikes }

// thresholds are the intervals, ms.
var thresholds = []float64{4, 6, 8, 10, 12, 14, 16, 18, 20, 24, 28, 32}

// Observe implements Figure: *analysis.Sensitivity.
func (f *sensitivity) Observe(o *Observation) any {
	ticks := make([]spike.Tick, len(thresholds))
	for i, t := range thresholds {
		ticks[i] = spike.Tick(t * float64(spike.Millisecond))
	}
	w, _ := f.Window(o.Experiment)
	var own []spike.Detector
	for _, p := range o.pops {
		own = append(own, o.Experiment.Populations.Get(p.Name).Burst.Detector())
	}
	v := analysis.NewSensitivityOf(o.pops, analysis.Whole(w), own, ticks)
	o.Attach(fmt.Sprintf("bursts by threshold in %v, %v", w, own), v)
	return v
}

// Draw implements Figure.
func (f *sensitivity) Draw(d *Report, observed []any) figure.Figure {
	out := figure.Sensitivity{Thresholds: thresholds, Default: d.Burst.Threshold.Milliseconds()}
	for i, p := range d.obs[0].pops {
		if !f.Shows(p.Name) {
			continue
		}
		var er, br, bp [][]float64
		for _, o := range observed {
			c := o.(*analysis.Sensitivity).Curve(i)
			er, br, bp = append(er, c.EventRate), append(br, c.BurstRate), append(bp, c.BurstProbability)
		}
		e, b, q := analysis.OverSeeds(er...), analysis.OverSeeds(br...), analysis.OverSeeds(bp...)
		out.Populations = append(out.Populations, figure.SensitivityOf{Name: p.Name, EventRate: e.Mean, EventRateSD: e.SD,
			BurstRate: b.Mean, BurstRateSD: b.SD, Probability: q.Mean, ProbabilitySD: q.SD})
	}
	return out
}

// Caption implements Figure.
func (f *sensitivity) Caption(*Report) string {
	return "Event rate, burst rate (Hz per neuron) and burst probability against the interval that tells bursts " +
		"from events."
}
