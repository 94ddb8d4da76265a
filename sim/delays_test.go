package sim

import (
	"context"
	"math"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/synapse"
)

// delayed makes neurons that others drive through distributed delays, onto a channel of pairs or of sums.
func delayed(target neuron.Spec, receptor string, weight float64) *Network {
	source := neuron.DefaultLIF()
	source.Initial.V = neuron.Value{Shape: neuron.Uniform, A: -60, B: -50}
	return &Network{Seed: 4, Step: 100 * spike.Microsecond,
		Populations: []Population{{Name: "a", Size: 300, Spec: source}, {Name: "b", Size: 1500, Spec: target}},
		Stimuli: []Stimulus{{Name: "drive", Population: "a", Port: "soma",
			Amplitude: neuron.Value{Shape: neuron.Uniform, A: 150, B: 400}, Wave: Constant{}}},
		Projections: []Projection{{Source: "a", Target: "b", Port: "soma", Receptor: receptor,
			Spec: synapse.Spec{Name: "ab", Connector: synapse.FixedProbability{P: 0.3},
				Weight: neuron.Value{Shape: neuron.Normal, A: weight, B: weight / 10},
				Delay:  neuron.Value{Shape: neuron.Normal, A: 1.5, B: 0.75, Lo: 0.05, Hi: 6}}}}}
}

// Every spike arrives at every target once, after its delay: neurons that never fire sum up what a slow loop over all
// spikes and synapses says. Delta synapses act at the end of the step of arrival, the others when they arrive.
func TestDelaysArrive(t *testing.T) {
	lif := neuron.DefaultLIF()
	lif.Synapses, lif.WeightUnit, lif.Theta = "current", "mV", neuron.Const(900)
	delta := neuron.DefaultLIFDelta()
	delta.Theta = neuron.Const(900)
	for _, c := range []struct {
		net    *Network
		column string
		tau    float64 // ms
		onGrid bool
	}{{delayed(lif, "ampa", 0.05), "g_ampa", lif.TauExc, false}, {delayed(delta, "delta", 0.05), "v", delta.TauM.A,
		true}} {
		s, err := New(c.net, Options{Workers: 2})
		if err != nil {
			t.Fatal(err)
		}
		p := s.Projection("ab")
		if len(p.Delays()) < 50 {
			t.Fatalf("only %d delays", len(p.Delays()))
		}
		all := &keep{}
		s.AddSink(all)
		const end = 60 * spike.Millisecond
		if err := s.Run(context.Background(), end); err != nil {
			t.Fatal(err)
		}
		if len(all.events) < 500 {
			t.Fatalf("%d spikes are no test", len(all.events))
		}
		times := make([][]spike.Tick, 300)
		for _, e := range all.events {
			times[e.Src] = append(times[e.Src], e.At)
		}
		want := make([]float64, 1500)
		p.Each(func(source, target int, w float64, d spike.Tick) {
			for _, at := range times[source] {
				at += d
				if c.onGrid {
					at = (at/c.net.Step + 1) * c.net.Step
				}
				if at <= end {
					want[target] += w * math.Exp(-(end-at).Milliseconds()/c.tau)
				}
			}
		})
		column, _, _ := s.Column("b", c.column)
		for i, got := range column.Data.([]float32) {
			if math.Abs(float64(got)-want[i]) > 2e-4*want[i]+1e-6 {
				t.Fatalf("%s of neuron %d is %g, should be %g", c.column, i, got, want[i])
			}
		}
		if err := s.Finish(); err != nil {
			t.Error(err)
		}
		s.Close()
	}
}
