package report

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/recordings/figure"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/experiment"
)

// Report is what figures are made from: one network and one observation per seed.
type Report struct {
	*experiment.Experiment
	nets []*sim.Network
	obs  []*Observation

	presented []presentations // empty without a protocol
	unseen    bool            // of some seed nothing is there but its presentations
	dir       string          // of the results
}

// New returns an empty report of so many seeds.
func New(x *experiment.Experiment, seeds int) *Report {
	return &Report{Experiment: x, nets: make([]*sim.Network, seeds), obs: make([]*Observation, seeds)}
}

// Observe returns what the spikes of seed number k must be added to.
func (d *Report) Observe(k int, net *sim.Network) *Observation {
	d.nets[k], d.obs[k] = net, observe(d.Experiment, net.Seed, net)
	return d.obs[k]
}

// draw writes the figures of the given names (all if none are given) and the comparison into dir.
func (d *Report) draw(dir string, rows []Measured, names ...string) error {
	d.dir = filepath.Dir(dir)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	for name, f := range d.Figures.All() {
		if len(names) > 0 && !slices.Contains(names, name) || d.unseen && !ofPresentations(d.Experiment, f) ||
			never(d.Experiment, f) {
			continue
		}
		path, drawn := filepath.Join(dir, name), f.Spec.(Figure)
		if err := figure.SaveWith(path, drawn.Draw(d, d.observed(name)), d.caption(drawn)); err != nil {
			return err
		}
	}
	if len(rows) > 0 && (len(names) == 0 || slices.Contains(names, "comparison")) {
		return figure.SaveWith(filepath.Join(dir, "comparison"), comparison(rows), d.comparisonCaption())
	}
	return nil
}

// never reports whether the run ended before the time that a figure shows: Experiment.Warnings said so.
func never(x *experiment.Experiment, f *experiment.Figure) bool {
	w, timed := f.Spec.(Figure).Window(x)
	return timed && w.From >= w.To
}

// ofPresentations reports whether a figure needs nothing but the table of presentations.
func ofPresentations(x *experiment.Experiment, f *experiment.Figure) bool {
	_, spikes := f.Spec.(Figure).Window(x)
	return !spikes
}

// observed is what a figure has observed of each seed.
func (d *Report) observed(figure string) (all []any) {
	for _, o := range d.obs {
		all = append(all, o.figures[figure])
	}
	return all
}

// Populations are the populations of the network, with their neurons.
func (d *Report) Populations() []spike.Population { return d.obs[0].pops }

// Seeds are the observations, one for each seed.
func (d *Report) Seeds() []*Observation { return d.obs }

// Band returns a trace in bins, mean and standard deviation over seeds: a variable of a population (Hz, probabilities 0
// to 1) or a stimulus (pA), named as in [[compare]].
func (d *Report) Band(trace string) analysis.Band { return d.overSeeds(trace) }

// Presented returns a column of the table of presentations for each seed: those of a stage and a pattern ("": of all),
// in order; NaN where the table says nothing.
func (d *Report) Presented(stage, pattern, column string) (all [][]float64) {
	for _, l := range d.presented {
		all = append(all, l.of(stage, pattern, column))
	}
	return all
}

// comparison draws measured beside known values; correlations, whose deviations in % mean nothing, are left to
// the table.
func comparison(rows []Measured) figure.Figure {
	c := figure.Comparison{References: []string{"limit of small steps", "published program"}, Tolerance: 2}
	for _, m := range rows {
		if m.Unit != "r" {
			c.Quantities = append(c.Quantities, figure.Quantity{Name: m.Name, Unit: m.Unit, Measured: m.Mean, SD: m.SD,
				Reference: []float64{m.Limit, m.Published}})
		}
	}
	return c
}
