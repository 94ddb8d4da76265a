package hdf5

import (
	"errors"
	"fmt"
)

// Each calls visit for every element of a one-dimensional dataset of numbers, in order: as a float, and exactly if the
// dataset holds integers. It holds one chunk in memory. Dimensions of one element do not count.
func (o *Object) Each(visit func(x float64, n uint64) error) error {
	err := o.each(visit)
	if err != nil {
		return fmt.Errorf("%s: %w", o.Path, err)
	}
	return nil
}

func (o *Object) each(visit func(float64, uint64) error) error {
	m, err := o.datatype()
	if err != nil {
		return err
	}
	t, err := parseNumber(m)
	if err != nil {
		return err
	}
	n, err := o.Len()
	if err != nil {
		return err
	}
	left := n
	emit := func(b []byte) error {
		for ; left > 0 && len(b) >= t.size; b = b[t.size:] {
			if err := visit(t.decode(b)); err != nil {
				return err
			}
			left--
		}
		return nil
	}
	if n == 0 {
		return nil
	}
	if err := o.bytes(t.size, n, sink{emit: emit}); err != nil {
		return err
	}
	if left > 0 {
		return fmt.Errorf("%d of %d elements are missing", left, n)
	}
	return nil
}

// sink takes data in pieces, as it lies in the file.
type sink struct {
	emit  func([]byte) error
	shape func(chunk []uint64) error // told the shape of chunks, before the first; nil: data is a list
}

// bytes gives out the data in pieces.
func (o *Object) bytes(width int, n uint64, to sink) error {
	if o.message(msgExternal, 1) != nil {
		return errors.New("data in other files is not supported")
	}
	m := o.message(msgLayout, 8)
	if m == nil {
		return errors.New("it has no data layout")
	}
	version, class := m[0], m[1]
	body := m[2:]
	if version <= 2 { // dimensions of 4 bytes stand behind the address
		class, body = m[2], m[8:]
		if class == 0 {
			body = body[min(4*int(m[1]), len(body)):]
		}
	}
	switch {
	case version > 4:
		return fmt.Errorf("data layout of version %d is not supported; h5repack --high=3 rewrites the file", version)
	case class == 0 && version <= 2 && len(body) >= 4:
		return to.emit(body[4:min(uint64(len(body)), 4+uint64(le.Uint32(body)))])
	case class == 0 && len(body) >= 2:
		return to.emit(body[2:min(len(body), 2+int(le.Uint16(body)))])
	case class == 1 && len(body) >= 8:
		return o.contiguous(le.Uint64(body), n*uint64(width), to.emit)
	case class == 2 && version == 4:
		return o.newChunks(body, width, to)
	case class == 2 && version <= 2 && len(body) >= 12:
		return o.oldChunks(le.Uint64(body), int(m[1]), body[8:], width, to)
	case class == 2 && len(body) >= 9:
		return o.oldChunks(le.Uint64(body[1:]), int(body[0]), body[9:], width, to)
	case class == 3:
		return errors.New("virtual datasets are not supported")
	}
	return fmt.Errorf("data layout of class %d is not supported", class)
}

func (o *Object) contiguous(at, size uint64, emit func([]byte) error) error {
	if at == undefined {
		return errNotWritten
	}
	const piece = 1 << 20
	for size > 0 {
		b, err := o.f.read(at, int(min(piece, size)))
		if err != nil {
			return err
		}
		if err := emit(b); err != nil {
			return err
		}
		at, size = at+uint64(len(b)), size-uint64(len(b))
	}
	return nil
}

// errNotWritten is for space that was reserved: what it would be read as (0) is no data.
var errNotWritten = errors.New("its data was never written")

// Len returns the number of elements of a dataset. Of its dimensions one may be other than 1.
func (o *Object) Len() (uint64, error) {
	dims, err := o.dimensions()
	if err != nil {
		return 0, err
	}
	n, long := uint64(1), 0
	for _, d := range dims {
		if d != 1 {
			long++
		}
		n *= d
	}
	if long > 1 && n > 0 {
		return 0, fmt.Errorf("%d dimensions, want 1", len(dims))
	}
	if n > 1<<40 {
		return 0, fmt.Errorf("%d elements are too many", n)
	}
	return n, nil
}

