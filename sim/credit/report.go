package credit

import (
	"fmt"
	"math"
	"path/filepath"

	"gonum.org/v1/gonum/stat"

	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/recordings/figure"
	"github.com/burstplex/burstplex/sim/task"
)

// pick returns mean and s.d. over seeds of an angle at every place x of a condition, for one layer.
func pick(out []result, condition string, layer func(r result) bool, x func(r result) float64,
	angle func(r result) float64) (xs, mean, sd []float64) {
	at := map[float64][]float64{}
	for _, r := range out {
		if r.Condition == condition && layer(r) {
			if _, ok := at[x(r)]; !ok {
				xs = append(xs, x(r))
			}
			at[x(r)] = append(at[x(r)], angle(r))
		}
	}
	for _, v := range xs {
		m, s, _ := analysis.Summary(at[v])
		mean, sd = append(mean, m), append(sd, s)
	}
	return xs, mean, sd
}

func toBP(r result) float64 { return r.BP }

// slope fits log tan(angle) against log K where the angle is below 45 degrees and still falls.
func slope(k, angle []float64) float64 {
	var x, y []float64
	for i := range k {
		if angle[i] < 45 && (i == 0 || angle[i] < 0.8*angle[i-1]) {
			x, y = append(x, math.Log(k[i])), append(y, math.Log(math.Tan(angle[i]*math.Pi/180)))
		}
	}
	if len(x) < 2 {
		return math.NaN()
	}
	_, b := stat.LinearRegression(x, y, nil, false)
	return b
}

// report writes tables and figure, and says what was found.
func (g *Gradient) report(r *task.Run, out []result, drifts []drift, courses []course) error {
	var rows [][]string
	for _, x := range out {
		rows = append(rows, []string{x.Condition, fmt.Sprint(x.Seed), fmt.Sprint(x.Hidden), task.Number(x.Gain),
			task.Number(x.K), fmt.Sprint(x.Layer), task.Number(x.BP), task.Number(x.Sem), task.Number(x.Predicted),
			task.Number(x.Floor), task.Number(x.FA), task.Number(x.Size)})
	}
	if err := r.Table("angles.csv", []string{"condition", "seed", "hidden_layers", "feedback_gain", "events_per_unit",
		"layer", "angle_to_backprop_deg", "standard_error_deg", "predicted_deg", "floor_deg",
		"angle_to_feedback_alignment_deg", "size_relative_to_gradient"}, rows); err != nil {
		return err
	}
	rows = nil
	for _, c := range courses {
		rows = append(rows, []string{c.What, fmt.Sprint(c.Seed), fmt.Sprint(c.Step), fmt.Sprint(c.Layer),
			task.Number(c.Angle), task.Number(c.RMS)})
	}
	if err := r.Table("feedback.csv", []string{"weights", "seed", "step", "layer", "angle_deg",
		"apical_rms_without_teacher"}, rows); err != nil {
		return err
	}
	rows = nil
	worst := 0.0
	for _, d := range drifts {
		rows = append(rows, []string{fmt.Sprint(d.Seed), fmt.Sprint(d.Layer), task.Number(d.Mean), task.Number(d.Sem),
			task.Number(d.Size)})
		worst = math.Max(worst, math.Abs(d.Mean)/d.Size)
	}
	if err := r.Table("drift.csv", []string{"seed", "layer", "mean_change_without_teacher", "standard_error",
		"rms_change_with_teacher"}, rows); err != nil {
		return err
	}
	for l := 1; l <= g.Hidden+1; l++ {
		layer, k := func(r result) bool { return r.Layer == l }, func(r result) float64 { return r.K }
		ks, angle, _ := pick(out, "events", layer, k, toBP)
		_, sem, _ := pick(out, "events", layer, k, func(r result) float64 { return r.Sem })
		_, predicted, _ := pick(out, "events", layer, k, func(r result) float64 { return r.Predicted })
		_, floor, _ := pick(out, "events", layer, k, func(r result) float64 { return r.Floor })
		line := fmt.Sprintf("layer %d of %d: angle to backpropagation ± 95 %% (predicted)", l, g.Hidden+1)
		for i := range ks {
			line += fmt.Sprintf("  K = %.3g: %.1f ± %.1f° (%.1f°)", ks[i], angle[i], 1.96*sem[i]/math.Sqrt(float64(r.Seeds)),
				predicted[i])
		}
		if len(ks) > 0 {
			line += fmt.Sprintf("  slope of log tan %.2f, floor %.1f°", slope(ks, angle), floor[0])
		}
		r.Say(line)
	}
	for _, c := range []string{"random Y", "random Q", "learned Q", "taught Q", "learned Y"} {
		line := fmt.Sprintf("%-10s at K = %g:", c, g.AtK)
		for l := 1; l <= g.Hidden+1; l++ {
			_, bp, _ := pick(out, c, func(r result) bool { return r.Layer == l }, func(result) float64 { return 0 }, toBP)
			_, fa, _ := pick(out, c, func(r result) bool { return r.Layer == l }, func(result) float64 { return 0 },
				func(r result) float64 { return r.FA })
			if len(bp) > 0 {
				line += fmt.Sprintf("  layer %d %.1f° (feedback alignment %.1f°)", l, bp[0], fa[0])
			}
		}
		r.Say(line)
	}
	r.Say(fmt.Sprintf("without a teacher the mean change of a weight is at most %.2g of the size of changes with one",
		worst))
	return figure.SaveWith(filepath.Join(r.Dir, "figures", "gradient"), g.page(out, courses),
		fmt.Sprintf("Changes learned from bursts "+
			"beside the exact gradient, in batches of %d presentations; %d seeds. K: events of a fully active unit in a "+
			"presentation. "+
			"Burst: an event that is followed by a second spike after %g ms.", g.Batch, r.Seeds, g.Delay))
}

