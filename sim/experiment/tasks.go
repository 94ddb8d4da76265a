package experiment

import (
	"errors"
	"path/filepath"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/cell"
	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/task"
)

// Task is the [task] table: an experiment that is not a network in a file. The kind chooses the other keys.
type Task struct {
	Kind string `toml:"kind" doc:"what is done; burstplex list --keys KIND prints its keys"`
	Spec task.Spec
}

type taskKeys Task

// DecodeConfig implements config.NodeDecoder.
func (t *Task) DecodeConfig(n *config.Node, d *config.Decoder) error {
	t.Spec = registriesOf(d).Tasks.Decode(d, n, "kind", "", (*taskKeys)(t))
	return nil
}

// Prepare reads the data of a task, if it reads any, and reports what is wrong with them.
func (x *Experiment) Prepare(seed uint64) error {
	if x.Task == nil {
		return nil
	}
	p, ok := x.Task.Spec.(task.Preparer)
	if !ok {
		return nil
	}
	err := p.Prepare(&task.Run{Data: x.DataDir(), Seed: seed})
	var none *task.NoData
	if errors.As(err, &none) {
		return x.At("data.dir", "%v", none).Allow("--set data.dir=DIRECTORY")
	}
	var parameter *neuron.ParameterError
	if errors.As(err, &parameter) {
		return x.parameter("task", err)
	}
	return x.Place(err)
}

// DataDir is the directory of data, "" if none is given. Like every file that an experiment names it is relative to the
// experiment's own file; that of a built-in experiment is relative to the working directory.
func (x *Experiment) DataDir() string {
	if dir := x.Data.Dir; dir == "" || filepath.IsAbs(dir) || x.builtin {
		return dir
	}
	return filepath.Join(x.dir, x.Data.Dir)
}

// taskOf returns the task of an experiment, nil if it has none.
func taskOf(x *Experiment) task.Spec {
	if x.Task == nil {
		return nil
	}
	return x.Task.Spec
}

// checkTask looks for mistakes in a file that names a task.
func (x *Experiment) checkTask(errs *config.List) {
	bound, ok := x.Task.Spec.(cell.Bound)
	if ok {
		bound.Bind(bench{x})
		if x.Populations.Len() == 0 {
			errs.Add(x.At("populations", "the task measures a population, and there is none").Allow("[populations.NAME]"))
			return
		}
	}
	for name, n := range map[string]int{"populations": x.Populations.Len(), "projections": x.Projections.Len(),
		"protocol": x.Protocol.Len()} {
		if n > 0 && !ok {
			errs.Add(x.At(name, "means nothing beside a task, which brings its own network"))
		}
	}
	if x.Task.Spec != nil {
		errs.Add(x.Place(x.parameter("task", x.Task.Spec.Validate())))
	}
}

// bench is what tasks that measure neurons see of an experiment.
type bench struct{ x *Experiment }

// Step implements cell.Bench.
func (b bench) Step() spike.Tick { return b.x.Experiment.Step }

// Population implements cell.Bench.
func (b bench) Population(name string) (sim.Population, error) {
	p := b.x.Populations.Get(name)
	if p == nil {
		return sim.Population{}, b.x.NotFound("task.population", "population", b.x.Populations.Names())
	}
	return p.network(name), nil
}
