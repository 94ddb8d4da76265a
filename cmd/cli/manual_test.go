package cli

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Completion offers what the parser takes, in a real shell.
func TestCompletion(t *testing.T) {
	shell, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("there is no bash")
	}
	script := filepath.Join(t.TempDir(), "c")
	if err := os.WriteFile(script, []byte(must(t, "completion", "bash")), 0o600); err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{"spikes st": "stats", "run --see": "--seed --seeds",
		"run microc": "microcircuit", "swe": "sweep", "bench comp": "compare", "spikes export --fro": "--from"} {
		words := strings.Fields("burstplex " + line)
		c := exec.Command(shell, "-c", `. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _burstplex; echo "${COMPREPLY[@]}"`)
		c.Args = append(append(c.Args, script), words...)
		c.Dir = t.TempDir()
		out, err := c.CombinedOutput()
		if got := strings.TrimSpace(string(out)); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", line, got, err, want)
		}
	}
	for _, shell := range []string{"zsh", "fish"} {
		if text := must(t, "completion", shell); !strings.Contains(text, "recompact") ||
			!strings.Contains(text, "microcircuit") {
			t.Errorf("%s lacks commands or experiments", shell)
		}
	}
}

// The manual has a page for each command, with every flag, and troff takes it without complaint where there is one.
func TestManual(t *testing.T) {
	dir := t.TempDir()
	must(t, "man", "-o", dir)
	pages, _ := filepath.Glob(filepath.Join(dir, "*.1"))
	if !slices.Contains(pages, filepath.Join(dir, "burstplex-spikes-stats.1")) || len(pages) < 20 {
		t.Error(pages)
	}
	if text := read(t, filepath.Join(dir, "burstplex-run.1")); !strings.Contains(text, `\-\-seeds`) {
		t.Error(text)
	}
	if troff, err := exec.LookPath("groff"); err == nil {
		if out, err := exec.Command(troff, append([]string{"-man", "-ww", "-z"}, pages...)...).CombinedOutput(); err != nil ||
			len(out) > 0 {
			t.Errorf("%v: %.500s", err, out)
		}
	}
}

// Help, version and what programs read.
func TestSpoken(t *testing.T) {
	if a, b := must(t, "help", "spikes", "stats"), must(t, "spikes", "stats", "--help"); a != b ||
		!strings.Contains(a, "--json") {
		t.Error(a)
	}
	if a, b := must(t, "--version"), must(t, "version"); a != b || !strings.HasPrefix(a, "burstplex ") {
		t.Error(a, b)
	}
	bads(t, []string{`did you mean "sweep"`}, "sweeep")
	bads(t, []string{`"--seeds"`}, "run", "coba", "--sedes", "2")
	t.Chdir(t.TempDir())
	must(t, "init", "--template", "small")
	short := []string{"--set", "experiment.duration=300 ms", "--seeds", "1"}
	exit, out, errs := try(append([]string{"run", "small.toml", "-o", "a", "-q"}, short...)...)
	if exit != 0 || out != "" || errs != "" {
		t.Errorf("-q printed %q and %q", out, errs)
	}
	var s struct{ Runs []struct{ Spikes int } }
	if err := json.Unmarshal([]byte(must(t, append([]string{"run", "small.toml", "-o", "b", "--json"}, short...)...)),
		&s); err != nil || len(s.Runs) != 1 || s.Runs[0].Spikes == 0 {
		t.Errorf("%+v, %v", s, err)
	}
	if text := must(t, append([]string{"run", "small.toml", "-o", "c"}, short...)...); !strings.Contains(text,
		"processor seconds") {
		t.Error(text)
	}
	check := must(t, "check", "small.toml")
	for _, want := range []string{"250 neurons", "4000 synapses", "memory", "disk", "2 s of model time"} {
		if !strings.Contains(check, want) {
			t.Errorf("check says nothing of %s: %s", want, check)
		}
	}
}
