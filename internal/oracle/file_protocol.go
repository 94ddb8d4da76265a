package oracle

import (
	"fmt"
	"strings"

	"github.com/burstplex/burstplex/sim"
)

func (w *write) teacher(t *sim.Teacher) {
	average := "neuron"
	if t.Pool {
		average = "population"
	}
	w.line("[teachers.%s]\npopulation = %q\nport = %q\ntau = %q\nevery = %s\nhold = %v\nalways = %v\naverage = "+
		"%q\nlimit = %q", t.Name, t.Population,
		t.Port, quantity(t.Tau, "ms"), milliseconds(t.Every), t.Hold, t.Always, average, quantity(t.Limit, "pA"))
	switch l := t.Law.(type) {
	case sim.Linear:
		w.line("kind = \"linear\"\noffset = %q\ngain = %s\nper_rate = %s\nper_probability = %q", quantity(l.Offset, "pA"),
			number(l.Gain),
			number(l.PerRate), quantity(l.PerProbability, "pA"))
	case sim.CrossEntropy:
		w.line("kind = \"cross-entropy\"\ne_min = %q\ne_max = %q\ngain = %s", quantity(l.EMin, "Hz"),
			quantity(l.EMax, "Hz"), number(l.Gain))
	}
}

// protocol writes patterns and stages.
func (w *write) protocol(p *sim.Protocol) {
	for _, pattern := range p.Patterns {
		w.line("[patterns.%s]", pattern.Name)
		for _, l := range pattern.Levels {
			w.line("currents.%s = %q", l.Stimulus, quantity(l.Value, "pA"))
		}
		for _, t := range pattern.Targets {
			w.line("targets.%s = %s", t.Teacher, number(t.Value))
		}
		for _, s := range pattern.Scales {
			w.line("weights.%s = %s", s.Projection, number(s.Value))
		}
	}
	for _, s := range p.Stages {
		var names []string
		for _, k := range s.Patterns {
			names = append(names, fmt.Sprintf("%q", p.Patterns[k].Name))
		}
		order := "listed"
		if s.Shuffled {
			order = "shuffled"
		}
		w.line("[protocol.%s]\npatterns = [%s]\nrepeats = %d\nhold = %s\norder = %q", s.Name, strings.Join(names, ", "),
			s.Repeats,
			milliseconds(s.Hold), order)
		if s.TeachFrom < s.Hold {
			w.line("teacher_from = %s", milliseconds(s.TeachFrom))
		}
		if s.LearnFrom < s.Hold {
			w.line("plasticity_from = %s", milliseconds(s.LearnFrom))
		}
	}
}
