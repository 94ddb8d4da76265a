package hdf5

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Type is the type of the elements of a dataset or attribute.
type Type struct {
	size int
	code []byte // datatype message
}

// Float64 is floating point of 64 bits.
func Float64() Type {
	return Type{8, le.AppendUint32([]byte{0x11, 0x20, 63, 0, 8, 0, 0, 0, 0, 0, 64, 0, 52, 11, 0, 52}, 1023)}
}

// Float32 is floating point of 32 bits.
func Float32() Type {
	return Type{4, le.AppendUint32([]byte{0x11, 0x20, 31, 0, 4, 0, 0, 0, 0, 0, 32, 0, 23, 8, 0, 23}, 127)}
}

// Uint64 is an unsigned integer of 64 bits.
func Uint64() Type { return unsigned(8) }

// Int64 is a signed integer of 64 bits.
func Int64() Type {
	t := unsigned(8)
	t.code[1] = 8
	return t
}

// Uint32 is an unsigned integer of 32 bits.
func Uint32() Type { return unsigned(4) }

// Uint8 is an unsigned integer of 8 bits.
func Uint8() Type { return unsigned(1) }

func unsigned(size int) Type {
	return Type{size, []byte{0x10, 0, 0, 0, byte(size), 0, 0, 0, 0, 0, byte(8 * size), 0}}
}

// Text is a string of fixed length in UTF-8.
func Text(n int) Type { return Type{n, le.AppendUint32([]byte{0x13, 0x11, 0, 0}, uint32(n))} }

// Strings is a string of any length in UTF-8; Writer.Strings makes its data.
func Strings() Type {
	return Type{16, append([]byte{0x19, 0x01, 0x01, 0, 16, 0, 0, 0}, Uint8().code...)}
}

// Reference is the address of an object, of 8 bytes.
func Reference() Type { return Type{8, []byte{0x17, 0, 0, 0, 8, 0, 0, 0}} }

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
	space := dataspace()
	if a.Rows > 0 {
		space = dataspace(a.Rows)
	}
	b := []byte{1, 0}
	b = le.AppendUint16(b, uint16(len(a.Name)+1))
	b = le.AppendUint16(b, uint16(len(a.Type.code)))
	b = le.AppendUint16(b, uint16(len(space)))
	b = append(b, padded(append([]byte(a.Name), 0))...)
	b = append(b, padded(bytes.Clone(a.Type.code))...)
	b = append(b, padded(space)...)
	return append(b, a.Data...)
}

// dataspace describes an array, without dimensions a scalar.
func dataspace(dims ...int) []byte {
	b := []byte{1, byte(len(dims)), 0, 0, 0, 0, 0, 0}
	for _, n := range dims {
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

// Strings writes strings of any length, each different one once, and returns the data of a dataset or attribute of
// them.
func (w *Writer) Strings(all ...string) []byte {
	number := map[string]int{}
	var each []string
	var data []byte
	for _, s := range all {
		if _, known := number[s]; !known {
			each = append(each, s)
			number[s] = len(each)
		}
	}
	places := w.heaps(each)
	for _, s := range all {
		if s == "" { // without an address
			data = append(data, make([]byte, 16)...)
			continue
		}
		at := places[number[s]-1]
		data = le.AppendUint64(le.AppendUint32(data, uint32(len(s))), at.heap)
		data = le.AppendUint32(data, at.index)
	}
	return data
}

// place is where a string is.
type place struct {
	heap  uint64
	index uint32
}

// mostInHeap is how many strings a heap holds: they are counted in 16 bits.
const mostInHeap = 1 << 15

// heaps writes global heaps that hold the strings in order.
func (w *Writer) heaps(each []string) (places []place) {
	for lo := 0; lo < len(each); lo += mostInHeap {
		part := each[lo:min(len(each), lo+mostInHeap)]
		var objects []byte
		for i, s := range part {
			objects = le.AppendUint16(objects, uint16(i+1))
			objects = append(objects, 1, 0, 0, 0, 0, 0) // referred to
			objects = le.AppendUint64(objects, uint64(len(s)))
			objects = append(objects, padded([]byte(s))...)
		}
		free := max(16, 4096-16-len(objects)) // a heap has at least 4096 bytes; what is free is object 0
		b := append([]byte("GCOL"), 1, 0, 0, 0)
		b = le.AppendUint64(b, uint64(16+len(objects)+free))
		b = append(b, objects...)
		b = append(b, make([]byte, 8)...)
		b = le.AppendUint64(b, uint64(free))
		b = append(b, make([]byte, free-16)...)
		at := w.put(b)
		for i := range part {
			places = append(places, place{at, uint32(i + 1)})
		}
	}
	return places
}

// Text returns an attribute that is a string.
func (w *Writer) Text(name, value string) Attribute {
	return Attribute{Name: name, Type: Strings(), Data: w.Strings(value)}
}

// Values writes a dataset whose data is at hand, in one piece: an array, or without dimensions a scalar.
func (w *Writer) Values(t Type, data []byte, dims []int, attributes ...Attribute) uint64 {
	at := undefined
	if len(data) > 0 {
		at = w.put(data)
	}
	layout := le.AppendUint64([]byte{3, 1}, at)
	layout = le.AppendUint64(layout, uint64(len(data)))
	b := message(nil, msgDataspace, dataspace(dims...))
	b = message(b, msgDatatype, t.code)
	b = message(b, msgFill, []byte{2, 2, 2, 1, 0, 0, 0, 0})
	b = message(b, msgLayout, layout)
	return w.object(4, b, attributes)
}
