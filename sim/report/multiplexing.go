package report

import (
	"fmt"
	"slices"

	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/recordings/figure"
	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/experiment"
)

// multiplexing draws two populations, the upper of which receives the lower one's events and sends its bursts back: the
// currents into them, event rates, burst rate and burst probabilities, and rasters.
type multiplexing struct {
	Populations []string `toml:"populations" doc:"the lower and the upper population"`
	Inputs      []string `toml:"inputs" doc:"the stimuli that are the somatic and the dendritic signal"`
	Neurons     int      `toml:"neurons" range:"[1, 10000]" doc:"neurons of a raster"`
	Times
	Reference
}

// Check implements Figure.
func (f *multiplexing) Check(x *experiment.Experiment, key string, errs *config.List) {
	x.CheckPopulations(errs, key+".populations", f.Populations...)
	x.CheckStimuli(errs, key+".inputs", f.Inputs...)
	if len(f.Populations) != 2 {
		errs.Add(x.At(key+".populations", "must name two populations, the lower and the upper"))
	}
	if len(f.Inputs) != 2 {
		errs.Add(x.At(key+".inputs", "must name two stimuli, the somatic and the dendritic signal"))
	}
	f.Times.check(x, key, errs)
	f.Reference.check(x, key, errs)
}

// Shows implements Figure.
func (f *multiplexing) Shows(population string) bool {
	return slices.Contains(f.Populations, population)
}

// Observe implements Figure: a raster of each population, by name.
func (f *multiplexing) Observe(o *Observation) any { return o.rasters(f, f.Neurons) }

// Draw implements Figure.
func (f *multiplexing) Draw(d *Report, observed []any) figure.Figure {
	lower, upper := f.Populations[0], f.Populations[1]
	v := d.view(f)
	course := func(trace string) figure.Course {
		b := v.band(trace)
		return figure.Course{Mean: b.Mean, SD: b.SD, References: f.references(trace)}
	}
	m := figure.Multiplexing{Lower: lower, Upper: upper, Time: v.time, Shown: v.seconds(),
		SomaticCurrent: v.band("stimuli." + f.Inputs[0]).Mean, DendriticCurrent: v.band("stimuli." + f.Inputs[1]).Mean,
		LowerEvents: course(lower + ".event_rate"), UpperEvents: course(upper + ".event_rate"),
		UpperProbability: course(upper + ".burst_probability"), LowerProbability: course(lower + ".burst_probability"),
		UpperBursts: course(upper + ".burst_rate"), CorrelateFrom: d.settledFrom()}
	rasters := observed[0].(map[string]*analysis.Raster)
	m.LowerRaster, m.UpperRaster = d.raster(rasters[lower], lower), d.raster(rasters[upper], upper)
	return m
}

// Caption implements Figure.
func (f *multiplexing) Caption(d *Report) string {
	about := &d.Experiment.Experiment
	return fmt.Sprintf("Event rates, burst rate (Hz per neuron) and burst probabilities of two populations in bins "+
		"of %v, "+
		"with the currents into them; r: correlations after %v.", about.Bin, about.Settle)
}
