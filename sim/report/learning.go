package report

import (
	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/recordings/figure"
	"github.com/burstplex/burstplex/sim/experiment"
)

// learning draws the training: cost, event rate of the output and burst probabilities of the populations over repeats,
// a line for each pattern, and the mean weights.
type learning struct{ OfPresentations }

// Draw implements Figure.
func (f *learning) Draw(d *Report, _ []any) figure.Figure {
	stage := d.TrainingStage()
	epochs := figure.Axis{Label: "epoch", Tight: true}
	page := figure.Page{ShareX: true}
	add := func(panels ...figure.Panel) {
		page.Rows = append(page.Rows, figure.Row{Height: 28, Panels: panels})
	}
	lines := func(column string, scale float64) (marks []figure.Mark) {
		for _, p := range d.Patterns.Names() {
			b := courseOf(d.presented, stage, p, column)
			for i := range b.Mean {
				b.Mean[i] *= scale
				b.SD[i] *= scale
			}
			marks = append(marks, figure.Line{Name: d.Label(p), X: count(len(b.Mean), 1), Y: b.Mean, SD: b.SD})
		}
		return marks
	}
	quiet := func(marks []figure.Mark) []figure.Mark {
		for i, m := range marks {
			l := m.(figure.Line)
			l.Quiet = true
			marks[i] = l
		}
		return marks
	}
	j := d.Judge()
	if j != nil {
		out := figure.Panel{X: epochs, Y: figure.Axis{Label: "output", Unit: "Hz", Zero: true}, Marks: lines(j.Column, 1)}
		out.Marks = append(out.Marks, figure.Rule{At: j.Threshold, Across: true, Dash: figure.Dashed})
		cost := figure.Panel{X: epochs, Y: figure.Axis{Label: "cost", Zero: true}, Marks: []figure.Mark{d.cost(j, stage)}}
		add(out, cost)
	}
	var panels []figure.Panel
	for _, p := range d.obs[0].pops {
		if f.Shows(p.Name) {
			rate := figure.Axis{Label: "event rate", Unit: "Hz", Zero: true}
			probability := figure.Axis{Label: "burst probability", Unit: "%", Zero: true}
			panels = append(panels,
				figure.Panel{Title: p.Name, X: epochs, Y: rate, Marks: quiet(lines(p.Name+" event_rate_hz", 1))},
				figure.Panel{Title: p.Name, X: epochs, Y: probability, Marks: quiet(lines(p.Name+" burst_probability", 100))})
		}
	}
	for i := 0; i+1 < len(panels); i += 2 {
		add(panels[i], panels[i+1])
	}
	weights := figure.Panel{X: epochs, Y: figure.Axis{Label: "mean weight", Zero: true}}
	last := d.Patterns.Names()[d.Patterns.Len()-1]
	for name, p := range d.Projections.All() {
		if p.Rule != nil {
			b := courseOf(d.presented, stage, last, name+" mean_weight")
			weights.Marks = append(weights.Marks, figure.Line{Name: name, X: count(len(b.Mean), 1), Y: b.Mean, SD: b.SD})
		}
	}
	if len(weights.Marks) > 0 {
		add(weights)
	}
	return page
}

// Caption implements Figure.
func (f *learning) Caption(d *Report) string {
	says := "Output, cost, event rates, burst probabilities and mean weights over the repeats of the training."
	if j := d.Judge(); j != nil && (d.Protocol.Get(d.TrainingStage()).Taught() || d.Teachers.Get(j.Teacher).Always) {
		says += " The teacher is on while output and cost are measured, and helps with them."
	}
	return says
}

// cost is the cost of the output over repeats, summed over the patterns.
func (d *Report) cost(j *experiment.Judge, stage string) figure.Mark {
	var sum analysis.Band
	for _, p := range d.Patterns.Names() {
		b := courseOf(d.presented, stage, p, j.Teacher+" cost")
		if sum.Mean == nil {
			sum = b
			continue
		}
		for i := range min(len(sum.Mean), len(b.Mean)) {
			sum.Mean[i] += b.Mean[i]
		}
	}
	return figure.Line{X: count(len(sum.Mean), 1), Y: sum.Mean}
}
