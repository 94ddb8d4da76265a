package neuron

// Model is an entry of the list of models that an experiment file can name.
type Model struct {
	Name    string      // as in an experiment file: model = "lif"
	Doc     string      // one line
	Default func() Spec // parameters with their defaults
}

// Models lists the models of neurons and spike sources.
func Models() []Model {
	return []Model{
		{"two-compartment", "pyramidal neuron with an active apical dendrite that turns events into bursts",
			func() Spec { return DefaultTwoCompartment() }},
		{"burst-poisson", "simplified bursting neuron of the XOR network: the soma makes events, the dendrite turns some " +
			"into bursts", func() Spec { return DefaultBurstPoisson() }},
		{"burst-poisson-escape", "the same with escape noise in place of a sharp threshold",
			func() Spec { return DefaultEscapeBurstPoisson() }},
		{"lif", "leaky integrate-and-fire neuron with exponential conductance or current synapses",
			func() Spec { return DefaultLIF() }},
		{"lif-delta", "leaky integrate-and-fire neuron with delta synapses, on-grid",
			func() Spec { return DefaultLIFDelta() }},
		{"adex", "adaptive exponential integrate-and-fire neuron with conductance synapses",
			func() Spec { return DefaultAdEx() }},
		{"poisson", "Poisson sources of constant rate", func() Spec { return DefaultPoisson() }},
		{"modulated-poisson", "Poisson sources whose common rate follows a sine, steps or a table",
			func() Spec { return DefaultModulatedPoisson() }},
		{"ignore-and-fire", "receives input and ignores it, fires events and bursts of given rates: for scaling at " +
			"constant work", func() Spec { return DefaultIgnoreAndFire() }},
		{"replay", "recorded spike trains from a file", func() Spec { return DefaultReplay() }},
	}
}
