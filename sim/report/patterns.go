package report

import (
	"github.com/burstplex/burstplex/recordings/figure"
)

// patterns draws event rate and burst probability of populations in the presentations of every stage but one that a
// teacher trains.
type patterns struct{ OfPresentations }

// Draw implements Figure.
func (f *patterns) Draw(d *Report, _ []any) figure.Figure {
	var page figure.Page
	var stages []string
	for name := range d.Protocol.All() {
		trained := name == d.TrainingStage() && d.Protocol.Get(name).Taught()
		if !trained || d.Protocol.Len() == 1 {
			stages = append(stages, name)
		}
	}
	names := d.Patterns.Names()
	labels := make([]string, len(names))
	for i, n := range names {
		labels[i] = d.Label(n)
	}
	j := d.Judge()
	for _, v := range []struct {
		column, label, unit string
		scale               float64
	}{{" event_rate_hz", "event rate", "Hz", 1}, {" burst_probability", "burst probability", "%", 100}} {
		row := figure.Row{Height: 34}
		for _, p := range d.obs[0].pops {
			if !f.Shows(p.Name) {
				continue
			}
			panel := figure.Panel{X: figure.Axis{Names: labels}, Y: figure.Axis{Label: v.label, Unit: v.unit, Zero: true}}
			if v.scale == 1 {
				panel.Title = p.Name
			}
			for k, stage := range stages {
				pts := figure.Line{Name: stage, Dots: true, Dash: figure.Dash(min(k, 1))}
				for i, n := range names {
					m, sd := meanOf(d.presented, stage, n, p.Name+v.column)
					pts.X, pts.Y, pts.SD = append(pts.X, float64(i)+.5), append(pts.Y, v.scale*m), append(pts.SD, v.scale*sd)
				}
				panel.Marks = append(panel.Marks, pts)
			}
			if j != nil && v.scale == 1 && j.Column == p.Name+v.column {
				panel.Marks = append(panel.Marks, figure.Rule{At: j.Threshold, Across: true, Dash: figure.Dashed})
			}
			row.Panels = append(row.Panels, panel)
		}
		page.Rows = append(page.Rows, row)
	}
	return page
}

// Caption implements Figure.
func (f *patterns) Caption(*Report) string {
	return "Event rate (Hz per neuron) and burst probability in the presentations of each pattern, " +
		"over the time that each stage measures."
}
