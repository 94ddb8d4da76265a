package neuron

import "reflect"

// derivedOf returns the constants of the neurons of a population: one element if no parameter of its Spec is a
// distribution, otherwise one per neuron.
func derivedOf[D any](b Build, spec Spec, derive func(i int) *D) []*D {
	n := 1
	if varies(spec) {
		n = b.N
	}
	all := make([]*D, n)
	for i := range all {
		all[i] = derive(i)
	}
	return all
}

// varies reports whether a parameter of a Spec, not an initial value, is a distribution.
func varies(spec Spec) bool {
	s := reflect.ValueOf(spec).Elem()
	for i := range s.NumField() {
		if v, ok := s.Field(i).Interface().(Value); ok && !v.IsConst() {
			return true
		}
	}
	return false
}

// derivedAt returns the constants of neuron i.
func derivedAt[D any](all []*D, i int) *D {
	if len(all) == 1 {
		return all[0]
	}
	return all[i]
}
