package experiment

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim/config"
)

// check looks for mistakes across keys, with the place of each.
func (x *Experiment) check() error {
	var errs config.List
	a := &x.Experiment
	x.checkVariants(&errs)
	if x.Task != nil {
		x.checkTask(&errs)
		return errs.Err()
	}
	if x.Populations.Len() == 0 && x.tree.Get("populations") == nil {
		errs.Add(x.At("populations", "is required where there is no task").Allow("[populations.NAME]"))
		return errs.Err()
	}
	x.setDuration()
	if a.Duration == 0 {
		errs.Add(x.At("experiment.duration", "is required where there is no protocol"))
		return errs.Err()
	}
	for key, t := range map[string]spike.Tick{"duration": a.Duration, "settle": a.Settle} {
		x.wholeSteps(&errs, "experiment."+key, t)
	}
	if a.Settle >= a.Duration {
		errs.Add(x.At("experiment.settle", "leaves nothing of the duration %v", a.Duration))
	}
	if a.Bin%a.Step != 0 {
		x.wholeSteps(&errs, "experiment.bin", a.Bin)
	} else if a.Settle < a.Duration && a.Bin > a.Duration-a.Settle {
		errs.Add(x.At("experiment.bin", "is longer than the analysed time %v", a.Duration-a.Settle))
	}
	if x.Populations.Len() == 0 {
		errs.Add(x.At("populations", "the network has none"))
	}
	total := 0
	for name, p := range x.Populations.All() {
		key := "populations." + name
		total += p.Neurons()
		errs.Add(x.parameter(key, p.Spec.Validate()))
		for r, receptor := range p.Receptors.All() {
			if receptor.Spec != nil {
				errs.Add(x.parameter(key+".receptors."+r, receptor.Spec.Validate()))
			}
		}
		for b, bg := range p.Backgrounds.All() {
			errs.Add(x.parameter(key+".backgrounds."+b, bg.Spec.Validate()))
			if bg.Kind == poissonBackground && bg.Receptor == "" {
				errs.Add(x.At(key+".backgrounds."+b+".receptor", "poisson input needs a receptor"))
			}
		}
	}
	if total > 1<<31-1 {
		errs.Add(x.At("populations", "%d neurons are more than %d", total, 1<<31-1))
	}
	for name, p := range x.Projections.All() {
		x.population(&errs, "projections."+name+".source", p.Source)
		x.population(&errs, "projections."+name+".target", p.Target)
	}
	for name, s := range x.Stimuli.All() {
		x.population(&errs, "stimuli."+name+".population", s.Population)
	}
	x.checkLearning(&errs)
	for name, p := range x.Probes.All() {
		x.population(&errs, "probes."+name+".population", p.Population)
		x.wholeSteps(&errs, "probes."+name+".every", p.Every)
	}
	for name := range x.Record.Neurons.All() {
		x.population(&errs, "record.neurons."+name, name)
	}
	for i, name := range x.Record.Weights {
		if x.Projections.Get(name) == nil {
			errs.Add(x.tree.At(fmt.Sprintf("record.weights[%d]", i)).NotFound("projection", x.Projections.Names()))
		}
	}
	x.wholeSteps(&errs, "record.weights_every", x.Record.WeightsEvery)
	if x.Record.WeightsEvery > 0 && len(x.Record.Weights) == 0 {
		errs.Add(x.At("record.weights_every", "would be ignored: record.weights names no projection"))
	}
	if inside := x.Record.WeightsEvery > 0 || x.Record.Format == "bspk"; inside && !x.Record.Spikes {
		errs.Add(x.At("record.spikes", "weights are to be written into the recording: it must be true"))
	}
	for i, c := range x.Compare {
		key := fmt.Sprintf("compare[%d]", i)
		if c.Column != "" {
			if x.Protocol.Len() == 0 {
				errs.Add(x.At(key+".column", "there is no protocol that would present anything"))
			} else if all := x.presented(); !slices.Contains(all, c.Column) {
				errs.Add(x.At(key+".column", "presentations have no such column").Allow(strings.Join(all, ", ")))
			}
			continue
		}
		if (c.Mean == "") == (len(c.Correlation) != 2) {
			errs.Add(x.At(key, "needs either mean, correlation with two traces, or column and presentation"))
		}
		for _, t := range append(slices.Clone(c.Correlation), c.Mean) {
			if t != "" {
				errs.Add(x.checkTrace(key, t))
			}
		}
	}
	x.checkStrict(&errs)
	for name, f := range x.Figures.All() {
		if f.Spec != nil {
			f.Spec.Check(x, "figures."+name, &errs)
		}
	}
	return errs.Err()
}

