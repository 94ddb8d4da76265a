package scaling

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/synapse"
)

var trainsOf = regexp.MustCompile(`sources = (\d+), rate = "([^ ]+) Hz", weight = ([^ ]+) }`)

// Inputs that are left out and those that stay are all that there were, whatever K is rounded to; what stands for
// them has the rate of what the projection transmits, and the mean and the mean square of all of them.
func TestReplacementIsTheRest(t *testing.T) {
	for transmit, rate := range map[string]float64{"all": 13, "events": 7, "bursts": 3} {
		for _, c := range []struct {
			connector, more string
			inputs, kept    float64
		}{{"fixed-in-degree", "k = 5", 5, 3}, {"fixed-in-degree", "k = 11", 11, 6}, {"fixed-out-degree", "k = 5", 10, 6},
			{"fixed-probability", "p = 0.03", 12, 6.12}, {"all-to-all", "", 400, 204}} {
			x := load(t, twoPopulations(c.connector, c.more+"\ntransmit = \""+transmit+"\""))
			s, err := Factors{N: 1, K: 0.51}.Scale(x, []Activity{{Population: "e", Spikes: 13, Events: 7, Bursts: 3},
				{Population: "i", Spikes: 99}})
			if err != nil {
				t.Fatal(err)
			}
			m := trainsOf.FindStringSubmatch(fmt.Sprint(s.Set))
			if m == nil {
				t.Fatalf("%s: %v has no trains", c.connector, s.Set)
			}
			var sources, hz, weight float64
			for i, to := range []*float64{&sources, &hz, &weight} {
				*to, _ = strconv.ParseFloat(m[i+1], 64)
			}
			left := (c.inputs - c.kept) * rate // arrivals a second
			mean, square := 0.02, (.01*.01+.01*.03+.03*.03)/3
			if math.Abs(sources*hz*weight/(left*mean)-1) > 1e-9 || math.Abs(sources*hz*weight*weight/(left*square)-1) > 1e-9 {
				t.Errorf("%s, %s: %g trains of %g Hz and weight %g stand for %g arrivals a second", c.connector, transmit, sources,
					hz, weight, left)
			}
		}
	}
}

// Numbers of neurons in stimuli, probes and recordings are scaled with their population.
func TestRangesAreScaled(t *testing.T) {
	text := twoPopulations("fixed-probability", "p = 0.01") + `
[stimuli.s]
population = "i"
amplitude = "10 pA"
first = 20
last = 60
[probes.v]
population = "i"
variable = "v"
first = 199
[record.neurons.e]
first = 100
last = 400
`
	for n, want := range map[float64][5]int{0.5: {10, 30, 99, 50, 200}, 2: {40, 120, 398, 200, 800}, 0.01: {0, 1, 1, 1,
		4}} {
		x := load(t, text)
		s, err := Factors{N: n, K: 1}.scale(x, nil, false)
		if err != nil {
			t.Fatal(err)
		}
		y := load(t, text, s.Set...)
		st, p, r := y.Stimuli.Get("s"), y.Probes.Get("v"), y.Record.Neurons.Get("e")
		if got := [5]int{st.First, st.Last, p.First, r.First, r.Last}; got != want {
			t.Errorf("N = %g: %v, want %v", n, got, want)
		}
	}
}

// Neurons that ignore their input have the rates of those whose place they take, all times one factor if a mean is
// asked for, over neurons and not over populations. Where events come too fast for bursts they are single spikes.
func TestControlledRates(t *testing.T) {
	d := spike.DefaultDetector()
	activity := []Activity{{Population: "a", Neurons: 100, Spikes: 3, Events: 2, Bursts: 1}, {Population: "b",
		Neurons: 300, Spikes: 9, Events: 8, Bursts: 1},
		{Population: "c", Neurons: 0, Spikes: 0}, {Population: "d", Neurons: 0, Spikes: 400, Events: 200, Bursts: 100}}
	for _, c := range []struct {
		hz   float64
		want [4]float64
	}{{0, [4]float64{2, 8, 0, 62.4375}}, {3.25, [4]float64{1, 4, 0, 62.4375}}, {13, [4]float64{4, 16, 0, 62.4375}}} {
		net := &sim.Network{Step: spike.Millisecond / 10}
		for _, a := range activity {
			net.Populations = append(net.Populations, sim.Population{Name: a.Population, Size: max(1, a.Neurons),
				Spec: neuron.DefaultLIF()})
		}
		net.Projections = []sim.Projection{{Source: "a", Target: "b", Port: "dendrite", Receptor: "x",
			Spec: synapse.Spec{Name: "p", Connector: synapse.AllToAll{}}}}
		net.Stimuli = []sim.Stimulus{{Name: "s", Population: "a"}}
		control(net, activity, d, c.hz)
		for i, p := range net.Populations {
			s := p.Spec.(*neuron.IgnoreAndFire)
			probability := []float64{0.5, 0.125, 0, 0}[i]
			if math.Abs(s.Rate.A-c.want[i]) > 1e-9 || s.Probability != probability {
				t.Errorf("mean %g Hz: %s has %g Hz and bursts with %g, want %g and %g", c.hz, p.Name, s.Rate.A, s.Probability,
					c.want[i], probability)
			}
			if _, err := s.New(neuron.Build{N: 2, Key: testKey, Step: net.Step, Detector: d}); err != nil {
				t.Errorf("%s: %v", p.Name, err)
			}
		}
		if q := net.Projections[0]; q.Port != "soma" || q.Receptor != "ampa" || len(net.Stimuli) > 0 {
			t.Errorf("%+v", net)
		}
	}
}
