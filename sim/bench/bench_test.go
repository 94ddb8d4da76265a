package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/report"
)

const small = `
[experiment]
name = "small"
duration = "300 ms"
settle = "50 ms"
[populations.a]
model = "lif-delta"
size = 200
backgrounds.external = { port = "soma", receptor = "delta", rate = "13 Hz", sources = 1000, weight = 0.1 }
[projections.aa]
source = "a"
target = "a"
receptor = "delta"
connector = "fixed-in-degree"
k = 10
weight = 0.1
delay = "1.5 ms"
`

// A measurement has the network's size, counts that fit the network, and the spikes of the same network run otherwise,
// whatever the number of workers.
func TestMeasure(t *testing.T) {
	file := filepath.Join(t.TempDir(), "small.toml")
	if err := os.WriteFile(file, []byte(small), 0o666); err != nil {
		t.Fatal(err)
	}
	var digests []string
	for i, workers := range []int{1, 2, 1} {
		recorded := i == 2
		r, err := Measure(context.Background(), Find(file), Options{Stretches: 2, Workers: workers, Record: recorded})
		if err != nil {
			t.Fatal(err)
		}
		if r.Neurons != 200 || r.Synapses != 2000 || r.Window != 1.5 || len(r.Busy) != workers || r.CPU.N != 2 {
			t.Errorf("network: %+v", r)
		}
		if r.NeuronSteps != 200*10_000 || math.Abs(r.External-200*13_000) > 1 {
			t.Errorf("%g neuron steps and %g private arrivals a second", r.NeuronSteps, r.External)
		}
		// The spikes of the window before the first stretch arrive in it, those of the last one do not.
		if perSpike := r.SynapticEvents / r.Spikes; r.Spikes == 0 || perSpike < 9 || perSpike > 11 {
			t.Errorf("%g spikes and %g synaptic events a second, of 10 synapses a neuron", r.Spikes, r.SynapticEvents)
		}
		if rate := r.Rates[0]; math.Abs(rate.Spikes-r.Spikes/200) > 1e-9 || rate.Spikes < 1 || rate.Spikes > 100 {
			t.Errorf("rate %+v, %g spikes a second", rate, r.Spikes)
		}
		if r.PerSynapse < 2 || r.CPU.Min <= 0 || r.CPU.Min > r.CPU.Median || r.FirstSpike < r.Build {
			t.Errorf("figures: %+v", r)
		}
		if recorded != (r.Recorded != nil && r.RecordedSize > 0) {
			t.Errorf("recording: %v, %d bytes", r.Recorded, r.RecordedSize)
		}
		digests = append(digests, r.Digest)
		var text, js bytes.Buffer
		r.Write(&text)
		for _, want := range []string{"200 neurons", "2 k synapses", "rates        a "} {
			if !strings.Contains(text.String(), want) {
				t.Errorf("%q is missing in\n%s", want, text.String())
			}
		}
		report := NewReport()
		report.Workloads = append(report.Workloads, r)
		if err := report.WriteJSON(&js); err != nil || !json.Valid(js.Bytes()) {
			t.Errorf("JSON: %v\n%s", err, js.String())
		}
	}
	if digests[0] != digests[1] {
		t.Errorf("one worker and two have other spikes: %v", digests)
	}
}

// Every workload is an experiment that is right, with the keys that are set in it.
func TestWorkloads(t *testing.T) {
	for _, w := range Workloads() {
		x, err := experiment.Load(report.NewRegistries(), w.Experiment, w.Set...)
		if err != nil {
			t.Errorf("%s: %v", w.Name, err)
			continue
		}
		if err := x.Check(); err != nil {
			t.Errorf("%s: %v", w.Name, err)
		}
		if w.Stretch <= 0 || w.Rates == "" {
			t.Errorf("%s lacks what it is compared with: %+v", w.Name, w)
		}
	}
}

// Parts are measured, and the best is taken, in the direction that is better.
func TestParts(t *testing.T) {
	var got []Part
	if err := Parts([]string{"allocation"}, false, func(p Part) { got = append(got, p) }); err != nil || len(got) != 1 {
		t.Fatalf("%v, %v", got, err)
	}
	if got[0].Best > 100 {
		t.Errorf("%g bytes are allocated a window", got[0].Best)
	}
	more, less := part(Part{}, []float64{3, 5, 4}, 2), part(Part{Less: true}, []float64{3, 5, 4}, 2)
	if more.Best != 10 || less.Best != 6 || more.Median != 8 || less.Median != 8 {
		t.Errorf("best of 3, 5, 4 in units of 1/2: %+v, %+v", more, less)
	}
}

// Ratios are old seconds divided by new ones, pair by pair; what cannot be compared is refused.
func TestCompare(t *testing.T) {
	report := func(machine string, workers int, seconds ...float64) *Report {
		r := &Report{Machine: machine, Processors: 2}
		for i, s := range seconds {
			spread := Spread{Min: s, Median: 2 * s, Max: 3 * s, N: 5}
			r.Workloads = append(r.Workloads, &Result{Workload: string(rune('a' + i)), Workers: workers, CPU: spread,
				Wall: spread, Digest: "d"})
		}
		return r
	}
	ratios, err := Compare([]Pair{{report("m", 1, 6, 1), report("m", 1, 3, 2, 9)},
		{report("m", 1, 9, 1), report("m", 1, 3, 4)}})
	if err != nil {
		t.Fatal(err)
	}
	if len(ratios) != 2 || !slices.Equal(ratios[0].CPU, []float64{2, 3}) || !slices.Equal(ratios[1].CPU,
		[]float64{0.5, 0.25}) || !ratios[0].SameWork {
		t.Errorf("ratios %+v", ratios)
	}
	for what, pair := range map[string]Pair{
		"machines": {report("m", 1, 6), report("n", 1, 6)}, "with 1 and with 2 workers": {report("m", 1, 6),
			report("m", 2, 6)}, "no network": {report("m", 1, 6), report("m", 1)},
	} {
		if _, err := Compare([]Pair{pair}); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
}
