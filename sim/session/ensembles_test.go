package session

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/report"
)

// Ensembles in a file: patterns, teachers and rules act on units, recordings hold neurons, the summary counts them, and
// an interrupted run ends as one that was left alone.
func TestEnsemblesInFiles(t *testing.T) {
	t.Parallel()
	load := func(set ...string) (*experiment.Experiment, error) {
		return experiment.Load(report.NewRegistries(), "testdata/ensembles.toml", set...)
	}
	x, err := load()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	whole, broken := filepath.Join(dir, "whole"), filepath.Join(dir, "broken")
	s, err := Run(context.Background(), x, Options{Dir: whole})
	if err != nil {
		t.Fatal(err)
	}
	if s.Runs[0].Neurons != 5*200+3*300+20 {
		t.Errorf("the summary says %d neurons", s.Runs[0].Neurons)
	}
	want := results(t, whole)
	ctx, cancel := context.WithTimeout(context.Background(), 60*time.Millisecond)
	x, _ = load()
	_, err = Run(cancelled(ctx), x, Options{Dir: broken, Workers: 1})
	cancel()
	if err == nil {
		t.Log("it was not interrupted")
	} else if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	} else if _, _, _, err = Resume(context.Background(), report.NewRegistries(), broken,
		Options{Workers: 2}); err != nil {
		t.Fatal(err)
	}
	for name, text := range results(t, broken) {
		if text != want[name] {
			t.Errorf("%s differs after an interruption", name)
		}
	}

	r, err := recordings.Open(filepath.Join(whole, report.RecordingFile(s.Runs[0].Seed)))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	pops := r.Header().Populations
	if pops[0].Size != 1000 || pops[1].Size != 900 || pops[0].Neurons() != 100 {
		t.Errorf("populations of %d and %d neurons are recorded, %d of the first", pops[0].Size, pops[1].Size,
			pops[0].Neurons())
	}
	rows, err := csv.NewReader(strings.NewReader(want["/presentations-1.csv"])).ReadAll()
	if err != nil || len(rows) != 13 {
		t.Fatalf("presentations: %q, %v", rows, err)
	}
	pattern, rate := slices.Index(rows[0], "pattern"), slices.Index(rows[0], "in event_rate_hz")
	for _, row := range rows[1:] { // 10 Hz times the logistic function of the bias, -1, and the drive, 0 or 2.5
		expected := map[string]float64{"a": 2.69, "b": 8.18}[row[pattern]]
		if hz, err := strconv.ParseFloat(row[rate], 64); err != nil || math.Abs(hz-expected) > 0.7 {
			t.Errorf("pattern %s: events of units at %s Hz, expected %g", row[pattern], row[rate], expected)
		}
	}

	for set, reason := range map[string]string{
		"patterns.b.currents.x=2 pA":                       "takes no unit, found one of current",
		"teachers.t.limit=3 pA":                            "takes no unit, found one of current",
		"probes.v.last=4":                                  "the population has 3 units (allowed: [1, 3], 0: all)",
		"record.neurons.in.last=1001":                      "the population has 1000 neurons",
		"projections.w.receptor=ampa":                      `has no receptor "ampa" on port "soma"; it has ["drive"]`,
		`projections.w.short_term={ kind = "depressing" }`: "synapses of single neurons tire",
		"populations.in.dead_time=90 ms": "leaves hardly a neuron that is not dead, which rate sets " +
			"(allowed: (0, 80] ms)",
		"burst.threshold=30 ms": "would take two events for one",
	} {
		x, err := load(set)
		if err == nil {
			err = x.Check()
		}
		if err == nil || !strings.Contains(err.Error(), reason) || bytes.Contains([]byte(err.Error()), []byte("\n")) {
			t.Errorf("%s: %v, expected %q", set, err, reason)
		}
	}
}
