package sim

import (
	"context"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/synapse"
)

// Neurons at rest, and networks in which all windows would be passed over, wake when a current begins, ends, jumps,
// is set or only starts to run, in the step in which it does: potentials are those of neurons that never sleep.
func TestRestEndsWithACurrent(t *testing.T) {
	steps := &Samples{Times: []spike.Tick{0, 150 * ms, 230 * ms}, Values: []float64{30, 90, 0}}
	ramp := &Samples{Times: []spike.Tick{0, 150 * ms, 160 * ms, 230 * ms, 231 * ms}, Values: []float64{40, 40, 90, 90, 0},
		Linear: true}
	for name, st := range map[string]Stimulus{"ends": {Wave: Constant{}, To: 150 * ms}, "begins": {Wave: Constant{},
		From: 150 * ms}, "is set": {Wave: &Level{}},
		"begins and ends": {Wave: Constant{}, From: 150 * ms, To: 230 * ms}, "jumps": {Wave: steps}, "runs": {Wave: ramp},
		"of one neuron": {Wave: Constant{}, From: 150 * ms, To: 230 * ms, First: 70, Last: 71}} {
		for _, delay := range []float64{0.1, 1.5} {
			var courses [2][]float64
			for k := range courses {
				lif := neuron.DefaultLIFDelta()
				lif.TauM = neuron.Const(1.7)
				net := &Network{Seed: 3, Step: 100 * spike.Microsecond, Populations: []Population{{Name: "a", Size: 130,
					Spec: lif}},
					Projections: []Projection{{Source: "a", Target: "a", Port: "soma", Receptor: "delta", Spec: synapse.Spec{Name: "p",
						Connector: synapse.FixedInDegree{K: 3}, Weight: neuron.Const(0.1), Delay: neuron.Const(delay)}}}}
				st.Name, st.Population, st.Port, st.Amplitude = "s", "a", "soma", neuron.Const(40)
				if _, samples := st.Wave.(*Samples); samples {
					st.Amplitude.A = 1
				}
				net.Stimuli = []Stimulus{st}
				s, err := New(net, Options{Workers: 1, ShardSize: 64, NoSleep: k == 1})
				if err != nil {
					t.Fatal(err)
				}
				if l := s.level("s"); l != nil {
					if err := s.At(150*ms, func(spike.Tick) error { l.value[0] = 1; return nil }); err != nil {
						t.Fatal(err)
					}
				}
				for _, at := range []spike.Tick{149, 150, 152, 156, 163, 229, 231, 233, 260} {
					if err := s.Run(context.Background(), at*ms); err != nil {
						t.Fatal(err)
					}
					column, _, _ := s.Column("a", "v")
					courses[k] = append(courses[k], column.Float(3), column.Float(70))
				}
				if c := s.Counts(); c.Spikes > 0 || k == 0 && c.NeuronSteps > 130*1700 && st.Last == 0 {
					t.Errorf("%s: %+v, so nobody slept", name, c)
				}
				s.Close()
			}
			if !slices.Equal(courses[0], courses[1]) {
				t.Errorf("%s, delays of %g ms: potentials\n%v, of those who never sleep\n%v", name, delay, courses[0], courses[1])
			}
			if slices.Max(courses[0]) == slices.Min(courses[0]) {
				t.Errorf("%s: potentials do not change", name)
			}
		}
	}
}

// A spike that is emitted in the very tick in which a pattern begins has the scale of this pattern, the one before
// that of the last.
func TestScaleOfAPatternAtItsStart(t *testing.T) {
	delta := neuron.DefaultLIFDelta()
	delta.TauM, delta.Theta, delta.Initial.V = neuron.Const(1e6), neuron.Const(900), neuron.Const(0)
	net := &Network{Seed: 3, Step: 100 * spike.Microsecond, Populations: []Population{
		{Name: "in", Size: 1, Spec: neuron.NewReplay([][]spike.Tick{{10*ms - 1, 10 * ms, 20*ms - 1, 20 * ms, 30*ms - 1}})},
		{Name: "out", Size: 1, Spec: delta}}, Projections: []Projection{{Source: "in", Target: "out", Port: "soma",
		Receptor: "delta",
		Spec:     synapse.Spec{Name: "p", Connector: synapse.AllToAll{}, Weight: neuron.Const(1), Delay: neuron.Const(1.3)}}}}
	s, err := New(net, Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	scale := func(f float64) Pattern { return Pattern{Scales: []ScaleSetting{{"p", f}}} }
	if err := s.Follow(&Protocol{Patterns: []Pattern{scale(1), scale(10), scale(100)}, Key: rng.New(1, "p"),
		Stages: []Stage{{Patterns: []int{0, 1, 2}, Repeats: 1, Hold: 10 * ms, TeachFrom: 10 * ms,
			LearnFrom: 10 * ms}}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Run(context.Background(), 33*ms); err != nil {
		t.Fatal(err)
	}
	v, _, _ := s.Column("out", "v")
	if got := v.Float(0); got < 220.9 || got > 221.01 {
		t.Errorf("arrivals add up to %g, want 1 + 2 of 10 + 2 of 100", got)
	}
}
