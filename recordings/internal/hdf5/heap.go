package hdf5

import (
	"bytes"
	"errors"
	"fmt"
	"math/bits"
)

// heap is a fractal heap: objects of any size in blocks that double in size row by row.
//
//	row 0:  start start start ...   (width blocks)
//	row 1:  start start start ...
//	row 2:  2 start  2 start ...
//
// Blocks up to the largest direct size hold objects; larger ones are such tables themselves.
type heap struct {
	f             *File
	idSize        int
	offsetSize    int // bytes of an offset in the heap
	width         uint64
	start, direct uint64 // smallest and largest block that holds objects
	root          uint64
	rows          int             // of the root; 0: the root is a block
	summed        bool            // blocks have a checksum
	sound         map[uint64]bool // blocks whose checksum was right
}

func (f *File) openHeap(at uint64) (*heap, error) {
	b, err := f.structure(at, "FRHP", 146)
	if err != nil {
		return nil, err
	}
	if err := sealedBytes(at, b); err != nil {
		return nil, err
	}
	h := &heap{f: f, idSize: int(le.Uint16(b[5:])), offsetSize: (int(le.Uint16(b[128:])) + 7) / 8,
		width: uint64(le.Uint16(b[110:])),
		start: le.Uint64(b[112:]), direct: le.Uint64(b[120:]), root: le.Uint64(b[132:]), rows: int(le.Uint16(b[140:])),
		summed: b[9]&2 != 0, sound: map[uint64]bool{}}
	switch {
	case le.Uint16(b[7:]) != 0:
		return nil, errors.New("heaps with filters are not supported")
	case h.idSize < 2+h.offsetSize || h.idSize > 64 || h.offsetSize == 0 || h.offsetSize > 8,
		h.width == 0 || h.start == 0 || h.direct < h.start || h.start&(h.start-1) != 0 || h.direct&(h.direct-1) != 0 ||
			h.width&(h.width-1) != 0 || h.rows > 64:
		return nil, fmt.Errorf("offset %d: the heap is damaged", at)
	}
	return h, nil
}

// object returns the bytes of an object.
func (h *heap) object(id []byte) ([]byte, error) {
	switch id[0] >> 4 & 3 {
	case 1:
		return nil, errors.New("objects of more than 64 KiB in a heap are not supported")
	case 2:
		n := int(id[0]&15) + 1
		if n > len(id)-1 {
			return nil, errors.New("an object of the heap is cut off")
		}
		return id[1 : 1+n], nil
	}
	offset, n := uintOf(id[1:1+h.offsetSize]), uintOf(id[1+h.offsetSize:])
	if n > uint64(h.f.size) {
		return nil, errors.New("an object of the heap is larger than the file")
	}
	if h.rows == 0 {
		return h.inBlock(h.root, h.start, offset, int(n))
	}
	return h.inTable(h.root, h.rows, offset, int(n), maxDepth)
}

// inBlock reads an object in a block of some size. The checksum stands in the head of the block, and is over all of it with 0 in its place.
func (h *heap) inBlock(at, size, offset uint64, n int) ([]byte, error) {
	if h.summed && !h.sound[at] {
		if size > uint64(h.f.size) {
			return nil, errors.New("a block of the heap is larger than the file")
		}
		b, err := h.f.structure(at, "FHDB", int(size))
		if err != nil {
			return nil, err
		}
		place := 13 + h.offsetSize
		if len(b) < place+4 {
			return nil, fmt.Errorf("offset %d: the heap is damaged", at)
		}
		b = bytes.Clone(b)
		sum := le.Uint32(b[place:])
		clear(b[place : place+4])
		if lookup3(b) != sum {
			return nil, fmt.Errorf("offset %d: the metadata is damaged: its checksum does not match", at)
		}
		h.sound[at] = true
	}
	return h.f.read(at+offset, n)
}

