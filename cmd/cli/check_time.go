package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/machine"
)

// Rough processor time: of a step of a neuron, of an event at a synapse, and of building a synapse. Measured on the
// built-in networks, where they are within a factor of two or three.
const stepSeconds, eventSeconds, synapseSeconds = 4e-9, 5e-9, 50e-9

// filesSeconds is what start, tables and figures of a run take.
const filesSeconds = 0.3

// What a check measures for: a network with at most so many synapses and neurons is built and runs for this processor
// time, with one worker. It is about what a user waits for without noticing.
const (
	measuredSynapses = 6e6
	measuredNeurons  = 1e6
	measuredFor      = 60 * time.Millisecond
)

// estimatedSeconds estimates what a seed takes: from a stretch that is run, where the network is quickly built,
// otherwise from its size. how says which.
func estimatedSeconds(ctx context.Context, x *experiment.Experiment, size sim.Estimate) (seconds float64, how string) {
	if size.Synapses <= measuredSynapses && size.Neurons <= measuredNeurons {
		if seconds, stretch, ok := measured(ctx, x); ok {
			return seconds, fmt.Sprintf("as measured over %.3g s of model time, where the rest is like it", stretch)
		}
	}
	about := &x.Experiment
	steps := stepSeconds * float64(size.Neurons) / about.Step.Seconds()
	events := eventSeconds * size.Synapses * x.Record.ExpectedRate
	return synapseSeconds*size.Synapses + about.Duration.Seconds()*(steps+events),
		fmt.Sprintf("by its size, at %g Hz: a few times more or less", x.Record.ExpectedRate)
}

// measured builds the network of the first seed and runs stretches of doubling length; the last one counts, which
// begins when the start is over. What goes wrong is left to the run to say.
func measured(ctx context.Context, x *experiment.Experiment) (seconds, stretch float64, ok bool) {
	began := machine.CPU()
	engine, _, err := x.Engine(x.Experiment.Seed, sim.Options{Workers: 1})
	if err != nil {
		return 0, 0, false
	}
	defer engine.Close()
	build := (machine.CPU() - began).Seconds()
	end := x.Experiment.Duration
	for length := 20 * x.Experiment.Step; ; length *= 2 {
		from, start := engine.Now(), machine.CPU()
		to := min(end, from+length)
		if engine.Run(ctx, to) != nil {
			return 0, 0, false
		}
		took := machine.CPU() - start
		stretch = (to - from).Seconds()
		if to == end || took > measuredFor/2 {
			if from == 0 || to < end || took > measuredFor/4 { // a short rest says little
				seconds = took.Seconds() / stretch
			}
			return filesSeconds + build + seconds*end.Seconds(), stretch, true
		}
		seconds = took.Seconds() / stretch
	}
}
