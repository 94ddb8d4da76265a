package experiment

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/credit"
	"github.com/burstplex/burstplex/sim/curve"
	"github.com/burstplex/burstplex/sim/deep"
	"github.com/burstplex/burstplex/sim/task"
)

// Task is the [task] table: an experiment that is not a network in a file. The kind chooses the other keys.
type Task struct {
	Kind string `toml:"kind" oneof:"plasticity-curve|gradient|regression|images" doc:"what is done; burstplex list --keys KIND prints its keys"`
	Spec task.Spec
}

// TaskKind is an entry of the list of tasks that a file can name.
type TaskKind struct {
	Name    string
	Default func() task.Spec
}

// Tasks lists the tasks.
func Tasks() []TaskKind {
	return []TaskKind{
		{"plasticity-curve", func() task.Spec { return curve.Default() }},
		{"gradient", func() task.Spec { return credit.DefaultGradient() }},
		{"regression", func() task.Spec { return credit.DefaultRegression() }},
		{"images", func() task.Spec { return deep.Default() }},
	}
}

type taskKeys Task

// DecodeConfig implements config.NodeDecoder.
func (t *Task) DecodeConfig(n *config.Node, d *config.Decoder) error {
	var names []string
	for _, k := range Tasks() {
		names = append(names, k.Name)
	}
	name := d.Choice(n, "kind", names, true)
	for _, k := range Tasks() {
		if k.Name == name {
			t.Spec = k.Default()
			d.Fields(n, (*taskKeys)(t), t.Spec)
		}
	}
	return nil
}

// checkTask looks for mistakes in a file that names a task.
func (x *Experiment) checkTask(errs *config.List) {
	for name, n := range map[string]int{"populations": x.Populations.Len(), "projections": x.Projections.Len(), "protocol": x.Protocol.Len()} {
		if n > 0 {
			errs.Add(x.at(name, "means nothing beside a task, which brings its own network"))
		}
	}
	if x.Task.Spec != nil {
		errs.Add(x.parameter("task", x.Task.Spec.Validate()))
	}
}

// runTask does the task of a file.
func (x *Experiment) runTask(ctx context.Context, o RunOptions) (*Summary, error) {
	if p, ok := x.Task.Spec.(task.Preparer); ok {
		if err := p.Prepare(&task.Run{Data: x.Data.Dir, Seed: *o.Seed}); err != nil {
			return nil, err
		}
	}
	if !o.resume {
		if err := x.begin(o); err != nil {
			return nil, err
		}
	}
	if err := os.MkdirAll(filepath.Join(o.Dir, "figures"), 0o777); err != nil {
		return nil, err
	}
	s := &Summary{Experiment: x.Experiment.Name, Variant: x.variantName, Program: Program()}
	p := o.progress
	if p == nil {
		p = newTaskProgress(o.Log)
		defer p.finish()
	}
	done := 0.0
	start := time.Now()
	run := &task.Run{Dir: o.Dir, Data: x.Data.Dir, Seed: *o.Seed, Seeds: o.Seeds, Workers: o.Workers,
		Progress: func(share float64) {
			p.add(spike.Tick(float64(whole) * (share - done)))
			done = share
		},
		Print: func(line string) { s.Lines = append(s.Lines, line) }}
	err := x.Task.Spec.Run(ctx, run)
	s.WallSeconds = time.Since(start).Seconds()
	if errors.Is(err, context.Canceled) {
		s.Interrupted = true
		return s, errors.Join(writeSummary(o.Dir, s), err)
	}
	if err != nil {
		return nil, fmt.Errorf("task %s: %w", x.Task.Kind, err)
	}
	return s, errors.Join(writeSummary(o.Dir, s), task.Forget(o.Dir))
}