// inTable finds an object in a table of blocks.
func (h *heap) inTable(at uint64, rows int, offset uint64, n, depth int) ([]byte, error) {
	if depth == 0 {
		return nil, errors.New("the heap is too deep")
	}
	if _, err := h.f.structure(at, "FHIB", 4); err != nil {
		return nil, err
	}
	if err := h.f.sealed(at, 13+h.offsetSize+8*int(h.width)*rows); err != nil {
		return nil, err
	}
	entry := at + 13 + uint64(h.offsetSize)
	size := h.start
	for row := range rows {
		if row > 1 {
			size *= 2
		}
		if offset >= size*h.width {
			offset -= size * h.width
			entry += 8 * h.width
			continue
		}
		b, err := h.f.read(entry+offset/size*8, 8)
		if err != nil {
			return nil, err
		}
		block := le.Uint64(b)
		if size <= h.direct {
			return h.inBlock(block, size, offset%size, n)
		}
		return h.inTable(block, bits.Len64(size)-bits.Len64(h.start*h.width)+1, offset%size, n, depth-1)
	}
	return nil, errors.New("an object is outside its heap")
}

// records visits the records of a B-tree of version 2 of the kind in order.
func (f *File) records(at uint64, kind byte, visit func(record []byte) error) error {
	if at == undefined {
		return nil
	}
	b, err := f.structure(at, "BTHD", 38)
	if err != nil {
		return err
	}
	if err := sealedBytes(at, b); err != nil {
		return err
	}
	t := &tree2{f: f, nodeSize: int(le.Uint32(b[6:])), recordSize: int(le.Uint16(b[10:])), visit: visit}
	depth, root, n := int(le.Uint16(b[12:])), le.Uint64(b[16:]), int(le.Uint16(b[24:]))
	if b[5] != kind || t.recordSize == 0 || t.nodeSize < 10+t.recordSize || t.nodeSize > 1<<24 || depth > maxDepth {
		return fmt.Errorf("offset %d: a tree of kind %d, %d levels and nodes of %d bytes", at, b[5], depth, t.nodeSize)
	}
	t.countSize = encoded(uint64(t.nodeSize-10) / uint64(t.recordSize))
	t.totalSize = append(t.totalSize, 0)
	most := uint64(t.nodeSize-10) / uint64(t.recordSize)
	for u := 1; u <= depth; u++ {
		pointer := 8 + t.countSize + t.totalSize[u-1]
		own := uint64(max(0, t.nodeSize-10-pointer)) / uint64(t.recordSize+pointer)
		most = (own+1)*most + own
		t.totalSize = append(t.totalSize, encoded(most))
	}
	return t.node(root, depth, n)
}

// encoded is how many bytes hold a number up to the limit.
func encoded(limit uint64) int { return (bits.Len64(max(limit, 1))-1)/8 + 1 }

// tree2 is a B-tree of version 2.
type tree2 struct {
	f                    *File
	nodeSize, recordSize int
	countSize            int   // bytes of the number of records of a child
	totalSize            []int // bytes of the number of records below a child, by level of the child
	visit                func([]byte) error
}

func (t *tree2) node(at uint64, depth, n int) error {
	if at == undefined || n == 0 && depth == 0 {
		return nil
	}
	if err := t.f.visit(at); err != nil {
		return err
	}
	sign := "BTLF"
	if depth > 0 {
		sign = "BTIN"
	}
	b, err := t.f.structure(at, sign, t.nodeSize)
	if err != nil {
		return err
	}
	pointer := 0
	if depth > 0 {
		pointer = 8 + t.countSize + t.totalSize[depth-1]
	}
	end := 6 + n*t.recordSize
	if depth > 0 {
		end += (n + 1) * pointer
	}
	if end+4 > len(b) {
		return fmt.Errorf("offset %d: the tree is damaged", at)
	}
	if err := sealedBytes(at, b[:end+4]); err != nil {
		return err
	}
	b = b[6:]
	children := b[n*t.recordSize:]
	for i := 0; ; i++ {
		if depth > 0 {
			p := children[i*pointer:]
			if err := t.node(le.Uint64(p), depth-1, int(uintOf(p[8:8+t.countSize]))); err != nil {
				return err
			}
		}
		if i == n {
			return nil
		}
		if err := t.visit(b[i*t.recordSize : (i+1)*t.recordSize]); err != nil {
			return err
		}
	}
}
