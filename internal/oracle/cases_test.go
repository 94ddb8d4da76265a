package oracle

import (
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/synapse"
)

// A scale that changes inside a window holds for the spikes that are emitted from then on.
func TestScaleInsideAWindow(t *testing.T) {
	const us = spike.Microsecond
	c := &Case{End: 20 * spike.Millisecond, Probes: []spike.Tick{4 * spike.Millisecond},
		Options: sim.Options{Workers: 1}, Net: &sim.Network{
			Seed: 1, Step: 100 * us, Populations: []sim.Population{
				{Name: "pre", Size: 1, Spec: neuron.NewReplay([][]spike.Tick{{950 * us, 1050 * us}})},
				{Name: "post", Size: 1, Spec: neuron.DefaultLIF()}},
			Projections: []sim.Projection{{Source: "pre", Target: "post", Port: "soma", Receptor: "ampa",
				Spec: synapse.Spec{Name: "c", Connector: synapse.AllToAll{}, Weight: neuron.Const(0.1),
					Delay: neuron.Const(1.6)}}}},
		Protocol: &sim.Protocol{Patterns: []sim.Pattern{
			{Name: "a", Scales: []sim.ScaleSetting{{Projection: "c", Value: 1}}},
			{Name: "b", Scales: []sim.ScaleSetting{{Projection: "c", Value: 2}}}},
			Stages: []sim.Stage{{Name: "s", Repeats: 1, Patterns: []int{0, 1}, Hold: spike.Millisecond,
				TeachFrom: spike.Millisecond, LearnFrom: spike.Millisecond}}}}
	agree(t, c)
}
