package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/report"
	"github.com/burstplex/burstplex/sim/task"
)

// runTask does the task of a file.
func runTask(ctx context.Context, x *experiment.Experiment, o Options) (summary *report.Summary, err error) {
	if err := x.Prepare(*o.Seed); err != nil {
		return nil, err
	}
	x, held, err := own(x, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, held.Release()) }()
	if err := os.MkdirAll(filepath.Join(o.Dir, "figures"), 0o777); err != nil {
		return nil, err
	}
	s := &report.Summary{Experiment: x.Experiment.Name, Variant: x.VariantName, Program: Program()}
	p := o.progress
	if p == nil {
		p = newTaskProgress(o.Log)
		defer p.finish()
	}
	done := 0.0
	start := time.Now()
	run := &task.Run{Dir: o.Dir, Data: x.DataDir(), Seed: *o.Seed, Seeds: o.Seeds, Workers: o.Workers,
		Progress: func(share float64) {
			p.add(spike.Tick(float64(whole) * (share - done)))
			done = share
		},
		Print: func(line string) { s.Lines = append(s.Lines, line) }}
	err = x.Task.Spec.Run(ctx, run)
	s.WallSeconds = time.Since(start).Seconds()
	if errors.Is(err, context.Canceled) {
		s.Interrupted = true
		return s, errors.Join(report.WriteSummary(o.Dir, s), err)
	}
	if err != nil {
		return nil, fmt.Errorf("task %s: %w", x.Task.Kind, err)
	}
	return s, errors.Join(report.WriteSummary(o.Dir, s), task.Forget(o.Dir))
}
