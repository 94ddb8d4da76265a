package machine

import (
	"bytes"
	"os"
	"strconv"
)

// ForgetPeak lets the peak of memory start again from what is in use now.
func ForgetPeak() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

// PeakMemory returns the most memory, in bytes, that the process had since ForgetPeak; 0 if that is unknown.
func PeakMemory() int64 { return status("VmHWM:") }

// Memory returns the memory, in bytes, that the process has now; 0 if that is unknown.
func Memory() int64 { return status("VmRSS:") }

func status(key string) int64 {
	text, _ := os.ReadFile("/proc/self/status")
	for line := range bytes.Lines(text) {
		if f := bytes.Fields(line); len(f) >= 2 && string(f[0]) == key {
			kib, _ := strconv.ParseInt(string(f[1]), 10, 64)
			return kib << 10
		}
	}
	return 0
}

// Name names the processor.
func Name() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range bytes.Lines(text) {
		if name, model, ok := bytes.Cut(line, []byte(":")); ok && string(bytes.TrimSpace(name)) == "model name" {
			return string(bytes.TrimSpace(model))
		}
	}
	return "unknown processor"
}
