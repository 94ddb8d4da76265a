package deep

import (
	"context"
	"errors"
	"fmt"
	"github.com/burstplex/burstplex/sim/ensemble"
	"math"
	"path/filepath"
	"time"

	"github.com/burstplex/burstplex/sim/task"
)

// Point is an epoch of a learning curve.
type Point struct {
	Seed                    uint64
	Epoch                   int
	Images                  int     // shown so far
	Train, Validation, Test float64 // share of wrong answers; Train while learning; NaN where images were not answered
	Rate                    float64 // images a second while training
	Seconds                 float64 // since the start, all included
}

// every is the wall time between checkpoints.
const every = time.Minute

// Run implements task.Spec: it trains one network per seed, one after the other, all workers on each, and writes
// curve.csv and layers.csv as it goes. An interrupted training goes on from its last checkpoint, with the same
// result.
func (t *Task) Run(ctx context.Context, r *task.Run) error {
	if w := t.warning(); w != "" {
		r.Say(w)
	}
	var runs []*result
	for n := range r.Seeds {
		x := &result{seed: r.Seed + uint64(n)}
		runs = append(runs, x)
		part := *r
		part.Progress = func(share float64) {
			if r.Progress != nil {
				r.Progress((float64(n) + share) / float64(r.Seeds))
			}
		}
		if err := t.train(ctx, &part, x, runs); err != nil {
			return err
		}
	}
	return t.report(r, runs)
}

// result is one seed.
type result struct {
	seed     uint64
	curve    []Point
	checks   []Check
	best     bestNetwork
	outcome  Outcome
	readouts []Readout
	sizes    []Size
	test     *Examples
	seconds  float64
	trainer  *Trainer
}

// train trains the network of a seed, from its checkpoint if there is one, and evaluates the best network.
func (t *Task) train(ctx context.Context, r *task.Run, x *result, runs []*result) error {
	train, validation, test, err := t.load(r.Data, x.seed)
	if err != nil {
		return err
	}
	tr, err := NewTrainer(t, train, x.seed, max(1, r.Workers))
	if err != nil {
		return err
	}
	x.test, x.trainer = test, tr
	x.best.Error = math.Inf(1)
	path := filepath.Join(r.Dir, checkpointName(x.seed))
	saved, err := readCheckpoint(path)
	if err != nil {
		return err
	}
	if saved != nil && tr.other == nil {
		tr.restore(saved)
		x.curve, x.checks, x.best, x.seconds = saved.Curve, saved.Checks, saved.Best, saved.Seconds
	}
	probe := permutation(train.Len(), tr.key.Sub("probe"), 0)[:min(t.Probe, train.Len())]
	start, last := time.Now(), time.Now()
	save := func() error {
		if tr.other != nil {
			return nil // other theories start again
		}
		last = time.Now()
		c := &checkpoint{tr.Net.Weights(), tr.Progress, x.curve, x.checks, x.best, x.seconds + time.Since(start).Seconds()}
		return c.write(path)
	}
	now := func() error { // after every batch
		done := tr.Silent + tr.Epoch*train.Len() + tr.At
		r.Progress(float64(done) / float64(t.silences()+t.Epochs*train.Len()))
		if time.Since(last) > every {
			return save()
		}
		return nil
	}
	err = tr.LearnInSilence(ctx, train, now)
	if errors.Is(err, context.Canceled) {
		return errors.Join(save(), err)
	}
	if err != nil {
		return err
	}
	x.seconds += time.Since(start).Seconds()
	for tr.Epoch < t.Epochs && !x.settled(t.Patience) {
		start = time.Now()
		last = start
		from := tr.At
		err := tr.Train(ctx, train, now)
		if errors.Is(err, context.Canceled) {
			return errors.Join(save(), err)
		}
		if err != nil {
			return err
		}
		p := Point{Seed: x.seed, Epoch: tr.Epoch + 1, Images: (tr.Epoch + 1) * train.Len(),
			Train: float64(tr.Wrong) / float64(train.Len()),
			Rate:  float64(train.Len()-from) / time.Since(start).Seconds(), Validation: math.NaN(), Test: math.NaN()}
		if validation.Len() > 0 {
			p.Validation = Wrong(tr.Answers(validation, validationNumbers), validation.Labels)
		}
		if t.Curve {
			p.Test = Wrong(tr.Answers(test, testNumbers), test.Labels)
		}
		if len(probe) > 0 {
			x.checks = append(x.checks, tr.check(train, probe)...)
		}
		if !(p.Validation >= x.best.Error) { // without validation the last network is the best
			x.best = bestNetwork{p.Epoch, p.Validation, tr.Net.Weights().Clone(), tr.Mean.Clone()}
			if err := saveNetwork(filepath.Join(r.Dir, fmt.Sprintf("network-%d.bspk", x.seed)), x.seed, "burstplex", tr.Net,
				tr.Mean); err != nil {
				return err
			}
		}
		x.seconds += time.Since(start).Seconds()
		p.Seconds = x.seconds
		x.curve = append(x.curve, p)
		tr.NextEpoch()
		start = time.Now()
		if err := errors.Join(save(), t.tables(r, runs)); err != nil {
			return err
		}
	}
	return t.evaluate(ctx, r, x)
}

