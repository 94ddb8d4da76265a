package report

import (
	"fmt"
	"math"
	"slices"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/recordings/figure"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/experiment"
)

// responses draws rates and burst probability against the levels of the stimuli that step through them.
type responses struct {
	Populations []string   `toml:"populations" doc:"which populations answer; by default that of the stimulus"`
	Inputs      []string   `toml:"inputs" doc:"stimuli that the populations answer to"`
	Skip        spike.Tick `toml:"skip" unit:"ms" range:"(0, inf)" doc:"left out after each step of a stimulus, until the cells have adapted"`
	Times
}

const defaultSkip = 120 * spike.Millisecond

// Check implements Figure.
func (f *responses) Check(x *experiment.Experiment, key string, errs *config.List) {
	checkAnswers(x, key, errs, f.Populations, f.Inputs)
	f.Times.check(x, key, errs)
	for _, name := range f.Inputs {
		s := x.Stimuli.Get(name)
		if s == nil {
			continue
		}
		level, ok := x.LongestLevel(s)
		switch {
		case !ok:
			errs.Add(x.At(key+".inputs", "answers are measured at levels, and the wave %q of %s has none", s.Wave,
				name).Allow("stimuli whose waves are constant, steps or pattern"))
		case level < f.Skip+2*f.width(x): // a bin in which the level begins, and one in which it ends, are lost
			errs.Add(x.At(key+".skip", "the levels of %s hold for %v: after %v, and but for whole bins of %v, nothing is left",
				name, level, f.Skip, f.width(x)).Allow(
				fmt.Sprintf("(0 ms, %v]", max(level*3/4, level-2*x.Experiment.Bin))))
		}
	}
}

// width is the width of the bins.
func (f *responses) width(x *experiment.Experiment) spike.Tick {
	return max(1, min(x.Experiment.Bin, f.Skip/6))
}

// checkAnswers checks a figure of what populations answer to stimuli.
func checkAnswers(x *experiment.Experiment, key string, errs *config.List, populations, inputs []string) {
	x.CheckPopulations(errs, key+".populations", populations...)
	x.CheckStimuli(errs, key+".inputs", inputs...)
	if len(inputs) == 0 {
		errs.Add(x.At(key+".inputs", "must name the stimuli that the populations answer to"))
	}
}

// Shows implements Figure.
func (f *responses) Shows(population string) bool {
	return len(f.Populations) == 0 || slices.Contains(f.Populations, population)
}

// Observe implements Figure: *analysis.Rates in narrow bins, so that little is lost where a stimulus steps.
func (f *responses) Observe(o *Observation) any {
	w, _ := f.Window(o.Experiment)
	bins := analysis.NewBins(w, f.width(o.Experiment))
	r := analysis.NewRates(o.pops, bins)
	o.Attach(fmt.Sprintf("rates in bins of %v in %v", bins.Width, w), r)
	return r
}

// Draw implements Figure.
func (f *responses) Draw(d *Report, observed []any) figure.Figure {
	var out figure.Responses
	for _, port := range []string{"soma", "apical"} {
		label := map[string]string{"soma": "somatic current", "apical": "dendritic current"}[port]
		in := figure.Input{Label: label, Unit: "pA"}
		for _, stimulus := range f.Inputs {
			s := d.Stimuli.Get(stimulus)
			if s.Port != port {
				continue
			}
			for _, population := range answering(f.Populations, s) {
				var curves []analysis.Curve
				for k, o := range d.obs {
					c := observed[k].(*analysis.Rates).Courses()[o.population(population)]
					skip := int((f.Skip + c.Bins.Width - 1) / c.Bins.Width)
					curves = append(curves, analysis.Staircase(c, d.levels(o, c.Bins, d.nets[k], stimulus), skip))
				}
				r := response(curves)
				if r.Name = population; len(f.Populations) > 0 && len(f.Inputs) > 1 {
					r.Name += ", " + spaced(stimulus)
				}
				in.Curves = append(in.Curves, r)
			}
		}
		if len(in.Curves) > 0 {
			out.Inputs = append(out.Inputs, in)
		}
	}
	return out
}

// answering returns the populations of which a figure shows what a stimulus does: by default the one that receives it.
func answering(populations []string, s *experiment.Stimulus) []string {
	if len(populations) == 0 {
		return []string{s.Population}
	}
	return populations
}

// levels are the currents of a stimulus that steps, in bins, rounded to 1e-6 pA: equal levels are equal numbers.
func (d *Report) levels(o *Observation, bins analysis.Bins, net *sim.Network, stimulus string) []float64 {
	levels := d.current(o, bins, net, stimulus)
	for i, v := range levels {
		levels[i] = math.Round(v*1e6) / 1e6
	}
	return levels
}

// response is the mean over seeds of curves, which may have reached different levels of the input.
func response(curves []analysis.Curve) (r figure.Response) {
	for _, c := range curves {
		r.Input = append(r.Input, c.Input...)
	}
	slices.Sort(r.Input)
	r.Input = slices.Compact(r.Input)
	over := func(values func(analysis.Curve) []float64) analysis.Band {
		var all [][]float64
		for _, c := range curves {
			row := make([]float64, len(r.Input))
			for i, level := range r.Input {
				if row[i] = math.NaN(); slices.Contains(c.Input, level) {
					row[i] = values(c)[slices.Index(c.Input, level)]
				}
			}
			all = append(all, row)
		}
		return analysis.OverSeeds(all...)
	}
	e := over(func(c analysis.Curve) []float64 { return c.EventRate })
	b := over(func(c analysis.Curve) []float64 { return c.BurstRate })
	p := over(func(c analysis.Curve) []float64 { return c.BurstProbability })
	r.EventRate, r.EventRateSD, r.BurstRate, r.BurstRateSD = e.Mean, e.SD, b.Mean, b.SD
	r.Probability, r.ProbabilitySD = p.Mean, p.SD
	return r
}

// Caption implements Figure.
func (f *responses) Caption(*Report) string {
	return fmt.Sprintf("Event rate, burst rate (Hz per neuron) and burst probability at each level of the stimuli, "+
		"without the first %v after a step.", f.Skip)
}
