package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Every file in testdata/bad begins with "# want: FRAGMENT ; FRAGMENT": what the one line of error must say.
func TestMalformedExperiments(t *testing.T) {
	files, err := filepath.Glob("testdata/bad/*.toml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no corpus: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			first, _, _ := strings.Cut(string(text), "\n")
			want, ok := strings.CutPrefix(first, "# want: ")
			if !ok {
				t.Fatal("the file does not say what is wanted")
			}
			bads(t, strings.Split(want, " ; "), "check", file)
		})
	}
}

func TestBadCommandLines(t *testing.T) {
	cut := filepath.Join(t.TempDir(), "cut.bspk")
	if err := os.WriteFile(cut, []byte("bspk"), 0o666); err != nil {
		t.Fatal(err)
	}
	bads(t, []string{"propagatoin", "propagation"}, "check", "propagatoin")
	bads(t, []string{"missing/net.toml"}, "check", "missing/net.toml")
	bads(t, []string{"populations.pyr3"}, "check", "propagation", "--set", "populations.pyr3.size=1")
	bads(t, []string{"--set"}, "check", "propagation", "--set", "nothing")
	bads(t, []string{"--workers"}, "run", "propagation", "--workers=-1")
	bads(t, []string{"--seeds"}, "run", "propagation", "--seeds=-1")
	bads(t, []string{"two-compartment"}, "list", "--keys", "two-compartmnt")
	bads(t, []string{"cut.bspk"}, "spikes", "info", cut)
	bads(t, []string{"cut.bspk"}, "spikes", "verify", cut)
	bads(t, []string{"none.bspk"}, "spikes", "digest", "none.bspk")
	bads(t, []string{"csv"}, "spikes", "export", cut, "--to", "cvs", "-o", "x")
	bads(t, []string{"frobnicate"}, "frobnicate")
}

// bads runs a command line that must be refused as bad input, in lines that begin with the program's name.
func bads(t *testing.T, fragments []string, args ...string) {
	t.Helper()
	var out, err bytes.Buffer
	if code := run(args, &out, &err); code != badInput {
		t.Errorf("%v: exit code %d, want %d: %s", args, code, badInput, err.String())
	}
	for line := range strings.Lines(err.String()) {
		if !strings.HasPrefix(line, "burstplex: ") {
			t.Errorf("%v: odd line %q", args, line)
		}
	}
	for _, f := range fragments {
		if !strings.Contains(err.String(), f) {
			t.Errorf("%v: %q does not say %q", args, err.String(), f)
		}
	}
}

func TestInitNeverOverwrites(t *testing.T) {
	file := filepath.Join(t.TempDir(), "net.toml")
	var out, err bytes.Buffer
	if code := run([]string{"init", "propagation", "-o", file}, &out, &err); code != done {
		t.Fatalf("init: %d %s", code, err.String())
	}
	if code := run([]string{"check", file}, &out, &err); code != done && !strings.Contains(err.String(),
		"propagation_courses.csv") {
		t.Errorf("check of a copy: %d %s", code, err.String())
	}
	bads(t, []string{"exists already"}, "init", "propagation", "-o", file)
}
