package cli

import (
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
)

// Rates around events are those of the table of bins at these times; trials beyond the recording are left out and said.
func TestAlign(t *testing.T) {
	small(t, "--seeds", "1")
	if err := os.WriteFile("trials.csv", []byte("time_ms,condition\n300,a\n400,b\n690,a\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	exit, out, errs := try("spikes", "align", "out/spikes-1.bspk", "--to", "trials.csv", "--window=-100ms:100ms", "--bin",
		"50ms", "-p", "pyr")
	if exit != 0 || !strings.Contains(errs, "1 trials whose window") {
		t.Fatalf("exit %d: %s", exit, errs)
	}
	rows := csvRows(t, out)
	bins := csvRows(t, must(t, "spikes", "stats", "out/spikes-1.bspk", "-p", "pyr", "--bin", "50ms", "--of", "rates"))
	if len(rows) != 8 {
		t.Fatalf("%d rows for two conditions of four bins", len(rows))
	}
	for i, r := range rows {
		first := map[string]int{"a": 4, "b": 6}[r["condition"]] // bin of 50 ms in which the window starts
		for _, name := range []string{"spike_rate_hz", "event_rate_hz", "burst_rate_hz"} {
			if want := bins[first+i%4][name]; r[name] != want {
				t.Errorf("%s of %s in bin %d: %s, want %s", name, r["condition"], i%4, r[name], want)
			}
		}
	}
	must(t, "spikes", "align", "out/spikes-1.bspk", "--to", "trials.csv", "--window=-100ms:100ms", "-o", "aligned")
	for _, name := range []string{"aligned.csv", "aligned.png", "aligned.svg", "aligned.txt"} {
		if _, err := os.Stat(name); err != nil {
			t.Error(err)
		}
	}
	for _, flags := range []string{"--window=5", "--bin=0ms", "--window=-5s:5s", "--condition=colour"} {
		if exit, _, errs := try("spikes", "align", "out/spikes-1.bspk", "--to", "trials.csv", flags); exit != badInput {
			t.Errorf("%s: exit %d, %s", flags, exit, errs)
		}
	}
}

// What differs between two runs is said: the keys, the rates, the digests.
func TestCompare(t *testing.T) {
	small(t, "--seeds", "2")
	must(t, "run", "small.toml", "-o", "same", "--set", "experiment.duration=700 ms", "--seeds", "2")
	must(t, "run", "small.toml", "-o", "other", "--set", "experiment.duration=700 ms", "--set",
		"projections.inh_pyr.weight=0.5", "--seeds", "1")
	text := must(t, "compare", "out", "same", "other")
	for _, want := range []string{"projections.inh_pyr.weight  0.1", "0.5", "the same", "±", "pyr burst probability"} {
		if !strings.Contains(text, want) {
			t.Errorf("nothing is said of %q:\n%s", want, text)
		}
	}
	if strings.Contains(text, "experiment.duration") {
		t.Errorf("an equal key is shown:\n%s", text)
	}
	if rows := csvRows(t, must(t, "compare", "out", "other", "--csv")); len(rows) != 2*2+2 {
		t.Errorf("%d rows", len(rows))
	}
	bads(t, []string{"no experiment.toml"}, "compare", "out", ".")
}

// The presentations of a run are trials, for every seed its own, and the conditions are the patterns.
func TestAlignPresentations(t *testing.T) {
	t.Chdir(t.TempDir())
	must(t, "init", "--template", "small")
	text := strings.Replace(strings.Replace(read(t, "small.toml"), "duration = \"2 s\"\n", "", 1), "settle = ", "# ", 1) + `
[stimuli.drive]
population = "pyr"
port = "apical"
wave = "pattern"
[patterns.low.currents]
drive = "0 pA"
[patterns.high.currents]
drive = "400 pA"
[protocol.test]
hold = "200 ms"
repeats = 3
`
	if err := os.WriteFile("small.toml", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	must(t, "run", "small.toml", "-q", "-o", "r", "--seeds", "2")
	rows := csvRows(t, must(t, "spikes", "align", "r/spikes-1.bspk", "r/spikes-2.bspk", "--to", "r/presentations-%d.csv",
		"--window=0ms:200ms", "--bin", "200ms", "-p", "pyr"))
	if len(rows) != 2 {
		t.Fatalf("%d rows for two patterns", len(rows))
	}
	for _, r := range rows {
		sum, n := 0.0, 0
		for _, file := range []string{"r/presentations-1.csv", "r/presentations-2.csv"} {
			for _, p := range csvRows(t, read(t, file)) {
				if p["pattern"] == r["condition"] {
					rate, err := strconv.ParseFloat(p["pyr event_rate_hz"], 64)
					if err != nil {
						t.Fatal(err)
					}
					sum, n = sum+rate, n+1
				}
			}
		}
		got, err := strconv.ParseFloat(r["event_rate_hz"], 64)
		if err != nil || r["trials"] != "6" || n != 6 || math.Abs(got-sum/6) > 1e-4*got {
			t.Errorf("%s: %s trials, %g Hz, want %d and %g", r["condition"], r["trials"], got, n, sum/6)
		}
	}
}
