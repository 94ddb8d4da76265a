package keys

import (
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
)

// spikesOf reads the recorded spikes.
func spikesOf(t *testing.T, r *results) (all []spike.Event) {
	t.Helper()
	for e, err := range r.recording(t).Spikes(recordings.Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

// kept fails if the recording after is not what is kept of the one before.
func kept(keep func(e spike.Event) bool) func(t *testing.T, before, after *results) {
	return func(t *testing.T, before, after *results) {
		var want []spike.Event
		for _, e := range spikesOf(t, before) {
			if keep(e) {
				want = append(want, e)
			}
		}
		if got := spikesOf(t, after); !slices.Equal(got, want) || len(want) == 0 {
			t.Errorf("%d spikes are recorded and not %d", len(got), len(want))
		}
	}
}

// is compares numbers that are computed.
func is(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-9*math.Abs(want) {
		t.Errorf("%s is %v and not %v", what, got, want)
	}
}

// probe returns times, neurons and values of the probe v.
func probe(t *testing.T, r *results) (at []float64, neurons []uint32) {
	t.Helper()
	s, err := r.recording(t).Series("v")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range s.Columns {
		switch d := c.Data.(type) {
		case []int64:
			for _, v := range d {
				at = append(at, float64(v)/1e6)
			}
		case []uint32:
			neurons = d
		}
	}
	return at, neurons
}

// cells reads a CSV table: its header and rows.
func cells(t *testing.T, r *results, name string) (head []string, rows [][]string) {
	t.Helper()
	for line := range strings.Lines(r.file(t, name)) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		if row := strings.Split(line, ","); head == nil {
			head = row
		} else {
			rows = append(rows, row)
		}
	}
	return head, rows
}

// cell reads a number of a CSV table.
func cell(t *testing.T, r *results, name string, row int, column string) float64 {
	t.Helper()
	head, rows := cells(t, r, name)
	i := slices.Index(head, column)
	if i < 0 || row >= len(rows) {
		t.Fatalf("%s has no column %q or no row %d: %q", name, column, row, head)
	}
	v, err := strconv.ParseFloat(rows[row][i], 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// rateOf counts events of population a within a time and returns their rate, Hz.
func rateOf(t *testing.T, r *results, from, to spike.Tick) float64 {
	n := 0
	for _, e := range spikesOf(t, r) {
		if e.Src >= 20 && e.Kind == spike.Onset && e.At >= from && e.At < to {
			n++
		}
	}
	return float64(n) / 10 / (to - from).Seconds()
}

const presentations = "presentations-1.csv"

var outcomes = []outcome{
	{key: "experiment.name", set: "experiment.name=other", law: func(t *testing.T, _, after *results) {
		if after.json(t, "summary.json")["experiment"] != "other" {
			t.Error("the summary has another name")
		}
	}},
	{key: "experiment.title", set: "experiment.title=Another title", law: says("experiment.toml", `title = "Another title"`)},
	{key: "experiment.reproduces", set: "experiment.reproduces=A paper", law: says("experiment.toml", `reproduces = "A paper"`)},
	{key: "experiment.bin", set: "experiment.bin=50 ms", given: []string{comparison},
		law: says("comparison.csv", "mean over bins of 50ms")},
	{key: "experiment.checkpoint", set: "experiment.checkpoint=1 us", law: nil}, // package session: resumed runs
	{key: "experiment.seeds", set: "experiment.seeds=2", law: func(t *testing.T, before, after *results) {
		if len(after.summary.Runs) != 2 || after.summary.Runs[0].Digest != before.summary.Runs[0].Digest ||
			after.summary.Runs[1].Seed != 2 ||
			after.summary.Runs[1].Digest == before.summary.Runs[0].Digest {
			t.Errorf("runs are %+v", after.summary.Runs)
		}
	}},
	{key: "patterns.NAME.label", set: "patterns.one.label=The first", given: []string{drawn, "figures.f.kind=learning"},
		law: differs("figures/f.svg")},
	{key: "protocol.NAME.until", set: "protocol.train.until=solved",
		given: []string{"protocol.train.repeats=8", "teachers.c.e_min=0 Hz", "teachers.c.e_max=3 Hz",
			"patterns.two.targets={}", "patterns.two.targets.c=1"}, law: func(t *testing.T, before, after *results) {
			_, all := cells(t, before, presentations)
			_, some := cells(t, after, presentations)
			if len(all) != 16 || len(some) != 10 { // five repeats of two patterns, all right
				t.Errorf("%d presentations and then %d", len(all), len(some))
			}
		}},
	{key: "protocol.NAME.measure_from", set: "protocol.train.measure_from=30 ms",
		law: func(t *testing.T, before, after *results) {
			is(t, "rate", cell(t, before, presentations, 3, "a event_rate_hz"), rateOf(t, before, 500*ms, 580*ms))
			is(t, "rate", cell(t, after, presentations, 3, "a event_rate_hz"), rateOf(t, after, 530*ms, 580*ms))
		}},
	{key: "protocol.NAME.measure_to", set: "protocol.train.measure_to=40 ms", law: func(t *testing.T, _, after *results) {
		is(t, "rate", cell(t, after, presentations, 3, "a event_rate_hz"), rateOf(t, after, 500*ms, 540*ms))
	}},

	{key: "record.spikes", set: "record.spikes=false", law: func(t *testing.T, before, after *results) {
		if _, there := before.files(t)["spikes-1.bspk"]; !there {
			t.Error("there is no recording before")
		}
		if _, there := after.files(t)["spikes-1.bspk"]; there {
			t.Error("there is a recording")
		}
	}},
	{key: "record.resolution", set: "record.resolution=0.5 ms", law: func(t *testing.T, before, after *results) {
		all, some := spikesOf(t, before), spikesOf(t, after)
		if len(all) != len(some) {
			t.Fatalf("%d spikes and not %d", len(some), len(all))
		}
		for _, e := range some {
			if e.At%(500*spike.Microsecond) != 0 {
				t.Fatalf("a spike at %v", e.At)
			}
		}
	}},
	{key: "record.neurons.NAME.first", set: "[record.neurons]\na = { first = 3 }",
		law: kept(func(e spike.Event) bool { return e.Src < 20 || e.Src >= 23 })},
	{key: "record.neurons.NAME.last", set: "[record.neurons]\na = { last = 4 }",
		law: kept(func(e spike.Event) bool { return e.Src < 24 })},
	{key: "record.neurons.NAME.every", set: "[record.neurons]\nsrc = { every = 3, first = 1 }",
		law: kept(func(e spike.Event) bool { return e.Src >= 20 || e.Src%3 == 1 })},
	{key: "record.weights", set: `record.weights=[]`, law: func(t *testing.T, before, after *results) {
		if _, rows := cells(t, before, "weights-x-1.csv"); len(rows) != before.summary.Runs[0].Synapses {
			t.Errorf("%d weights of %d synapses", len(rows), before.summary.Runs[0].Synapses)
		}
		if _, there := after.files(t)["weights-x-1.csv"]; there {
			t.Error("weights are saved")
		}
	}},
	{key: "record.weights_format", set: `record.weights_format=npz`, law: func(t *testing.T, _, after *results) {
		if _, there := after.files(t)["weights-x-1.npz"]; !there {
			t.Error("there is no file weights-x-1.npz")
		}
	}},
	{key: "record.weights_format", given: []string{"record.weights_every=300 ms"}, set: "record.weights_format=bspk",
		law: func(t *testing.T, before, after *results) {
			snapshots := func(r *results) (at []spike.Tick) {
				all, _ := r.recording(t).Tables()
				for _, i := range all {
					if i.Name == "weights-x" {
						at = append(at, i.At/ms)
					}
				}
				return at
			}
			every := []spike.Tick{0, 300, 600, 900, 1200}
			if a, b := snapshots(before), snapshots(after); !slices.Equal(a, every) || !slices.Equal(b, append(every, 1300)) {
				t.Errorf("weights are kept at %v ms, and with those at the end at %v ms", a, b)
			}
		}},
	{key: "record.expected_rate", set: "record.expected_rate=40 Hz", law: func(t *testing.T, before, after *results) {
		_, few, _ := before.x.Estimate()
		_, many, _ := after.x.Estimate()
		if few.Spikes >= many.Spikes {
			t.Errorf("%v are estimated, then %v", few, many)
		}
	}},
	{key: "record.weights_every", set: "record.weights_every=100 ms", law: func(t *testing.T, before, after *results) {
		few, _ := before.recording(t).Tables()
		many, _ := after.recording(t).Tables()
		if len(many) != len(few)+14 { // at 0 and every 100 ms up to 1300
			t.Errorf("%d tables, then %d", len(few), len(many))
		}
	}},

	{key: "probes.NAME.population", set: "[probes.w]\npopulation = \"a\"\nvariable = \"v_d\"", law: tables("w")},
	{key: "probes.NAME.variable", set: "probes.v.variable=w_d", law: func(t *testing.T, _, after *results) {
		s, err := after.recording(t).Series("v")
		if err != nil || s.Column("w_d") == nil {
			t.Error("w_d is not recorded", err)
		}
	}},
	{key: "probes.NAME.every", set: "probes.v.every=20 ms", law: func(t *testing.T, before, after *results) {
		at, _ := probe(t, before)
		then, _ := probe(t, after)
		if len(at) != 131*10 || len(then) != 66*10 || then[len(then)-1] != 1300 {
			t.Errorf("%d samples, then %d", len(at), len(then))
		}
	}},
	{key: "probes.NAME.first", set: "probes.v.first=4", law: probed(4, 5, 6, 7, 8, 9)},
	{key: "probes.NAME.last", set: "probes.v.last=3", law: probed(0, 1, 2)},
	{key: "probes.NAME.stride", set: "probes.v.stride=4", law: probed(0, 4, 8)},

	{key: "compare[].name", set: "compare[0].name=another", given: []string{comparison},
		law: says("comparison.csv", "another,Hz")},
	{key: "compare[].mean", set: "compare[0].mean=src.event_rate", given: []string{comparison},
		law: func(t *testing.T, _, after *results) {
			is(t, "mean", math.Round(1e3*cell(t, after, "comparison.csv", 0, "measured")),
				math.Round(1e3*after.summary.Populations[0].EventRate))
		}},
	{key: "compare[].correlation", set: "[[compare]]\nname = \"same\"\ncorrelation = [\"a.event_rate\", \"a.event_rate\"]",
		law: func(t *testing.T, _, after *results) {
			is(t, "correlation of a trace with itself", cell(t, after, "comparison.csv", 0, "measured"), 1)
		}},
	{key: "compare[].column", set: "[[compare]]\nname = \"rate\"\ncolumn = \"a event_rate_hz\"", law: compared(0)},
	{key: "compare[].presentation", set: "[[compare]]\nname = \"rate\"\ncolumn = \"a event_rate_hz\"\npresentation = 3",
		law: compared(3)},
	{key: "compare[].published", set: "compare[0].published=10", given: []string{comparison},
		law: func(t *testing.T, _, after *results) {
			m := cell(t, after, "comparison.csv", 0, "measured")
			if got := cell(t, after, "comparison.csv", 0, "deviation_from_published_pct"); math.Abs(got-
				100*(m/10-1)) > 1e-3*math.Abs(got) {
				t.Errorf("%v deviates from 10 by %v %%", m, got)
			}
		}},
	{key: "compare[].limit", set: "compare[0].limit=12", given: []string{comparison},
		law: func(t *testing.T, _, after *results) {
			m := cell(t, after, "comparison.csv", 0, "measured")
			if got := cell(t, after, "comparison.csv", 0, "deviation_from_limit_pct"); math.Abs(got-
				100*(m/12-1)) > 1e-3*math.Abs(got) {
				t.Errorf("%v deviates from 12 by %v %%", m, got)
			}
		}},
	{key: "compare[].limit_sd", set: "compare[0].limit_sd=0.7", given: []string{comparison, "compare[0].limit=12"},
		law: func(t *testing.T, _, after *results) {
			is(t, "limit_sd", cell(t, after, "comparison.csv", 0, "limit_sd"), 0.7)
		}},
	{key: "figures.NAME.kind", set: "figures.f.kind=isi", given: []string{drawn}, law: differs("figures/f.svg")},
	{key: "variants.NAME.title", given: []string{"[variants.v]\nset = [\"experiment.seed=5\"]"},
		set: "variants.v.title=A variant", law: differs("variants.svg")},
	{key: "variants.NAME.set", given: []string{"[variants.v]\nset = [\"experiment.seed=5\"]"}, set: `variants.v.set=["experiment.seed=6"]`, law: says("v/experiment.toml", "seed = 6")},
	{key: "variants.NAME.like",
		given: []string{"[variants.v]\nset = [\"populations.a.size=11\"]\n[variants.w]\nset = [\"experiment.seed=6\"]"},
		set:   "variants.w.like=v",
		law:   says("w/experiment.toml", "size = 11")},
}

func says(file, text string) func(t *testing.T, before, after *results) {
	return func(t *testing.T, before, after *results) {
		if f, there := before.files(t)[file]; there && text != "" && strings.Contains(f, text) {
			t.Errorf("%s says %q already", file, text)
		}
		if f := after.file(t, file); !strings.Contains(f, text) {
			t.Errorf("%s does not say %q", file, text)
		}
	}
}

func differs(file string) func(t *testing.T, before, after *results) {
	return func(t *testing.T, before, after *results) {
		if before.file(t, file) == after.file(t, file) {
			t.Errorf("%s is the same", filepath.Base(file))
		}
	}
}

func tables(name string) func(t *testing.T, before, after *results) {
	return func(t *testing.T, _, after *results) {
		all, _ := after.recording(t).Tables()
		if !slices.ContainsFunc(all, func(i recordings.TableInfo) bool { return i.Name == name }) {
			t.Errorf("there is no table %s", name)
		}
	}
}

func probed(neurons ...uint32) func(t *testing.T, before, after *results) {
	return func(t *testing.T, _, after *results) {
		_, got := probe(t, after)
		slices.Sort(got)
		if got = slices.Compact(got); !slices.Equal(got, neurons) {
			t.Errorf("neurons %v are probed and not %v", got, neurons)
		}
	}
}

func compared(presentation int) func(t *testing.T, before, after *results) {
	return func(t *testing.T, _, after *results) {
		is(t, "value of a presentation", cell(t, after, "comparison.csv", 0, "measured"),
			cell(t, after, presentations, presentation, "a event_rate_hz"))
	}
}

// Every key of what is written changes the files as its row says.
func TestResults(t *testing.T) {
	first := map[string]*results{}
	for _, r := range outcomes {
		if r.law == nil {
			continue
		}
		given := strings.Join(r.given, "\n")
		if first[given] == nil {
			first[given] = runFile(t, resultsFile, nil, r.given...)
		}
		t.Run(r.key, func(t *testing.T) {
			r.law(t, first[given], runFile(t, resultsFile, nil, append(slices.Clone(r.given), r.set)...))
		})
	}
}
