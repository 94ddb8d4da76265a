package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/report"
)

// reading names a file wherever an experiment can.
const reading = `
[experiment]
name = "reading"
duration = "2 s"
step = "1 ms"
[populations.trains]
model = "replay"
size = 3
file = "in/trains.csv"
time_unit = "s"
[populations.rates]
model = "modulated-poisson"
size = 50
shape = "table"
file = "rates.csv"
[populations.cells]
model = "lif"
size = 3
[projections.list]
source = "trains"
target = "cells"
receptor = "ampa"
connector = "list"
file = "list.csv"
[stimuli.current]
population = "cells"
wave = "table"
file = "in/current.csv"
`

// writeReading writes the experiment and its files, and returns its path.
func writeReading(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	var trains strings.Builder
	trains.WriteString("unit,time_s\n")
	for i := range 600 {
		fmt.Fprintf(&trains, "%d,%g\n", i%3, float64(i)*0.0033)
	}
	for name, text := range map[string]string{"reading.toml": reading, "in/trains.csv": trains.String(),
		"rates.csv": "time_s,rate_Hz\n0,5\n1,40\n2,5\n", "list.csv": "source,target,weight\n0,0,1.5\n1,1,2.5\n2,2,3.5\n",
		"in/current.csv": "time_s,current_pA\n0,0\n1,250\n2,300\n"} {
		if err := os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, "reading.toml")
}

