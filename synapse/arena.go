package synapse

import (
	"runtime"
	"sync"
	"unsafe"
)

// arena is the memory of one shard's synapses. Large ones lie outside the Go heap, in huge pages where the system has
// them: rows are read at random, and with small pages every row would miss the translation buffer too; and the garbage
// collector neither scans them nor lets the heap grow to twice their size. The memory is given back by free, or when the
// arena is no longer reachable.
type arena struct{ mappings *mappings }

type mappings struct {
	all  [][]byte
	once sync.Once
}

// newArena returns an empty arena.
func newArena() *arena {
	a := &arena{&mappings{}}
	runtime.AddCleanup(a, (*mappings).free, a.mappings)
	return a
}

// smallestMapping is the size from which an array is worth a mapping of its own.
const smallestMapping = 1 << 20

// slab returns n zeroed elements of an arena, or of the Go heap if there is no arena.
func slab[T any](a *arena, n int) []T {
	var t T
	if bytes := n * int(unsafe.Sizeof(t)); a != nil && bytes >= smallestMapping {
		if m := mapMemory(bytes); m != nil {
			a.mappings.all = append(a.mappings.all, m)
			return unsafe.Slice((*T)(unsafe.Pointer(&m[0])), n)
		}
	}
	return make([]T, n)
}

// free unmaps the arena. Nothing that slab returned may be used afterwards.
func (a *arena) free() { a.mappings.free() }

func (m *mappings) free() {
	m.once.Do(func() {
		for _, b := range m.all {
			unmapMemory(b)
		}
		m.all = nil
	})
}
