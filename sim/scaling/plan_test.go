package scaling

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/sim/experiment"
)

// planOf makes a plan over a small recurrent network.
func planOf(t *testing.T, change func(*Plan)) *Plan {
	t.Helper()
	file := filepath.Join(t.TempDir(), "net.toml")
	text := `
[experiment]
name = "net"
duration = "1 s"
[populations.e]
model = "lif"
size = 300
backgrounds.in = { port = "soma", receptor = "ampa", rate = "300 Hz", weight = 0.15 }
[projections.ee]
source = "e"
target = "e"
receptor = "ampa"
weight = 0.01
delay = "1.5 ms"
connector = "fixed-in-degree"
k = 40
multapses = true
`
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	p := Plan{Experiment: file, Vary: Neurons, Seeds: 2, Workers: 1}
	change(&p)
	made, err := NewPlan(p, experiment.NewRegistries())
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func run(t *testing.T, p *Plan, dir string) ([]Row, string) {
	t.Helper()
	var log bytes.Buffer
	rows, err := p.Run(context.Background(), dir, &log)
	if err != nil {
		t.Fatal(err)
	}
	return rows, log.String()
}

// Every row adds up: phases and the rest are all of the time, events are spikes times synapses, rates are those of
// the network. A series that is there is not measured again, and one that was interrupted goes on to the same
// digests.
func TestSeries(t *testing.T) {
	p := planOf(t, func(p *Plan) { p.To = 600 })
	dir := filepath.Join(t.TempDir(), "out")
	rows, _ := run(t, p, dir)
	if len(rows) != 4 {
		t.Fatalf("%d rows, want 2 points with 2 seeds", len(rows))
	}
	for _, r := range rows {
		sum := r.Deliver + r.Update + r.Gather + r.Learn + r.Record + r.Other
		if math.Abs(sum/r.Sim-1) > 1e-6 {
			t.Errorf("phases take %g of %g s", sum, r.Sim)
		}
		if float64(r.Neurons) != r.X || r.Synapses != 40*r.Neurons || r.InDegree != 40 {
			t.Errorf("x = %g: %d neurons, %d synapses", r.X, r.Neurons, r.Synapses)
		}
		if n := 40 * float64(r.SpikeCount); math.Abs(float64(r.Events)/n-1) > .1 || r.SpikeCount == 0 {
			t.Errorf("%d synaptic events of %d spikes", r.Events, r.SpikeCount)
		}
		if rate := float64(r.SpikeCount) / r.Model / float64(r.Neurons); math.Abs(r.Rate/rate-1) > .2 ||
			r.Steps != int64(math.Round(r.Model/1e-4))*int64(r.Neurons) {
			t.Errorf("rate %g Hz, %g while it was timed; %d steps", r.Rate, rate, r.Steps)
		}
		if r.PreSim < .5 || r.Model < 1 || r.Peak < r.Total || r.Base == 0 || len(r.Digest) != 64 {
			t.Errorf("%+v", r)
		}
	}
	before, _ := os.ReadFile(filepath.Join(dir, rowsFile))
	if _, log := run(t, p, dir); !strings.HasPrefix(log, "0 measurements") {
		t.Errorf("measured again: %s", log)
	}
	lines := strings.SplitAfter(string(before), "\n")
	os.WriteFile(filepath.Join(dir, rowsFile), []byte(strings.Join(lines[:3], "")), 0o666) // two are missing
	again, log := run(t, p, dir)
	if !strings.HasPrefix(log, "2 measurements") {
		t.Errorf("after an interruption: %s", log)
	}
	for i := range rows {
		if again[i].Digest != rows[i].Digest || again[i].X != rows[i].X {
			t.Errorf("row %d: x = %g with digest %.8s, was %g with %.8s", i, again[i].X, again[i].Digest, rows[i].X,
				rows[i].Digest)
		}
	}
	for _, f := range []string{"plan.json", "summary.csv", "figure.png", "figure.svg", "figure.csv"} {
		if _, err := os.Stat(filepath.Join(dir, f)); err != nil {
			t.Error(err)
		}
	}
	edited := *p
	edited.base = planOf(t, func(p *Plan) { p.Set = []string{"projections.ee.weight=0.02"} }).base
	if _, err := edited.Run(context.Background(), dir, &bytes.Buffer{}); err == nil {
		t.Error("a series goes on with an experiment that was changed")
	}
	other := planOf(t, func(p *Plan) { p.To = 1200 })
	if _, err := other.Run(context.Background(), dir, &bytes.Buffer{}); err == nil {
		t.Error("another series is taken for the continuation of this one")
	}
}

// In a controlled series the activity stays, and the number of synaptic events is proportional to what varies.
func TestControlledSeries(t *testing.T) {
	for _, vary := range []string{InDegree, Rate} {
		p := planOf(t, func(p *Plan) {
			p.Vary, p.Controlled, p.Seeds, p.From, p.To = vary, true, 1, 20, 40
			if vary == Rate {
				p.From, p.To = 5, 10
			}
		})
		rows, _ := run(t, p, filepath.Join(t.TempDir(), "out"))
		if len(rows) != 2 {
			t.Fatalf("%s: %d rows", vary, len(rows))
		}
		if ratio := float64(rows[1].Events) / float64(rows[0].Events); math.Abs(ratio-2) > .1 {
			t.Errorf("%s: %g times the events, want 2", vary, ratio)
		}
		if vary == Rate && (math.Abs(rows[0].EventRate-5) > .3 || math.Abs(rows[1].EventRate-10) > .3) {
			t.Errorf("rates %g and %g Hz", rows[0].EventRate, rows[1].EventRate)
		}
	}
}

// What does not fit into memory is named and left out.
func TestTooLargePointsAreLeftOut(t *testing.T) {
	p := planOf(t, func(p *Plan) { p.From, p.To, p.Points, p.Seeds = 300, 30_000, 2, 1 })
	p.memory = 2 << 20
	rows, log := run(t, p, filepath.Join(t.TempDir(), "out"))
	if len(rows) != 1 || !strings.Contains(log, "left out: neurons = 30000: needs ") {
		t.Errorf("%d rows; %s", len(rows), log)
	}
}

// Exponents are those of powers.
func TestGrowth(t *testing.T) {
	var s Summary
	for _, x := range []float64{1, 2, 4, 8} {
		s = append(s, Means{X: x, Columns: map[string]Mean{"time_simulate": {Mean: 3 * math.Pow(x, 1.5)},
			"cpu_simulate":             {Mean: 1},
			"time_construction_create": {Mean: x}, "time_construction_connect": {Mean: x}, "network_memory": {Mean: 100 + x*x},
			"base_memory": {Mean: 100}}})
	}
	for _, g := range s.Growth() {
		want := map[string]float64{"time to build": 1, "time to simulate": 1.5, "processor time to simulate": 0,
			"memory of the network": 2}[g.Quantity]
		if math.Abs(g.Exponent-want) > 1e-9 || g.SE > 1e-9 || len(g.Local) != 3 {
			t.Errorf("%+v, want %g", g, want)
		}
	}
}

// A publication is one row with what the tables ask for; energy is that of the meter where one was read.
func TestPublication(t *testing.T) {
	p := planOf(t, func(p *Plan) { p.Vary, p.From, p.To, p.Seeds, p.Meter = Workers, 1, 1, 2, 40 })
	dir := filepath.Join(t.TempDir(), "out")
	u, rows, err := p.Publication(context.Background(), dir, &bytes.Buffer{})
	if err != nil {
		t.Fatal(err)
	}
	if r := rows[0]; r.Energy != 40*r.Sim || math.Abs(r.EventEnergy*float64(r.Events)/1e6/r.Energy-1) > 1e-9 {
		t.Errorf("%g J in %g s, %g uJ for each of %d events", r.Energy, r.Sim, r.EventEnergy, r.Events)
	}
	if len(u.populations) != 1 || math.Abs(u.populations[0].Rate.Mean-(rows[0].Rate+rows[1].Rate)/2) > 1e-9 ||
		u.populations[0].Rate.N != 2 {
		t.Errorf("%+v", u.populations[0])
	}
	var out bytes.Buffer
	if err := u.Write(&out); err != nil || !strings.Contains(out.String(), "whole machine, from a meter") {
		t.Error(err, out.String())
	}
	text, err := os.ReadFile(filepath.Join(dir, "publication.csv"))
	if err != nil || strings.Count(string(text), "\n") != 2 || !strings.Contains(string(text),
		"energy_per_synaptic_event_uj") {
		t.Errorf("%v %s", err, text)
	}
}
