package arena

import "unsafe"

// Blocks is memory for a short time in blocks of one size, each of which is given back by itself as soon as it is no
// longer needed.
type Blocks struct {
	size  int
	slabs [][]byte
	left  []byte // of the last slab
	heap  bool   // there are no slabs
}

const slabSize = 1 << 22

// NewBlocks returns memory of which blocks have so many bytes, 4096 times a power of two below 4 MiB.
func NewBlocks(size int) *Blocks { return &Blocks{size: size} }

// Make returns a block, zeroed. It must not hold pointers.
func (b *Blocks) Make() unsafe.Pointer {
	if len(b.left) == 0 && !b.heap {
		b.left = mapSmallPages(slabSize)
		b.slabs = append(b.slabs, b.left)
		b.heap = b.left == nil && len(b.slabs) == 1
	}
	if len(b.left) == 0 {
		return unsafe.Pointer(&make([]uint64, b.size/8)[0])
	}
	block := unsafe.Pointer(&b.left[0])
	b.left = b.left[b.size:]
	return block
}

// Drop gives the memory of a block back; the block must not be used any more.
func (b *Blocks) Drop(block unsafe.Pointer) {
	if !b.heap {
		dropPages(unsafe.Slice((*byte)(block), b.size))
	}
}

// Free gives all memory back.
func (b *Blocks) Free() {
	for _, s := range b.slabs {
		if s != nil {
			unmapMemory(s)
		}
	}
	b.slabs, b.left = nil, nil
}
