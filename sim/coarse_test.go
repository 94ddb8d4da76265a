package sim

import (
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// A step that is coarse against the shortest time of a population, its noise or a stimulus is said to be so, with
// the key and a step that is not; sources and steps of usual length are not.
func TestCoarseSteps(t *testing.T) {
	burst := neuron.DefaultBurstPoisson()
	burst.BurstMin = 1.2
	lif := neuron.DefaultLIF()
	lif.TauM = neuron.Value{Shape: neuron.Uniform, A: 0.3, B: 20}
	poisson := neuron.DefaultPoisson()
	poisson.Dead = neuron.Const(0.1)
	noise := neuron.DefaultOrnsteinUhlenbeck()
	noise.Tau = 1
	pop := func(spec neuron.Spec) Network {
		return Network{Populations: []Population{{Name: "p", Size: 3, Spec: spec}}}
	}
	noisy := pop(neuron.DefaultLIF())
	noisy.Populations[0].Backgrounds = []Background{{Name: "n", Port: "soma", Spec: noise}}
	waved := func(w Wave) Network {
		return Network{Stimuli: []Stimulus{{Name: "s", Wave: w}}}
	}
	for _, c := range []struct {
		net  Network
		step spike.Tick // us
		want string     // parts of the line, "" for none
	}{
		{pop(neuron.DefaultTwoCompartment()), 100, ""},
		{pop(neuron.DefaultTwoCompartment()), 1000, ""},
		{pop(neuron.DefaultTwoCompartment()), 2000, "population p;bap_duration is 2 ms;step of 0.5 ms"},
		{pop(neuron.DefaultTwoCompartment()), 10000, "population p;bap_duration is 2 ms;step of 0.5 ms"},
		{pop(burst), 500, ""},
		{pop(burst), 1000, "burst_min is 1.2 ms;step of 0.2 ms"},
		{pop(lif), 200, "tau_m is 0.3 ms;step of 0.05 ms"},
		{pop(poisson), 1000, ""},
		{noisy, 1000, "background n tau is 1 ms;step of 0.2 ms"},
		{waved(Sine{Period: 37}), 1000, ""},
		{waved(Sine{Period: 5}), 1000, "stimulus s;period is 5 ms;step of 0.2 ms"},
		{waved(NewFluctuation(rng.New(1, "w"), 4, 390, 400)), 1000, "stimulus s;ms"},
		{waved(NewFluctuation(rng.New(1, "w"), 4, 0, 40)), 1000, ""},
	} {
		c.net.Step = c.step * spike.Microsecond
		lines := Coarse(&c.net)
		if c.want == "" && len(lines) > 0 || c.want != "" && len(lines) != 1 {
			t.Errorf("%v: %q, want %q", c.net.Step, lines, c.want)
			continue
		}
		for part := range strings.SplitSeq(c.want, ";") {
			if c.want != "" && !strings.Contains(lines[0], part) {
				t.Errorf("%v: %q, want %q", c.net.Step, lines, part)
			}
		}
	}
}
