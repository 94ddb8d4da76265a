package session

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/report"
)

// written reads all that a run says of its results in a directory and below, byte for byte; of a summary not how
// long the run took.
func written(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		name := strings.TrimPrefix(path, dir)
		if err != nil || entry.IsDir() || strings.HasSuffix(name, ".bspk") || entry.Name() == ".lock" {
			return err
		}
		text, err := os.ReadFile(path)
		if strings.HasSuffix(name, ".json") {
			var fields any
			if json.Unmarshal(text, &fields) == nil {
				forget(fields)
				text, _ = json.Marshal(fields)
			}
		}
		all[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// forget removes what depends on the clock.
func forget(value any) {
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			if strings.Contains(key, "wall") || strings.Contains(key, "build") {
				delete(v, key)
			}
			forget(inner)
		}
	case []any:
		for _, inner := range v {
			forget(inner)
		}
	}
}

// What run, resume and plot draw and write is the same, whether the recording holds all spikes, some or none: every
// kind of figure, with settling, seeds and variants.
func TestRunResumeAndPlotDrawTheSame(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/figures.toml")
	if err != nil {
		t.Fatal(err)
	}
	text = regexp.MustCompile(`(?m)^\w+-\w+ = .*$`).ReplaceAll(text, nil) // one figure of each kind will do
	for name, set := range map[string][]string{
		"all spikes":   {"experiment.seeds=1"},
		"some neurons": {"record.neurons.pyr1={ first = 3, last = 20, every = 4 }"},
		"no recording": {"record.spikes=false", "experiment.seeds=1"},
	} {
		t.Run(name, func(t *testing.T) {
			if name == "all spikes" && os.Getenv("BURSTPLEX_LONG") == "" {
				t.Skip("some neurons, of two seeds and variants, take the same way: set BURSTPLEX_LONG=1")
			}
			text := text
			if name == "no recording" { // which these figures read
				text = regexp.MustCompile(`(?m)^(probes|weights) = \{.*$|^weights_every.*$`).ReplaceAll(text, nil)
			}
			dir := t.TempDir()
			file := filepath.Join(dir, "figures.toml")
			if err := os.WriteFile(file, text, 0o666); err != nil {
				t.Fatal(err)
			}
			run := func(dir string, limit time.Duration) error {
				x, err := experiment.Load(report.NewRegistries(), file, set...)
				if err != nil {
					t.Fatal(err)
				}
				ctx, cancel := context.WithTimeout(context.Background(), limit)
				defer cancel()
				if name == "some neurons" {
					_, _, err = RunVariants(cancelled(ctx), x, Options{Dir: dir, Workers: 2})
				} else {
					_, err = Run(cancelled(ctx), x, Options{Dir: dir, Workers: 2})
				}
				return err
			}
			whole, pieces := filepath.Join(dir, "whole"), filepath.Join(dir, "pieces")
			if err := run(whole, time.Hour); err != nil {
				t.Fatal(err)
			}
			want := written(t, whole)
			if err := report.Draw(report.NewRegistries(), whole); err != nil {
				t.Fatal(err)
			}
			alike(t, "plot", want, written(t, whole))
			err := run(pieces, 40*time.Millisecond)
			for n := 0; errors.Is(err, context.Canceled); n++ {
				limit := 60 * time.Millisecond
				if n > 5 {
					limit = time.Hour
				}
				ctx, cancel := context.WithTimeout(context.Background(), limit)
				_, _, _, err = Resume(cancelled(ctx), report.NewRegistries(), pieces, Options{Workers: 1 + n%2})
				cancel()
			}
			if err != nil {
				t.Fatal(err)
			}
			alike(t, "resume", want, written(t, pieces))
		})
	}
}

func alike(t *testing.T, what string, want, got map[string]string) {
	t.Helper()
	for name := range want {
		if got[name] != want[name] {
			t.Errorf("%s: %s differs", what, name)
		}
	}
	if len(want) < 3*len(report.NewRegistries().Figures.Names()) || len(got) != len(want) {
		t.Errorf("%s: %d files, %d wanted", what, len(got), len(want))
	}
}

// Each key of each kind of figure changes the numbers.
func TestEveryKeyOfAFigureChangesItsNumbers(t *testing.T) {
	t.Parallel()
	x, err := experiment.Load(report.NewRegistries(), "testdata/figures.toml", "experiment.seeds=1")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "r")
	if _, err := Run(context.Background(), x, Options{Dir: dir}); err != nil {
		t.Fatal(err)
	}
	numbers := func(name string) []byte {
		text, err := os.ReadFile(filepath.Join(dir, "figures", name+".csv"))
		if err != nil {
			t.Error(err)
		}
		return text
	}
	kinds := report.NewRegistries().Figures
	keysOf := func(kind string) (keys []string) {
		for _, k := range kinds.Keys(kind) {
			keys = append(keys, k.Key)
		}
		return keys
	}
	values := map[string]string{"populations": `["pyr1"]`, "inputs": `["x"]`, "neurons": "3", "from": `"1 s"`, "to": `"2 s"`,
		"skip": `"1 s"`, "reference": `"a"`}
	for _, kind := range kinds.Names() {
		for _, key := range keysOf(kind) {
			if bytes.Equal(numbers(kind), numbers(kind+"-"+key)) {
				t.Errorf("a figure of the kind %s ignores its key %s", kind, key)
			}
		}
		for key, value := range values {
			if slices.Contains(keysOf(kind), key) {
				continue
			}
			set := "figures." + kind + "." + key + "=" + value
			_, err := experiment.Load(report.NewRegistries(), "testdata/figures.toml", set)
			if err == nil || !strings.Contains(err.Error(), key) {
				t.Errorf("a figure of the kind %s takes the key %s: %v", kind, key, err)
			}
		}
	}
}
