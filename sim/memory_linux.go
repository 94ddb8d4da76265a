package sim

import (
	"bytes"
	"os"
	"strconv"
)

// availableMemory returns how many bytes this process can still take, of the machine and of its control group; 0 if
// that is unknown.
func availableMemory() int64 {
	least := int64(0)
	for _, n := range []int64{machineMemory(), groupMemory()} {
		if n > 0 && (least == 0 || n < least) {
			least = n
		}
	}
	return least
}

// machineMemory reads MemAvailable.
func machineMemory() int64 {
	text, _ := os.ReadFile("/proc/meminfo")
	for line := range bytes.Lines(text) {
		if f := bytes.Fields(line); len(f) >= 2 && string(f[0]) == "MemAvailable:" {
			kib, _ := strconv.ParseInt(string(f[1]), 10, 64)
			return kib << 10
		}
	}
	return 0
}

// groupMemory reads what the control group (version 2) leaves.
func groupMemory() int64 {
	read := func(name string) int64 {
		text, _ := os.ReadFile("/sys/fs/cgroup/" + name)
		n, _ := strconv.ParseInt(string(bytes.TrimSpace(text)), 10, 64)
		return n
	}
	limit, used := read("memory.max"), read("memory.current")
	if limit <= 0 {
		return 0
	}
	return max(1, limit-used)
}
