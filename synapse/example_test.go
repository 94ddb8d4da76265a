package synapse_test

import (
	"fmt"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/synapse"
)

// The synapses that a connector draws, without a network: 10 onto every target, with weights and delays from
// distributions.
func Example() {
	weight := neuron.Value{Shape: neuron.Uniform, A: 1, B: 2}
	delay := neuron.Value{Shape: neuron.Uniform, A: 1, B: 3} // ms
	p, err := synapse.New(synapse.Spec{Name: "p", Connector: synapse.FixedInDegree{K: 10}, Weight: weight, Delay: delay},
		0,
		synapse.Geometry{Sources: 100, Targets: 50, Key: rng.New(1, "projection", "p")}, 100*spike.Microsecond)
	if err != nil {
		fmt.Println(err)
		return
	}
	each := func(n int, f func(int)) {
		for i := range n {
			f(i)
		}
	}
	if err := p.ConnectAll([]int{0, 50}, each); err != nil {
		fmt.Println(err)
		return
	}
	onto := make([]int, 50)
	p.Each(func(_, target int, w float64, d spike.Tick) {
		if w < 1 || w > 2 || d < spike.Millisecond || d > 3*spike.Millisecond {
			fmt.Println("out of bounds")
		}
		onto[target]++
	})
	fmt.Println(p.Synapses(), "synapses,", onto[17], "onto target 17")
	// Output: 500 synapses, 10 onto target 17
}
