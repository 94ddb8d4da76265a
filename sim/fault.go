package sim

import (
	"fmt"
	"slices"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
)

// Fault is the error of a run in which a neuron came into a state that is not a number, infinite or a potential beyond
// neuron.GuardLimit. Everything before its time is valid.
type Fault struct {
	Population string
	*neuron.Fault
}

func (f *Fault) Error() string { return fmt.Sprintf("population %q, %v", f.Population, f.Fault) }

// Unwrap returns the fault within the population.
func (f *Fault) Unwrap() error { return f.Fault }

// fault returns the first fault of the populations, if there is any, and takes back the spikes from its time on.
func (s *Sim) fault() error {
	var first *Fault
	for _, p := range s.populations {
		if p.guarded == nil {
			continue
		}
		if f := p.guarded.Fault(); f != nil && (first == nil || f.At < first.At) {
			first = &Fault{p.id.Name, f}
		}
	}
	if first == nil {
		return nil
	}
	s.now = max(s.exchanged, first.At)
	for _, sh := range s.shards {
		before := slices.DeleteFunc(slices.Clone(sh.out.Events()), func(e spike.Event) bool { return e.At >= s.now })
		sh.out.Reset()
		for _, e := range before {
			sh.out.Push(e)
		}
	}
	return first
}
