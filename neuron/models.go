package neuron

// Model is an entry of the list of neuron models that experiment files can name.
type Model struct {
	Name    string
	Doc     string      // one line
	Default func() Spec // parameters with their defaults
}

// Models lists the neuron models.
func Models() []Model {
	return []Model{
		{"two-compartment", "pyramidal neuron with active dendrite (Naud & Sprekeler 2018, Payeur et al. 2021)", func() Spec { return DefaultTwoCompartment() }},
		{"adex", "adaptive exponential integrate-and-fire neuron (Brette & Gerstner 2005)", func() Spec { return DefaultAdEx() }},
	}
}
