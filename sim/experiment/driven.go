package experiment

import (
	"github.com/burstplex/burstplex/neuron/equations"
	"github.com/burstplex/burstplex/sim/config"
)

// driveParameters lets stimuli change parameters of models that are written as equations: a voltage clamp.
func (x *Experiment) driveParameters() error {
	var errs config.List
	for name, s := range x.Stimuli.All() {
		key := "stimuli." + name
		if s.Parameter == "" {
			if s.Change.S != "" {
				errs.Add(x.At(key+".change", "changes a parameter, and none is named; a current has an amplitude").Allow(
					"parameter = NAME"))
			}
			continue
		}
		p := x.Populations.Get(s.Population)
		if p == nil {
			continue // is reported with all others
		}
		e, ok := p.Spec.(*equationPopulation)
		if !ok {
			errs.Add(x.At(key+".parameter",
				"the population %s has a built-in model; only parameters of models that are written as equations can be driven",
				s.Population).Allow("list --equations MODEL prints some built-in ones"))
			continue
		}
		for _, other := range []string{"port", "amplitude", "scale"} {
			if x.Has(key + "." + other) {
				errs.Add(x.At(key+"."+other, "is of a current, and this stimulus drives the parameter %s",
					s.Parameter).Allow("change, what is added to the parameter"))
			}
		}
		if s.Course != nil && s.Course.Absolute() {
			errs.Add(x.At(key+".wave", "the wave %q is a current in pA", s.Wave).Allow("constant, sine, fluctuation"))
		}
		port, err := e.Drive(s.Parameter)
		if err != nil {
			errs.Add(x.NotFound(key+".parameter", "parameter that can be driven", e.Drivable()))
			continue
		}
		s.Port = port
		if s.amplitude, err = equations.ParseAs(s.Change.S, e.dimOf(s.Parameter)); err != nil {
			errs.Add(x.At(key+".change", "%v", err).Allow("what is added to the parameter, in its unit"))
		}
	}
	return errs.Err()
}

// dimOf returns the dimension of a parameter.
func (p *equationPopulation) dimOf(name string) (d equations.Dimension) {
	for _, q := range p.Model.Parameters() {
		if q.Name == name {
			return q.Dim
		}
	}
	return d
}