func (x *Experiment) parameter(key string, err error) error {
	var pe *neuron.ParameterError
	switch {
	case errors.As(err, &pe) && pe.By != "" && x.sooner(key+"."+pe.By, key+"."+pe.Key):
		return x.At(key+"."+pe.By, "sets the range of %s, which is %s and %s", pe.Key, pe.Given(), pe.Reason).Allow(pe.Key +
			" in " + pe.Allowed)
	case errors.As(err, &pe) && pe.By != "":
		return x.At(key+"."+pe.Key, "%s, which %s sets", pe.Reason, pe.By).Allow(pe.Allowed)
	case pe != nil:
		return x.At(key+"."+pe.Key, "%s", pe.Reason).Allow(pe.Allowed)
	}
	var placed *config.Error
	if err != nil && !errors.As(err, &placed) {
		return x.At(key, "%v", err)
	}
	return err
}

// wholeSteps adds an error for a time that is not a whole number of steps, at the step if that was set and the time was
// not.
func (x *Experiment) wholeSteps(errs *config.List, key string, t spike.Tick) {
	switch step := x.Experiment.Step; {
	case t%step == 0:
	case x.sooner("experiment.step", key):
		errs.Add(x.At("experiment.step", "%s, %v, is not a whole number of such steps", key, t))
	default:
		errs.Add(x.At(key, "is not a whole number of steps of %v", step))
	}
}

// sooner reports whether one key is more likely to be mistaken than another: it is set on the command line, or written
// in the file, and the other is not.
func (x *Experiment) sooner(one, other string) bool {
	rank := func(key string) int {
		n := x.tree.At(key)
		switch {
		case n.Kind() == config.KindAbsent:
			return 0
		case n.Pos().Line > 0:
			return 1
		}
		return 2 // an override
	}
	return rank(one) > rank(other)
}

func (x *Experiment) population(errs *config.List, key, name string) {
	if x.Populations.Get(name) == nil {
		errs.Add(x.tree.At(key).NotFound("population", x.Populations.Names()))
	}
}

var variables = []string{"event_rate", "burst_rate", "burst_probability", "spike_rate"}

// checkTrace checks the name of a trace: POPULATION.VARIABLE or stimuli.NAME.
func (x *Experiment) checkTrace(key, trace string) error {
	owner, variable, _ := strings.Cut(trace, ".")
	switch {
	case owner == "stimuli" && x.Stimuli.Get(variable) != nil:
	case owner == "stimuli":
		return x.At(key, "there is no stimulus %q", variable).Allow(strings.Join(x.Stimuli.Names(), ", "))
	case x.Populations.Get(owner) == nil:
		return x.At(key, "%q: there is no population %q", trace, owner).Allow(strings.Join(x.Populations.Names(), ", "))
	case !slices.Contains(variables, variable):
		return x.At(key, "%q: there is no trace %q", trace, variable).Allow(strings.Join(variables, ", "))
	}
	return nil
}

// presented lists the columns of presentations-SEED.csv that hold a number that is measured.
func (x *Experiment) presented() (all []string) {
	for _, p := range x.Populations.Names() {
		all = append(all, p+" event_rate_hz", p+" burst_probability")
	}
	for _, t := range x.Teachers.Names() {
		all = append(all, t+" target", t+" current_pa", t+" cost")
	}
	for name, p := range x.Projections.All() {
		if p.Rule != nil {
			all = append(all, name+" mean_weight")
		}
	}
	return all
}
