package report

import (
	"fmt"

	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/recordings/figure"
)

// raster draws the spikes of some neurons of the first seed, and below them the rates of all.
type raster struct {
	OfSpikes
	Neurons int `toml:"neurons" range:"[1, 10000]" doc:"neurons of each population"`
}

const (
	defaultNeurons = 60
	rasterLimit    = 200_000 // spikes per population of a raster
)

// Observe implements Figure: a raster of each population, by name.
func (f *raster) Observe(o *Observation) any { return o.rasters(f, f.Neurons) }

// rasters gathers the spikes of up to n neurons of each population that a figure shows.
func (o *Observation) rasters(f Figure, n int) map[string]*analysis.Raster {
	all := map[string]*analysis.Raster{}
	w, _ := f.Window(o.Experiment)
	for _, p := range o.pops {
		if f.Shows(p.Name) {
			r := analysis.NewRaster(analysis.EveryNth(p, min(n, p.Size)), w, rasterLimit)
			all[p.Name] = r
			o.Attach(fmt.Sprintf("raster of %d of %s in %v", n, p.Name, w), r)
		}
	}
	return all
}

// Draw implements Figure.
func (f *raster) Draw(d *Report, observed []any) figure.Figure {
	v := d.view(f)
	rasters := observed[0].(map[string]*analysis.Raster)
	s := figure.Spikes{Time: v.time, Shown: v.seconds()}
	for _, p := range d.obs[0].pops {
		if !f.Shows(p.Name) {
			continue
		}
		r := d.raster(rasters[p.Name], p.Name)
		s.Blocks = append(s.Blocks, figure.Block{Name: p.Name, Rows: int(r.Rows), Neuron: r.Neuron,
			Time: r.Time, Row: r.Row, Burst: r.Burst})
		b := v.band(p.Name + ".spike_rate")
		s.Rates = append(s.Rates, figure.Rate{Name: p.Name, Mean: b.Mean, SD: b.SD})
	}
	return s
}

// raster returns what is drawn of the raster of a population of the first seed.
func (d *Report) raster(r *analysis.Raster, population string) figure.Raster {
	if r == nil {
		return figure.Raster{}
	}
	seconds, row, burst := r.Points()
	out := figure.Raster{Name: population, Time: seconds, Row: row, Burst: burst, Rows: float64(r.Rows())}
	first := d.obs[0].pops[d.obs[0].population(population)].First
	for _, id := range r.Neurons() {
		out.Neuron = append(out.Neuron, int(id-first))
	}
	return out
}

// Caption implements Figure.
func (f *raster) Caption(d *Report) string {
	return fmt.Sprintf("Spikes of up to %d neurons of each population, evenly spaced, of the first seed; "+
		"below, spikes per second and neuron in bins of %v.", f.Neurons, d.Experiment.Experiment.Bin)
}
