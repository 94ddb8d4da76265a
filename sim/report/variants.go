package report

import (
	"fmt"
	"path/filepath"

	"github.com/burstplex/burstplex/recordings/figure"
	"github.com/burstplex/burstplex/sim/experiment"
)

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
		panel := figure.Panel{Title: title, Note: fmt.Sprintf("n = %d", len(ls)), X: figure.Axis{Names: labels},
			Y: figure.Axis{Label: "output event rate", Unit: "Hz", Range: [2]float64{0, 13}}}
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
		curves.Panels = append(curves.Panels, figure.Panel{X: figure.Axis{Label: "epoch", Tight: true},
			Y: figure.Axis{Label: "cost", Zero: true}, Marks: []figure.Mark{d.cost(j, v.TrainingStage())}})
	}
	for k := 0; k < len(after.Panels); k += 2 {
		end := min(k+2, len(after.Panels))
		page.Rows = append(page.Rows, figure.Row{Height: 32, Panels: after.Panels[k:end]},
			figure.Row{Height: 24, Panels: curves.Panels[k:end]})
	}
	if err := saveOutcomes(x, dir, outcomes); err != nil {
		return nil, err
	}
	return outcomes, figure.SaveWith(filepath.Join(dir, "variants"), page,
		fmt.Sprintf("What variants of %s learned: event rate of the "+
			"output for each pattern before and after training, and the cost over epochs; n: seeds, means and one standard "+
			"deviation; "+
			"dashed: the threshold between answers.", x.Experiment.Name))
}
