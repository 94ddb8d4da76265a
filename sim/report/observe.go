package report

import (
	"errors"
	"fmt"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/experiment"
)

// Observation is what the analysis keeps of the spikes of one seed, in memory that does not grow with their number.
type Observation struct {
	seed  uint64
	pops  []spike.Population
	bins  analysis.Bins
	rates *analysis.Rates // in bins, the last of which may be shorter
	after *analysis.Rates // one bin: everything after settling
	end   spike.Tick      // of the run

	intervals   map[string]*analysis.Intervals   // by figure
	sensitivity map[string]*analysis.Sensitivity // by figure
	steps       map[string]*analysis.Rates       // by figure: responses
	raster      map[string]*analysis.Raster      // by "figure/population"

	parts []part // all of these
}

// part is something that reads spikes, named by all that its state depends on beside the spikes.
type part struct {
	name string
	analysis.Accumulator
}

// thresholds are the ISI thresholds of the sensitivity figure, ms.
var thresholds = []float64{4, 6, 8, 10, 12, 14, 16, 18, 20, 24, 28, 32}

func thresholdTicks() []spike.Tick {
	ticks := make([]spike.Tick, len(thresholds))
	for i, t := range thresholds {
		ticks[i] = spike.Tick(t * float64(spike.Millisecond))
	}
	return ticks
}

const rasterLimit = 200_000 // spikes per population of a raster

func observe(x *experiment.Experiment, seed uint64, net *sim.Network) *Observation {
	a, pops := &x.Experiment, net.IDs()
	settled := spike.Window{From: a.Settle, To: a.Duration}
	o := &Observation{seed: seed, pops: pops, end: a.Duration,
		intervals: map[string]*analysis.Intervals{}, sensitivity: map[string]*analysis.Sensitivity{},
		steps: map[string]*analysis.Rates{}, raster: map[string]*analysis.Raster{}}
	o.bins = analysis.Cover(spike.Window{To: a.Duration}, a.Bin)
	o.rates, o.after = analysis.NewRates(pops, o.bins), analysis.NewRates(pops, analysis.Whole(settled))
	o.add(fmt.Sprintf("rates in bins of %v to %v", a.Bin, a.Duration), o.rates)
	o.add(fmt.Sprintf("rates in %v", settled), o.after)
	for name, f := range x.Figures.All() { // what no figure shows is not worth its time per spike
		o.addFigure(x, name, f)
	}
	return o
}

// addFigure adds what a figure shows of the spikes.
func (o *Observation) addFigure(x *experiment.Experiment, name string, f *experiment.Figure) {
	w := x.Shown(f)
	switch f.Kind {
	case "isi":
		v := analysis.NewIntervals(o.pops, analysis.LogEdges(x.Burst.Threshold, spike.Millisecond, 10*spike.Second, 12))
		o.intervals[name] = v
		o.add(fmt.Sprintf("intervals in %v, edges at %v", w, x.Burst.Threshold), analysis.During(w, v))
	case "sensitivity":
		v := analysis.NewSensitivity(o.pops, analysis.Whole(w), analysis.Thresholds(x.Burst.Detector(), thresholdTicks()...))
		o.sensitivity[name] = v
		o.add(fmt.Sprintf("bursts by threshold in %v, %v", w, x.Burst.Detector()), v)
	case "responses":
		// Narrow bins, so that little is lost where a stimulus steps.
		bins := analysis.NewBins(w, max(1, min(x.Experiment.Bin, f.Skip/6)))
		o.steps[name] = analysis.NewRates(o.pops, bins)
		o.add(fmt.Sprintf("rates in bins of %v in %v", bins.Width, w), o.steps[name])
	case "raster", "multiplexing":
		for _, p := range o.pops {
			if f.Shows(p.Name) {
				r := analysis.NewRaster(analysis.EveryNth(p, min(f.Neurons, p.Size)), w, rasterLimit)
				o.raster[name+"/"+p.Name] = r
				o.add(fmt.Sprintf("raster of %d of %s in %v", f.Neurons, p.Name, w), r)
			}
		}
	}
}

func (o *Observation) add(name string, a analysis.Accumulator) {
	o.parts = append(o.parts, part{name, a})
}

// Add implements analysis.Accumulator.
func (o *Observation) Add(events []spike.Event) {
	for _, part := range o.parts {
		part.Add(events)
	}
}

// Ended says when the run ended, where that is earlier than planned: rates are of the time that there was.
func (o *Observation) Ended(at spike.Tick) {
	o.end = min(o.end, at)
	o.rates.Ended(o.end)
	o.after.Ended(o.end)
	for _, s := range o.sensitivity {
		s.Ended(o.end)
	}
	for _, s := range o.steps {
		s.Ended(o.end)
	}
}

// Read feeds the observation from a recording of all neurons, up to its end.
func (o *Observation) Read(path string) error {
	r, err := recordings.Open(path)
	if err != nil {
		return err
	}
	if err := errors.Join(r.Feed(recordings.Query{}, o), r.Close()); err != nil {
		return err
	}
	o.Ended(r.Window().To)
	return nil
}

// population returns the number of a population.
func (o *Observation) population(name string) int {
	for i, p := range o.pops {
		if p.Name == name {
			return i
		}
	}
	return -1
}
