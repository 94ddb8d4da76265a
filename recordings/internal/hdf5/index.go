package hdf5

import (
	"errors"
	"fmt"
	"math/bits"
)

// Kinds of indices that newer files find chunks by.
const (
	indexSingle = iota + 1
	indexImplicit
	indexFixed
	indexExtensible
	indexTree
)

// newChunks reads chunks by the index that a layout of version 4 names.
func (o *Object) newChunks(m []byte, width int, to sink) error {
	cut := errors.New("data layout is cut off")
	if len(m) < 3 {
		return cut
	}
	flags, rank, size := m[0], int(m[1]), int(m[2])
	m = m[3:]
	if size < 1 || size > 8 || rank < 2 || len(m) < rank*size+1 {
		return cut
	}
	shape := make([]uint64, rank-1) // the last is the size of an element
	for i := range shape {
		shape[i] = uintOf(m[i*size : (i+1)*size])
	}
	kind := m[rank*size]
	m = m[rank*size+1:]
	c, err := o.newChunkReader(shape, width, to)
	if err != nil {
		return err
	}
	if flags&1 != 0 && o.ragged(shape) && len(c.filters) > 0 {
		return errors.New("a last chunk that is not filtered as the others are is not supported")
	}
	if kind == indexExtensible && len(shape) > 1 && !o.grows(0) {
		return errors.New("chunks of a dataset that grows in another than its first dimension are not supported")
	}
	x := &chunkIndex{f: o.f, count: c.chunks(), filtered: len(c.filters) > 0, size: c.size, visit: c.chunk}
	parameters := map[byte]int{indexFixed: 1, indexExtensible: 5, indexTree: 6}[kind]
	if kind == indexSingle && flags&2 != 0 {
		parameters = 12
	}
	if len(m) < parameters+8 {
		return cut
	}
	at := le.Uint64(m[parameters:])
	if at == undefined {
		return errNotWritten
	}
	switch kind {
	case indexSingle:
		if parameters > 0 {
			return c.chunk(at, le.Uint64(m), le.Uint32(m[8:]))
		}
		return c.chunk(at, c.size, 0)
	case indexImplicit:
		for i := range x.count {
			if err := c.chunk(at+i*c.size, c.size, 0); err != nil {
				return err
			}
		}
		return nil
	case indexFixed:
		return x.fixed(at)
	case indexExtensible:
		return x.extensible(at)
	case indexTree:
		return x.tree(at, c)
	}
	return fmt.Errorf("chunks with an index of kind %d are not supported", kind)
}

// ragged tells whether chunks at the end are not full.
func (o *Object) ragged(shape []uint64) bool {
	dims, _ := o.dimensions()
	for i, d := range dims {
		if d%shape[i] != 0 {
			return true
		}
	}
	return false
}

// grows tells whether a dimension has no largest size.
func (o *Object) grows(dimension int) bool {
	m := o.message(msgDataspace, 4)
	head := 8
	if m[0] == 2 {
		head = 4
	}
	at := head + 8*(int(m[1])+dimension)
	return m[2]&1 != 0 && len(m) >= at+8 && le.Uint64(m[at:]) == undefined
}

// chunkIndex gives out the chunks of a dataset in order.
type chunkIndex struct {
	f        *File
	count    uint64 // chunks
	given    uint64 // so far
	filtered bool
	entry    int    // bytes of an entry
	size     uint64 // bytes of a chunk without filters
	visit    func(at, n uint64, mask uint32) error
}

// entries gives out what a list of entries names: the address, and with filters the size and the mask.
func (x *chunkIndex) entries(b []byte) error {
	for ; len(b) >= x.entry && x.given < x.count; b = b[x.entry:] {
		n, mask := x.size, uint32(0)
		if x.filtered {
			n, mask = uintOf(b[8:x.entry-4]), le.Uint32(b[x.entry-4:])
		}
		if err := x.visit(le.Uint64(b), n, mask); err != nil {
			return err
		}
		x.given++
	}
	return nil
}

// list reads n entries at an address, or pages of at most page of them, each with a checksum, which it checks; that of a list without pages
// is also over what stands before it.
func (x *chunkIndex) list(at, n, page uint64) error {
	paged := n > page
	for n > 0 && x.given < x.count {
		k := min(n, page)
		if k > uint64(x.f.size)/8 {
			return errors.New("the index of chunks is larger than the file")
		}
		b, err := x.f.read(at, int(k)*x.entry)
		if err != nil {
			return err
		}
		if paged {
			if err := x.f.sealed(at, len(b)); err != nil {
				return err
			}
		}
		if err := x.entries(b); err != nil {
			return err
		}
		n -= k
		at += k * uint64(x.entry)
		if paged {
			at += 4
		}
	}
	return nil
}

// head reads what begins an array: the size of entries must be that of the filters.
func (x *chunkIndex) head(at uint64, sign string, n int) ([]byte, error) {
	b, err := x.f.structure(at, sign, n)
	if err != nil {
		return nil, err
	}
	if err := sealedBytes(at, b); err != nil {
		return nil, err
	}
	x.entry = int(b[6])
	if x.filtered && (x.entry < 13 || x.entry > 20) || !x.filtered && x.entry != 8 {
		return nil, fmt.Errorf("offset %d: entries of %d bytes", at, x.entry)
	}
	return b, nil
}

