package neuron

// derivedOf returns the constants of the neurons of a population: one element if no parameter is a distribution,
// otherwise one per neuron.
func derivedOf[D any](b Build, derive func(i int) *D, parameters ...Value) []*D {
	n := 1
	for _, v := range parameters {
		if !v.IsConst() {
			n = b.N
		}
	}
	all := make([]*D, n)
	for i := range all {
		all[i] = derive(i)
	}
	return all
}

// derivedAt returns the constants of neuron i.
func derivedAt[D any](all []*D, i int) *D {
	if len(all) == 1 {
		return all[0]
	}
	return all[i]
}
