package cli

import (
	"path/filepath"
	"testing"
)

// The saved experiment of a run with --seed, run again, has the same spikes.
func TestSeedIsSaved(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, one, two := filepath.Join(dir, "small.toml"), filepath.Join(dir, "one"), filepath.Join(dir, "two")
	must(t, "init", "--template", "small", "-o", file)
	must(t, "run", file, "-q", "--seed", "7", "--seeds", "1", "--set", "experiment.duration=300ms", "-o", one)
	must(t, "run", filepath.Join(one, "experiment.toml"), "-q", "-o", two)
	if a, b := digestOf(t, filepath.Join(one, "spikes-7.bspk")), digestOf(t, filepath.Join(two, "spikes-7.bspk")); a != b {
		t.Errorf("digest %s, run again %s", a, b)
	}
}
