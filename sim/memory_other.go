//go:build !linux

package sim

// availableMemory returns 0: it is unknown.
func availableMemory() int64 { return 0 }
