package report

import (
	"fmt"
	"path/filepath"

	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/recordings/figure"
	"github.com/burstplex/burstplex/sim/experiment"
)

// judge reads the diaries of a run and judges what was learned.
func (d *Report) judge(dir string, s *Summary) (err error) {
	if d.Protocol.Len() == 0 {
		return nil
	}
	var seeds []uint64
	for _, r := range s.Runs {
		seeds = append(seeds, r.Seed)
	}
	if d.presented, err = readPresentations(dir, seeds...); err != nil {
		return err
	}
	s.Outcomes, err = outcomes(d.Experiment, dir, d.presented)
	return err
}

// meanOf returns the mean over seeds (and its s.d.) of a column in the presentations of a stage and pattern, averaged over
// the stage.
func meanOf(all []presentations, stage, pattern, column string) (mean, sd float64) {
	var values []float64
	for _, l := range all {
		m, _, _ := analysis.Summary(l.of(stage, pattern, column))
		values = append(values, m)
	}
	mean, sd, _ = analysis.Summary(values)
	return mean, sd
}

// patterns draws event rate and burst probability of populations in the presentations of every stage but the training.
func (d *Report) patterns(f *experiment.Figure) figure.Figure {
	var page figure.Page
	var stages []string
	for name := range d.Protocol.All() {
		if name != d.TrainingStage() || d.Protocol.Len() == 1 {
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

// course returns a column of a pattern's presentations over the repeats of a stage, mean and s.d. over seeds.
func courseOf(all []presentations, stage, pattern, column string) analysis.Band {
	var traces [][]float64
	shortest := -1
	for _, l := range all {
		t := l.of(stage, pattern, column)
		traces = append(traces, t)
		if shortest < 0 || len(t) < shortest {
			shortest = len(t)
		}
	}
	for i := range traces {
		traces[i] = traces[i][:shortest]
	}
	return analysis.OverSeeds(traces...)
}

func count(n int, from float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = from + float64(i)
	}
	return x
}

// learning draws the training: cost, event rate of the output and burst probabilities of the populations over repeats, a
// line for each pattern, and the mean weights.
func (d *Report) learning(f *experiment.Figure) figure.Figure {
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
			panels = append(panels,
				figure.Panel{Title: p.Name, X: epochs, Y: figure.Axis{Label: "event rate", Unit: "Hz", Zero: true}, Marks: quiet(lines(p.Name+" event_rate_hz", 1))},
				figure.Panel{Title: p.Name, X: epochs, Y: figure.Axis{Label: "burst probability", Unit: "%", Zero: true}, Marks: quiet(lines(p.Name+" burst_probability", 100))})
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

// teaching draws how the teaching signal travels, a point for every presentation of the training: burst probability of the output
// against the teacher's current, and of the other populations against the burst rate of the output.
func (d *Report) teaching(f *experiment.Figure) figure.Figure {
	j, stage := d.Judge(), d.TrainingStage()
	if j == nil {
		return figure.Page{}
	}
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
	panels := []figure.Panel{{Title: output, X: figure.Axis{Label: "teacher", Unit: "pA"}, Y: y, Marks: points(output, current)}}
	for _, p := range d.obs[0].pops {
		if f.Shows(p.Name) && p.Name != output {
			panels = append(panels, figure.Panel{Title: p.Name, X: figure.Axis{Label: "burst rate of " + output, Unit: "Hz"}, Y: y, Marks: points(p.Name, bursts)})
		}
	}
	return figure.Page{Rows: []figure.Row{{Height: 38, Panels: panels}}}
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

// Variants draws what variants learned, side by side: output rates before and after, and cost.
func Variants(x *experiment.Experiment, dir string, all []*experiment.Experiment, seeds []uint64) ([]Outcome, error) {
	j := x.Judge()
	if j == nil || len(all) == 0 {
		return nil, nil
	}
	var outcomes []Outcome
	names := x.Patterns.Names()
	labels := make([]string, len(names))
	for i, n := range names {
		labels[i] = x.Label(n)
	}
	page := figure.Page{}
	var after, curves figure.Row
	for _, v := range all {
		ls, err := readPresentations(filepath.Join(dir, v.VariantName), seeds...)
		if err != nil {
			return nil, err
		}
		for _, l := range ls {
			if o := outcome(v, l); o != nil {
				outcomes = append(outcomes, *o)
			}
		}
		title := x.Variants.Get(v.VariantName).Title
		panel := figure.Panel{Title: title, Note: fmt.Sprintf("n = %d", len(ls)), X: figure.Axis{Names: labels}, Y: figure.Axis{Label: "output event rate", Unit: "Hz", Range: [2]float64{0, 13}}}
		stages := v.Protocol.Names()
		for k, stage := range []string{stages[0], stages[len(stages)-1]} {
			line := figure.Line{Name: []string{"before", "after"}[k], Dots: true, Dash: figure.Dash(1 - k)}
			for i, p := range names {
				m, sd := meanOf(ls, stage, p, j.Column)
				line.X, line.Y, line.SD = append(line.X, float64(i)+.5), append(line.Y, m), append(line.SD, sd)
			}
			panel.Marks = append(panel.Marks, line)
		}
		panel.Marks = append(panel.Marks, figure.Rule{At: j.Threshold, Across: true, Dash: figure.Dashed})
		after.Panels = append(after.Panels, panel)
		d := &Report{Experiment: v, presented: ls}
		curves.Panels = append(curves.Panels, figure.Panel{X: figure.Axis{Label: "epoch", Tight: true}, Y: figure.Axis{Label: "cost", Zero: true}, Marks: []figure.Mark{d.cost(j, v.TrainingStage())}})
	}
	for k := 0; k < len(after.Panels); k += 2 {
		end := min(k+2, len(after.Panels))
		page.Rows = append(page.Rows, figure.Row{Height: 32, Panels: after.Panels[k:end]}, figure.Row{Height: 24, Panels: curves.Panels[k:end]})
	}
	if err := saveOutcomes(x, dir, outcomes); err != nil {
		return nil, err
	}
	return outcomes, figure.Save(filepath.Join(dir, "variants"), page)
}
