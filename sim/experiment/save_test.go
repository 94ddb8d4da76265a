package experiment_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/equations"
	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/report"
)

// Every built-in experiment with random overrides, saved and loaded again, is the same network, and so is each of
// its variants.
func TestSavedIsTheSame(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, name := range experiment.Builtin() {
		x, err := experiment.Load(report.NewRegistries(), name)
		if err != nil {
			t.Fatal(err)
		}
		if x.Task != nil {
			continue
		}
		var overrides []string
		for p := range x.Projections.All() {
			if r.IntN(2) == 0 {
				overrides = append(overrides, fmt.Sprintf("projections.%s.delay=%d ms", p, 1+r.IntN(9)))
			}
		}
		for p := range x.Populations.All() {
			if r.IntN(2) == 0 && x.Populations.Get(p).Size > 1000 {
				overrides = append(overrides, fmt.Sprintf("populations.%s.size=%d", p, 1000+r.IntN(99)))
			}
		}
		if x, err = experiment.Load(report.NewRegistries(), name, overrides...); err != nil {
			t.Fatalf("%s %v: %v", name, overrides, err)
		}
		if err := x.Check(); err != nil {
			t.Fatalf("%s %v: %v", name, overrides, err)
		}
		variants, err := x.VariantsOf(nil)
		if err != nil {
			t.Fatal(err)
		}
		saved, err := x.Save(t.TempDir(), variants...)
		if err != nil {
			t.Fatal(err)
		}
		same := func(what string, a, b *experiment.Experiment) {
			t.Helper()
			left, err := a.Network(7)
			if err != nil {
				t.Fatal(err)
			}
			right, err := b.Network(7)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range left.Populations { // files have moved, trains have not
				blank(p.Spec)
			}
			for _, p := range right.Populations {
				blank(p.Spec)
			}
			if !reflect.DeepEqual(left, right) || !reflect.DeepEqual(a.Presentations(7), b.Presentations(7)) {
				t.Errorf("%s with %v: saved and loaded it is another network", what, overrides)
			}
		}
		same(name, x, saved)
		again, err := saved.VariantsOf(nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, v := range variants {
			same(name+" "+v.VariantName, v, again[i])
		}
	}
}

// blank forgets where the file of a spec is, and the syntax trees of models written as equations, which know their
// lines.
func blank(spec any) {
	if r, ok := spec.(neuron.Reader); ok {
		file, fsys := r.Reads()
		*file, *fsys = "", nil
	}
	if v := reflect.ValueOf(spec).Elem().FieldByName("Spec"); v.IsValid() {
		if written, ok := v.Interface().(*equations.Spec); ok {
			written.Model = nil
		}
	}
}

// Inputs of the same name from different places are kept apart, one that is read twice is copied once, and a large
// one stays where it is.
func TestInputsAreKeptApart(t *testing.T) {
	source, dir := t.TempDir(), t.TempDir()
	for i, name := range []string{"a/t.csv", "b/t.csv"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(source, name)), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(source, name), fmt.Appendf(nil, "unit,time_s\n0,0.%d\n", i+1),
			0o666); err != nil {
			t.Fatal(err)
		}
	}
	large, err := os.Create(filepath.Join(source, "large.csv"))
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprint(large, "unit,time_s\n", "0,0.5\n", strings.Repeat("# "+strings.Repeat("x", 1000)+"\n",
		experiment.LargeInput/1000))
	large.Close()
	text := "[experiment]\nname = \"inputs\"\nduration = \"1 s\"\n"
	for i, name := range []string{"a/t.csv", "b/t.csv", "a/t.csv", "large.csv"} {
		text += fmt.Sprintf("[populations.p%d]\nmodel = \"replay\"\nsize = 1\nfile = %q\ntime_unit = \"s\"\n", i, name)
	}
	path := filepath.Join(source, "x.toml")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	x, err := experiment.Load(report.NewRegistries(), path)
	if err != nil {
		t.Fatal(err)
	}
	saved, err := x.Save(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, in := range saved.Inputs() {
		names = append(names, in.Name)
	}
	if want := []string{"inputs/t.csv", "inputs/2-t.csv", "inputs/t.csv",
		filepath.Join(source, "large.csv")}; !reflect.DeepEqual(names, want) {
		t.Errorf("saved as %v, want %v", names, want)
	}
	if err := experiment.VerifyInputs(dir); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(filepath.Join(source, "large.csv"), []byte("unit,time_s\n0,0.6\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := experiment.VerifyInputs(dir); err == nil || !strings.Contains(err.Error(), "large.csv") {
		t.Errorf("a large input that has changed: %v", err)
	}
}
