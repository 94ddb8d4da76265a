package hdf5

import (
	"bytes"
	"math"

	"github.com/klauspost/compress/zlib"
)

// chunkElements is about the number of elements of a chunk: 512 KiB of eight bytes each before compression.
const chunkElements = 1 << 16

// Dataset is a dataset of numbers that is appended to, in rows of one or several columns.
type Dataset struct {
	w       *Writer
	kind    Type
	columns int    // of a matrix; 0 in a list
	rows    int    // of a chunk
	n       uint64 // rows
	cells   int    // of the row that is being filled
	chunk   []byte // that is being filled
	mixed   []byte // shuffled
	zip     *zlib.Writer
	out     bytes.Buffer
	keys    []chunkKey
}

type chunkKey struct {
	size  uint32
	at    uint64 // first row
	child uint64
}

// Dataset starts a list of numbers.
func (w *Writer) Dataset(t Type) *Dataset { return w.dataset(t, 0) }

// Matrix starts a dataset of rows of so many numbers, which are appended row by row.
func (w *Writer) Matrix(t Type, columns int) *Dataset { return w.dataset(t, columns) }

func (w *Writer) dataset(t Type, columns int) *Dataset {
	d := &Dataset{w: w, kind: t, columns: columns, rows: max(1, chunkElements/max(1, columns))}
	size := d.rows * max(1, columns) * t.size
	d.chunk, d.mixed = make([]byte, 0, size), make([]byte, size)
	d.zip = zlib.NewWriter(&d.out)
	return d
}

// Float appends a number of a floating point type.
func (d *Dataset) Float(x float64) {
	if d.kind.size == 4 {
		d.Uint(uint64(math.Float32bits(float32(x))))
		return
	}
	d.Uint(math.Float64bits(x))
}

// Uint appends a whole number, or the bits of any other.
func (d *Dataset) Uint(x uint64) {
	var b [8]byte
	le.PutUint64(b[:], x)
	d.chunk = append(d.chunk, b[:d.kind.size]...)
	if d.cells++; d.cells >= d.columns {
		d.cells = 0
		d.n++
	}
	if len(d.chunk) == cap(d.chunk) {
		d.flush()
	}
}

// flush compresses and writes a chunk; the last one is filled with zeros.
func (d *Dataset) flush() {
	rows := len(d.chunk) / d.kind.size / max(1, d.columns)
	clear(d.chunk[len(d.chunk):cap(d.chunk)])
	shuffle(d.mixed, d.chunk[:cap(d.chunk)], d.kind.size)
	d.out.Reset()
	d.zip.Reset(&d.out)
	d.zip.Write(d.mixed) // a buffer does not fail
	d.zip.Close()
	d.keys = append(d.keys, chunkKey{uint32(d.out.Len()), d.n - uint64(rows), d.w.put(d.out.Bytes())})
	d.chunk = d.chunk[:0]
}

// rank is the number of dimensions.
func (d *Dataset) rank() int {
	if d.columns > 0 {
		return 2
	}
	return 1
}

// Close writes what describes the dataset and returns its address.
func (d *Dataset) Close(attributes ...Attribute) uint64 {
	if len(d.chunk) > 0 {
		d.flush()
	}
	space := []byte{1, byte(d.rank()), 1, 0, 0, 0, 0, 0}
	space = le.AppendUint64(space, d.n)
	layout := []byte{3, 2, byte(d.rank() + 1)}
	layout = le.AppendUint64(layout, d.tree())
	layout = le.AppendUint32(layout, uint32(d.rows))
	if d.columns > 0 {
		space = le.AppendUint64(space, uint64(d.columns))
		layout = le.AppendUint32(layout, uint32(d.columns))
	}
	layout = le.AppendUint32(layout, uint32(d.kind.size))
	space = le.AppendUint64(space, undefined) // may grow
	if d.columns > 0 {
		space = le.AppendUint64(space, uint64(d.columns))
	}

	filters := []byte{1, 2, 0, 0, 0, 0, 0, 0}
	for _, f := range [][2]byte{{filterShuffle, byte(d.kind.size)}, {filterDeflate, 6}} {
		filters = append(filters, f[0], 0, 0, 0, 0, 0, 1, 0, f[1], 0, 0, 0, 0, 0, 0, 0)
	}
	b := message(nil, msgDataspace, space)
	b = message(b, msgDatatype, d.kind.code)
	b = message(b, msgFill, []byte{2, 3, 2, 1, 0, 0, 0, 0}) // allocate as it grows, default value
	b = message(b, msgLayout, layout)
	b = message(b, msgFilters, filters)
	return d.w.object(5, b, attributes)
}

// tree writes the B-tree of the chunks, level by level, and returns the address of its root.
func (d *Dataset) tree() uint64 {
	if len(d.keys) == 0 {
		return undefined
	}
	width := 24 + (2*chunkK+1)*(16+8*d.rank()) + 2*chunkK*8
	after := d.keys[len(d.keys)-1].at + uint64(d.rows)
	nodes := d.keys
	for level := byte(0); ; level++ {
		var up []chunkKey
		count := (len(nodes) + 2*chunkK - 1) / (2 * chunkK)
		for i := range count {
			mine := nodes[i*2*chunkK : min(len(nodes), (i+1)*2*chunkK)]
			left, right := undefined, undefined
			if i > 0 {
				left = uint64(d.w.end) - uint64(width)
			}
			if i < count-1 {
				right = uint64(d.w.end) + uint64(width)
			}
			b := treeHead(1, level, len(mine), left, right)
			for _, k := range mine {
				b = d.appendKey(b, k)
				b = le.AppendUint64(b, k.child)
			}
			next := chunkKey{at: after}
			if i < count-1 {
				next = nodes[(i+1)*2*chunkK]
			}
			b = d.appendKey(b, next)
			b = append(b, make([]byte, width-len(b))...)
			up = append(up, chunkKey{mine[0].size, mine[0].at, d.w.put(b)})
		}
		if count == 1 {
			return up[0].child
		}
		nodes = up
	}
}

func (d *Dataset) appendKey(b []byte, k chunkKey) []byte {
	b = le.AppendUint32(b, k.size)
	b = le.AppendUint32(b, 0) // all filters were applied
	b = le.AppendUint64(b, k.at)
	for range d.rank() { // the first column, and the first byte of an element
		b = le.AppendUint64(b, 0)
	}
	return b
}
