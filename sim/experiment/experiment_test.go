package experiment_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/report"
)

// A directory of results does not hide the built-in experiment whose name it has.
func TestBuiltinBesideItsResults(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("xor", 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := experiment.Load(report.NewRegistries(), "xor"); err != nil {
		t.Error(err)
	}
}

// Every built-in experiment loads, checks, and is the same after being resolved and read again.
func TestBuiltinExperiments(t *testing.T) {
	if len(experiment.Builtin()) < 7 {
		t.Errorf("only %d built-in experiments", len(experiment.Builtin()))
	}
	kinds := report.NewRegistries()
	for _, name := range experiment.Builtin() {
		x, err := experiment.Load(kinds, name)
		if err != nil {
			t.Fatal(err)
		}
		if x.Experiment.Name != name || x.Experiment.Title == "" || x.Experiment.Reproduces == "" {
			t.Errorf("%s: name, title or source is missing", name)
		}
		if err := x.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		file := filepath.Join(t.TempDir(), name+".toml")
		if _, err := experiment.Copy(kinds, name, file); err != nil { // with the files that it names
			t.Fatal(err)
		}
		if err := os.WriteFile(file, x.Resolved(), 0o666); err != nil {
			t.Fatal(err)
		}
		if again, err := experiment.Load(kinds, file); err != nil {
			t.Errorf("%s, resolved: %v", name, err)
		} else if string(again.Resolved()) != string(x.Resolved()) {
			t.Errorf("%s: resolving twice differs", name)
		}
	}
}
