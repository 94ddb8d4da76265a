package report

import (
	"math"
	"strings"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/sim"
)

// trace returns a named time course in bins: a variable of a population (Hz, probabilities 0 to 1), or a stimulus (pA).
// Bins after the end of the run are NaN.
func (d *Report) trace(o *Observation, net *sim.Network, name string) []float64 {
	owner, variable, _ := strings.Cut(name, ".")
	if owner == "stimuli" {
		return d.current(o, o.bins, net, variable)
	}
	c := o.rates.Courses()[o.population(owner)]
	var values []float64
	switch variable {
	case "event_rate":
		values = c.EventRate()
	case "burst_rate":
		values = c.BurstRate()
	case "burst_probability":
		values = c.BurstProbability()
	default:
		values = c.SpikeRate()
	}
	for len(values) < o.bins.N {
		values = append(values, math.NaN())
	}
	return values
}

// current returns a stimulus as its exact mean in every bin (pA), averaged over the neurons that it acts on. What a
// protocol sets follows from the protocol, unless a stage may end early (NaN).
func (d *Report) current(o *Observation, bins analysis.Bins, net *sim.Network, name string) []float64 {
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
		means := make([]float64, bins.N)
		for k := range means {
			means[k] = amplitude * course.Mean(bins.Bin(k))
		}
		return means
	}
	return nil
}

// within returns the part of a trace in the bins of full width that lie wholly inside a window.
func (o *Observation) within(w spike.Window, trace []float64) []float64 {
	lo, hi := o.bins.Full().Within(w)
	return trace[lo:hi]
}

// settled returns the part of a trace after settling, in bins of full width.
func (d *Report) settled(o *Observation, trace []float64) []float64 {
	return o.within(spike.Window{From: d.Experiment.Experiment.Settle, To: d.Experiment.Experiment.Duration}, trace)
}

// wholeBins is the time of the bins that lie wholly after settling.
func (d *Report) wholeBins() spike.Window {
	a := &d.Experiment.Experiment
	return spike.Window{From: (a.Settle + a.Bin - 1) / a.Bin * a.Bin, To: a.Duration / a.Bin * a.Bin}
}

// settledFrom returns the centre of the first bin that lies wholly after settling, s.
func (d *Report) settledFrom() float64 {
	bins := d.obs[0].bins
	lo, _ := bins.Within(spike.Window{From: d.Experiment.Experiment.Settle, To: d.Experiment.Experiment.Duration})
	if lo == bins.N {
		return math.Inf(1)
	}
	return bins.Centers()[lo]
}
