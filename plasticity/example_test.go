package plasticity_test

import (
	"context"
	"fmt"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/plasticity"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/synapse"
)

// A rule is attached to a projection: synapses of cells that burst more than usual grow.
func Example() {
	rule := plasticity.DefaultBurstprop()
	rule.Eta = 0.01
	net := &sim.Network{Seed: 1, Populations: []sim.Population{
		{Name: "input", Size: 50, Spec: neuron.DefaultPoisson()},
		{Name: "cells", Size: 20, Spec: neuron.DefaultTwoCompartment(), Backgrounds: []sim.Background{
			{Name: "soma", Port: neuron.Soma, Spec: &neuron.OrnsteinUhlenbeck{Mean: 400, Sigma: 450, Tau: 2}},
			{Name: "apical", Port: neuron.Apical, Spec: &neuron.OrnsteinUhlenbeck{Mean: 200, Sigma: 450, Tau: 2}}}},
	}, Projections: []sim.Projection{{Source: "input", Target: "cells", Port: neuron.Soma, Receptor: neuron.AMPAReceptor,
		Rule: rule,
		Spec: synapse.Spec{Name: "learns", Connector: synapse.AllToAll{}, Weight: neuron.Const(0.02),
			Delay: neuron.Const(1)}}}}
	engine, err := sim.New(net, sim.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer engine.Close()
	before := engine.Projection("learns").MeanWeight()
	if err := engine.Run(context.Background(), spike.Second); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("before %.3f, and then they have changed: %v\n", before, engine.Projection("learns").MeanWeight() != before)
	// Output: before 0.020, and then they have changed: true
}