// dimensions returns the shape: none for a single element.
func (o *Object) dimensions() ([]uint64, error) {
	return parseSpace(o.message(msgDataspace, 4))
}

func parseSpace(m []byte) (dims []uint64, err error) {
	if len(m) < 4 {
		return nil, errors.New("no dataspace")
	}
	rank, at := int(m[1]), 8
	if m[0] == 2 {
		at = 4
		if m[3] == 2 { // none
			return []uint64{0}, nil
		}
	}
	if len(m) < at+8*rank {
		return nil, errors.New("dataspace is cut off")
	}
	for i := range rank {
		dims = append(dims, le.Uint64(m[at+8*i:]))
	}
	return dims, nil
}

// chunkReader decodes the chunks of a dataset, one after the other.
type chunkReader struct {
	o       *Object
	size    uint64   // bytes of a chunk
	shape   []uint64 // of a chunk
	grid    []uint64 // chunks along each dimension
	width   int
	filters []int
	stored  int64
	emit    func([]byte) error
}

// newChunkReader takes the shape of a chunk. In lists all but the dimension that counts have one element.
func (o *Object) newChunkReader(shape []uint64, width int, to sink) (*chunkReader, error) {
	dims, err := o.dimensions()
	if err != nil {
		return nil, err
	}
	if len(dims) != len(shape) {
		return nil, fmt.Errorf("chunks of %d dimensions for %d", len(shape), len(dims))
	}
	c := &chunkReader{o: o, size: uint64(width), shape: shape, width: width, emit: to.emit}
	long := 0
	for i, d := range shape {
		if d != 1 {
			long++
		}
		if d == 0 || d > maxChunk || c.size*d > maxChunk {
			return nil, fmt.Errorf("chunks of shape %v are not supported", shape)
		}
		c.size *= d
		c.grid = append(c.grid, (dims[i]+d-1)/d)
	}
	if to.shape == nil && long > 1 {
		return nil, fmt.Errorf("chunks of %d dimensions are not supported", long)
	}
	if to.shape != nil {
		if err := to.shape(shape); err != nil {
			return nil, err
		}
	}
	c.filters, err = parseFilters(o.message(msgFilters, 2))
	return c, err
}

// chunks is the number of chunks.
func (c *chunkReader) chunks() uint64 {
	n := uint64(1)
	for _, k := range c.grid {
		n *= k
	}
	return n
}

// place is where the i-th chunk stands in the grid.
func (c *chunkReader) place(i uint64) []uint64 {
	at := make([]uint64, len(c.grid))
	for d := len(at) - 1; d >= 0; d-- {
		at[d], i = i%c.grid[d], i/c.grid[d]
	}
	return at
}

// chunk reads a chunk of n stored bytes.
func (c *chunkReader) chunk(at, n uint64, mask uint32) error {
	if at == undefined {
		return errNotWritten
	}
	if c.stored += int64(min(n, 1<<40)); c.stored > c.o.f.size {
		return errors.New("chunks are larger than the file")
	}
	b, err := c.o.f.read(at, int(n))
	if err == nil {
		b, err = unfilter(b, c.filters, mask, int(c.size), c.width)
	}
	if err != nil {
		return fmt.Errorf("chunk at offset %d: %w", at, err)
	}
	return c.emit(b)
}

// oldChunks reads the chunks that a B-tree of version 1 lists. rank counts the size of an element as a dimension.
func (o *Object) oldChunks(tree uint64, rank int, dims []byte, width int, to sink) error {
	if rank < 2 || len(dims) < 4*rank {
		return errors.New("data layout is cut off")
	}
	shape := make([]uint64, rank-1)
	for i := range shape {
		shape[i] = uint64(le.Uint32(dims[4*i:]))
	}
	c, err := o.newChunkReader(shape, width, to)
	if err != nil {
		return err
	}
	given, all := uint64(0), c.chunks()
	return o.f.walk(tree, 1, 8*rank+8, maxDepth, func(key []byte, child uint64) error {
		if given == all {
			return nil
		}
		for i, k := range c.place(given) {
			if at := le.Uint64(key[8+8*i:]); at != k*shape[i] {
				return fmt.Errorf("chunk %d was never written", given)
			}
		}
		given++
		return c.chunk(child, uint64(le.Uint32(key)), le.Uint32(key[4:]))
	})
}
