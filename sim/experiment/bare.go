package experiment

import (
	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/sim/config"
)

// currentUnit is what currents are measured in.
const currentUnit = "pA"

// unitless reports whether input to neurons of a description is a number and no current.
func unitless(s neuron.Spec) bool {
	_, ok := s.(neuron.Unitless)
	return ok
}

// unitlessIn reports whether the input of a population of a file is a number and no current; false if there is none.
func unitlessIn(root *config.Node, population string, d *config.Decoder) bool {
	for _, key := range []string{"populations", population, "model"} {
		if root = root.Get(key); root == nil {
			return false
		}
	}
	k, known := registriesOf(d).Models.Get(root.Text())
	return known && unitless(k.New())
}

// bare lets currents be plain numbers, if they are, until the function that it returns is called.
func bare(d *config.Decoder, are bool) (end func()) {
	was := d.Bare
	if are {
		d.Bare = currentUnit
	}
	return func() { d.Bare = was }
}

// bareFor is bare for a table that names its population.
func bareFor(n *config.Node, d *config.Decoder) (end func()) {
	p := n.Get("population")
	return bare(d, p != nil && unitlessIn(n.Root(), p.Text(), d))
}
