package session

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/recordings/analysis"
	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/report"
	"gonum.org/v1/gonum/stat"
)

const small = `
[experiment]
name = "small"
duration = "300 ms"
settle = "50 ms"
bin = "25 ms"
seeds = 2
[populations.a]
model = "two-compartment"
size = 100
initial = { v_s = "uniform(-70 mV, -51 mV)" }
[populations.a.backgrounds]
noise = { kind = "ornstein-uhlenbeck", port = "soma", sigma = "300 pA", mean = "400 pA" }
[projections.aa]
source = "a"
target = "a"
port = "apical"
receptor = "ampa"
connector = "fixed-probability"
p = 0.1
weight = "lognormal(0.05, 0.3)"
short_term = { kind = "facilitating" }
[stimuli.drive]
population = "a"
port = "apical"
wave = "steps"
levels = ["0 pA", "300 pA"]
hold = "100 ms"
from = "100 ms"
[probes.voltage]
population = "a"
variable = "v_s"
every = "10 ms"
last = 3
[record]
weights = ["aa"]
[[compare]]
name = "rate"
mean = "a.event_rate"
published = 5.0
[figures.raster]
kind = "raster"
[figures.traces]
kind = "traces"
inputs = ["drive"]
[figures.responses]
kind = "responses"
inputs = ["drive"]
skip = "60 ms"
[figures.isi]
kind = "isi"
[figures.sensitivity]
kind = "sensitivity"
`

func load(t *testing.T, text string, overrides ...string) *experiment.Experiment {
	t.Helper()
	path := filepath.Join(t.TempDir(), "small.toml")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	x, err := experiment.Load(report.NewRegistries(), path, overrides...)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// A run writes everything that it promises; its recording gives the digest of the engine; weights that it saved can be
// loaded again, in both formats; other numbers of workers give the same spikes.
func TestRun(t *testing.T) {
	for _, format := range []string{"csv", "npz"} {
		x := load(t, small, "record.resolution=1 ns", "record.weights_format="+format)
		dir := filepath.Join(t.TempDir(), "out")
		s, err := Run(context.Background(), x, Options{Dir: dir, Workers: 2})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"experiment.toml", "summary.json", "comparison.csv", "figures/raster.png",
			"figures/traces.svg", "figures/responses.csv", "figures/isi.png", "figures/sensitivity.png",
			"figures/comparison.png", "weights-aa-1." + format} {
			if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() == 0 {
				t.Errorf("%s is missing or empty: %v", name, err)
			}
		}
		for _, r := range s.Runs {
			f, err := recordings.Open(filepath.Join(dir, r.Recording))
			if err != nil {
				t.Fatal(err)
			}
			if d, err := f.Digest(); err != nil || d != r.Digest || r.Spikes < 100 {
				t.Errorf("seed %d: digest %.12s of the recording, %.12s of the engine, %d spikes, %v", r.Seed, d, r.Digest,
					r.Spikes, err)
			}
			if table, err := f.Series("voltage"); err != nil || len(table.Columns) != 3 || table.Columns[0].Name != "time" ||
				table.Columns[0].Len() == 0 {
				t.Errorf("seed %d: no probe: %v", r.Seed, err)
			}
			f.Close()
		}
		one, err := Run(context.Background(), x, Options{Dir: filepath.Join(t.TempDir(), "one"), Workers: 1, Seeds: 1})
		if err != nil || one.Runs[0].Digest != s.Runs[0].Digest {
			t.Errorf("one worker: %v, other spikes", err)
		}
		if _, err := Run(context.Background(), x, Options{Dir: dir}); !errors.As(err, new(*config.Error)) {
			t.Errorf("an existing directory is overwritten: %v", err)
		}
		if err := report.Draw(report.NewRegistries(), dir, "isi"); err != nil {
			t.Error(err)
		}
		file := filepath.Join(dir, "weights-aa-1."+format)
		text := strings.Replace(small, "connector = \"fixed-probability\"\np = 0.1\n", "connector = \"list\"\nfile = \""+file+
			"\"\n", 1)
		again, err := Run(context.Background(), load(t, text, "record.weights=[]"),
			Options{Dir: filepath.Join(t.TempDir(), "again"), Seeds: 1})
		if err != nil {
			t.Fatal(err)
		}
		if format == "npz" && again.Runs[0].Digest != s.Runs[0].Digest {
			t.Error("loaded weights give other spikes")
		}
	}
}

