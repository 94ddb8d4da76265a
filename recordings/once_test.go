package recordings_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	. "github.com/burstplex/burstplex/recordings"
)

// One flipped bit is one damage, in Verify and in Summarize, wherever it is: no offset is listed twice, and both
// see it.
func TestDamageIsListedOnce(t *testing.T) {
	h, evs, _ := reference(spike.Microsecond, 0.4, spike.Second/10)
	whole, err := os.ReadFile(write(t, h, evs, 10*spike.Millisecond, spike.Second/10))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "flipped.bspk")
	for at := 16; at < len(whole); at += 97 {
		flipped := append([]byte{}, whole...)
		flipped[at] ^= 4
		if err := os.WriteFile(path, flipped, 0o666); err != nil {
			t.Fatal(err)
		}
		v, err := Verify(path)
		if err != nil {
			t.Fatalf("byte %d: %v", at, err)
		}
		if v.OK() {
			t.Errorf("byte %d: nothing found", at)
		}
		once(t, at, v.Problems)
		r, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		once(t, at, Summarize(r).Problems)
		r.Close()
	}
}

func once(t *testing.T, at int, problems []*Damage) {
	t.Helper()
	seen := map[int64]*Damage{}
	for _, d := range problems {
		if seen[d.Offset] != nil {
			t.Errorf("byte %d: listed twice: %v and %v", at, seen[d.Offset], d)
		}
		seen[d.Offset] = d
	}
}
