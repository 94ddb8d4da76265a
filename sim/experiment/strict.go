package experiment

import (
	"fmt"
	"slices"
	"strings"

	"github.com/burstplex/burstplex/internal/plural"
	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/plasticity"
	"github.com/burstplex/burstplex/sim/config"
)

// checkStrict refuses what would be read, and then not do what it says: neurons that are not there, times that never
// come, keys that another one switches off.
func (x *Experiment) checkStrict(errs *config.List) {
	if name := x.Experiment.Name; name == "" || strings.ContainsAny(name, `/\`) || name == "." || name == ".." {
		errs.Add(x.At("experiment.name", "is needed as the name of a directory").Allow("a name without / and \\"))
	}
	x.checkSelections(errs)
	x.checkTimes(errs)
	x.checkIdle(errs)
	x.checkCompared(errs)
}

// has reports whether the file, or an override, says something under a key.
func (x *Experiment) has(key string) bool { return x.tree.At(key).Kind() != config.KindAbsent }

// checkSelections looks for neurons beyond their population.
func (x *Experiment) checkSelections(errs *config.List) {
	selection := func(key, population string, count func(*Population) (int, string), first, last int) {
		p := x.Populations.Get(population)
		if p == nil { // said already
			return
		}
		switch n, one := count(p); {
		case first >= n:
			errs.Add(x.At(key+".first", "the population has %s", plural.Of(n, one)).Allow(fmt.Sprintf("[0, %d]", n-1)))
		case last > n:
			errs.Add(x.At(key+".last", "the population has %s", plural.Of(n, one)).Allow(
				fmt.Sprintf("[%d, %d], 0: all", first+1, n)))
		case last != 0 && last <= first:
			errs.Add(x.At(key+".last", "no %s from %d on lies before it", one, first).Allow(
				fmt.Sprintf("[%d, %d], 0: all", first+1, n)))
		}
	}
	units := func(p *Population) (int, string) {
		if neuron.UnitSize(p.Spec) > 1 {
			return p.Size, "unit"
		}
		return p.Size, "neuron"
	}
	neurons := func(p *Population) (int, string) { return p.Neurons(), "neuron" }
	for name, p := range x.Probes.All() {
		selection("probes."+name, p.Population, units, p.First, p.Last)
	}
	for name, s := range x.Stimuli.All() {
		selection("stimuli."+name, s.Population, units, s.First, s.Last)
	}
	for name, n := range x.Record.Neurons.All() {
		selection("record.neurons."+name, name, neurons, n.First, n.Last)
	}
	for i, name := range x.Record.Weights {
		if slices.Contains(x.Record.Weights[:i], name) {
			errs.Add(x.At(fmt.Sprintf("record.weights[%d]", i), "is named twice"))
		}
	}
}

// checkTimes looks for stimuli that nothing is left of.
func (x *Experiment) checkTimes(errs *config.List) {
	for name, s := range x.Stimuli.All() {
		key := "stimuli." + name
		if s.To != 0 && s.To <= s.From {
			errs.Add(x.At(key+".to", "leaves nothing of the stimulus, which begins at %v",
				s.From).Allow("0: the end, or after its start"))
		}
		if s.Wave == patternWave && !x.isSet(name) {
			errs.Add(x.At(key+".wave", "no pattern sets this stimulus: it would be 0 all the time").Allow(
				"patterns.NAME.currents." + name + ", with a protocol that presents the pattern"))
		}
	}
}

// isSet reports whether a pattern that is presented sets a stimulus.
func (x *Experiment) isSet(stimulus string) bool {
	for _, stage := range x.Protocol.All() {
		names := stage.Patterns
		if len(names) == 0 {
			names = x.Patterns.Names()
		}
		for _, name := range names {
			if p := x.Patterns.Get(name); p != nil && p.Currents.Get(stimulus) != nil {
				return true
			}
		}
	}
	return false
}

// checkIdle looks for keys that another one switches off.
func (x *Experiment) checkIdle(errs *config.List) {
	idle := func(key, off string) {
		if x.has(key) {
			errs.Add(x.At(key, "would be ignored: %s", off))
		}
	}
	if x.Task == nil {
		idle("data.dir", "only tasks read data")
	}
	for name, p := range x.Populations.All() {
		if s, ok := p.Spec.(*neuron.Poisson); ok && s.File != "" {
			idle("populations."+name+".rate", "the rates are those of the file")
		}
	}
	for name, s := range x.Stimuli.All() {
		_, err := x.amplitude("stimuli."+name, s)
		errs.Add(err)
		if w, ok := s.Course.(*steps); ok {
			key := "stimuli." + name
			if w.Hold > 0 {
				idle(key+".times", "hold says when the levels begin")
			} else if w.Repeat {
				idle(key+".repeat", "only levels that hold for the same time are repeated; give hold")
			}
		}
	}
	for name, p := range x.Projections.All() {
		if p.Rule == nil {
			continue
		}
		key := "projections." + name + ".rule"
		if r, ok := p.Rule.Spec.(plasticity.PartReader); ok {
			keys, why := r.Unread()
			for _, k := range keys {
				idle(key+"."+k, why)
			}
		}
		if r, ok := p.Rule.Spec.(plasticity.Doubtful); ok {
			errs.Add(x.parameter(key, r.Doubt()))
		}
	}
}

// checkCompared looks for quantities of [[compare]] that no run would have.
func (x *Experiment) checkCompared(errs *config.List) {
	for i, c := range x.Compare {
		key := fmt.Sprintf("compare[%d]", i)
		if c.Column == "" {
			if x.has(key + ".presentation") {
				errs.Add(x.At(key+".presentation", "would be ignored: there is no column"))
			}
		} else if x.Protocol.Len() > 0 {
			columns := x.PresentationColumns()
			if !slices.Contains(columns, c.Column) {
				errs.Add(x.tree.At(key+".column").NotFound("column", columns))
			}
			if c.Mean != "" || len(c.Correlation) > 0 {
				errs.Add(x.At(key+".column", "needs either mean, correlation with two traces, or column and presentation"))
			}
		}
		if c.Limit == nil && x.has(key+".limit_sd") {
			errs.Add(x.At(key+".limit_sd", "would be ignored: there is no limit"))
		}
	}
}

// PresentationColumns returns the columns of the table of presentations, presentations.csv, that hold numbers, beside
// start_s.
func (x *Experiment) PresentationColumns() (columns []string) {
	for p := range x.Populations.All() {
		columns = append(columns, p+" event_rate_hz", p+" burst_probability")
	}
	for t := range x.Teachers.All() {
		columns = append(columns, t+" target", t+" current_pa", t+" cost")
	}
	for name, p := range x.Projections.All() {
		if p.Rule != nil {
			columns = append(columns, name+" mean_weight")
		}
	}
	return columns
}

// suspicions are the warnings of what an experiment says and its run will hardly or never come to.
func (x *Experiment) suspicions() (lines []string) {
	warn := func(key, format string, args ...any) {
		lines = append(lines, x.At(key, "warning: "+format, args...).Error())
	}
	if x.Task != nil {
		return nil
	}
	if !x.Record.Spikes && x.Probes.Len() > 0 {
		warn("record.spikes", "probes are written into the recording: without one, none is taken")
	}
	end := x.Experiment.Duration
	for name, p := range x.Probes.All() {
		if p.Every > end {
			warn("probes."+name+".every", "is longer than the run, %v: nothing is sampled", end)
		}
	}
	if x.Record.WeightsEvery > end {
		warn("record.weights_every", "is longer than the run, %v: nothing is recorded", end)
	}
	for name, s := range x.Stimuli.All() {
		key := "stimuli." + name
		w, ok := s.Course.(*steps)
		switch {
		case s.From >= end:
			warn(key+".from", "the run ends at %v: the stimulus never begins", end)
		case ok && w.Hold == 0 && len(w.Times) > 0 && w.Times[0] >= end:
			warn(key+".times", "the run ends at %v: no step is reached", end)
		case s.To > end:
			warn(key+".to", "the run ends before, at %v", end)
		}
	}
	for name, f := range x.Figures.All() {
		if timed, ok := f.Spec.(interface {
			Window(*Experiment) (spike.Window, bool)
		}); ok {
			if w, ok := timed.Window(x); ok && w.From >= end {
				warn("figures."+name+".from", "the run ends at %v: there is nothing to draw, and the figure is left out", end)
			}
		}
	}
	var taught, learnt bool
	at := x.Experiment.Settle
	for name, s := range x.Protocol.All() {
		patterns := len(s.Patterns)
		if patterns == 0 {
			patterns = x.Patterns.Len()
		}
		if at >= end {
			warn("protocol."+name, "the stage would begin at %v, and the run ends at %v", at, end)
		}
		at += s.Hold * spike.Tick(patterns*s.Repeats)
		taught, learnt = taught || s.Teacher != nil, learnt || s.Plasticity != nil
	}
	for name, p := range x.Projections.All() {
		if p.Delay.Lowest() >= end.Milliseconds() {
			warn("projections."+name+".delay", "the run ends at %v: no spike arrives", end)
		}
	}
	if x.Protocol.Len() == 0 {
		return lines
	}
	if at < end && x.has("experiment.duration") {
		warn("experiment.duration", "the protocol ends before, at %v, and its last pattern stays on", at)
	}
	n := x.Presentations(0).Len()
	for i, c := range x.Compare {
		if c.Column != "" && c.At >= n {
			warn(fmt.Sprintf("compare[%d].presentation", i), "the protocol has %s: there is nothing to compare",
				plural.Of(n, "presentation"))
		}
	}
	for name, s := range x.Protocol.All() {
		if s.Until == "solved" && s.Taught() {
			warn("protocol."+name+".until",
				"repeats are judged while the teacher helps; measure_to = \"%v\" would judge them without", *s.Teacher)
		}
	}
	for name, t := range x.Teachers.All() {
		if !taught && !t.Always {
			warn("teachers."+name, "no stage has teacher_from: it is never on")
		}
	}
	for name, p := range x.Projections.All() {
		if p.Rule != nil && !learnt {
			warn("projections."+name+".rule", "no stage has plasticity_from: the weights never change")
		}
	}
	return lines
}
