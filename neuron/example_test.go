package neuron_test

import (
	"fmt"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// A single neuron without a network: a current step, and when it spikes.
func Example() {
	step := 100 * spike.Microsecond
	spec := neuron.DefaultLIF()
	spec.TRef = neuron.Const(10)
	p, err := spec.New(neuron.Build{N: 1, Key: rng.New(1, "cell"), Step: step, Detector: spike.DefaultDetector()})
	if err != nil {
		fmt.Println(err)
		return
	}
	w := spike.Window{To: 60 * spike.Millisecond}
	in := &neuron.Input{Len: 1, Steps: int(w.Len() / step), Step: step, Cells: make([]neuron.Cells, len(p.Channels()))}
	current := make([]float32, in.Steps)
	for s := range current {
		current[s] = 300 // pA
	}
	in.Drives = []neuron.Drive{{Start: current, End: current}}
	var out spike.Buffer
	p.Advance(neuron.Range{Hi: 1}, w, in, &out)
	for _, e := range out.Events() {
		fmt.Printf("%.2f ms %v\n", e.At.Milliseconds(), e.Kind)
	}
	// With V towards E_L + R I = -30 mV, the threshold is 10 mV above rest: 20 ms ln(30/20) = 8.11 ms, and again after 10
	// ms. Output:
	// 8.11 ms onset
	// 26.22 ms onset
	// 44.33 ms onset
}

// A wrong name is an error, not something else that runs.
func ExampleLIF_Validate() {
	s := neuron.DefaultLIF()
	s.Synapses = "curent"
	fmt.Println(s.Validate())
	// Output: synapses = "curent": is not one of the names (allowed: conductance, current)
}
