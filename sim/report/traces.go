package report

import (
	"fmt"
	"math"

	"github.com/burstplex/burstplex/recordings/figure"
	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/experiment"
)

// traces draws event rates, burst rates and burst probabilities over time, with the currents that drive them.
type traces struct {
	OfSpikes
	Inputs []string `toml:"inputs" doc:"stimuli that are drawn with what they drive"`
	Reference
}

// Check implements Figure.
func (f *traces) Check(x *experiment.Experiment, key string, errs *config.List) {
	f.OfSpikes.Check(x, key, errs)
	x.CheckStimuli(errs, key+".inputs", f.Inputs...)
	f.Reference.check(x, key, errs)
}

// Draw implements Figure.
func (f *traces) Draw(d *Report, _ []any) figure.Figure {
	v := d.view(f)
	t := figure.Traces{Time: v.time, Shown: v.seconds()}
	for _, p := range d.obs[0].pops {
		if !f.Shows(p.Name) {
			continue
		}
		for _, of := range []struct{ key, label, unit string }{
			{"event_rate", "event rate", "Hz"}, {"burst_rate", "burst rate", "Hz"}, {"burst_probability", "burst probability",
				"%"},
		} {
			b := v.band(p.Name + "." + of.key)
			tr := figure.Trace{Name: p.Name + " " + of.label, Label: of.label, Unit: of.unit, Mean: b.Mean, SD: b.SD,
				References: f.references(p.Name + "." + of.key)}
			if of.unit == "%" {
				percent(b.Mean)
				percent(b.SD)
				for _, r := range tr.References {
					percent(r.Values)
				}
			}
			if of.key == "event_rate" {
				tr.References = append(tr.References, d.aims(p.Name)...)
			}
			for _, in := range f.Inputs {
				s := d.Stimuli.Get(in)
				if s.Population == p.Name && (s.Port == "apical") == (of.key == "burst_probability") {
					tr.Overlay = figure.Overlay{Name: in, Label: "current", Unit: "pA", Values: v.band("stimuli." + in).Mean}
					tr.Correlate, tr.CorrelateFrom = true, d.settledFrom()
				}
			}
			t.Traces = append(t.Traces, tr)
		}
	}
	return t
}

// aims returns the event rates that teachers of a population aimed at, as courses with gaps where nothing was taught.
func (d *Report) aims(population string) (all []figure.Reference) {
	protocol := d.Presentations(d.nets[0].Seed)
	for name, t := range d.Teachers.All() {
		if _, deciding := t.Deciding(); protocol == nil || t.Population != population || deciding || t.Always {
			continue
		}
		r := figure.Reference{Name: name}
		for i := range protocol.Len() {
			at := protocol.At(i)
			value := math.NaN()
			for _, aim := range protocol.Patterns[at.Pattern].Targets {
				if from := protocol.Stages[at.Stage].TeachFrom; aim.Teacher == name && from < at.Len() {
					value, at.From = aim.Value, at.From+from
				}
			}
			r.Time, r.Values = append(r.Time, at.From.Seconds(), at.To.Seconds()), append(r.Values, value, value)
		}
		all = append(all, r)
	}
	return all
}

// Caption implements Figure.
func (f *traces) Caption(d *Report) string {
	about := &d.Experiment.Experiment
	return fmt.Sprintf("Event rate, burst rate (Hz per neuron) and burst probability in bins of %v; "+
		"r: correlation with the current after %v.", about.Bin, about.Settle)
}
