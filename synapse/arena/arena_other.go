//go:build !linux

package arena

// mapMemory returns nil: memory comes from the Go heap.
func mapMemory(int) []byte { return nil }

func unmapMemory([]byte) {}

func mapSmallPages(int) []byte { return nil }

func dropPages([]byte) {}