// Interrupting a run leaves a valid recording of what was simulated.
func TestInterrupt(t *testing.T) {
	x := load(t, small, "experiment.duration=100 s", "experiment.seeds=1")
	ctx, cancel := context.WithCancel(context.Background())
	dir := filepath.Join(t.TempDir(), "out")
	done := make(chan error)
	go func() {
		_, err := Run(ctx, x, Options{Dir: dir})
		done <- err
	}()
	for {
		if info, err := os.Stat(filepath.Join(dir, "spikes-1.bspk")); err == nil && info.Size() > 0 {
			break
		}
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if v, err := recordings.Verify(filepath.Join(dir, "spikes-1.bspk")); err != nil || !v.OK() {
		t.Errorf("the recording is not valid: %+v, %v", v, err)
	}
}

// The published network in the limit of small steps: 0.9 s of one seed, against the course of the limit in this time
// and the scatter of its means between seeds; with BURSTPLEX_LONG=1 the whole experiment, its five seeds and all that
// it compares.
func TestPropagationMeetsTheLimit(t *testing.T) {
	t.Parallel()
	short := []string{"experiment.duration=1.2 s", "experiment.settle=0.3 s", "experiment.seeds=1"}
	if os.Getenv("BURSTPLEX_LONG") != "" {
		short = nil
	}
	x, err := experiment.Load(report.NewRegistries(), "propagation", short...)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "out")
	s, err := Run(context.Background(), x, Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	limits := map[string][2]float64{} // of traces, with the scatter of means over 3 s between seeds
	for _, c := range x.Compare {
		if c.Mean != "" && c.Limit != nil {
			limits[c.Mean] = [2]float64{*c.Limit, c.LimitSD}
		}
	}
	for _, m := range s.Compared {
		if short != nil {
			break // the means are of other times: see below
		}
		switch {
		case m.Unit == "r" && math.Abs(m.Mean-m.Published) > 0.05:
			t.Errorf("%s: correlation %.3f, published %.3f", m.Name, m.Mean, m.Published)
		case m.Unit != "r" && math.Abs(m.Mean-m.Limit) > max(0.02*m.Limit, 3*math.Hypot(known(m.LimitSD), m.SD)):
			t.Errorf("%s: %.4g, limit %.4g +- %.2g", m.Name, m.Mean, m.Limit, m.LimitSD)
		}
	}
	d := report.New(x, len(s.Runs))
	for k, r := range s.Runs {
		net, err := x.Network(r.Seed)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Observe(k, net).Read(filepath.Join(dir, r.Recording)); err != nil {
			t.Fatal(err)
		}
	}
	file := "propagation_courses.csv"
	for trace, least := range map[string]float64{"pyr1.event_rate": 0.97, "pyr2.event_rate": 0.97,
		"pyr1.burst_probability": 0.97, "pyr2.burst_probability": 0.97, "pyr2.burst_rate": 0.97, "pv.spike_rate": 0.95,
		"som.spike_rate": 0.95} {
		_, known, ok := experiment.Reference(file, trace+" limit")
		if !ok {
			t.Fatalf("%s is not in %s", trace, file)
		}
		mine := d.Band(trace).Mean
		mine, known = mine[:min(len(mine), len(known))], known[:min(len(mine), len(known))]
		settled := int(x.Experiment.Settle / x.Experiment.Bin)
		scale := 1.0
		if strings.HasSuffix(trace, "probability") && mine[settled] < 1 {
			scale = 100 // the table is in %
		}
		mean, want := scale*stat.Mean(mine[settled:], nil), stat.Mean(known[settled:], nil)
		by := limits[trace][1] * math.Sqrt(3/(x.Experiment.Duration-x.Experiment.Settle).Seconds()/float64(len(s.Runs)))
		if math.Abs(mean-want) > 0.01*want+4*by {
			t.Errorf("%s: mean %.4g, that of the limit %.4g +- %.2g", trace, mean, want, by)
		} else {
			t.Logf("%s: mean %.4g, that of the limit %.4g +- %.2g", trace, mean, want, by)
		}
		if short != nil && !strings.HasSuffix(trace, "event_rate") {
			continue // one seed has too few bursts in a bin
		}
		if short != nil {
			least = 0.88
		}
		if r := analysis.Pearson(mine, known); r < least {
			t.Errorf("%s: the time course correlates %.3f with the limit", trace, r)
		} else {
			t.Logf("%s: r = %.4f", trace, r)
		}
	}
}

// known is 0 for a deviation that is not.
func known(sd float64) float64 {
	if math.IsNaN(sd) {
		return 0
	}
	return sd
}
