package oracle

import (
	"context"
	"os"
	"path/filepath"
	"slices"
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
