package sim_test

import (
	"context"
	"fmt"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/plasticity"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/synapse"
)

// Two populations, and the burst probability of the second one read while the network runs.
func Example() {
	noise := func(port string, mean float64) sim.Background {
		return sim.Background{Name: port, Port: port, Spec: &neuron.OrnsteinUhlenbeck{Mean: mean, Sigma: 450, Tau: 2}}
	}
	cells := func(name string, apical float64) sim.Population {
		return sim.Population{Name: name, Size: 200, Spec: neuron.DefaultTwoCompartment(),
			Backgrounds: []sim.Background{noise(neuron.Soma, 400), noise(neuron.Apical, apical)}}
	}
	net := &sim.Network{Seed: 1, Populations: []sim.Population{cells("lower", 0), cells("upper", 100)},
		Projections: []sim.Projection{{Source: "lower", Target: "upper", Port: neuron.Soma, Receptor: neuron.AMPAReceptor,
			Spec: synapse.Spec{Name: "up", Connector: synapse.FixedProbability{P: 0.05},
				Weight: neuron.Const(0.01), Delay: neuron.Const(1), Transmit: synapse.EventsOnly}}}}
	engine, err := sim.New(net, sim.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	spikes := &sim.Collector{}
	upper := plasticity.NewEstimator(net.IDs()[1], 500, 0, 0)
	engine.AddSink(spikes)
	engine.AddLearner(upper)
	for range 2 {
		if err := engine.Run(context.Background(), engine.Now()+500*spike.Millisecond); err != nil {
			fmt.Println(err)
			return
		}
		mean := 0.0
		for i := range 200 {
			mean += upper.Probability(i, engine.Now()) / 200
		}
		fmt.Printf("at %v the burst probability is between 10 %% and 90 %%: %v\n", engine.Now(), mean > 0.1 && mean < 0.9)
	}
	if err := engine.Close(); err != nil {
		fmt.Println(err)
	}
	fmt.Println("more than a thousand spikes:", len(spikes.Events) > 1000)
	// Output:
	// at 500ms the burst probability is between 10 % and 90 %: true
	// at 1s the burst probability is between 10 % and 90 %: true
	// more than a thousand spikes: true
}
