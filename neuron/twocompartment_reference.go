package neuron

func newTwoReference(s TwoCompartment, b Build) Population { return newTwoCompartment(s, b) }
