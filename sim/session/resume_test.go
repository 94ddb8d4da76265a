package session

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/report"
)

// results reads what two runs of the same experiment must agree in: every table, and the digests of the recordings.
func results(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, pattern := range []string{"presentations-*.csv", "weights-*.csv", "outcomes.csv", "figures/*.csv"} {
		files, _ := filepath.Glob(filepath.Join(dir, pattern))
		for _, f := range files {
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			all[strings.TrimPrefix(f, dir)] = string(text)
		}
	}
	files, _ := filepath.Glob(filepath.Join(dir, "spikes-*.bspk"))
	for _, f := range files {
		r, err := recordings.Open(f)
		if err != nil {
			t.Fatal(err)
		}
		digest, err := r.Digest()
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimPrefix(f, dir)] = digest
		tables, err := r.Courses()
		if err != nil || len(tables) != 3 { // probe, snapshots of weights, presentations
			t.Fatalf("%v %v", tables, err)
		}
		for _, table := range tables {
			series, err := r.Series(table.Name)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range series.Columns {
				all[strings.TrimPrefix(f, dir)+" "+table.Name+" "+c.Name] = fmt.Sprint(c.Data)
			}
		}
		r.Close()
	}
	return all
}

// copyDir copies the files of a directory as they are at this moment, which is what a killed run leaves behind.
func copyDir(t *testing.T, dst, src string) {
	t.Helper()
	if err := os.MkdirAll(dst, 0o777); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(src)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() {
			continue
		}
		text, err := os.ReadFile(filepath.Join(src, e.Name()))
		if errors.Is(err, os.ErrNotExist) {
			continue // renamed meanwhile
		}
		if err == nil {
			err = os.WriteFile(filepath.Join(dst, e.Name()), text, 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// A run that is interrupted or killed again and again, and resumed on other numbers of workers, ends with the same
// spikes, tables, weights, probes and figures as one that was left alone; with a recording and without.
func TestResumedExperimentIsTheSame(t *testing.T) {
	t.Parallel()
	kills := 6
	if os.Getenv("BURSTPLEX_LONG") != "" {
		kills = 100
	}
	for _, record := range []string{"true", "false"} {
		load := func() *experiment.Experiment {
			set := []string{"record.spikes=" + record, `figures.traces={ kind = "traces" }`, `figures.patterns={ kind = "patterns" }`}
			if record == "true" {
				set = append(set, "record.weights_every=1 s")
			}
			x, err := experiment.Load(report.NewRegistries(), "testdata/learning.toml", set...)
			if err != nil {
				t.Fatal(err)
			}
			return x
		}
		dir := t.TempDir()
		whole := filepath.Join(dir, "whole")
		if _, err := Run(context.Background(), load(), Options{Dir: whole}); err != nil {
			t.Fatal(err)
		}
		want := results(t, whole)
		// with or without a recording, plot draws what the run drew
		if err := report.Draw(report.NewRegistries(), whole); err != nil {
			t.Fatal(err)
		}
		for name, text := range results(t, whole) {
			if text != want[name] {
				t.Errorf("%s: drawn again it differs", name)
			}
		}
		r := rand.New(rand.NewPCG(3, 4))
		broken := filepath.Join(dir, "broken")
		ctx, cancel := context.WithTimeout(context.Background(), 60*time.Millisecond)
		_, err := Run(cancelled(ctx), load(), Options{Dir: broken, Workers: 1})
		cancel()
		for k := range kills {
			if err == nil {
				t.Logf("it was done after %d interruptions", k)
				break
			}
			if !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(context.Background(), time.Duration(60+r.IntN(150))*time.Millisecond)
			o := Options{Workers: 1 + r.IntN(3)}
			if k%2 == 0 { // interrupted: files are closed in order
				_, _, _, err = Resume(cancelled(ctx), report.NewRegistries(), broken, o)
			} else { // killed: what the files hold at a random moment is all that is left
				done := make(chan error, 1)
				go func() {
					_, _, _, err := Resume(cancelled(ctx), report.NewRegistries(), broken, o)
					done <- err
				}()
				time.Sleep(time.Duration(r.IntN(150)) * time.Millisecond)
				left := filepath.Join(dir, "left")
				os.RemoveAll(left)
				copyDir(t, left, broken)
				if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
					t.Fatal(err)
				}
				os.RemoveAll(broken)
				if err := os.Rename(left, broken); err != nil {
					t.Fatal(err)
				}
				err = context.Canceled
			}
			cancel()
		}
		if _, _, _, err := Resume(context.Background(), report.NewRegistries(), broken, Options{Workers: 2}); err != nil {
			t.Fatal(err)
		}
		got := results(t, broken)
		for name := range want {
			if got[name] != want[name] {
				t.Errorf("record.spikes=%s: %s differs", record, name)
			}
		}
		if len(want) < 5 || len(got) != len(want) {
			t.Errorf("results %d, uninterrupted %d", len(got), len(want))
		}
	}
}

// cancelled turns the end of a time limit into what Ctrl-C does.
func cancelled(ctx context.Context) context.Context {
	c, cancel := context.WithCancel(context.Background())
	context.AfterFunc(ctx, cancel)
	return c
}

// A checkpoint that is damaged or belongs to another experiment is refused; a directory without a run too.
func TestResumeRefused(t *testing.T) {
	if _, _, _, err := Resume(context.Background(), report.NewRegistries(), t.TempDir(), Options{}); err == nil ||
		!strings.Contains(err.Error(), "plan.json") {
		t.Errorf("an empty directory: %v", err)
	}
	x, err := experiment.Load(report.NewRegistries(), "testdata/learning.toml")
	if err != nil {
		t.Fatal(err)
	}
	var dir, path string
	var good []byte
	for limit := 100 * time.Millisecond; good == nil; limit *= 2 { // on a slow machine it may not have begun by then
		dir = filepath.Join(t.TempDir(), "run")
		ctx, cancel := context.WithTimeout(context.Background(), limit)
		_, err := Run(cancelled(ctx), x, Options{Dir: dir, Workers: 1})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("the run was not interrupted: %v", err)
		}
		path = filepath.Join(dir, checkpointName(1))
		if good, err = os.ReadFile(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	for _, bad := range [][]byte{good[:len(good)/2], append([]byte("00000000"), good[8:]...)} {
		if err := os.WriteFile(path, bad, 0o666); err != nil {
			t.Fatal(err)
		}
		if _, _, _, err := Resume(context.Background(), report.NewRegistries(), dir, Options{}); !errors.Is(err,
			sim.ErrCheckpoint) {
			t.Errorf("a damaged checkpoint: %v", err)
		}
	}
	if err := os.WriteFile(path, good, 0o666); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "experiment.toml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "experiment.toml"), []byte(strings.Replace(string(text), "0.05", "0.06",
		1)), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, _, _, err := Resume(context.Background(), report.NewRegistries(), dir, Options{}); !errors.Is(err,
		sim.ErrCheckpoint) {
		t.Errorf("another experiment: %v", err)
	}
}
