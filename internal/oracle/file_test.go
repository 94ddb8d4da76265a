package oracle

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/report"
	"pgregory.net/rapid"
)

// A case that is written as an experiment file and read again is the same network: the same spikes.
func TestCasesAsFiles(t *testing.T) {
	same := 0
	dir := t.TempDir()
	for k := range 40 {
		c := rapid.Custom(randomCase).Example(k)
		f := c.File()
		direct, err := c.engine()
		if f.Loose || err != nil {
			continue
		}
		for name, text := range f.Inputs {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		name := filepath.Join(dir, "case.toml")
		if err := os.WriteFile(name, []byte(f.Text), 0o644); err != nil {
			t.Fatal(err)
		}
		x, err := experiment.Load(report.NewRegistries(), name)
		if err != nil { // files are stricter than the engine: they do not say what would be ignored
			if err := os.WriteFile(name, []byte(withoutIgnored(f.Text, err)), 0o644); err != nil {
				t.Fatal(err)
			}
			x, err = experiment.Load(report.NewRegistries(), name)
		}
		if err != nil && (strings.Contains(err.Error(), "leaves nothing of the stimulus") ||
			strings.Contains(err.Error(), "is below e_min")) {
			continue // what a file does not let pass though it can be simulated
		}
		if err != nil {
			t.Errorf("%v\n%s", err, f.Text)
			continue
		}
		engine, _, err := x.Engine(c.Net.Seed, c.Options)
		if err != nil {
			t.Errorf("%v\n%s", err, f.Text)
			continue
		}
		var e record
		engine.AddSink(&e)
		if err := engine.Run(context.Background(), c.End); err != nil {
			t.Fatal(err)
		}
		if err := engine.Finish(); err != nil {
			t.Fatal(err)
		}
		engine.Close()
		if !slices.Equal(e.order, direct.order) {
			t.Errorf("%d spikes from the file and not the %d of the network\n%s\n%v", len(e.order), len(direct.order), f.Text,
				f.Inputs)
		}
		same++
	}
	if same < 10 {
		t.Errorf("only %d cases can be written as files", same)
	}
}

// withoutIgnored removes the lines of a file which an error says would be ignored.
func withoutIgnored(text string, err error) string {
	lines := strings.Split(text, "\n")
	drop := map[int]bool{}
	for _, m := range regexp.MustCompile(`case\.toml:(\d+): .*would be ignored`).FindAllStringSubmatch(err.Error(), -1) {
		n, _ := strconv.Atoi(m[1])
		drop[n-1] = true
	}
	var kept []string
	for i, l := range lines {
		if !drop[i] {
			kept = append(kept, l)
		}
	}
	return strings.Join(kept, "\n")
}
