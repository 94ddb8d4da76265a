package experiment_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/report"
)

const strictText = `
[experiment]
name = "strict"
duration = "1 s"
settle = "100 ms"
step = "0.5 ms"
[populations.s]
model = "poisson"
size = 20
rate = "10 Hz"
[populations.p]
model = "burst-poisson"
size = 10
[populations.l]
model = "lif"
size = 1
[projections.x]
source = "s"
target = "p"
receptor = "ampa"
connector = "all-to-all"
[stimuli.i]
population = "p"
amplitude = "100 pA"
[stimuli.st]
population = "p"
wave = "steps"
levels = ["0 pA", "100 pA"]
hold = "100 ms"
repeat = true
[teachers.t]
population = "p"
kind = "linear"
[patterns.a]
targets = { t = 5 }
[protocol.one]
hold = "900 ms"
teacher_from = "0 ms"
`

// What would be read and then not do what it says is refused before anything is simulated, and the error names the key
// that is wrong: of two keys that contradict each other, the one that was set.
func TestStrict(t *testing.T) {
	path := filepath.Join(t.TempDir(), "strict.toml")
	if err := os.WriteFile(path, []byte(strictText), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := experiment.Load(report.NewRegistries(), path); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ key, set string }{
		{"experiment.name", `experiment.name=a/b`},
		{"experiment.step", `experiment.step=0.3 ms`},
		{"experiment.settle", `experiment.settle=100.2 ms`},
		{"experiment.seed", `experiment.seed=-1`},
		{"data.dir", `data.dir=nowhere`},
		{"projections.x.source", `projections.x.source=""`},
		{"projections.x.target", `projections.x.target=""`},
		{"projections.x.target", `projections.x.target=s`},
		{"stimuli.i.population", `stimuli.i.population=""`},
		{"stimuli.i.population", `stimuli.i.population=s`},
		{"teachers.t.population", `teachers.t.population=s`},
		{"populations.s.rate", `populations.s.file=rates.csv`},
		{"populations.p.e_l", `populations.p.e_l=5 mV`},
		{"populations.p.threshold", `populations.p.threshold=-90 mV`},
		{"populations.p.burst_max", `populations.p.burst_max=300 ms`},
		{"populations.p.burst_min", `populations.p.burst_min=300 ms`},
		{"populations.l.threshold", `populations.l.threshold=-300 mV`},
		{"populations.l.reset", `populations.l.reset=-20 mV`},
		{"populations.l.initial.g_exc", `populations.l.initial.g_exc=-1`},
		{"populations.p.backgrounds.b.receptor", `populations.p.backgrounds.b={ kind = "ornstein-uhlenbeck", port = "soma", receptor = "ampa" }`},
		{"probes.v.first", `probes.v={ population = "p", variable = "v_s", first = 10 }`},
		{"probes.v.last", `probes.v={ population = "p", variable = "v_s", last = 11 }`},
		{"probes.v.last", `probes.v={ population = "p", variable = "v_s", first = 4, last = 4 }`},
		{"record.neurons.p.first", `record.neurons.p={ first = 10 }`},
		{"record.neurons.p.last", `record.neurons.p={ last = 11 }`},
		{"record.weights[1]", `record.weights=["x", "x"]`},
		{"record.weights_every", `record.weights_every=100 ms`},
		{"stimuli.i.first", `stimuli.i.first=10`},
		{"stimuli.i.last", `stimuli.i.last=11`},
		{"stimuli.i.to", `stimuli.i={ population = "p", amplitude = "1 pA", from = "20 ms", to = "20 ms" }`},
		{"stimuli.st.times", `stimuli.st.times=["0 ms", "100 ms"]`},
		{"stimuli.z.repeat", `stimuli.z={ population = "p", wave = "steps", levels = ["1 pA"], times = ["0 s"], repeat = true }`},
		{"stimuli.z.wave", `stimuli.z={ population = "p", wave = "pattern" }`},
		{"teachers.t.e_min", `teachers.t.e_min=2 Hz`},
		{"protocol.one.repeats", `protocol.one.repeats=0`},
		{"protocol.one.measure_to", `protocol.one.measure_to=901 ms`},
		{"protocol.one.measure_from", `protocol.one.measure_from=900 ms`},
		{"projections.x.k", "projections.x={ source = \"s\", target = \"p\", receptor = \"ampa\", connector = " +
			"\"fixed-in-degree\", k = 30 }"},
		{"projections.x.pairs[1]",
			"projections.x={ source = \"s\", target = \"p\", receptor = \"ampa\", connector = \"list\", pairs = [[0, 0], [20, " +
				"1]] }"},
		{"projections.x.rule.w_max", `projections.x.rule={ kind = "stdp", w_max = 0.1 }`},
		{"projections.x.rule.w_min", `projections.x.rule={ kind = "stdp", w_min = 5 }`},
		{"projections.x.rule.e_max", `projections.x.rule={ kind = "burstccn", p_b = 0.3, e_min = "9 Hz", e_max = "5 Hz" }`},
		{"projections.x.rule.variable", `projections.x.rule={ kind = "apical-balance", variable = "v_d" }`},
		{"projections.x.rule.p_b", `projections.x.rule={ kind = "apical-balance", signal = "apical", p_b = 0.2 }`},
		{"compare.c.column", `compare=[{ name = "c", column = "none", presentation = 0 }]`},
		{"compare.c.presentation", `compare=[{ name = "c", mean = "p.event_rate", presentation = 0 }]`},
		{"compare.c.limit_sd", `compare=[{ name = "c", mean = "p.event_rate", limit_sd = 1 }]`},
		{"figures.f.to", `figures.f={ kind = "isi", to = "100 ms" }`},
		{"figures.f.populations", `figures.f={ kind = "raster", populations = ["p", "p"] }`},
		{"figures.f.reference", `figures.f={ kind = "traces", reference = "none.csv" }`},
		{"figures.f.skip", `figures.f={ kind = "responses", inputs = ["st"], skip = "100 ms" }`},
		{"figures.f.inputs", `figures.f={ kind = "responses", inputs = [] }`},
		{"variants.v", `variants.v={ set = ["populations.p.size=0"] }`},
	} {
		x, err := experiment.Load(report.NewRegistries(), path, c.set)
		if err == nil {
			err = x.CheckAll()
		}
		var list config.List
		var one *config.Error
		if errors.As(err, &list) {
			one = list[0]
		} else if !errors.As(err, &one) {
			t.Errorf("%s: %v, want an error of %s", c.set, err, c.key)
			continue
		}
		if one.Key != c.key {
			t.Errorf("%s: the error names %s, want %s: %v", c.set, one.Key, c.key, err)
		}
	}
	for _, c := range []struct{ key, set string }{
		{"stimuli.i.to", `stimuli.i.to=3 s`},
		{"experiment.duration", `experiment.duration=5 s`},
		{"projections.x.delay", `projections.x.delay=5 s`},
		{"projections.x.rule", `projections.x.rule={ kind = "stdp" }`},
		{"compare.c.presentation", `compare=[{ name = "c", column = "p event_rate_hz", presentation = 1 }]`},
		{"probes.v.every", `probes.v={ population = "p", variable = "v_s", every = "2 s" }`},
		{"stimuli.i.from", `stimuli.i.from=1 s`},
		{"stimuli.z.times", `stimuli.z={ population = "p", wave = "steps", levels = ["1 pA"], times = ["1 s"] }`},
		{"figures.f.from", `figures.f={ kind = "raster", from = "1 s" }`},
		{"figures.f.from", `figures.f={ kind = "isi", from = "2 s" }`},
		{"protocol.two", `protocol.two={ hold = "1 s" }`},
	} {
		x, err := experiment.Load(report.NewRegistries(), path, c.set, "experiment.duration=1 s")
		if c.key == "experiment.duration" {
			x, err = experiment.Load(report.NewRegistries(), path, c.set)
		}
		if err != nil {
			t.Errorf("%s: %v", c.set, err)
			continue
		}
		if all := strings.Join(x.Warnings(), "\n"); !strings.Contains(all, c.key) {
			t.Errorf("%s: warnings %q, want one of %s", c.set, all, c.key)
		}
	}
}