// fixed reads a fixed array: a header, and a block with all entries, in pages if there are many.
func (x *chunkIndex) fixed(at uint64) error {
	b, err := x.head(at, "FAHD", 28)
	if err != nil {
		return err
	}
	page, n, block := uint64(1)<<min(b[7], 62), le.Uint64(b[8:]), le.Uint64(b[16:])
	if block == undefined {
		return errNotWritten
	}
	if _, err := x.f.structure(block, "FADB", 14); err != nil {
		return err
	}
	first := block + 14
	if n > page { // a bit for each page, and a checksum
		first += ((n+page-1)/page + 7) / 8
		if err := x.seal(block, first, 0); err != nil {
			return err
		}
		first += 4
	} else if err := x.seal(block, first, n); err != nil {
		return err
	}
	if err := x.list(first, n, page); err != nil {
		return err
	}
	return x.complete()
}

// seal checks the checksum behind n entries at first, of a block that begins at an address.
func (x *chunkIndex) seal(block, first, n uint64) error {
	if n > uint64(x.f.size)/8 {
		return errors.New("the index of chunks is larger than the file")
	}
	return x.f.sealed(block, int(first-block)+int(n)*x.entry)
}

func (x *chunkIndex) complete() error {
	if x.given < x.count {
		return fmt.Errorf("%d of %d chunks were never written", x.count-x.given, x.count)
	}
	return nil
}

// extensible reads an extensible array: the first entries stand in the index block, which names data blocks, and super
// blocks that name more of them. Blocks grow from super block to super block.
func (x *chunkIndex) extensible(at uint64) error {
	b, err := x.head(at, "EAHD", 72)
	if err != nil {
		return err
	}
	maxBits, own, smallest, pointers, pageBits := int(b[7]), int(b[8]), uint64(b[9]), uint64(b[10]), b[11]
	index := le.Uint64(b[60:])
	if smallest == 0 || pointers == 0 || smallest&(smallest-1) != 0 || pointers&(pointers-1) != 0 || maxBits > 64 ||
		pageBits > 62 {
		return fmt.Errorf("offset %d: the index of chunks is damaged", at)
	}
	page := uint64(1) << pageBits
	offsetSize := uint64(maxBits+7) / 8
	direct := 2 * bits.TrailingZeros64(pointers)           // super blocks whose data blocks the index block names
	supers := 1 + maxBits - bits.TrailingZeros64(smallest) // in all
	if index == undefined {
		return errNotWritten
	}
	if _, err := x.f.structure(index, "EAIB", 14); err != nil {
		return err
	}
	if supers < direct {
		return fmt.Errorf("offset %d: the index of chunks is damaged", at)
	}
	if err := x.f.sealed(index, 14+own*x.entry+16*int(pointers-1)+8*(supers-direct)); err != nil {
		return err
	}
	if err := x.list(index+14, uint64(own), uint64(own)+1); err != nil {
		return err
	}
	blocks := index + 14 + uint64(own*x.entry) // addresses of data blocks
	addresses := blocks + 16*(pointers-1)      // of super blocks
	for s := 0; s < supers && x.given < x.count; s++ {
		count, n := uint64(1)<<(s/2), smallest<<((s+1)/2)
		list := blocks
		if s < direct {
			blocks += 8 * count
		} else {
			a, err := x.f.read(addresses+8*uint64(s-direct), 8)
			if err != nil {
				return err
			}
			super := le.Uint64(a)
			if super == undefined {
				return errNotWritten
			}
			if _, err := x.f.structure(super, "EASB", 14); err != nil {
				return err
			}
			list = super + 14 + offsetSize
			if n > page { // a bit for each page of each block
				list += count * ((n/page + 7) / 8)
			}
			if count > uint64(x.f.size)/8 {
				return errors.New("the index of chunks is larger than the file")
			}
			if err := x.f.sealed(super, int(list-super)+8*int(count)); err != nil {
				return err
			}
		}
		for i := uint64(0); i < count && x.given < x.count; i++ {
			a, err := x.f.read(list+8*i, 8)
			if err != nil {
				return err
			}
			block := le.Uint64(a)
			if block == undefined {
				return errNotWritten
			}
			if _, err := x.f.structure(block, "EADB", 14); err != nil {
				return err
			}
			first := block + 14 + offsetSize
			if n > page {
				if err := x.seal(block, first, 0); err != nil {
					return err
				}
				first += 4
			} else if err := x.seal(block, first, n); err != nil {
				return err
			}
			if err := x.list(first, n, page); err != nil {
				return err
			}
		}
	}
	return x.complete()
}

// tree reads a B-tree of version 2, whose records hold the place of each chunk.
func (x *chunkIndex) tree(at uint64, c *chunkReader) error {
	rank := len(c.shape)
	kind := byte(10)
	if x.filtered {
		kind = 11
	}
	err := x.f.records(at, kind, func(r []byte) error {
		x.entry = len(r) - 8*rank
		if x.filtered && x.entry < 13 || !x.filtered && x.entry != 8 {
			return errors.New("records of chunks are damaged")
		}
		if x.given == x.count {
			return nil
		}
		for i, k := range c.place(x.given) {
			if le.Uint64(r[x.entry+8*i:]) != k {
				return fmt.Errorf("chunk %d was never written", x.given)
			}
		}
		return x.entries(r[:x.entry])
	})
	if err != nil {
		return err
	}
	return x.complete()
}
