package machine

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// Counters reads the energy that processors have taken, where the machine counts it: packages (and memory, where it
// is a domain of its own) of the Linux power capping interface. What else a machine takes is not in it: fans, disks,
// losses of the power supply.
type Counters struct {
	Root    string // default /sys/class/powercap
	domains []domain
}

type domain struct {
	file       string
	last, wrap uint64 // uJ
	sum        uint64
}

// Start begins to count. It reports false where there are no counters that this process may read.
func (c *Counters) Start() bool {
	root := c.Root
	if root == "" {
		root = "/sys/class/powercap"
	}
	c.domains = nil
	names, _ := filepath.Glob(filepath.Join(root, "intel-rapl:*"))
	for _, dir := range names {
		name, _ := os.ReadFile(filepath.Join(dir, "name"))
		if n := strings.TrimSpace(string(name)); !strings.HasPrefix(n, "package") &&
			n != "dram" { // cores are part of their package
			continue
		}
		d := domain{file: filepath.Join(dir, "energy_uj")}
		var ok, bounded bool
		d.last, ok = readNumber(d.file)
		d.wrap, bounded = readNumber(filepath.Join(dir, "max_energy_range_uj"))
		if ok && bounded {
			c.domains = append(c.domains, d)
		}
	}
	return len(c.domains) > 0
}

// Joules returns the energy since Start. Counters start again from 0 after a minute or more of full load: call it
// more often.
func (c *Counters) Joules() float64 {
	sum := uint64(0)
	for i := range c.domains {
		d := &c.domains[i]
		if now, ok := readNumber(d.file); ok {
			if now < d.last {
				d.sum += d.wrap
			}
			d.sum += now - d.last
			d.last = now
		}
		sum += d.sum
	}
	return float64(sum) / 1e6
}

func readNumber(file string) (uint64, bool) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseUint(strings.TrimSpace(string(text)), 10, 64)
	return n, err == nil
}
