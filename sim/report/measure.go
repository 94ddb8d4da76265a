package report

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/experiment"
)

// Open returns the report of a result directory, to measure what the directory holds.
func Open(kinds *experiment.Registries, dir string) (*Report, error) {
	var plan struct{ Variants []string }
	if text, err := os.ReadFile(filepath.Join(dir, "plan.json")); err == nil && json.Unmarshal(text, &plan) == nil &&
		len(plan.Variants) > 0 {
		return nil, &config.Error{File: dir, Reason: "holds several variants; take the directory of one"}
	}
	x, err := experiment.Load(kinds, filepath.Join(dir, "experiment.toml"))
	if err != nil {
		return nil, err
	}
	d := &Report{Experiment: x}
	seeds, err := seedsOf(dir)
	if err != nil {
		return nil, err
	}
	for _, seed := range seeds {
		if err := d.reread(dir, seed); err != nil {
			return nil, err
		}
	}
	if len(d.obs) == 0 || d.unseen {
		return nil, fmt.Errorf("%s: there is no recording to measure", dir)
	}
	return d, nil
}

// Seed is the seed of an observation.
func (o *Observation) Seed() uint64 { return o.seed }

// Detector tells the bursts of a population from events.
func (o *Observation) Detector(population string) spike.Detector {
	return o.detectors[o.population(population)]
}

// Settled is the time that is measured, in a seed that may have ended early.
func (o *Observation) Settled() spike.Window {
	return spike.Window{From: o.Experiment.Experiment.Settle, To: o.end}
}

// Course returns a trace of a seed in the bins after settling, with their centres (s).
func (d *Report) Course(seed int, trace string) (time, values []float64) {
	o := d.obs[seed]
	return d.settled(o, o.bins.Centers()), d.settled(o, d.trace(o, d.nets[seed], trace))
}

// Bin is the width of the bins of traces.
func (d *Report) Bin() spike.Tick { return d.Experiment.Experiment.Bin }
