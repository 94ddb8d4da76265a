package hdf5

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/klauspost/compress/zlib"
)

// Type is the type of the elements of a dataset or attribute.
type Type struct {
	size int
	code []byte // datatype message
}

// Float64 and Uint64 are the types of datasets, the others those of attributes.
func Float64() Type {
	return Type{8, le.AppendUint32([]byte{0x11, 0x20, 63, 0, 8, 0, 0, 0, 0, 0, 64, 0, 52, 11, 0, 52}, 1023)}
}

// Uint64 is an unsigned integer of 64 bits.
func Uint64() Type { return unsigned(8) }

// Uint32 is an unsigned integer of 32 bits.
func Uint32() Type { return unsigned(4) }

func unsigned(size int) Type {
	return Type{size, []byte{0x10, 0, 0, 0, byte(size), 0, 0, 0, 0, 0, byte(8 * size), 0}}
}

// Text is a string of fixed length in UTF-8.
func Text(n int) Type { return Type{n, le.AppendUint32([]byte{0x13, 0x11, 0, 0}, uint32(n))} }

// Enum is a byte that stands for one of the names.
func Enum(names ...string) Type {
	b := []byte{0x18, byte(len(names)), 0, 0, 1, 0, 0, 0}
	b = append(b, unsigned(1).code...)
	for _, n := range names {
		b = append(b, padded(append([]byte(n), 0))...)
	}
	for i := range names {
		b = append(b, byte(i))
	}
	return Type{1, b}
}

// Attribute is a named value on a group or dataset: one element, or Rows of them.
type Attribute struct {
	Name string
	Type Type
	Rows int // 0: a scalar
	Data []byte
}

// Writer writes a file bottom up: datasets, then the groups that hold them, the root last.
type Writer struct {
	w   io.WriterAt
	end int64
	err error
}

// NewWriter starts a file at offset 0 of w. Errors are kept and returned by Finish.
func NewWriter(w io.WriterAt) *Writer { return &Writer{w: w, end: superblockSize} }

// Err returns the first error.
func (w *Writer) Err() error { return w.err }

// put writes bytes at the end of the file and returns their address.
func (w *Writer) put(b []byte) uint64 {
	at := w.end
	if w.err == nil {
		_, w.err = w.w.WriteAt(b, at)
	}
	w.end += int64(pad8(len(b)))
	if gap := w.end - at - int64(len(b)); gap > 0 && w.err == nil {
		_, w.err = w.w.WriteAt(make([]byte, gap), w.end-gap)
	}
	return uint64(at)
}

// message appends a header message.
func message(dst []byte, kind int, data []byte) []byte {
	data = padded(bytes.Clone(data))
	dst = le.AppendUint16(dst, uint16(kind))
	dst = le.AppendUint16(dst, uint16(len(data)))
	return append(append(dst, 0, 0, 0, 0), data...)
}

// object writes an object header.
func (w *Writer) object(count int, messages []byte, attributes []Attribute) uint64 {
	for _, a := range attributes {
		messages = message(messages, msgAttribute, a.encode())
	}
	b := []byte{1, 0}
	b = le.AppendUint16(b, uint16(count+len(attributes)))
	b = le.AppendUint32(b, 1)
	b = le.AppendUint32(b, uint32(len(messages)))
	b = append(b, 0, 0, 0, 0)
	return w.put(append(b, messages...))
}

func (a *Attribute) encode() []byte {
	space := dataspace(a.Rows)
	b := []byte{1, 0}
	b = le.AppendUint16(b, uint16(len(a.Name)+1))
	b = le.AppendUint16(b, uint16(len(a.Type.code)))
	b = le.AppendUint16(b, uint16(len(space)))
	b = append(b, padded(append([]byte(a.Name), 0))...)
	b = append(b, padded(bytes.Clone(a.Type.code))...)
	b = append(b, padded(space)...)
	return append(b, a.Data...)
}

// dataspace describes n elements, a scalar for 0.
func dataspace(n int) []byte {
	b := []byte{1, 0, 0, 0, 0, 0, 0, 0}
	if n > 0 {
		b[1] = 1
		b = le.AppendUint64(b, uint64(n))
	}
	return b
}

// Group writes a group and returns its address. It holds at most 256 members.
func (w *Writer) Group(members []Member, attributes ...Attribute) uint64 {
	messages := message(nil, msgSymbolTable, w.symbols(members))
	return w.object(1, messages, attributes)
}

// symbols writes the tables of a group and returns the message that points at them.
func (w *Writer) symbols(members []Member) []byte {
	if len(members) > 4*leafK*internalK && w.err == nil {
		w.err = fmt.Errorf("%d members of an HDF5 group are more than %d", len(members), 4*leafK*internalK)
	}
	members = slices.Clone(members)
	slices.SortFunc(members, func(a, b Member) int { return strings.Compare(a.Name, b.Name) })
	names := make([]byte, 8) // the empty name
	offsets := make([]uint64, len(members))
	for i, m := range members {
		offsets[i] = uint64(len(names))
		names = padded(append(append(names, m.Name...), 0))
	}
	heap := []byte("HEAP\x00\x00\x00\x00")
	heap = le.AppendUint64(heap, uint64(len(names)))
	heap = le.AppendUint64(heap, 1) // no free space
	heap = le.AppendUint64(heap, w.put(names))
	heapAt := w.put(heap)

	tree := treeHead(0, 0, (len(members)+2*leafK-1)/(2*leafK), undefined, undefined)
	tree = le.AppendUint64(tree, 0)
	for i := 0; i < len(members); i += 2 * leafK {
		n := min(2*leafK, len(members)-i)
		node := []byte("SNOD\x01\x00")
		node = le.AppendUint16(node, uint16(n))
		for k := i; k < i+n; k++ {
			node = le.AppendUint64(node, offsets[k])
			node = le.AppendUint64(node, members[k].Address)
			node = append(node, make([]byte, 24)...)
		}
		node = append(node, make([]byte, 8+2*leafK*entrySize-len(node))...)
		tree = le.AppendUint64(tree, w.put(node))
		tree = le.AppendUint64(tree, offsets[i+n-1])
	}
	const size = 24 + (2*internalK+1)*8 + 2*internalK*8
	tree = append(tree, make([]byte, max(0, size-len(tree)))...)
	return le.AppendUint64(le.AppendUint64(nil, w.put(tree)), heapAt)
}