// settled reports whether the validation error has not become better for a number of epochs.
func (x *result) settled(patience int) bool {
	n := len(x.curve)
	return patience > 0 && n > 0 && x.curve[n-1].Epoch-x.best.Epoch >= patience
}

// evaluate answers the test images with the best network, and looks at what it does.
func (t *Task) evaluate(ctx context.Context, r *task.Run, x *result) error {
	tr := x.trainer
	if len(x.best.Weights.W) > 0 {
		tr.Net.Set(x.best.Weights)
		tr.Mean = x.best.Mean
	}
	x.outcome = outcome(tr.Answers(x.test, testNumbers), x.test.Labels, len(x.test.Classes))
	if err := ctx.Err(); err != nil {
		return err
	}
	if _, ok := tr.models[0].(*ensemble.Presenter); !ok {
		return nil
	}
	if t.Sweep > 0 {
		some := *x.test
		some.Set = x.test.Head(t.Sweep)
		x.readouts, x.sizes = tr.readouts(&some), tr.sizes(&some)
	}
	if t.Record > 0 {
		return tr.record(r.Dir, x.seed, "burstplex", x.test, t.Record)
	}
	return nil
}

// restore goes back to a checkpoint.
func (tr *Trainer) restore(c *checkpoint) {
	tr.Net.Set(c.Weights)
	tr.Progress = c.Progress
	tr.batch.Centre = tr.Mean
	tr.follow()
}

// tables writes what is known so far: the curve and the layers of all seeds, whole files, so that they are complete
// at all times.
func (t *Task) tables(r *task.Run, runs []*result) error {
	var curve, layers [][]string
	for _, x := range runs {
		for _, p := range x.curve {
			curve = append(curve, []string{fmt.Sprint(p.Seed), fmt.Sprint(p.Epoch), fmt.Sprint(p.Images),
				task.Number(100 * p.Train), task.Number(100 * p.Validation),
				task.Number(100 * p.Test), task.Number(p.Rate), task.Number(p.Seconds)})
		}
		for _, c := range x.checks {
			row := []string{fmt.Sprint(x.seed), fmt.Sprint(c.Epoch + 1), fmt.Sprint(c.Layer)}
			for _, v := range []float64{c.Backprop, c.Alignment, c.Size, c.Activation * t.Rate, c.ActivationSD * t.Rate, c.P,
				c.PSD, c.Apical, c.Excess, c.Ideal, c.QY, c.YW, c.Residue} {
				row = append(row, task.Number(v))
			}
			layers = append(layers, row)
		}
	}
	return errors.Join(r.Table("curve.csv", []string{"seed", "epoch", "images", "training_error_percent",
		"validation_error_percent", "test_error_percent", "images_per_s", "wall_s"}, curve),
		r.Table("layers.csv", []string{"seed", "epoch", "layer", "angle_to_backprop_deg",
			"angle_to_feedback_alignment_deg", "size_relative_to_gradient", "event_rate_hz", "event_rate_sd_hz",
			"burst_probability", "burst_probability_sd", "apical_rms", "burst_excess", "burst_excess_of_backprop",
			"angle_q_y_deg", "angle_y_w_deg", "apical_residue_rms"}, layers))
}
