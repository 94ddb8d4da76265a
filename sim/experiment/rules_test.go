package experiment

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim"
)

const voltageRule = `[experiment]
name = "rule"
duration = "120 ms"
[models.m]
equations = "dv/dt = (e - v + 0.1 Gohm*I_soma)/tau : mV"
threshold = "v > -50 mV"
reset = "v = e"
parameters = { e = "-60 mV", tau = "10 ms" }
ports.soma = { potential = "v", leak = "1 nS", receptors = { ampa = { tau = "4 ms", reversal = "0 mV" } } }
[populations.pre]
model = "poisson"
size = 30
rate = "40 Hz"
[populations.post]
model = "m"
size = 130
[stimuli.s]
population = "post"
amplitude = "uniform(105 pA, 125 pA)"
[projections.p]
source = "pre"
target = "post"
receptor = "ampa"
connector = "fixed-probability"
p = 0.5
weight = 0.02
delay = "1.5 ms"
[projections.p.rule]
kind = "equations"
parameters = { eta = 1e-4 }
pre = { x = "spikes, 20 ms" }
post = { u = "low-pass(v), 10 ms" }
target = { r = "spikes, 100 ms", m = "low-pass(v - e), 5 ms" }
synapse = { c = "30 ms" }
on_pre_spike = ["w += eta*(v - u)/mV", "c += 1"]
on_post_spike = "w -= eta*x*(u - e)/mV"
every = { interval = "7 ms", do = "w += eta*(c - r)*sum_w" }
drift = "0.01 Hz*x*(v - e)/mV"
delay_post = "2.2 ms"
`

// trained runs the network and returns its digest and weights; it goes through a checkpoint at a time.
func trained(t *testing.T, text string, opt sim.Options, through spike.Tick, overrides ...string) (string, []float64) {
	t.Helper()
	x, err := LoadText(NewRegistries(), "rule.toml", []byte(text), overrides...)
	if err != nil {
		t.Fatal(err)
	}
	engine, _, err := x.Engine(1, opt)
	if err != nil {
		t.Fatal(err)
	}
	if through > 0 {
		var state bytes.Buffer
		if err := engine.Run(context.Background(), through); err != nil {
			t.Fatal(err)
		}
		if err := engine.Checkpoint(&state); err != nil {
			t.Fatal(err)
		}
		engine.Close()
		if engine, _, err = x.Engine(1, opt); err != nil {
			t.Fatal(err)
		}
		if err := engine.Restore(&state); err != nil {
			t.Fatal(err)
		}
	}
	if err := engine.Run(context.Background(), x.Experiment.Duration); err != nil {
		t.Fatal(err)
	}
	var weights []float64
	engine.Projection("p").Each(func(_, _ int, w float64, _ spike.Tick) { weights = append(weights, w) })
	slices.Sort(weights)
	if err := engine.Close(); err != nil {
		t.Fatal(err)
	}
	return engine.Digest(), weights
}

// A rule that reads potentials gives the same weights whatever the workers, shards and interruptions are, with both
// integrators.
func TestVoltageRulesAreTheSameForAll(t *testing.T) {
	digest, weights := trained(t, voltageRule, sim.Options{Workers: 1}, 0)
	if slices.Max(weights)-slices.Min(weights) < 1e-3 {
		t.Fatalf("weights from %g to %g", slices.Min(weights), slices.Max(weights))
	}
	for _, c := range []struct {
		opt     sim.Options
		through spike.Tick
	}{{sim.Options{Workers: 3, ShardSize: 64}, 0}, {sim.Options{Workers: 2, ShardSize: 64, NoSleep: true},
		60 * spike.Millisecond}} {
		d, w := trained(t, voltageRule, c.opt, c.through)
		if d != digest || !slices.Equal(w, weights) {
			t.Errorf("%+v through %v: digest %s and weights up to %g, want %s and %g", c.opt, c.through, d, slices.Max(w),
				digest, slices.Max(weights))
		}
	}
	_, exact := trained(t, voltageRule, sim.Options{}, 0, "populations.post.integrator=reference",
		"populations.post.size=20")
	_, fast := trained(t, voltageRule, sim.Options{}, 0, "populations.post.size=20")
	for i, w := range fast {
		if d := w - exact[i]; d > 2e-5 || d < -2e-5 {
			t.Fatalf("weight %d: %g, by the reference %g", i, w, exact[i])
		}
	}
}

// A signal is read from a file; faults of it have a place.
func TestSignals(t *testing.T) {
	file := filepath.Join(t.TempDir(), "reward.csv")
	text := voltageRule + "signal = { file = \"" + file + "\", do = \"w += signal\" }\n"
	for content, want := range map[string]string{"time_s,value\n0.01,0.5\n0.02,-0.25\n": "", "t,v\n1,2\n": "time_s,value",
		"time_s,value\n1,2\n1,3\n": "grow from line to line",
		"time_s,value\n1,x\n":      "not a time"} {
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := LoadText(NewRegistries(), "rule.toml", []byte(text))
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%q: %v, want %q", content, err, want)
		}
	}
	if err := os.WriteFile(file, []byte("time_s,value\n0.01,0.5\n0.02,-0.25\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, with := trained(t, text, sim.Options{}, 0)
	_, without := trained(t, voltageRule, sim.Options{}, 0)
	if d := with[0] - without[0]; d < 0.2 || d > 0.3 {
		t.Errorf("the signal added %g, want 0.25", d)
	}
}

// What a rule cannot read is refused with its place.
func TestRulesReadWhatIsThere(t *testing.T) {
	for line, want := range map[string]string{
		`post = { u = "low-pass(w_d), 10 ms" }`: "unknown name w_d",
		`post = { u = "low-pass(v), 10 mV" }`:   "must be in ms",
		`post = { u = "low-pass(v, 10 ms" }`:    "low-pass(EXPR), TIME",
		`post = { u = "low-pass(e), 10 ms" }`:   "reads a variable",
		`post = { u = "low-pas(v), 10 ms" }`:    "operator is needed",
		`post = { u = "v + 3 pA", z = "3" }`:    "+ needs the same unit",
	} {
		text := strings.Replace(voltageRule, `post = { u = "low-pass(v), 10 ms" }`, line, 1)
		_, err := LoadText(NewRegistries(), "rule.toml", []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "rule.toml:3") {
			t.Errorf("%s: error %v, want %q with its line", line, err, want)
		}
	}
	for line, want := range map[string]string{
		`drift = "x*(v - e)/mV"`:                  "dw/dt",
		`on_post_spike = "w -= signal"`:           "statements of signal only",
		`on_post_spike = "w -= sum_w"`:            "every and signal only",
		`on_post_spike = "u += 1 mV"`:             "is computed",
		`synapse = { d = "3 mV" }`:                "time above 0",
		`pre = { q = "2*v" }`:                     "post can read",
		`on_post_event = "w =- 1"`:                "two ways",
		`w_min = 2e30`:                            "w_max",
		`target = { q = "spikes, 1 s, nearest" }`: "nearest belongs",
	} {
		key, _, _ := strings.Cut(line, " ")
		var lines []string
		for _, l := range strings.Split(voltageRule, "\n") {
			if !strings.HasPrefix(l, key+" =") || strings.HasPrefix(l, `target = "`) {
				lines = append(lines, l)
			}
		}
		_, err := LoadText(NewRegistries(), "rule.toml", []byte(strings.Join(lines, "\n")+line+"\n"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", line, err, want)
		}
	}
}
