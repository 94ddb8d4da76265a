package report

import (
	"github.com/burstplex/burstplex/recordings/figure"
	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/experiment"
)

// teaching draws how the teaching signal travels, a point for every presentation of the training: burst probability
// of the output against the teacher's current, and of the other populations against the burst rate of the output.
type teaching struct{ OfPresentations }

// Check implements Figure.
func (f *teaching) Check(x *experiment.Experiment, key string, errs *config.List) {
	f.OfPresentations.Check(x, key, errs)
	if x.Judge() == nil {
		errs.Add(x.At(key+".kind", "there is no teacher of the kind cross-entropy whose current could be shown"))
	}
}

// Draw implements Figure.
func (f *teaching) Draw(d *Report, _ []any) figure.Figure {
	j, stage := d.Judge(), d.TrainingStage()
	output := d.Teachers.Get(j.Teacher).Population
	points := func(population string, x func(l presentations, pattern string) []float64) (marks []figure.Mark) {
		for k, p := range d.Patterns.Names() {
			pts := figure.Points{Name: d.Label(p), Quiet: population != output, Color: figure.Cycle(k), Diameter: 2}
			for _, l := range d.presented {
				pts.X = append(pts.X, x(l, p)...)
				for _, v := range l.of(stage, p, population+" burst_probability") {
					pts.Y = append(pts.Y, 100*v)
				}
			}
			marks = append(marks, pts)
		}
		return marks
	}
	current := func(l presentations, p string) []float64 { return l.of(stage, p, j.Teacher+" current_pa") }
	bursts := func(l presentations, p string) []float64 {
		x := l.of(stage, p, output+" event_rate_hz")
		for i, v := range l.of(stage, p, output+" burst_probability") {
			x[i] *= v
		}
		return x
	}
	y := figure.Axis{Label: "burst probability", Unit: "%"}
	panels := []figure.Panel{{Title: output, X: figure.Axis{Label: "teacher", Unit: "pA"}, Y: y,
		Marks: points(output, current)}}
	for _, p := range d.obs[0].pops {
		if f.Shows(p.Name) && p.Name != output {
			panels = append(panels, figure.Panel{Title: p.Name, X: figure.Axis{Label: "burst rate of " + output, Unit: "Hz"},
				Y: y, Marks: points(p.Name, bursts)})
		}
	}
	return figure.Page{Rows: []figure.Row{{Height: 38, Panels: panels}}}
}

// Caption implements Figure.
func (f *teaching) Caption(*Report) string {
	return "Burst probability of the output against the teacher's current, and of the others against the output's " +
		"burst rate; " +
		"a point for every presentation of the training."
}
