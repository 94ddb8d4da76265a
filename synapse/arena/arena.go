// Package arena makes large arrays outside the Go heap.
package arena

import (
	"runtime"
	"sync"
	"unsafe"
)

// Arena is memory that lives and dies together. Large arrays lie outside the Go heap, in huge pages where the
// system has them: synapses and cells are read at random, and with small pages every access would miss the
// translation buffer too; and the garbage collector neither scans them nor lets the heap grow to twice their size.
// The memory is given back by Free, or when the Arena is no longer reachable: whoever uses an array keeps its
// Arena.
type Arena struct{ mappings *mappings }

type mappings struct {
	all  [][]byte
	once sync.Once
}

// New returns an empty arena.
func New() *Arena {
	a := &Arena{&mappings{}}
	runtime.AddCleanup(a, (*mappings).free, a.mappings)
	return a
}

// smallestMapping is the size from which an array is worth a mapping of its own.
const smallestMapping = 1 << 20

// Make returns n zeroed elements of an arena, or of the Go heap if a is nil. T must not contain pointers.
func Make[T any](a *Arena, n int) []T {
	var t T
	if bytes := n * int(unsafe.Sizeof(t)); a != nil && bytes >= smallestMapping {
		if m := mapMemory(bytes); m != nil {
			a.mappings.all = append(a.mappings.all, m)
			return unsafe.Slice((*T)(unsafe.Pointer(&m[0])), n)
		}
	}
	return make([]T, n)
}

// Free unmaps the arena. Nothing that Make returned may be used afterwards.
func (a *Arena) Free() { a.mappings.free() }

func (m *mappings) free() {
	m.once.Do(func() {
		for _, b := range m.all {
			unmapMemory(b)
		}
		m.all = nil
	})
}
