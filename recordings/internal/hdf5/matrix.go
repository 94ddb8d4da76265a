package hdf5

import (
	"errors"
	"fmt"
)

// Shape returns the dimensions of a dataset: none for a single element.
func (o *Object) Shape() ([]uint64, error) {
	dims, err := o.dimensions()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Path, err)
	}
	return dims, nil
}

// EachRow calls visit for every row of a dataset of numbers of two dimensions, in order; the row is valid until it
// returns. It holds one row of chunks in memory.
func (o *Object) EachRow(visit func(row []float64) error) error {
	if err := o.eachRow(visit); err != nil {
		return fmt.Errorf("%s: %w", o.Path, err)
	}
	return nil
}

func (o *Object) eachRow(visit func(row []float64) error) error {
	dims, err := o.dimensions()
	if err != nil {
		return err
	}
	if len(dims) != 2 {
		return fmt.Errorf("%d dimensions, want 2", len(dims))
	}
	if dims[0] > 1<<40 || dims[1] > maxChunk {
		return fmt.Errorf("%d rows of %d elements are too many", dims[0], dims[1])
	}
	m, err := o.datatype()
	if err != nil {
		return err
	}
	kind, err := parseNumber(m)
	if err != nil || dims[0] == 0 || dims[1] == 0 {
		return err
	}
	b := &band{kind: kind, rows: dims[0], columns: int(dims[1]), high: 1, wide: int(dims[1]), visit: visit}
	if err := o.bytes(kind.size, dims[0]*dims[1], sink{b.piece, b.shape}); err != nil {
		return err
	}
	if b.rows > 0 {
		return fmt.Errorf("%d of %d rows are missing", b.rows, dims[0])
	}
	return nil
}

// band is a row of chunks, which are put side by side.
type band struct {
	kind       number
	rows       uint64 // that are to come
	columns    int
	high, wide int // of a chunk
	chunked    bool
	held       []float64
	next       int    // first column of the next chunk
	rest       []byte // of a row that is not whole yet, where there are no chunks
	visit      func([]float64) error
}

func (b *band) shape(chunk []uint64) error {
	b.high, b.wide, b.chunked = int(chunk[0]), int(chunk[1]), true
	if b.high*b.columns > 4*maxChunk {
		return errors.New("chunks of so many rows are not supported")
	}
	return nil
}

// piece takes a chunk, or a stretch of rows.
func (b *band) piece(data []byte) error {
	if b.held == nil {
		b.held = make([]float64, b.high*b.columns)
	}
	if !b.chunked {
		data = append(b.rest, data...)
		for size := b.columns * b.kind.size; len(data) >= size && b.rows > 0; data = data[size:] {
			b.put(data, b.columns)
			if err := b.give(); err != nil {
				return err
			}
		}
		b.rest = append([]byte(nil), data...)
		return nil
	}
	b.put(data, min(b.wide, b.columns-b.next))
	if b.next += b.wide; b.next < b.columns {
		return nil
	}
	b.next = 0
	return b.give()
}

// put decodes a chunk, of which n columns count, to its place.
func (b *band) put(data []byte, n int) {
	for row := range b.high {
		for k := range n {
			b.held[row*b.columns+b.next+k], _ = b.kind.decode(data[(row*b.wide+k)*b.kind.size:])
		}
	}
}

func (b *band) give() error {
	for row := 0; row < b.high && b.rows > 0; row++ {
		if err := b.visit(b.held[row*b.columns : (row+1)*b.columns]); err != nil {
			return err
		}
		b.rows--
	}
	return nil
}
