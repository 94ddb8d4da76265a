package cell

import (
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings/figure"
)

// sheet is the figure of the protocols.
type sheet struct {
	*Protocols
	from   spike.Tick
	panels []figure.Panel
}

// step draws the potentials of an answer.
func (s *sheet) step(a *answer, title string) {
	panel := figure.Panel{Title: title, X: figure.Axis{Label: "time", Unit: "ms"},
		Y: figure.Axis{Label: "potential", Unit: "mV"}}
	end := spike.Tick(len(a.v[0])-1) * a.step
	start := max(0, s.from-(end-s.from)/10)
	for v, name := range []string{s.SomaV, s.DendriteV}[:len(a.v)] {
		line := figure.Line{Name: name, Color: figure.Cycle(v)}
		stride := max(1, int((end-start)/a.step)/2000)
		for k := int(start / a.step); k < len(a.v[v]); k += stride {
			line.X, line.Y = append(line.X, (spike.Tick(k)*a.step-s.from).Milliseconds()), append(line.Y, a.v[v][k])
		}
		panel.Marks = append(panel.Marks, line)
	}
	s.panels = append(s.panels, panel)
}

// page puts all panels on a page, two in a row.
func (s *sheet) page(sums, window [][2]float64) figure.Page {
	if len(sums) > 1 {
		points := figure.Line{Name: "measured", Color: figure.Cycle(0), Dots: true}
		line := figure.Line{Name: "linear", Color: figure.Gray, Dash: figure.Dashed}
		for _, p := range sums {
			points.X, points.Y = append(points.X, p[0]), append(points.Y, p[1])
			line.X, line.Y = append(line.X, p[0]), append(line.Y, p[0])
		}
		s.panels = append(s.panels,
			figure.Panel{Title: "summation", X: figure.Axis{Label: "expected at " + s.Soma, Unit: "mV", Zero: true},
				Y: figure.Axis{Label: "measured", Unit: "mV", Zero: true}, Marks: []figure.Mark{line, points}})
	}
	if len(window) > 0 {
		line := figure.Line{Color: figure.Cycle(0), Dots: true, Quiet: true}
		for _, p := range window {
			line.X, line.Y = append(line.X, p[0]), append(line.Y, p[1])
		}
		s.panels = append(s.panels,
			figure.Panel{Title: "coincidence", X: figure.Axis{Label: s.Dendrite + " after " + s.Soma, Unit: "ms"},
				Y: figure.Axis{Label: "spikes", Zero: true}, Marks: []figure.Mark{line}})
	}
	page := figure.Page{}
	for i := 0; i < len(s.panels); i += 2 {
		page.Rows = append(page.Rows, figure.Row{Height: 38, Panels: s.panels[i:min(i+2, len(s.panels))]})
	}
	return page
}
