package experiment

import (
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

// checkTask looks for mistakes in a file that names a task.
func (x *Experiment) checkTask(errs *config.List) {
	for name, n := range map[string]int{"populations": x.Populations.Len(), "projections": x.Projections.Len(), "protocol": x.Protocol.Len()} {
		if n > 0 {
			errs.Add(x.At(name, "means nothing beside a task, which brings its own network"))
		}
	}
	if x.Task.Spec != nil {
		errs.Add(x.parameter("task", x.Task.Spec.Validate()))
	}
}
