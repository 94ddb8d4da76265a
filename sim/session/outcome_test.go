package session

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/report"
)

// Every presentation has its line, the last one too, wherever the run ends within a window.
func TestEveryPresentationIsWritten(t *testing.T) {
	for _, hold := range []string{"400 ms", "600 ms", "600.1 ms", "30 ms"} { // windows are 1.2 ms
		x, err := experiment.Load(report.NewRegistries(), "testdata/learning.toml", "protocol.training.repeats=1",
			"protocol.*.hold="+hold,
			"protocol.training.teacher_from=5 ms", "protocol.training.plasticity_from=5 ms", "experiment.seeds=1")
		if err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(t.TempDir(), "out")
		if _, err := Run(context.Background(), x, Options{Dir: dir}); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(dir, "presentations-1.csv"))
		if err != nil {
			t.Fatal(err)
		}
		if lines := strings.Count(string(text), "\n"); lines != 1+6 {
			t.Errorf("presentations of %s: %d lines, want a header and 6", hold, lines)
		}
	}
}

// A pattern that no teacher has a target for is neither right nor wrong and costs nothing; a run with one ended
// with NaN, which summary.json cannot hold.
func TestPatternWithoutTarget(t *testing.T) {
	x, err := experiment.Load(report.NewRegistries(), "testdata/learning.toml", `patterns.c={ currents = { x = "100 pA" } }`, "protocol.training.repeats=1",
		"protocol.*.hold=400 ms", "experiment.seeds=1")
	if err != nil {
		t.Fatal(err)
	}
	s, err := Run(context.Background(), x, Options{Dir: filepath.Join(t.TempDir(), "out")})
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Outcomes) != 1 {
		t.Fatalf("%d outcomes", len(s.Outcomes))
	}
	if o := s.Outcomes[0]; !(o.FirstCost > 0) || math.IsInf(o.FirstCost, 0) || o.Trained != 3 || len(o.Rates) != 3 ||
		o.Correct > 2 {
		t.Errorf("outcome %+v", o)
	}
}
