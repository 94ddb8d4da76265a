package sim

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/synapse"
)

// kept is a sink that keeps everything.
type kept struct{ events []spike.Event }

func (k *kept) WriteSpikes(_ spike.Window, events []spike.Event) error {
	k.events = append(k.events, events...)
	return nil
}
func (k *kept) Close() error { return nil }

// A current that takes potentials beyond any neuron's ends the run within a millisecond, says where and why, and
// leaves what was recorded before as it would have been without it, for windows that are shorter and longer than a
// millisecond.
func TestImpossibleStatesEndTheRun(t *testing.T) {
	const from = 50 * spike.Millisecond
	for _, delay := range []float64{0.5, 20} {
		run := func(workers int, stimuli ...Stimulus) (*Sim, []spike.Event, error) {
			net := &Network{Seed: 1, Step: 100 * spike.Microsecond, Stimuli: stimuli}
			source := neuron.DefaultPoisson()
			source.Rate = neuron.Const(100)
			net.Populations = []Population{{Name: "source", Size: 50, Spec: source}, {Name: "cells", Size: 300,
				Spec: neuron.DefaultTwoCompartment()}}
			net.Projections = []Projection{{Source: "source", Target: "cells", Port: "soma", Receptor: "ampa",
				Spec: synapse.Spec{Name: "drive", Connector: synapse.FixedProbability{P: 0.5}, Weight: neuron.Const(0.2),
					Delay: neuron.Const(delay)}}}
			s, err := New(net, Options{Workers: workers})
			if err != nil {
				t.Fatal(err)
			}
			sink := &kept{}
			s.AddSink(sink)
			err = s.Run(context.Background(), 100*spike.Millisecond)
			if err := s.Finish(); err != nil {
				t.Fatal(err)
			}
			return s, sink.events, err
		}
		_, want, err := run(2)
		if err != nil {
			t.Fatal(err)
		}
		harm := Stimulus{Name: "harm", Population: "cells", Port: "apical", Amplitude: neuron.Const(-1e12),
			Wave: Constant{}, From: from, To: from + spike.Millisecond}
		for _, workers := range []int{1, 2} {
			s, got, err := run(workers, harm)
			var fault *Fault
			if !errors.As(err, &fault) {
				t.Fatalf("delay %g ms: the run ends with %v", delay, err)
			}
			if fault.Population != "cells" || fault.Neuron != 0 || fault.Variable != "current into apical" || fault.At != from+
				100*spike.Microsecond || s.Now() != fault.At {
				t.Errorf("delay %g ms: %v; now %v", delay, err, s.Now())
			}
			if text := err.Error(); !strings.Contains(text, `population "cells", neuron 0: a current of -1e+12 pA`) || !strings.Contains(text, "-1e+12 pA into apical") || strings.Contains(text, "\n") {
				t.Error(text)
			}
			before := func(events []spike.Event) []spike.Event {
				return slices.DeleteFunc(slices.Clone(events), func(e spike.Event) bool { return e.At >= from })
			}
			if len(before(want)) == 0 || !slices.Equal(before(want), before(got)) {
				t.Errorf("delay %g ms: %d spikes before the fault, %d without it", delay, len(before(got)), len(before(want)))
			}
			for _, e := range got {
				if e.At >= fault.At {
					t.Errorf("delay %g ms: a spike at %v, after the fault", delay, e.At)
				}
			}
		}
	}
}
