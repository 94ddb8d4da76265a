package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
)

// columns returns some columns of a CSV file, sorted lines of them.
func columns(t *testing.T, file string, names ...string) (lines []string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range csvRows(t, string(text)) {
		var line []string
		for _, n := range names {
			line = append(line, r[n])
		}
		lines = append(lines, strings.Join(line, " "))
	}
	slices.Sort(lines)
	return lines
}

// A sweep gives at each point what a run with the same keys gives; a point that fails leaves the others alone; what is
// done is not run again; shares make the same table; every row is in every format.
func TestSweep(t *testing.T) {
	t.Chdir(t.TempDir())
	must(t, "init", "--template", "small")
	vary := []string{"sweep", "small.toml", "--vary", "populations.pyr.size=20,0,40", "--vary",
		"projections.*.weight=0.05,0.1", "--seeds", "2",
		"--set", "experiment.duration=400 ms", "--set", "populations.inh.size=10", "--measure", "mean(pyr.spike_rate)",
		"--measure", "bursts(pyr)"}
	exit, out, errs := try(append(vary, "-o", "all", "--json")...)
	if exit != failed || strings.Count(errs, "must be at least 1") != 2 {
		t.Fatalf("exit %d: %s", exit, errs)
	}
	var lines int
	for line := range strings.Lines(out) {
		var r map[string]any
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		lines++
	}
	const points, bad, rows = 6, 2, 4*2*2 + 2
	table := csvRows(t, read(t, "all/sweep.csv"))
	if len(table) != rows || lines != rows {
		t.Fatalf("%d rows, %d lines of JSON; want %d", len(table), lines, rows)
	}
	must(t, "run", "small.toml", "-o", "one", "--set", "experiment.duration=400 ms", "--set", "populations.inh.size=10",
		"--set", "populations.pyr.size=40",
		"--set", "projections.*.weight=0.1", "--seeds", "2")
	for _, r := range csvRows(t, read(t, "one/rates.csv")) {
		found := false
		for _, s := range table {
			if s["populations.pyr.size"] == "40" && s["projections.*.weight"] == "0.1" && s["seed"] == r["seed"] &&
				s["population"] == r["population"] {
				found = true
				for _, name := range []string{"spike_rate_hz", "burst_probability", "cv"} {
					if s[name] != r[name] {
						t.Errorf("%s of %s, seed %s: %s in the sweep, %s in a run", name, r["population"], r["seed"], s[name], r[name])
					}
				}
				if r["population"] == "pyr" &&
					(s["bursts(pyr)"] != r["burst_rate_hz"] || s["mean(pyr.spike_rate)"] != r["spike_rate_hz"]) {
					t.Errorf("measures %s and %s beside %s and %s", s["bursts(pyr)"], s["mean(pyr.spike_rate)"], r["burst_rate_hz"],
						r["spike_rate_hz"])
				}
			}
		}
		if !found {
			t.Errorf("seed %s of %s has no row", r["seed"], r["population"])
		}
	}
	f, err := parquet.ReadFile[struct {
		Point int64    `parquet:"point"`
		Rate  *float64 `parquet:"spike_rate_hz"`
		Size  *float64 `parquet:"populations.pyr.size"`
	}]("all/sweep.parquet")
	if err != nil || len(f) != rows || f[0].Point != 1 || f[0].Rate == nil || *f[0].Size != 20 {
		t.Errorf("parquet: %d rows, %v", len(f), err)
	}
	if _, err := os.Stat("all/figures/sweep.png"); err != nil {
		t.Error(err)
	}
	// Gone on with: nothing is run again.
	before, _ := os.Stat("all/points/0001/summary.json")
	want := columns(t, "all/sweep.csv", "point", "seed", "population", "spike_digest_sha256", "wall_s", "bursts(pyr)")
	if exit, _, errs := try("resume", "all"); exit != failed || !strings.Contains(errs, "2 of 6 points failed") {
		t.Errorf("exit %d: %s", exit, errs)
	}
	after, _ := os.Stat("all/points/0001/summary.json")
	if got := columns(t, "all/sweep.csv", "point", "seed", "population", "spike_digest_sha256", "wall_s",
		"bursts(pyr)"); !slices.Equal(got, want) || !before.ModTime().Equal(after.ModTime()) {
		t.Error("a point that was done was run again")
	}
	// Killed while a point was written: it has begun, and has no summary.
	if err := os.Remove("all/points/0002/summary.json"); err != nil {
		t.Fatal(err)
	}
	try("resume", "all")
	if got := columns(t, "all/sweep.csv", "point", "seed", "population", "spike_digest_sha256", "wall_s",
		"bursts(pyr)"); !slices.Equal(got, want) {
		t.Error("a resumed sweep ends with another table")
	}
	if exit, _, _ := try(append(vary, "--seeds", "1", "-o", "all")...); exit != badInput {
		t.Error("another sweep went into the directory")
	}
	// Shares.
	for _, share := range []string{"1/2", "2/2"} {
		try(append(vary, "-o", "shares", "--points", share)...)
	}
	try("sweep", "--collect", "shares")
	some := []string{"point", "seed", "population", "spike_digest_sha256", "spike_rate_hz", "bursts(pyr)"}
	if a, b := columns(t, "all/sweep.csv", some...), columns(t, "shares/sweep.csv", some...); !slices.Equal(a, b) {
		t.Errorf("shares: %d rows, %d", len(a), len(b))
	}
	joined := append(columns(t, "shares/points-1.csv", some...), columns(t, "shares/points-2.csv", some...)...)
	slices.Sort(joined)
	if !slices.Equal(joined, columns(t, "shares/sweep.csv", some...)) {
		t.Error("the tables of shares are not the table of all")
	}
	for _, points := range []string{"0/2", "3/2", "x", "1"} {
		if exit, _, _ := try(append(vary, "-o", "no", "--points", points)...); exit != badInput {
			t.Errorf("--points %s: exit %d", points, exit)
		}
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// A job of an array takes its share from Slurm, whatever number the array begins with, and arrays with gaps are
// refused. The script that is printed is bash.
func TestSweepSlurm(t *testing.T) {
	t.Chdir(t.TempDir())
	must(t, "init", "--template", "small")
	t.Setenv("SLURM_ARRAY_TASK_MIN", "5")
	t.Setenv("SLURM_ARRAY_TASK_MAX", "6")
	t.Setenv("SLURM_ARRAY_TASK_COUNT", "2")
	t.Setenv("SLURM_ARRAY_TASK_ID", "6")
	args := []string{"sweep", "small.toml", "--vary", "populations.pyr.size=10,20,30", "--seeds", "1", "--set",
		"experiment.duration=300 ms", "-o", "out"}
	must(t, append(args, "--points", "slurm")...)
	if got := columns(t, "out/points-2.csv", "point"); !slices.Equal(slices.Compact(got), []string{"2"}) {
		t.Errorf("points %v in the second share of two", got)
	}
	t.Setenv("SLURM_ARRAY_TASK_COUNT", "1")
	if exit, _, errs := try(append(args, "--points", "slurm")...); exit != badInput || !strings.Contains(errs, "gaps") {
		t.Errorf("exit %d: %s", exit, errs)
	}
	script := must(t, append(args, "--slurm", "7")...)
	if !strings.Contains(script, "--array=1-3\n") || !strings.Contains(script, "--set 'experiment.duration=300 ms'") ||
		!bytes.HasPrefix([]byte(script), []byte("#!/bin/bash\n")) {
		t.Error(script)
	}
}

// What the [sweep] table says holds where no flag says otherwise, and its file lies beside the experiment.
func TestSweepTable(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("sub", 0o700); err != nil {
		t.Fatal(err)
	}
	text := must(t, "init", "--template", "small", "-o", "-") +
		"\n[sweep]\nfile = \"p.csv\"\nseeds = 1\nmeasure = [\"burst-spikes(pyr)\"]\n"
	for name, text := range map[string]string{"sub/x.toml": text,
		"sub/p.csv": "populations.pyr.size,projections.inh_pyr.delay\n10,1 ms\n20,2 ms\n"} {
		if err := os.WriteFile(filepath.FromSlash(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	must(t, "sweep", "sub/x.toml", "--set", "experiment.duration=300 ms", "-o", "out")
	if got := columns(t, "out/sweep.csv", "populations.pyr.size", "projections.inh_pyr.delay", "seed",
		"population"); !slices.Equal(got, []string{"10 1 1 inh", "10 1 1 pyr", "20 2 1 inh", "20 2 1 pyr"}) {
		t.Error(got)
	}
	must(t, "run", "sub/x.toml", "--set", "experiment.duration=300 ms", "-o", "run") // the table does not disturb
}
