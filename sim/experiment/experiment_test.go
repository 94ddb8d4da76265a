package experiment

import (
	"os"
	"testing"
)

// A directory of results does not hide the built-in experiment whose name it has.
func TestBuiltinBesideItsResults(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.Mkdir("xor", 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := Load("xor"); err != nil {
		t.Error(err)
	}
}

// Every built-in experiment loads, checks, and is the same after being resolved and read again.
func TestBuiltinExperiments(t *testing.T) {
	if len(Builtin()) < 7 {
		t.Errorf("only %d built-in experiments", len(Builtin()))
	}
	for _, name := range Builtin() {
		x, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		if x.Experiment.Name != name || x.Experiment.Title == "" || x.Experiment.Reproduces == "" {
			t.Errorf("%s: name, title or source is missing", name)
		}
		if err := x.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		again := &Experiment{builtin: true}
		if err := again.parse(name, x.Resolved(), nil); err != nil {
			t.Errorf("%s, resolved: %v", name, err)
		} else if string(again.Resolved()) != string(x.Resolved()) {
			t.Errorf("%s: resolving twice differs", name)
		}
	}
}