// page draws angle against events, depth and gain, and the learning of feedback weights.
func (g *Gradient) page(out []result, courses []course) figure.Page {
	angles := figure.Axis{Label: "angle to gradient", Unit: "degrees", Zero: true}
	events := figure.Panel{Title: "events per unit", X: figure.Axis{Label: "K", Log: true},
		Y: figure.Axis{Label: "angle to gradient", Unit: "degrees", Log: true}}
	for l := 1; l <= g.Hidden+1; l++ {
		layer, at := func(r result) bool { return r.Layer == l }, func(r result) float64 { return r.K }
		k, mean, sd := pick(out, "events", layer, at, toBP)
		_, sem, _ := pick(out, "events", layer, at, func(r result) float64 { return r.Sem })
		for i := range sd { // over seeds, and within a batch, whichever says more
			if sd[i] = math.Max(sd[i], 0); math.IsNaN(sd[i]) || sd[i] < sem[i] {
				sd[i] = sem[i]
			}
		}
		_, predicted, _ := pick(out, "events", layer, at, func(r result) float64 { return r.Predicted })
		color := figure.Cycle(l - 1)
		events.Marks = append(events.Marks, figure.Line{Name: fmt.Sprintf("layer %d", l), X: k, Y: mean, SD: sd,
			Dots: true, Color: color},
			figure.Line{Name: "predicted", X: k, Y: predicted, Dash: figure.Dashed, Thin: true, Color: color, Quiet: l > 1})
	}
	depth := figure.Panel{Title: "depth", X: figure.Axis{Label: "hidden layers"}, Y: angles}
	for _, which := range []struct {
		name string
		is   func(r result) bool
	}{{"first layer", func(r result) bool { return r.Layer == 1 }},
		{"last hidden layer", func(r result) bool { return r.Layer == r.Hidden }},
		{"output", func(r result) bool { return r.Layer == r.Hidden+1 }}} {
		x, mean, sd := pick(out, "depth", which.is, func(r result) float64 { return float64(r.Hidden) }, toBP)
		depth.Marks = append(depth.Marks, figure.Line{Name: which.name, X: x, Y: mean, SD: sd, Dots: true})
	}
	gain := figure.Panel{Title: "feedback gain", X: figure.Axis{Label: "gain"}, Y: angles}
	for l := 1; l <= g.Hidden+1; l++ {
		x, mean, sd := pick(out, "gain", func(r result) bool { return r.Layer == l },
			func(r result) float64 { return r.Gain }, toBP)
		gain.Marks = append(gain.Marks, figure.Line{Name: fmt.Sprintf("layer %d", l), X: x, Y: mean, SD: sd, Dots: true,
			Quiet: true})
	}
	page := figure.Page{Rows: []figure.Row{{Height: 42, Panels: []figure.Panel{events, depth, gain}}}}
	conditions := figure.Panel{Title: "feedback weights", X: figure.Axis{Names: []string{"exact", "random Y",
		"learned Y", "random Q", "learned Q", "taught Q"}}, Y: angles}
	for l := 1; l <= g.Hidden+1; l++ {
		line := figure.Points{Name: fmt.Sprintf("layer %d", l), Quiet: true, Color: figure.Cycle(l - 1)}
		for i, c := range []string{"gain", "random Y", "learned Y", "random Q", "learned Q", "taught Q"} {
			_, mean, sd := pick(out, c, func(r result) bool { return r.Layer == l && r.Gain == g.Gain },
				func(result) float64 { return 0 }, toBP)
			if len(mean) > 0 {
				line.X, line.Y, line.SD = append(line.X, float64(i)+.5), append(line.Y, mean[0]), append(line.SD, sd[0])
			}
		}
		conditions.Marks = append(conditions.Marks, line)
	}
	page.Rows = append(page.Rows, figure.Row{Height: 34, Panels: []figure.Panel{conditions}},
		figure.Row{Height: 36, Panels: []figure.Panel{g.coursePanel("Q", "learning Q", "apical drive without teacher", "",
			courses, func(c course) float64 { return c.RMS }),
			g.coursePanel("taught Q", "learning Q, teacher on", "apical drive without teacher", "", courses,
				func(c course) float64 { return c.RMS })}},
		figure.Row{Height: 36, Panels: []figure.Panel{g.coursePanel("Q", "learning Q", "angle of Q to p_b Y", "degrees",
			courses, func(c course) float64 { return c.Angle }),
			g.coursePanel("taught Q", "learning Q, teacher on", "angle of Q to p_b Y", "degrees", courses,
				func(c course) float64 { return c.Angle }),
			g.coursePanel("Y", "learning Y", "angle of Y to W", "degrees", courses, func(c course) float64 { return c.Angle })}})
	return page
}

func (g *Gradient) coursePanel(what, title, label, unit string, courses []course,
	y func(c course) float64) figure.Panel {
	p := figure.Panel{Title: title, X: figure.Axis{Label: "batches"}, Y: figure.Axis{Label: label, Unit: unit, Zero: true}}
	for l := 1; l <= g.Hidden; l++ {
		line := figure.Line{Name: fmt.Sprintf("layer %d", l), Quiet: true, Color: figure.Cycle(l - 1)}
		at := map[int][]float64{}
		var steps []int
		for _, c := range courses {
			if c.What == what && c.Layer == l {
				if at[c.Step] == nil {
					steps = append(steps, c.Step)
				}
				at[c.Step] = append(at[c.Step], y(c))
			}
		}
		for _, s := range steps {
			m, sd, _ := analysis.Summary(at[s])
			line.X, line.Y, line.SD = append(line.X, float64(s)), append(line.Y, m), append(line.SD, sd)
		}
		p.Marks = append(p.Marks, line)
	}
	return p
}