func loadFile(t *testing.T, path string, overrides ...string) *experiment.Experiment {
	t.Helper()
	x, err := experiment.Load(report.NewRegistries(), path, overrides...)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// A directory of results is complete: with its sources gone and itself moved, from another working directory, an
// interrupted run in it is resumed to the spikes of an uninterrupted one, and its experiment run again gives them
// too.
func TestDirectoryIsComplete(t *testing.T) {
	source := writeReading(t)
	results := t.TempDir()
	t.Chdir(t.TempDir()) // relative names have nothing to do with the working directory
	whole, err := Run(context.Background(), loadFile(t, source, "experiment.duration=20 s"),
		Options{Dir: filepath.Join(results, "whole")})
	if err != nil {
		t.Fatal(err)
	}
	if whole.Runs[0].Spikes < 1000 {
		t.Fatalf("only %d spikes", whole.Runs[0].Spikes)
	}
	broken := filepath.Join(results, "broken")
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		for {
			if info, err := os.Stat(filepath.Join(broken, "spikes-1.bspk")); err == nil && info.Size() > 0 {
				cancel()
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	_, err = Run(ctx, loadFile(t, source, "experiment.duration=20 s"), Options{Dir: broken, Workers: 1})
	if err != nil && !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	moved := filepath.Join(t.TempDir(), "moved")
	if err := os.Rename(broken, moved); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Dir(source)); err != nil {
		t.Fatal(err)
	}
	if err != nil { // otherwise it was done before it could be interrupted
		_, all, _, err := Resume(context.Background(), report.NewRegistries(), moved, Options{})
		if err != nil {
			t.Fatal(err)
		}
		if all[0].Runs[0].Digest != whole.Runs[0].Digest {
			t.Error("the resumed run has other spikes")
		}
	}
	again, err := Run(context.Background(), loadFile(t, filepath.Join(moved, "experiment.toml")),
		Options{Dir: filepath.Join(results, "again")})
	if err != nil {
		t.Fatal(err)
	}
	if again.Runs[0].Digest != whole.Runs[0].Digest {
		t.Error("the saved experiment has other spikes")
	}
	if err := os.WriteFile(filepath.Join(moved, "inputs", "rates.csv"), []byte("time_s,rate_Hz\n0,5\n2,6\n"),
		0o666); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := Resume(context.Background(), report.NewRegistries(), moved, Options{}); err == nil ||
		!strings.Contains(err.Error(), "rates.csv: this input is not what the run began with") {
		t.Errorf("an input that was changed: %v", err)
	}
}

// What the command line sets wins over what variants set, in the run, in its saved experiment and in a resumed run.
func TestOverridesWinOverVariants(t *testing.T) {
	t.Parallel()
	text := strings.Replace(small, "seeds = 2", "seeds = 1", 1) + `
[variants.weak]
set = ["projections.aa.weight=0.01", "populations.a.size=50"]
[variants.weaker]
like = "weak"
set = ["projections.*.weight=0.001", "populations.a.size=60"]
`
	digests := func(x *experiment.Experiment) (all []string) {
		t.Helper()
		summaries, _, err := RunVariants(context.Background(), x, Options{Dir: filepath.Join(t.TempDir(), "out")})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range summaries {
			all = append(all, s.Runs[0].Digest)
		}
		return all
	}
	plain, dir := digests(load(t, text)), filepath.Join(t.TempDir(), "out")
	x := load(t, text, "populations.a.size=70", "projections.aa.weight=0.3")
	summaries, _, err := RunVariants(context.Background(), x, Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if summaries[0].Runs[0].Neurons != 70 || summaries[1].Runs[0].Neurons != 70 {
		t.Fatalf("%d and %d neurons, 70 were set", summaries[0].Runs[0].Neurons, summaries[1].Runs[0].Neurons)
	}
	again := digests(loadFile(t, filepath.Join(dir, "experiment.toml")))
	for i, s := range summaries {
		d := s.Runs[0].Digest
		if d != again[i] {
			t.Errorf("variant %s: the saved experiment has other spikes", s.Variant)
		}
		if d == plain[i] {
			t.Errorf("variant %s: what was set changes nothing", s.Variant)
		}
		alone, err := Run(context.Background(), loadFile(t, filepath.Join(dir, s.Variant, "experiment.toml")),
			Options{Dir: filepath.Join(t.TempDir(), "alone")})
		if err != nil {
			t.Fatal(err)
		}
		if alone.Runs[0].Digest != d {
			t.Errorf("variant %s: its own saved experiment has other spikes", s.Variant)
		}
	}
	// As if it had been killed just before its end.
	for _, name := range []string{"weak", "weaker"} {
		if err := os.Remove(filepath.Join(dir, name, "run-1.json")); err != nil {
			t.Fatal(err)
		}
	}
	_, resumed, _, err := Resume(context.Background(), report.NewRegistries(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range resumed {
		if resumed[i].Runs[0].Digest != summaries[i].Runs[0].Digest {
			t.Errorf("variant %s: resumed it has other spikes", summaries[i].Variant)
		}
	}
}

// Force leaves nothing of the earlier run, and touches no directory that is no run's or that the experiment is read
// from.
func TestForce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "out")
	if _, err := Run(context.Background(), load(t, small), Options{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	short := []string{"experiment.seeds=1", "record.weights=[]", "figures={}", "compare=[]"}
	if _, err := Run(context.Background(), load(t, small, short...), Options{Dir: dir, Force: true}); err != nil {
		t.Fatal(err)
	}
	for _, gone := range []string{"spikes-2.bspk", "run-2.json", "weights-aa-1.csv", "figures/raster.png",
		"comparison.csv"} {
		if _, err := os.Stat(filepath.Join(dir, gone)); err == nil {
			t.Errorf("%s of the earlier run is still there", gone)
		}
	}
	var refused *config.Error
	if _, err := Run(context.Background(), loadFile(t, filepath.Join(dir, "experiment.toml")),
		Options{Dir: dir, Force: true}); !errors.As(err, &refused) {
		t.Errorf("the directory of the experiment itself: %v", err)
	}
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "thesis.tex"), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := Run(context.Background(), load(t, small, short...), Options{Dir: other, Force: true}); !errors.As(err,
		&refused) {
		t.Errorf("a directory that is no run's: %v", err)
	}
	for _, path := range []string{filepath.Join(dir, "experiment.toml"), filepath.Join(other, "thesis.tex")} {
		if _, err := os.Stat(path); err != nil {
			t.Errorf("%s was removed by a refused run", path)
		}
	}
}

// Of several who want to write into a directory one may; the others are told who it is. The lock goes with its
// process, however that ends.
func TestOneWriter(t *testing.T) {
	if dir := os.Getenv("BURSTPLEX_TEST_HOLD"); dir != "" { // the other process
		if _, err := Hold(dir); err != nil {
			t.Fatal(err)
		}
		fmt.Println("held")
		time.Sleep(time.Minute)
		return
	}
	dir := filepath.Join(t.TempDir(), "out")
	x := load(t, small, "experiment.seeds=1")
	if _, err := Run(context.Background(), x, Options{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	other := exec.Command(os.Args[0], "-test.run=^TestOneWriter$", "-test.v")
	other.Env = append(os.Environ(), "BURSTPLEX_TEST_HOLD="+dir)
	out, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	said := make([]byte, 0, 1000)
	for !strings.Contains(string(said), "held") {
		n, err := out.Read(said[len(said):cap(said)])
		if said = said[:len(said)+n]; err != nil {
			t.Fatalf("the other process: %v\n%s", err, said)
		}
	}
	who := fmt.Sprintf("process %d on", other.Process.Pid)
	if _, _, _, err := Resume(context.Background(), report.NewRegistries(), dir, Options{}); !errors.Is(err, ErrHeld) ||
		!strings.Contains(err.Error(), who) {
		t.Errorf("resume in a directory that is written to: %v", err)
	}
	if _, err := Run(context.Background(), x, Options{Dir: dir, Force: true}); !errors.Is(err, ErrHeld) {
		t.Errorf("run --force in a directory that is written to: %v", err)
	}
	if err := other.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	other.Wait()
	if _, _, _, err := Resume(context.Background(), report.NewRegistries(), dir, Options{}); err != nil {
		t.Errorf("after the death of who wrote: %v", err)
	}
}
