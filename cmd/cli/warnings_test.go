package cli

import (
	"bytes"
	"strings"
	"testing"
)

// check and run say on the standard error that a step is coarse, and go on.
func TestCoarseStepIsSaid(t *testing.T) {
	for _, args := range [][]string{
		{"check", "single-cell", "--set", "experiment.step=5 ms"},
		{"run", "single-cell", "--set", "experiment.step=5 ms", "--set", "experiment.duration=100 ms", "--set",
			"experiment.settle=0 ms",
			"--set", "experiment.bin=50 ms", "--set", "figures={}", "-o", t.TempDir() + "/out"},
	} {
		var out, err bytes.Buffer
		if code := run(args, &out, &err); code != 0 || strings.Count(err.String(), "warning: ") == 0 ||
			!strings.Contains(err.String(), " would do") {
			t.Errorf("%q: code %d, %s", args, code, err.String())
		}
		if strings.Contains(out.String(), "warning") {
			t.Errorf("%q: a warning on the standard output", args)
		}
	}
}
