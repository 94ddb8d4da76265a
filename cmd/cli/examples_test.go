package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The examples of docs/sweeps.md work with Snakemake and Optuna as Debian has them.
func TestSweepExamples(t *testing.T) {
	if os.Getenv("BURSTPLEX_LONG") == "" {
		t.Skip("builds the program and runs two sweeps: set BURSTPLEX_LONG=1")
	}
	examples, err := filepath.Abs("../../docs/examples")
	if err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if out, err := exec.Command("go", "build", "-o", filepath.Join(bin, "burstplex"),
		"../burstplex").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Run("Snakemake", func(t *testing.T) {
		if _, err := exec.LookPath("snakemake"); err != nil {
			t.Skip("snakemake is not installed")
		}
		t.Chdir(t.TempDir())
		if out, err := exec.Command("snakemake", "-s", filepath.Join(examples, "Snakefile"), "--cores",
			"2").CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if rows := columns(t, "results/apical/sweep.csv", "point"); len(rows) != 8 {
			t.Errorf("%d rows", len(rows))
		}
	})
	t.Run("Optuna", func(t *testing.T) {
		const python = "/usr/bin/python3"
		if exec.Command(python, "-c", "import optuna").Run() != nil {
			t.Skip("python3-optuna is not installed")
		}
		t.Chdir(t.TempDir())
		must(t, "init", "--template", "small")
		out, err := exec.Command(python, filepath.Join(examples, "search.py"), "4").CombinedOutput()
		if err != nil || !strings.Contains(string(out), " pA, off by ") {
			t.Fatalf("%v\n%s", err, out)
		}
	})
}
