package experiment

import (
	"errors"
	"slices"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/plasticity"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/config"
)

// Check builds everything that a run needs of the file and simulates nothing. Its errors name file, line and key.
func (x *Experiment) Check() error {
	if x.Task != nil {
		return nil
	}
	net, err := x.Network(x.Experiment.Seed)
	if err != nil {
		return err
	}
	if err := x.Place(sim.Check(net)); err != nil {
		return err
	}
	return x.checkProbes()
}

// CheckAll checks everything that a file says: the experiment, the data that its task reads, and its variants.
func (x *Experiment) CheckAll() error {
	if err := x.Check(); err != nil {
		return err
	}
	if err := x.Prepare(x.Experiment.Seed); err != nil {
		return err
	}
	for _, name := range x.Variants.Names() {
		v, err := x.variant(name)
		if err == nil {
			err = errors.Join(v.Check(), v.Prepare(v.Experiment.Seed))
		}
		if err != nil {
			return x.ofVariant(name, err)
		}
	}
	return nil
}

// ofVariant says of errors which variant they are of, and where it is.
func (x *Experiment) ofVariant(name string, err error) error {
	var list config.List
	if !errors.As(err, &list) {
		list.Add(err)
	}
	var out config.List
	for _, e := range list {
		at := x.At("variants."+name, "%s", e.Error())
		at.Value = ""
		out.Add(at)
	}
	return out.Err()
}

// Estimate returns what the network of the experiment will take in memory, and its results on disk.
func (x *Experiment) Estimate() (sim.Estimate, Disk, error) {
	if x.Task != nil {
		return sim.Estimate{}, Disk{}, nil
	}
	net, err := x.Network(x.Experiment.Seed)
	if err != nil {
		return sim.Estimate{}, Disk{}, err
	}
	return sim.EstimateOf(net), x.Disk(net), nil
}

// coarse returns the warnings of steps that are coarse, a line each.
func (x *Experiment) coarse() (lines []string) {
	if x.Task != nil {
		return nil
	}
	net, err := x.Network(x.Experiment.Seed)
	if err != nil {
		return nil // Check says so
	}
	for _, l := range sim.Coarse(net) {
		lines = append(lines, x.At("experiment.step", "warning: %s", l).Error())
	}
	return lines
}

// checkProbes looks for the variables that probes and rules read.
func (x *Experiment) checkProbes() error {
	variable := func(population, name, key string, rule bool) error {
		p := x.Populations.Get(population)
		pop := sim.Population{Spec: p.Spec, Receptors: p.added()}
		one, err := pop.Build(neuron.Build{N: 1, Step: x.Experiment.Step, Detector: spike.DefaultDetector()})
		if err != nil {
			return nil // a source that needs its true size has no variables
		}
		var names []string
		for _, c := range one.Columns() {
			names = append(names, c.Name)
		}
		if q, ok := one.(neuron.Prober); ok && !rule {
			names = append(names, q.Probes()...)
		}
		if !slices.Contains(names, name) {
			return x.tree.At(key).NotFound("state variable", names)
		}
		return nil
	}
	for name, p := range x.Probes.All() {
		if err := variable(p.Population, p.Variable, "probes."+name+".variable", false); err != nil {
			return err
		}
	}
	for name, p := range x.Projections.All() {
		if p.Rule == nil {
			continue
		}
		key := "projections." + name
		if r, ok := p.Rule.Spec.(plasticity.TargetReader); ok && r.Reads() != "" {
			if err := variable(p.Target, r.Reads(), key+".rule.variable", true); err != nil {
				return err
			}
		}
	}
	return nil
}