func treeHead(kind, level byte, used int, left, right uint64) []byte {
	b := append([]byte("TREE"), kind, level)
	b = le.AppendUint16(b, uint16(used))
	return le.AppendUint64(le.AppendUint64(b, left), right)
}

// Finish writes the superblock that points at the root group.
func (w *Writer) Finish(root uint64) error {
	b := append([]byte(signature), 0, 0, 0, 0, 0, 8, 8, 0, leafK, 0, internalK, 0, 0, 0, 0, 0)
	b = le.AppendUint64(b, 0)
	b = le.AppendUint64(b, undefined)
	b = le.AppendUint64(b, uint64(w.end))
	b = le.AppendUint64(b, undefined)
	b = le.AppendUint64(b, 0)
	b = le.AppendUint64(b, root)
	b = append(b, make([]byte, 24)...)
	if w.err == nil {
		_, w.err = w.w.WriteAt(b, 0)
	}
	return w.err
}

// chunkElements is the number of elements of a chunk: 512 KiB before compression.
const chunkElements = 1 << 16

// Dataset is a one-dimensional dataset that is appended to.
type Dataset struct {
	w     *Writer
	kind  Type
	n     uint64
	chunk []byte // that is being filled
	mixed []byte // shuffled
	zip   *zlib.Writer
	out   bytes.Buffer
	keys  []chunkKey
}

type chunkKey struct {
	size  uint32
	at    uint64 // first element
	child uint64
}

// Dataset starts a dataset of Float64 or Uint64.
func (w *Writer) Dataset(t Type) *Dataset {
	d := &Dataset{w: w, kind: t, chunk: make([]byte, 0, chunkElements*t.size), mixed: make([]byte, chunkElements*t.size)}
	d.zip = zlib.NewWriter(&d.out)
	return d
}

// Float appends an element of a Float64 dataset.
func (d *Dataset) Float(x float64) { d.Uint(math.Float64bits(x)) }

// Uint appends an element of a Uint64 dataset.
func (d *Dataset) Uint(x uint64) {
	d.chunk = le.AppendUint64(d.chunk, x)
	d.n++
	if len(d.chunk) == cap(d.chunk) {
		d.flush()
	}
}

// flush compresses and writes a chunk; the last one is filled with zeros.
func (d *Dataset) flush() {
	n := len(d.chunk) / d.kind.size
	clear(d.chunk[len(d.chunk):cap(d.chunk)])
	shuffle(d.mixed, d.chunk[:cap(d.chunk)], d.kind.size)
	d.out.Reset()
	d.zip.Reset(&d.out)
	d.zip.Write(d.mixed) // a buffer does not fail
	d.zip.Close()
	d.keys = append(d.keys, chunkKey{uint32(d.out.Len()), d.n - uint64(n), d.w.put(d.out.Bytes())})
	d.chunk = d.chunk[:0]
}

// Close writes what describes the dataset and returns its address.
func (d *Dataset) Close(attributes ...Attribute) uint64 {
	if len(d.chunk) > 0 {
		d.flush()
	}
	space := []byte{1, 1, 1, 0, 0, 0, 0, 0}
	space = le.AppendUint64(space, d.n)
	space = le.AppendUint64(space, undefined) // may grow

	layout := []byte{3, 2, 2}
	layout = le.AppendUint64(layout, d.tree())
	layout = le.AppendUint32(layout, chunkElements)
	layout = le.AppendUint32(layout, uint32(d.kind.size))

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
	const width = 24 + (2*chunkK+1)*24 + 2*chunkK*8
	after := d.keys[len(d.keys)-1].at + chunkElements
	nodes := d.keys
	for level := byte(0); ; level++ {
		var up []chunkKey
		count := (len(nodes) + 2*chunkK - 1) / (2 * chunkK)
		for i := range count {
			mine := nodes[i*2*chunkK : min(len(nodes), (i+1)*2*chunkK)]
			left, right := undefined, undefined
			if i > 0 {
				left = uint64(d.w.end) - width
			}
			if i < count-1 {
				right = uint64(d.w.end) + width
			}
			b := treeHead(1, level, len(mine), left, right)
			for _, k := range mine {
				b = appendKey(b, k)
				b = le.AppendUint64(b, k.child)
			}
			next := chunkKey{at: after}
			if i < count-1 {
				next = nodes[(i+1)*2*chunkK]
			}
			b = appendKey(b, next)
			b = append(b, make([]byte, width-len(b))...)
			up = append(up, chunkKey{mine[0].size, mine[0].at, d.w.put(b)})
		}
		if count == 1 {
			return up[0].child
		}
		nodes = up
	}
}

func appendKey(b []byte, k chunkKey) []byte {
	b = le.AppendUint32(b, k.size)
	b = le.AppendUint32(b, 0) // all filters were applied
	b = le.AppendUint64(b, k.at)
	return le.AppendUint64(b, 0)
}
