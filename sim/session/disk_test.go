package session

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/burstplex/burstplex/sim/config"
)

const sources = `
[experiment]
name = "sources"
duration = "20 s"
step = "1 ms"

[populations.a]
model = "poisson"
size = 1000
rate = "5 Hz"

[populations.b]
model = "poisson"
size = 500
rate = "40 Hz"
`

// The recording has the size that was expected, and one beyond the disk is refused before anything is written.
func TestDisk(t *testing.T) {
	x := load(t, sources)
	_, disk, err := x.Estimate()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "out")
	s, err := Run(context.Background(), x, Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, s.Runs[0].Recording))
	if err != nil {
		t.Fatal(err)
	}
	if ratio := float64(info.Size()) / float64(disk.Bytes()); ratio < 0.9 || ratio > 1.1 {
		t.Errorf("%d bytes of %d expected (%v)", info.Size(), disk.Bytes(), disk)
	}
	if _, known := freeDisk(dir); !known {
		t.Skip("free space is unknown on this system")
	}
	large := filepath.Join(t.TempDir(), "large")
	if _, err := Run(context.Background(), load(t, sources, "experiment.duration=1000000000 s"),
		Options{Dir: large}); !errors.As(err, new(*config.Error)) {
		t.Errorf("1e13 spikes are accepted: %v", err)
	}
	if _, err := os.Stat(large); err == nil {
		t.Error("a refused run has left a directory")
	}
}
