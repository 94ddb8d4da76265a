package deep

import (
	"errors"
	"fmt"
	"path/filepath"

	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/recordings/figure"
	"github.com/burstplex/burstplex/sim/deep/picture"
	"github.com/burstplex/burstplex/sim/task"
)

// report says what was learned and writes the tables and figures of the trained networks.
func (t *Task) report(r *task.Run, runs []*result) error {
	err := t.tables(r, runs)
	var final []float64
	for _, x := range runs {
		r.Say(x.line(t))
		final = append(final, 100*x.outcome.Error)
	}
	if len(runs) > 1 {
		m, sd, _ := analysis.Summary(final)
		r.Say(fmt.Sprintf("test error %.2f +- %.2f %% over %d seeds", m, sd, len(runs)))
	}
	err = errors.Join(err, t.outcomeTables(r, runs))
	return errors.Join(err, t.figures(r.Dir, runs))
}

// line says what a seed ended with.
func (x *result) line(t *Task) string {
	tr := x.trainer
	s := fmt.Sprintf("seed %d: test error %.2f %% of %d images", x.seed, 100*x.outcome.Error, x.test.Len())
	if n := len(x.curve); n > 0 {
		p, chosen := x.curve[n-1], ""
		if x.best.Error == x.best.Error {
			chosen = fmt.Sprintf(", chosen by its validation error of %.2f %%", 100*x.best.Error)
		}
		s += fmt.Sprintf(", of the network of epoch %d of %d%s; %d weights, %.0f images/s, %.0f s", x.best.Epoch, p.Epoch,
			chosen, tr.Net.Size(), p.Rate, x.seconds)
	}
	if t.Model == "spikes" {
		s += fmt.Sprintf("; %d neurons a unit, at most %.0f events a unit while plasticity is on", t.Neurons,
			t.EventsPerUnit())
	}
	if n := len(x.readouts); n > 0 {
		s += fmt.Sprintf("; an image takes %.3g spikes and %.3g synaptic events to answer, %.3g to learn from",
			x.readouts[n-1].Spikes, x.readouts[n-1].Synaptic, x.readouts[n-1].Synaptic+x.readouts[n-1].Feedback)
	}
	return s + "; weights " + tr.Net.Weights().Digest()
}

// outcomeTables writes confusion.csv, time.csv and size.csv.
func (t *Task) outcomeTables(r *task.Run, runs []*result) error {
	var confusion, time, size [][]string
	for _, x := range runs {
		seed := fmt.Sprint(x.seed)
		for class, answers := range x.outcome.Confusion {
			row := []string{seed, x.test.Classes[class]}
			for _, n := range answers {
				row = append(row, fmt.Sprint(n))
			}
			confusion = append(confusion, row)
		}
		for _, l := range x.readouts {
			time = append(time, []string{seed, task.Number(l.Time), task.Number(100 * l.Error), task.Number(l.Spikes),
				task.Number(l.Synaptic), task.Number(l.Feedback)})
		}
		for _, s := range x.sizes {
			size = append(size, []string{seed, fmt.Sprint(s.Neurons), task.Number(100 * s.Error)})
		}
	}
	head := append([]string{"seed", "class"}, runs[0].test.Classes...)
	err := r.Table("confusion.csv", head, confusion)
	if len(time) > 0 {
		err = errors.Join(err, r.Table("time.csv", []string{"seed", "time_ms", "error_percent", "spikes",
			"synaptic_events", "feedback_events"}, time),
			r.Table("size.csv", []string{"seed", "neurons_per_unit", "error_percent"}, size))
	}
	return err
}

// captions say what the figures show.
var captions = map[string]string{
	"learning":  "Errors over epochs of training",
	"confusion": "How many images of each class (rows) got which answer (columns)",
	"angles":    "Angles of changes of weights to exact gradients, layer by layer, over epochs",
	"feedback":  "Feedback weights over epochs",
	"layers":    "Rates and burst probabilities of the layers",
	"time":      "Share of right answers against the time that an image is shown",
	"size":      "Share of right answers against the neurons of a unit",
	"images":    "Test images with the answers of the network",
}

// figures draws the first seed; the learning curve is that of all seeds.
func (t *Task) figures(dir string, runs []*result) error {
	x := runs[0]
	save := func(name string, page figure.Figure) error {
		of := fmt.Sprintf("first of %d seeds, %d test images", len(runs), x.test.Len())
		if name == "learning" {
			of = fmt.Sprintf("%d seeds, means and one standard deviation", len(runs))
		}
		return figure.SaveWith(filepath.Join(dir, "figures", name), page,
			fmt.Sprintf("%s; %s. Model: %s, %d neurons a unit. Burst: an event that a "+
				"second spike follows.", captions[name], of, t.Model, t.Neurons))
	}
	err := save("learning", t.learning(runs))
	err = errors.Join(err, save("confusion", picture.Confusion{Title: "answers", Classes: x.test.Classes,
		Counts: x.outcome.Confusion}))
	if len(x.checks) > 0 {
		angles, statistics := t.layers(x)
		err = errors.Join(err, save("angles", angles))
		if t.Feedback != "tied" {
			err = errors.Join(err, save("feedback", t.feedback(x)))
		}
		if t.Model == "spikes" {
			err = errors.Join(err, save("layers", statistics))
		}
	}
	if len(x.readouts) > 0 {
		var look, size picture.Curve
		for _, l := range x.readouts {
			look.X, look.Y = append(look.X, l.Time), append(look.Y, 100*(1-l.Error))
		}
		for _, s := range x.sizes {
			size.X, size.Y = append(size.X, float64(s.Neurons)), append(size.Y, 100*(1-s.Error))
		}
		classes := len(x.test.Classes)
		err = errors.Join(err, save("time", picture.Accuracy("presentation time", "ms", false, classes, look)),
			save("size", picture.Accuracy("neurons per unit", "", true, classes, size)))
	}
	var sheet picture.Sheet
	for i := range min(30, x.test.Len()) {
		sheet.Images = append(sheet.Images, x.trainer.picture(x.test, i, x.outcome.Answers[i]))
	}
	return errors.Join(err, save("images", sheet))
}

