package bench

import (
	"slices"

	"github.com/burstplex/burstplex/neuron/spike"
)

// Workload is a network that is measured.
type Workload struct {
	Name       string
	What       string     // one line
	Experiment string     // file or built-in experiment
	Set        []string   // its keys that are set to other values, key=value
	Settle     spike.Tick // model time before the first stretch
	Stretch    spike.Tick // model time of a stretch
	Large      bool       // needs GiB and minutes: runs only if it is named

	Rates string // what other programs measure
}

// Workloads returns the networks that other simulators have been measured on.
func Workloads() []Workload {
	const s, ms = spike.Second, spike.Millisecond
	return []Workload{
		{Name: "propagation", What: "8000 two-compartment and 2000 AdEx neurons, 36,000 private Poisson inputs, 4.0 M " +
			"synapses with short-term plasticity",
			Experiment: "propagation", Settle: s, Stretch: s,
			Rates: "events of pyr1 5.5 and pyr2 5.6, spikes of pv 13.2 and som 16.5 Hz; in the limit of small steps 5.6, " +
				"5.4, 14.2, 16.4"},
		{Name: "plasticity", What: "2000 two-compartment neurons, 50,000 shared noise sources, 200 plastic inputs each",
			Experiment: "plasticity-population", Set: []string{"experiment.settle=1 s", "protocol.off.hold=11 s",
				"protocol.learning.patterns=['d0']", "protocol.learning.hold=100 s"},
			Settle: 12 * s, Stretch: 2 * s,
			Rates: "events of input 4.2 and post 4.6 Hz; in the limit of small steps 4.1 and 4.3"},
		{Name: "xor", What: "2500 burst-Poisson neurons, 10,000 private Poisson inputs, 0.9 M synapses; teacher and " +
			"plasticity on all the time",
			Experiment: "xor", Set: xorOf500(), Settle: 8 * s, Stretch: 4 * s,
			Rates: "before learning: in 2-8, hid 2.8-4.9, out 3.8-5.0 events/s"},
		{Name: "coba", What: "4000 LIF neurons with conductances, 0.32 M synapses", Experiment: "coba", Settle: 200 * ms,
			Stretch: 2 * s,
			Rates:   "17-21 Hz"},
		{Name: "cuba", What: "4000 LIF neurons with current synapses, 0.32 M synapses", Experiment: "cuba",
			Settle: 200 * ms, Stretch: 4 * s,
			Rates: "5.2-5.6 Hz"},
		{Name: "balanced", What: "12,500 LIF neurons with 1250 delta synapses and 12,000 external events/s each",
			Experiment: "balanced", Settle: 100 * ms, Stretch: 500 * ms,
			Rates: "12-15 Hz"},
		{Name: "balanced-stdp", What: "the same with pair STDP on 10 M excitatory synapses", Experiment: "balanced-stdp",
			Settle: 100 * ms, Stretch: 300 * ms,
			Rates: "10-14 Hz"},
		{Name: "two-compartment", What: "4000 two-compartment neurons with Ornstein-Uhlenbeck noise in both " +
			"compartments, 100 recurrent inputs each",
			Experiment: "two-compartment", Settle: 200 * ms, Stretch: 500 * ms,
			Rates: "4.7-5.6 Hz"},
		{Name: "microcircuit", What: "cortical microcircuit: 77,169 LIF neurons, 299 M synapses with distributed delays",
			Experiment: "microcircuit", Settle: 300 * ms, Stretch: 200 * ms, Large: true,
			Rates: "0.90, 2.97, 4.41, 5.88, 7.57, 8.63, 1.11, 7.83 Hz"},
	}
}

// xorOf500 returns what makes the xor experiment the network of 500 neurons an ensemble, with 100 synapses a
// connection as before, that learns in a single phase from the start.
func xorOf500() (set []string) {
	for _, p := range []string{"in1", "in2", "hid1", "hid2", "out"} {
		set = append(set, "populations."+p+".size=500")
	}
	for _, p := range []string{"in1_hid1", "in1_hid1_inh", "in1_hid2", "in1_hid2_inh", "in2_hid1", "in2_hid1_inh",
		"in2_hid2", "in2_hid2_inh",
		"hid1_out", "hid1_out_inh", "hid2_out", "hid2_out_inh", "y_hid1_exc", "y_hid1_inh", "y_hid2_exc", "y_hid2_inh",
		"q_hid1", "q_hid2"} {
		set = append(set, "projections."+p+".p=0.2")
	}
	return append(set, "experiment.settle=6 s", "protocol.before.hold=500 ms", "protocol.before.measure_from=0 s",
		"protocol.training.hold=4 s", "protocol.training.measure_from=1 s")
}

// Find returns the workload of a name, or else one of the experiment file or built-in experiment of that name.
func Find(name string) Workload {
	all := Workloads()
	if i := slices.IndexFunc(all, func(w Workload) bool { return w.Name == name }); i >= 0 {
		return all[i]
	}
	return Workload{Name: name, Experiment: name}
}
