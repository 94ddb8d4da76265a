package experiment

import (
	"strings"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/sim"
)

// observation is what the analysis keeps of the spikes of one seed, in memory that does not grow with their number.
type observation struct {
	seed        uint64
	pops        []spike.Population
	bins        analysis.Bins
	rates       *analysis.Rates
	after       *analysis.Rates // one bin: everything after settling
	intervals   *analysis.Intervals
	sensitivity *analysis.Sensitivity
	raster      map[string]*analysis.Raster // by "figure/population"
}

// thresholds are the ISI thresholds of the sensitivity figure, ms.
var thresholds = []float64{4, 6, 8, 10, 12, 14, 16, 18, 20, 24, 28, 32}

const rasterLimit = 200_000 // spikes per population of a raster

func (x *Experiment) observe(seed uint64, net *sim.Network) *observation {
	a, pops := &x.Experiment, net.IDs()
	all := spike.Window{To: a.Duration}
	settled := spike.Window{From: a.Settle, To: a.Duration}
	o := &observation{seed: seed, pops: pops, bins: analysis.NewBins(all, a.Bin), raster: map[string]*analysis.Raster{}}
	o.rates = analysis.NewRates(pops, o.bins)
	o.after = analysis.NewRates(pops, analysis.Whole(settled))
	o.intervals = analysis.NewIntervals(pops, analysis.LogEdges(x.Burst.Threshold, spike.Millisecond, 10*spike.Second, 12))
	var ticks []spike.Tick
	for _, t := range thresholds {
		ticks = append(ticks, spike.Tick(t*1e6))
	}
	detector := spike.Detector{Threshold: x.Burst.Threshold, Accumulate: x.Burst.Accumulate}
	o.sensitivity = analysis.NewSensitivity(pops, analysis.Whole(settled), analysis.Thresholds(detector, ticks...))
	for name, f := range x.Figures.All() {
		if f.Kind != "raster" && f.Kind != "multiplexing" {
			continue
		}
		w := spike.Window{From: f.From, To: f.To}
		if w.To == 0 {
			w.To = a.Duration
		}
		for _, p := range pops {
			if x.shows(f, p.Name) {
				ids := analysis.EveryNth(p, min(f.Neurons, p.Size))
				o.raster[name+"/"+p.Name] = analysis.NewRaster(ids[:min(len(ids), f.Neurons)], w, rasterLimit)
			}
		}
	}
	return o
}

// shows reports whether a figure includes a population.
func (x *Experiment) shows(f *Figure, population string) bool {
	if len(f.Populations) == 0 {
		return true
	}
	for _, p := range f.Populations {
		if p == population {
			return true
		}
	}
	return false
}

// Add implements analysis.Accumulator.
func (o *observation) Add(events []spike.Event) {
	o.rates.Add(events)
	o.after.Add(events)
	o.intervals.Add(events)
	o.sensitivity.Add(events)
	for _, r := range o.raster {
		r.Add(events)
	}
}

// population returns the number of a population.
func (o *observation) population(name string) int {
	for i, p := range o.pops {
		if p.Name == name {
			return i
		}
	}
	return -1
}

// trace returns a named time course in bins: a variable of a population (Hz, probabilities 0 to 1), or a stimulus (pA).
func (x *Experiment) trace(o *observation, net *sim.Network, name string) []float64 {
	owner, variable, _ := strings.Cut(name, ".")
	if owner == "stimuli" {
		return x.current(o, net, variable)
	}
	c := o.rates.Courses()[o.population(owner)]
	switch variable {
	case "event_rate":
		return c.EventRate()
	case "burst_rate":
		return c.BurstRate()
	case "burst_probability":
		return c.BurstProbability()
	}
	return c.SpikeRate()
}

// current returns a stimulus as its mean in every bin (pA); a distributed amplitude counts with its mean.
func (x *Experiment) current(o *observation, net *sim.Network, name string) []float64 {
	for i := range net.Stimuli {
		s := &net.Stimuli[i]
		if s.Name != name {
			continue
		}
		return o.bins.Sample(func(seconds float64) float64 {
			t := spike.FromSeconds(seconds)
			if t < s.From || s.To != 0 && t >= s.To {
				return 0
			}
			return s.Amplitude.Mean() * s.Wave.After(t)
		})
	}
	return nil
}

// settled returns the part of a trace after settling.
func (x *Experiment) settled(o *observation, trace []float64) []float64 {
	for i, t := range o.bins.Centers() {
		if t >= x.Experiment.Settle.Seconds() {
			return trace[i:]
		}
	}
	return nil
}
