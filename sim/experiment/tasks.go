package experiment

import (
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
			errs.Add(x.At(name, "means nothing beside a task, which brings its own network"))
		}
	}
	if x.Task.Spec != nil {
		errs.Add(x.parameter("task", x.Task.Spec.Validate()))
	}
}
