package sim

import (
	"fmt"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/plasticity"
	"github.com/burstplex/burstplex/synapse"
)

// Network describes what is simulated: plain data, made from an experiment file or by a Go program.
type Network struct {
	Seed        uint64
	Step        spike.Tick // integration step; 0 means DefaultStep
	Populations []Population
	Projections []Projection
	Stimuli     []Stimulus
	Teachers    []Teacher
}

// Population describes one population.
type Population struct {
	Name        string
	Size        int // neurons; units where the Spec is neuron.Grouped
	Spec        neuron.Spec
	Detector    spike.Detector // the zero value means spike.DefaultDetector
	Backgrounds []Background
	Receptors   []neuron.Added // beside those of the model
}

// Neurons returns how many neurons the population has: its size times the neurons of a unit.
func (p *Population) Neurons() int { return p.Size * neuron.UnitSize(p.Spec) }

// Build makes the population.
func (p *Population) Build(b neuron.Build) (neuron.Population, error) {
	pop, err := p.Spec.New(b)
	if err != nil {
		return nil, err
	}
	return neuron.WithReceptors(pop, b, p.Receptors...)
}

// Background is private random input to every neuron of a population.
type Background struct {
	Name           string // part of the random key
	Port, Receptor string // where it ends; Receptor is empty for a current
	Spec           neuron.BackgroundSpec
}

// Projection describes one projection between populations.
type Projection struct {
	Source, Target string
	Port, Receptor string // where the synapses end, for example "soma", "ampa"
	synapse.Spec
	Rule plasticity.Spec // how the weights change; nil: not at all
}

// Error is a network that cannot be built. Key is the place in the terms of an experiment file, for example
// "projections.fb.target".
type Error struct {
	Key, Reason string
	Value       string // with its unit, where a number is wrong
}

func (e *Error) Error() string {
	if e.Value != "" {
		return e.Key + " = " + e.Value + ": " + e.Reason
	}
	return e.Key + ": " + e.Reason
}

func errorf(key, format string, args ...any) error {
	return &Error{Key: key, Reason: fmt.Sprintf(format, args...)}
}

// index returns the number of a population, -1 if there is none of this name.
func (n *Network) index(name string) int {
	for i := range n.Populations {
		if n.Populations[i].Name == name {
			return i
		}
	}
	return -1
}

// IDs lists the populations with their ranges of neuron numbers.
func (n *Network) IDs() []spike.Population {
	var ids []spike.Population
	next := spike.ID(0)
	for _, p := range n.Populations {
		ids = append(ids, spike.Population{Name: p.Name, First: next, Size: p.Neurons()})
		next += spike.ID(p.Neurons())
	}
	return ids
}
