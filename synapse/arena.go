package synapse

import (
	"sync"
	"unsafe"
)

// arena is the memory of one shard's synapses. Large ones lie outside the Go heap, in huge pages where the system has
// them: rows are read at random, and with small pages every row would miss the translation buffer too; and the garbage
// collector neither scans them nor lets the heap grow to twice their size.
type arena struct {
	mapped [][]byte
	once   sync.Once
}

// smallestMapping is the size from which an array is worth a mapping of its own.
const smallestMapping = 1 << 20

// slab returns n zeroed elements of the arena; mapped memory is given back by free.
func slab[T any](a *arena, n int) []T {
	var t T
	if bytes := n * int(unsafe.Sizeof(t)); bytes >= smallestMapping {
		if m := mapMemory(bytes); m != nil {
			a.mapped = append(a.mapped, m)
			return unsafe.Slice((*T)(unsafe.Pointer(&m[0])), n)
		}
	}
	return make([]T, n)
}

// free unmaps the arena. Nothing that slab returned may be used afterwards.
func (a *arena) free() {
	a.once.Do(func() {
		for _, m := range a.mapped {
			unmapMemory(m)
		}
		a.mapped = nil
	})
}
