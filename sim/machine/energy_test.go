package machine

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// Energy is that of packages and memory, not of the cores within a package, and goes on where a counter starts again
// from 0.
func TestCounters(t *testing.T) {
	root := t.TempDir()
	put := func(domain, file, text string) {
		os.MkdirAll(filepath.Join(root, domain), 0o777)
		if err := os.WriteFile(filepath.Join(root, domain, file), []byte(text+"\n"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	var c Counters
	if c.Root = root; c.Start() {
		t.Error("counters where there are none")
	}
	at := func(package0, dram int) {
		for domain, v := range map[string]int{"intel-rapl:0": package0, "intel-rapl:0:0": 7 * package0,
			"intel-rapl:0:1": dram} {
			put(domain, "energy_uj", strconv.Itoa(v))
		}
	}
	for domain, name := range map[string]string{"intel-rapl:0": "package-0", "intel-rapl:0:0": "core",
		"intel-rapl:0:1": "dram"} {
		put(domain, "name", name)
		put(domain, "max_energy_range_uj", "10000000")
	}
	at(9_000_000, 1_000_000)
	if !c.Start() {
		t.Fatal("no counters")
	}
	at(9_500_000, 1_200_000)
	if j := c.Joules(); j != .7 {
		t.Errorf("%g J, want 0.7", j)
	}
	at(500_000, 1_200_000) // 1 J further, past the end of the counter
	if j := c.Joules(); j != 1.7 {
		t.Errorf("%g J, want 1.7", j)
	}
}

// The process knows its memory and processor time where the system says so.
func TestUsage(t *testing.T) {
	if Memory() > PeakMemory() || CPU() <= 0 || Name() == "" {
		t.Errorf("memory %d, at its peak %d, processor time %v, %q", Memory(), PeakMemory(), CPU(), Name())
	}
}
