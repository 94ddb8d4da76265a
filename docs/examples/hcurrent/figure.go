package main

import (
	"fmt"

	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/recordings/figure"
	"github.com/burstplex/burstplex/sim/report"
)

// lengths draws how many spikes events have.
type lengths struct {
	report.OfSpikes
	Longest int `toml:"longest" range:"[2, 100]" doc:"events of so many spikes and more are counted together"`
}

// Observe implements report.Figure.
func (f *lengths) Observe(o *report.Observation) any {
	w, _ := f.Window(o.Experiment)
	l := analysis.NewLengths(o.Populations(), f.Longest, w)
	o.Attach(fmt.Sprintf("spikes of events in %v", w), l)
	return l
}

// Draw implements report.Figure: of the first seed.
func (f *lengths) Draw(r *report.Report, observed []any) figure.Figure {
	panel := figure.Panel{X: figure.Axis{Label: "spikes of an event"}, Y: figure.Axis{Label: "events", Log: true}}
	for i, p := range r.Populations() {
		bars := figure.Bars{Name: p.Name, Edges: []float64{0.5}, Open: true}
		for k, n := range observed[0].(*analysis.Lengths).Counts(i) {
			bars.Edges, bars.Values = append(bars.Edges, float64(k)+1.5), append(bars.Values, float64(n))
		}
		panel.Marks = append(panel.Marks, bars)
	}
	return figure.Page{Rows: []figure.Row{{Panels: []figure.Panel{panel}}}}
}

// Caption implements report.Figure.
func (f *lengths) Caption(*report.Report) string { return "How many spikes events have." }
