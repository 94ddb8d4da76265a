package scaling

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/experiment"
)

// twoPopulations is a network with sources and targets along every connector.
func twoPopulations(connector, more string) string {
	return fmt.Sprintf(`
[experiment]
name = "two"
duration = "1 s"
[populations.e]
model = "poisson"
size = 400
rate = "20 Hz"
[populations.i]
model = "lif"
size = 200
[projections.p]
source = "e"
target = "i"
receptor = "ampa"
weight = "uniform(0.01, 0.03)"
delay = "1 ms"
connector = %q
%s
`, connector, more)
}

func load(t *testing.T, text string, set ...string) *experiment.Experiment {
	t.Helper()
	x, err := experiment.LoadText(experiment.NewRegistries(), "test.toml", []byte(text), set...)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// Numbers of neurons and inputs are scaled by what was asked for, along every connector that draws its pairs.
func TestScaleCounts(t *testing.T) {
	for connector, more := range map[string]string{"fixed-probability": "p = 0.1", "all-to-all": "",
		"fixed-in-degree": "k = 40", "fixed-out-degree": "k = 20",
		"fixed-total-number": "k = 8000"} {
		for _, f := range []Factors{{N: 1, K: .5}, {N: .5, K: .5}, {N: .5, K: .25}, {N: 2, K: 1}, {N: 2, K: .5}} {
			if connector == "all-to-all" && f.N < 1 && f.K > f.N {
				continue
			}
			text := twoPopulations(connector, more)
			x := load(t, text)
			s, err := f.Scale(x, ofOneHz(x))
			if err != nil {
				t.Errorf("%s, %v: %v", connector, f, err)
				continue
			}
			before, _, _ := x.Estimate()
			after, _, err := load(t, text, s.Set...).Estimate()
			if err != nil {
				t.Fatal(err)
			}
			if n := f.N * float64(before.Neurons); float64(after.Neurons) != n {
				t.Errorf("%s, %v: %d neurons, want %g", connector, f, after.Neurons, n)
			}
			if n := f.N * f.K * before.Synapses; math.Abs(after.Synapses-n) > .01*n {
				t.Errorf("%s, %v: %g synapses, want %g", connector, f, after.Synapses, n)
			}
		}
	}
}

// Mean and variance of the conductance that reaches a neuron are the same in the full network and in the scaled one:
// for shot noise with drawn weights (Campbell's theorem) and in the simulation.
func TestScaleKeepsMeanAndVariance(t *testing.T) {
	text := twoPopulations("fixed-in-degree", "k = 100") // 2000 arrivals/s of 0.02 on average, E[w²] = 1.3e-3/3
	const tau = .005
	mean, sd := 2000*.02*tau, math.Sqrt(2000*(.01*.01+.01*.03+.03*.03)/3*tau/2)
	x := load(t, text)
	rates, err := Observe(context.Background(), x, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []Factors{{N: 1, K: 1}, {N: .5, K: .5}, {N: 1, K: .1}} {
		s, err := f.Scale(x, rates)
		if err != nil {
			t.Fatal(err)
		}
		y := load(t, text, s.Set...)
		engine, _, err := y.Engine(1, sim.Options{Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		g, names, ok := engine.Column("i", "g_ampa")
		if !ok {
			t.Fatal(names)
		}
		sum, squares, n := 0.0, 0.0, 0.0
		for at := 100 * spike.Millisecond; at < 600*spike.Millisecond; at += 5 * spike.Millisecond {
			if err := engine.Run(context.Background(), at); err != nil {
				t.Fatal(err)
			}
			for i := range y.Populations.Get("i").Size {
				sum, squares, n = sum+g.Float(i), squares+g.Float(i)*g.Float(i), n+1
			}
		}
		engine.Finish()
		engine.Close()
		m := sum / n
		if v := math.Sqrt(squares/n - m*m); math.Abs(m/mean-1) > .03 || math.Abs(v/sd-1) > .05 {
			t.Errorf("%v: conductance %.4g with s.d. %.4g, want %.4g and %.4g", f, m, v, mean, sd)
		}
	}
}

var testKey = rng.New(5, "test")

// What cannot be scaled is refused at its key.
func TestScaleRefuses(t *testing.T) {
	for _, c := range []struct {
		connector, more, want string
		f                     Factors
	}{
		{"all-to-all", "", "K up to 0.5", Factors{N: .5, K: 1}},
		{"fixed-in-degree", "k = 300", "K up to", Factors{N: .5, K: 1}},
		{"fixed-in-degree", "k = 40\nshort_term = { kind = \"depressing\" }", "short-term", Factors{N: 1, K: .5}},
		{"list", "pairs = [[0, 1], [2, 3]]", "one by one", Factors{N: .5, K: 1}},
		{"fixed-in-degree", "k = 40\nrule = { kind = \"stdp\" }", "learn", Factors{N: 1, K: .5}},
		{"fixed-in-degree", "k = 40", "(0, 1]", Factors{N: 1, K: 2}},
	} {
		x := load(t, twoPopulations(c.connector, c.more))
		if _, err := c.f.Scale(x, ofOneHz(x)); err == nil || !strings.Contains(err.Error(), c.want) ||
			!strings.Contains(err.Error(), "projections") {
			t.Errorf("%s %s, %v: %v", c.connector, c.more, c.f, err)
		}
	}
	for _, text := range []string{"N=0", "N=-1", "K=x", "M=2", "N=1,N=2", "rates=", "", "N"} {
		if _, err := ParseFactors(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
	if f, err := ParseFactors("K=0.5, N=0.1,rates=results/full"); err != nil || f != (Factors{N: .1, K: .5,
		Rates: "results/full"}) {
		t.Error(f, err)
	}
}

// Moments agree with draws for every shape.
func TestMoments(t *testing.T) {
	for _, text := range []string{"0.5", "normal(1, 0.2)", "normal(1, 0.5, 0, 10)", "uniform(-1, 3)", "lognormal(1, 0.5)",
		"lognormal(1, 0.5, 0.5, 2)"} {
		var v neuron.Value
		if err := v.UnmarshalQuantity(text, func(s string) (float64, error) {
			return strconv.ParseFloat(s,
				64)
		}); err != nil {
			t.Fatal(err)
		}
		mean, square := moments(v)
		m, s := 0.0, 0.0
		const n = 300_000
		for i := range n {
			w := v.Draw(testKey, i)
			m, s = m+w/n, s+w*w/n
		}
		if math.Abs(m-mean) > .01*math.Abs(mean) || math.Abs(s-square) > .01*square {
			t.Errorf("%s: %g and %g, draws have %g and %g", text, mean, square, m, s)
		}
	}
}

// Observed rates, burst probabilities and correlations are those of a network in which all neurons fire together, and
// of one in which none knows of the others.
func TestObserverFindsCorrelations(t *testing.T) {
	ids := []spike.Population{{Name: "together", First: 0, Size: 20}, {Name: "alone", First: 20, Size: 20}}
	o := NewObserver(ids, spike.Second)
	for k := range 8000 { // 40 s, a decision for each bin
		at := spike.Tick(k) * CountBin
		var events []spike.Event
		common := testKey.Uniform(0, uint64(k)) < .3
		for i := range spike.ID(40) {
			if i < 20 && common || i >= 20 && testKey.Uniform(uint64(i), uint64(k)) < .3 {
				events = append(events, spike.Event{At: at, Src: i, Kind: spike.Onset})
			}
		}
		o.WriteSpikes(spike.Window{From: at, To: at + CountBin}, events)
	}
	a := o.Activity()
	if math.Abs(a[0].Correlation-1) > 1e-9 || math.Abs(a[1].Correlation) > .02 {
		t.Errorf("correlations %g and %g, want 1 and 0", a[0].Correlation, a[1].Correlation)
	}
	for _, p := range a {
		if math.Abs(p.Spikes-60) > 2 || p.Events != p.Spikes || p.Bursts != 0 {
			t.Errorf("%+v, want 60 Hz", p)
		}
	}
}
