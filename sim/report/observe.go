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
	*experiment.Experiment
	seed uint64
	pops []spike.Population

	detectors []spike.Detector // of the populations

	bins  analysis.Bins
	rates *analysis.Rates // in bins, the last of which may be shorter
	after *analysis.Rates // one bin: everything after settling
	cv    *analysis.Regularity
	fano  *analysis.Fano
	end   spike.Tick // of the run

	figures map[string]any // what Figure.Observe returned, by name

	parts []part // all of these
}

// part is something that reads spikes, named by all that its state depends on beside the spikes.
type part struct {
	name string
	analysis.Accumulator
}

func observe(x *experiment.Experiment, seed uint64, net *sim.Network) *Observation {
	a, pops := &x.Experiment, net.IDs()
	settled := spike.Window{From: a.Settle, To: a.Duration}
	o := &Observation{Experiment: x, seed: seed, pops: pops, end: a.Duration, figures: map[string]any{}}
	for _, p := range net.Populations {
		o.detectors = append(o.detectors, p.Detector)
	}
	o.bins = analysis.Cover(spike.Window{To: a.Duration}, a.Bin)
	o.rates, o.after = analysis.NewRates(pops, o.bins), analysis.NewRates(pops, analysis.Whole(settled))
	o.Attach(fmt.Sprintf("rates in bins of %v to %v", a.Bin, a.Duration), o.rates)
	o.Attach(fmt.Sprintf("rates in %v", settled), o.after)
	some := firstNeurons(pops)
	o.cv, o.fano = analysis.NewRegularity(some), analysis.NewFano(some, analysis.NewBins(settled, fanoWindow).Full())
	o.Attach(fmt.Sprintf("regularity in %v of %d neurons", settled, regularNeurons), analysis.During(settled, o.cv))
	o.Attach(fmt.Sprintf("counts in %v of %d neurons", settled, regularNeurons), o.fano)
	for name, f := range x.Figures.All() { // what no figure shows is not worth its time per spike
		o.figures[name] = f.Spec.(Figure).Observe(o)
	}
	return o
}

// Attach passes the spikes of the seed on to an accumulator too, in order of time, from the first one on. The name
// says all that its state depends on beside the spikes: a checkpoint is refused where the names differ. An
// accumulator with a method Ended(spike.Tick) is told when the run ended early.
func (o *Observation) Attach(name string, a analysis.Accumulator) {
	o.parts = append(o.parts, part{name, a})
}

// Populations are the populations of the network, with their neurons.
func (o *Observation) Populations() []spike.Population { return o.pops }

// Add implements analysis.Accumulator.
func (o *Observation) Add(events []spike.Event) {
	for _, part := range o.parts {
		part.Add(events)
	}
}

// Ended says when the run ended, where that is earlier than planned: rates are of the time that there was.
func (o *Observation) Ended(at spike.Tick) {
	o.end = min(o.end, at)
	for _, p := range o.parts {
		if a, ok := p.Accumulator.(interface{ Ended(spike.Tick) }); ok {
			a.Ended(o.end)
		}
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