// learning is the learning curve, mean and s.d. over seeds.
func (t *Task) learning(runs []*result) picture.Learning {
	most := 0
	for _, x := range runs {
		most = max(most, len(x.curve))
	}
	var c picture.Condition
	for k := range most {
		var train, validation, test []float64
		for _, x := range runs {
			if k < len(x.curve) {
				train, validation, test = append(train, 100*x.curve[k].Train), append(validation, 100*x.curve[k].Validation),
					append(test, 100*x.curve[k].Test)
			}
		}
		add := func(c *picture.Curve, values []float64) {
			m, sd, _ := analysis.Summary(values)
			if m == m {
				c.X, c.Y, c.SD = append(c.X, float64(k+1)), append(c.Y, m), append(c.SD, sd)
			}
		}
		add(&c.Train, train)
		add(&c.Validation, validation)
		add(&c.Test, test)
	}
	l := picture.Learning{X: "epoch", Conditions: []picture.Condition{c}, Log: true}
	if len(runs) > 1 {
		l.Note = fmt.Sprintf("%d seeds", len(runs))
	}
	return l
}

// layers draws the checks of a seed.
func (t *Task) layers(x *result) (picture.Angles, picture.Statistics) {
	a, s := picture.Angles{X: "epoch"}, picture.Statistics{X: "epoch"}
	for l := range x.trainer.Net.Layers {
		name := fmt.Sprintf("layer %d", l+1)
		if l == len(x.trainer.Net.Layers)-1 {
			name = "output"
		}
		bp, fa := picture.Curve{Name: name}, picture.Curve{Name: name}
		layer := picture.Layer{Name: name}
		for _, c := range x.checks {
			if c.Layer != l+1 {
				continue
			}
			e := float64(c.Epoch + 1)
			bp.X, bp.Y = append(bp.X, e), append(bp.Y, c.Backprop)
			fa.X, fa.Y = append(fa.X, e), append(fa.Y, c.Alignment)
			layer.X = append(layer.X, e)
			layer.EventRate, layer.EventRateSD = append(layer.EventRate, c.Activation*t.Rate), append(layer.EventRateSD,
				c.ActivationSD*t.Rate)
			layer.BurstProbability, layer.BurstProbabilitySD = append(layer.BurstProbability, c.P),
				append(layer.BurstProbabilitySD, c.PSD)
			layer.ApicalRMS = append(layer.ApicalRMS, c.Apical)
		}
		a.Backprop = append(a.Backprop, bp)
		if t.Feedback != "tied" {
			a.Alignment = append(a.Alignment, fa)
		}
		s.Layers = append(s.Layers, layer)
	}
	return a, s
}

// feedback draws how feedback relates to the weights and to itself, for a seed. Angles of Q say little
// (docs/deep.md): beside them stands what Q fails to cancel of the apical drive.
func (t *Task) feedback(x *result) picture.Sweep {
	yw, qy := picture.Quantity{Label: "angle of Y to W", Unit: "degrees"},
		picture.Quantity{Label: "angle of Q to p_b Y", Unit: "degrees", Log: true}
	drive := picture.Quantity{Label: "apical drive r.m.s.", Log: true}
	last := len(x.trainer.Net.Layers)
	for l := 1; l <= last; l++ {
		name := fmt.Sprintf("layer %d", l)
		if l == last {
			name = "output"
		}
		angle, cancel := picture.Curve{Name: name}, picture.Curve{Name: name}
		all, rest := picture.Curve{Name: name}, picture.Curve{Name: name + ", not cancelled"}
		for _, c := range x.checks {
			if c.Layer != l {
				continue
			}
			e := float64(c.Epoch + 1)
			for _, p := range []struct {
				curve *picture.Curve
				y     float64
			}{{&angle, c.YW}, {&cancel, c.QY}, {&all, c.Apical}, {&rest, c.Residue}} {
				p.curve.X, p.curve.Y = append(p.curve.X, e), append(p.curve.Y, p.y)
			}
		}
		if l > 1 {
			yw.Curves, qy.Curves = append(yw.Curves, angle), append(qy.Curves, cancel)
		}
		if l < last {
			drive.Curves = append(drive.Curves, all, rest)
		}
	}
	s := picture.Sweep{X: "epoch", Quantities: []picture.Quantity{yw, drive}}
	if x.trainer.Net.Layers[last-1].Q != nil {
		s.Quantities = []picture.Quantity{yw, qy, drive}
	}
	return s
}
