package experiment

import (
	"bytes"
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim"
)

// collector keeps the spikes of a simulation by neuron.
type collector map[spike.ID][]spike.Event

func (c collector) WriteSpikes(_ spike.Window, events []spike.Event) error {
	for _, e := range events {
		c[e.Src] = append(c[e.Src], e)
	}
	return nil
}

func (c collector) Close() error { return nil }

// simulate runs an experiment without recording.
func simulate(t *testing.T, x *Experiment, o sim.Options) (collector, string) {
	t.Helper()
	engine, _, err := x.Engine(x.Experiment.Seed, o)
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	c := collector{}
	engine.AddSink(c)
	if err := engine.Run(context.Background(), x.Experiment.Duration); err != nil {
		t.Fatal(err)
	}
	if err := engine.Finish(); err != nil {
		t.Fatal(err)
	}
	return c, engine.Digest()
}

func writtenModel(t *testing.T, model string, overrides ...string) *Experiment {
	t.Helper()
	text, err := WrittenText(model)
	if err != nil {
		t.Fatal(err)
	}
	x, err := LoadText(NewRegistries(), model+".toml", text, overrides...)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// A built-in model and the same one written as equations, with the same input, spike at the same times; random ones
// spike and burst as often.
func TestWrittenModelsAreTheBuiltIn(t *testing.T) {
	const n = 40
	random := func(model string) bool { return strings.HasPrefix(model, "burst-poisson") }
	for _, model := range Written() {
		t.Run(model, func(t *testing.T) {
			spikes, _ := simulate(t, writtenModel(t, model), sim.Options{})
			var counts, bursts, squares [2]float64
			var diffs []float64
			total := 0
			for i := range spike.ID(n) {
				a, b := spikes[i], spikes[n+i]
				for k, train := range [][]spike.Event{a, b} {
					counts[k] += float64(len(train))
					squares[k] += float64(len(train) * len(train))
					for _, e := range train {
						if e.Kind == spike.Burst {
							bursts[k]++
						}
					}
				}
				total += max(len(a), len(b))
				for k := range min(len(a), len(b)) {
					d := math.Abs((a[k].At - b[k].At).Milliseconds()) * 1e3
					if d > 2000 {
						break
					}
					diffs = append(diffs, d)
				}
			}
			if counts[0] < 200 {
				t.Fatalf("only %g spikes", counts[0])
			}
			if random(model) {
				sd := math.Sqrt((squares[0]/n-math.Pow(counts[0]/n, 2))*n + (squares[1]/n-math.Pow(counts[1]/n, 2))*n)
				t.Logf("%g and %g spikes (s.e. of the difference %.3g), %g and %g bursts", counts[0], counts[1], sd, bursts[0],
					bursts[1])
				if math.Abs(counts[0]-counts[1]) > 3*sd || math.Abs(bursts[0]-bursts[1]) > 3*math.Sqrt(bursts[0]+bursts[1]) {
					t.Error("rates differ")
				}
				return
			}
			slices.Sort(diffs)
			paired := float64(len(diffs)) / float64(total)
			t.Logf("%d spikes, %.3g paired, median %.3g us, 99 %% %.3g us", total, paired, diffs[len(diffs)/2],
				diffs[len(diffs)*99/100])
			if diffs[len(diffs)/2] > 2 || paired < 0.9 {
				t.Error("spike times differ")
			}
		})
	}
}

// Equations spike the same for any number of workers, size of shards, with sleeping on and off, and through a
// checkpoint.
func TestEquationsAreDeterministic(t *testing.T) {
	for _, model := range []string{"two-compartment", "burst-poisson-escape", "lif"} {
		x := writtenModel(t, model, "experiment.duration=300 ms")
		_, want := simulate(t, x, sim.Options{Workers: 1})
		for _, o := range []sim.Options{{Workers: 3, ShardSize: 64}, {Workers: 1, NoSleep: true}} {
			if _, got := simulate(t, x, o); got != want {
				t.Errorf("%s: %+v gives other spikes", model, o)
			}
		}
		half, _, err := x.Engine(1, sim.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := half.Run(context.Background(), 123*spike.Millisecond); err != nil {
			t.Fatal(err)
		}
		var saved bytes.Buffer
		if err := half.Checkpoint(&saved); err != nil {
			t.Fatal(err)
		}
		half.Close()
		rest, _, err := x.Engine(1, sim.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if err := rest.Restore(&saved); err != nil {
			t.Fatal(err)
		}
		if err := rest.Run(context.Background(), x.Experiment.Duration); err != nil {
			t.Fatal(err)
		}
		if err := rest.Finish(); err != nil {
			t.Fatal(err)
		}
		if got := rest.Digest(); got != want {
			t.Errorf("%s: a resumed run gives other spikes", model)
		}
		rest.Close()
	}
}

// Mistakes in a model of a file are reported with file, line and column, and a caret below the place.
func TestModelMistakesInFiles(t *testing.T) {
	text, _ := WrittenText("lif")
	for _, c := range []struct{ old, new, want string }{
		{"(e_l - v)/tau_m + I", "(e_l - v)/tau_m + 2*I",
			"lif.toml:10:39: models.lif-written.equations: + needs the same unit"},
		{"I_soma/c_m", "I_some/c_m", `lif.toml:10:41: models.lif-written.equations: unknown name I_some, did you mean "I_soma"?`},
		{"v > theta", "v > -50", "lif.toml:11:17: models.lif-written.threshold: > needs the same unit on both sides, " +
			"found mV and a plain number"},
		{"\nsize = 40\n", "\nsize = 40\ntau_n = \"3 ms\"\n", `unknown key, did you mean "tau_m"?`},
		{"[populations.written]\nmodel = \"lif-written\"", "[populations.written]\nmodel = \"lif-written\"\ntau_m = \"3 mV\"", `populations.written.tau_m = "3 mV": must be in ms, found mV`},
	} {
		changed := strings.Replace(string(text), c.old, c.new, 1)
		if c.new == "(e_l - v)/tau_m + 2*I" {
			changed = strings.Replace(string(text), "I_soma/c_m", "I_soma", 1)
		}
		if strings.HasPrefix(c.old, "\nsize") {
			i := strings.Index(string(text), "[populations.written]")
			changed = string(text)[:i] + strings.Replace(string(text)[i:], c.old, c.new, 1)
		}
		_, err := LoadText(NewRegistries(), "lif.toml", []byte(changed))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error\n%v\nlacks\n%s", err, c.want)
		}
	}
}
