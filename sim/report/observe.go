package report

import (
	"math"
	"strings"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/experiment"
)

// Observation is what the analysis keeps of the spikes of one seed, in memory that does not grow with their number.
type Observation struct {
	seed        uint64
	pops        []spike.Population
	bins        analysis.Bins
	rates       *analysis.Rates
	after       *analysis.Rates             // one bin: everything after settling
	intervals   *analysis.Intervals         // nil if no figure shows it
	sensitivity *analysis.Sensitivity       // nil if no figure shows it
	raster      map[string]*analysis.Raster // by "figure/population"
	parts       []analysis.Accumulator      // all of these
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
	all := spike.Window{To: a.Duration}
	settled := spike.Window{From: a.Settle, To: a.Duration}
	o := &Observation{seed: seed, pops: pops, bins: analysis.NewBins(all, a.Bin), raster: map[string]*analysis.Raster{}}
	o.rates = analysis.NewRates(pops, o.bins)
	o.after = analysis.NewRates(pops, analysis.Whole(settled))
	o.parts = []analysis.Accumulator{o.rates, o.after}
	for name, f := range x.Figures.All() { // what no figure shows is not worth its time per spike
		switch {
		case f.Kind == "isi" && o.intervals == nil:
			o.intervals = analysis.NewIntervals(pops, analysis.LogEdges(x.Burst.Threshold, spike.Millisecond, 10*spike.Second, 12))
			o.parts = append(o.parts, o.intervals)
		case f.Kind == "sensitivity" && o.sensitivity == nil:
			o.sensitivity = analysis.NewSensitivity(pops, analysis.Whole(settled), analysis.Thresholds(x.Burst.Detector(), thresholdTicks()...))
			o.parts = append(o.parts, o.sensitivity)
		}
		if f.Kind != "raster" && f.Kind != "multiplexing" {
			continue
		}
		w := spike.Window{From: f.From, To: f.To}
		if w.To == 0 {
			w.To = a.Duration
		}
		for _, p := range pops {
			if f.Shows(p.Name) {
				ids := analysis.EveryNth(p, min(f.Neurons, p.Size))
				r := analysis.NewRaster(ids, w, rasterLimit)
				o.raster[name+"/"+p.Name] = r
				o.parts = append(o.parts, r)
			}
		}
	}
	return o
}

// Add implements analysis.Accumulator.
func (o *Observation) Add(events []spike.Event) {
	for _, part := range o.parts {
		part.Add(events)
	}
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

// trace returns a named time course in bins: a variable of a population (Hz, probabilities 0 to 1), or a stimulus (pA).
func (d *Report) trace(o *Observation, net *sim.Network, name string) []float64 {
	owner, variable, _ := strings.Cut(name, ".")
	if owner == "stimuli" {
		return d.current(o, net, variable)
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

// current returns a stimulus as its exact mean in every bin (pA), averaged over the neurons that it acts on. What a protocol
// sets follows from the protocol, unless a stage may end early (NaN).
func (d *Report) current(o *Observation, net *sim.Network, name string) []float64 {
	for i := range net.Stimuli {
		s := &net.Stimuli[i]
		if s.Name != name {
			continue
		}
		course, amplitude := *s, net.MeanAmplitude(s)
		if _, ok := s.Wave.(*sim.Level); ok {
			p := d.Experiment.Presentations(o.seed)
			for _, stage := range d.Protocol.All() {
				if stage.Until == "solved" {
					amplitude = math.NaN()
				}
			}
			if p != nil {
				course.Wave = p.Course(name)
			}
		}
		means := make([]float64, o.bins.N)
		for k := range means {
			means[k] = amplitude * course.Mean(o.bins.Bin(k))
		}
		return means
	}
	return nil
}

// settled returns the part of a trace after settling.
func (d *Report) settled(o *Observation, trace []float64) []float64 {
	for i, t := range o.bins.Centers() {
		if t >= d.Experiment.Experiment.Settle.Seconds() {
			return trace[i:]
		}
	}
	return nil
}
