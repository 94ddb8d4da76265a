package hdf5

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/klauspost/compress/zlib"
)

// Limits of the reader: no file makes it allocate more than its size justifies, or follow a circle.
const (
	maxMessages = 1 << 16 // bytes of header messages of an object
	maxMembers  = 1 << 16
	maxDepth    = 8
	maxChunk    = 64 << 20
)

// File reads HDF5.
type File struct {
	r     io.ReaderAt
	size  int64
	root  uint64
	nodes int64 // of trees visited; no tree has more than the file has room for
}

// Object is a group or a dataset.
type Object struct {
	f        *File
	Path     string
	messages []headerMessage
}

type headerMessage struct {
	kind int
	data []byte
}

// Open reads the superblock.
func Open(r io.ReaderAt, size int64) (*File, error) {
	f := &File{r: r, size: size}
	b, err := f.read(0, 16)
	if err != nil || string(b[:8]) != signature {
		return nil, errors.New("not an HDF5 file")
	}
	at := uint64(24)
	switch v := b[8]; {
	case v == 1:
		at += 4
	case v > 1:
		return nil, fmt.Errorf("superblock version %d is not supported; write the file with libver='earliest', or h5repack --low=0 --high=0 it", v)
	}
	if b[13] != 8 || b[14] != 8 {
		return nil, fmt.Errorf("addresses of %d bytes are not supported", b[13])
	}
	if b, err = f.read(at, 72); err != nil {
		return nil, err
	}
	if le.Uint64(b) != 0 {
		return nil, errors.New("a base address is not supported")
	}
	f.root = le.Uint64(b[40:])
	return f, nil
}

// read returns n bytes from an address.
func (f *File) read(at uint64, n int) ([]byte, error) {
	if n < 0 || at > uint64(f.size) || uint64(n) > uint64(f.size)-at {
		return nil, fmt.Errorf("offset %d: %d bytes are beyond the end of the file", at, n)
	}
	b := make([]byte, n)
	_, err := f.r.ReadAt(b, int64(at))
	if err == io.EOF {
		err = nil
	}
	return b, err
}

// Root returns the root group.
func (f *File) Root() (*Object, error) { return f.object("", f.root) }

// object reads an object header of version 1.
func (f *File) object(path string, at uint64) (*Object, error) {
	b, err := f.read(at, 16)
	if err != nil {
		return nil, err
	}
	if b[0] != 1 {
		return nil, fmt.Errorf("offset %d: object header of version %d is not supported", at, b[0])
	}
	o := &Object{f: f, Path: path}
	type stretch struct {
		at uint64
		n  int
	}
	todo := []stretch{{at + 16, int(le.Uint32(b[8:]))}}
	total := 0
	for len(todo) > 0 {
		s := todo[0]
		todo = todo[1:]
		if total += s.n; s.n < 0 || total > maxMessages || len(todo) > 64 {
			return nil, fmt.Errorf("offset %d: object header is too large", at)
		}
		b, err := f.read(s.at, s.n)
		if err != nil {
			return nil, err
		}
		for len(b) >= 8 {
			kind, n := int(le.Uint16(b)), int(le.Uint16(b[2:]))
			if b = b[8:]; n > len(b) {
				return nil, fmt.Errorf("offset %d: header message is cut off", at)
			}
			if kind == msgContinuation && n >= 16 {
				todo = append(todo, stretch{le.Uint64(b), int(min(le.Uint64(b[8:]), maxMessages+1))})
				total++
			}
			o.messages = append(o.messages, headerMessage{kind, b[:n]})
			b = b[n:]
		}
	}
	return o, nil
}

// message returns the first message of a kind with at least n bytes, nil if there is none.
func (o *Object) message(kind, n int) []byte {
	for _, m := range o.messages {
		if m.kind == kind && len(m.data) >= n {
			return m.data
		}
	}
	return nil
}

// Members lists a group by name. A dataset has none.
func (o *Object) Members() ([]Member, error) {
	m := o.message(msgSymbolTable, 16)
	if m == nil {
		return nil, nil
	}
	head, err := o.f.read(le.Uint64(m[8:]), 32)
	if err != nil || string(head[:4]) != "HEAP" {
		return nil, fmt.Errorf("%s: no heap of names", o.name())
	}
	n := le.Uint64(head[8:])
	if n > uint64(o.f.size) {
		return nil, fmt.Errorf("%s: the heap of names is larger than the file", o.name())
	}
	names, err := o.f.read(le.Uint64(head[24:]), int(n))
	if err != nil {
		return nil, err
	}
	var out []Member
	err = o.f.walk(le.Uint64(m), 0, 8, maxDepth, func(_ []byte, child uint64) error {
		b, err := o.f.read(child, 8)
		if err != nil {
			return err
		}
		if string(b[:4]) != "SNOD" {
			return fmt.Errorf("offset %d: no symbol node", child)
		}
		n := int(le.Uint16(b[6:]))
		if len(out)+n > maxMembers {
			return errors.New("too many members")
		}
		if b, err = o.f.read(child+8, n*entrySize); err != nil {
			return err
		}
		for ; len(b) > 0; b = b[entrySize:] {
			name := le.Uint64(b)
			if name >= uint64(len(names)) {
				return fmt.Errorf("offset %d: a name is outside the heap", child)
			}
			text, _, _ := bytes.Cut(names[name:], []byte{0})
			out = append(out, Member{string(text), le.Uint64(b[8:])})
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.name(), err)
	}
	return out, nil
}

func (o *Object) name() string { return o.Path + "/" }

// Member opens a member of a group by name, nil if there is none.
func (o *Object) Member(name string) (*Object, error) {
	members, err := o.Members()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(members, func(m Member) bool { return m.Name == name })
	if i < 0 {
		return nil, nil
	}
	return o.f.object(o.Path+"/"+name, members[i].Address)
}

// walk visits the leaves of a B-tree of the kind in order.
func (f *File) walk(at uint64, kind byte, keySize, depth int, leaf func(key []byte, child uint64) error) error {
	if at == undefined {
		return nil
	}
	if depth == 0 {
		return fmt.Errorf("offset %d: the tree is too deep", at)
	}
	if f.nodes++; f.nodes > f.size/8 {
		return fmt.Errorf("offset %d: the tree is larger than the file", at)
	}
	head, err := f.read(at, 24)
	if err != nil {
		return err
	}
	if string(head[:4]) != "TREE" || head[4] != kind {
		return fmt.Errorf("offset %d: no tree", at)
	}
	level, n := head[5], int(le.Uint16(head[6:]))
	if int(level) >= depth {
		return fmt.Errorf("offset %d: a tree of %d levels", at, level)
	}
	b, err := f.read(at+24, n*(keySize+8)+keySize)
	if err != nil {
		return err
	}
	for range n {
		key, child := b[:keySize], le.Uint64(b[keySize:])
		b = b[keySize+8:]
		if level == 0 {
			err = leaf(key, child)
		} else {
			err = f.walk(child, kind, keySize, int(level), leaf)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// number is a type of numbers as a dataset stores them.
type number struct {
	size   int
	float  bool
	signed bool
	big    bool
}

func parseNumber(m []byte) (number, error) {
	if len(m) < 8 {
		return number{}, errors.New("no type")
	}
	t := number{size: int(le.Uint32(m[4:])), float: m[0]&15 == 1, signed: m[0]&15 == 0 && m[1]&8 != 0, big: m[1]&1 != 0}
	ok := m[0]&15 == 0 && (t.size == 1 || t.size == 2 || t.size == 4 || t.size == 8) || t.float && (t.size == 4 || t.size == 8)
	if !ok {
		return t, fmt.Errorf("type of class %d and %d bytes is not a number", m[0]&15, t.size)
	}
	return t, nil
}

// decode returns the elements as floats and as integers; ints are exact for integers only.
func (t number) decode(b []byte) (float64, uint64) {
	var v uint64
	for i := range t.size {
		k := i
		if !t.big {
			k = t.size - 1 - i
		}
		v = v<<8 | uint64(b[k])
	}
	switch {
	case t.float && t.size == 4:
		return float64(math.Float32frombits(uint32(v))), 0
	case t.float:
		return math.Float64frombits(v), 0
	case t.signed:
		s := int64(v<<(64-8*t.size)) >> (64 - 8*t.size)
		return float64(s), uint64(s)
	}
	return float64(v), v
}

// Each calls visit for every element of a one-dimensional dataset of numbers, in order: as a float, and exactly if the
// dataset holds integers. It holds one chunk in memory.
func (o *Object) Each(visit func(x float64, n uint64) error) error {
	err := o.each(visit)
	if err != nil {
		return fmt.Errorf("%s: %w", o.Path, err)
	}
	return nil
}

func (o *Object) each(visit func(float64, uint64) error) error {
	t, err := parseNumber(o.message(msgDatatype, 8))
	if err != nil {
		return err
	}
	n, err := o.Len()
	if err != nil {
		return err
	}
	layout := o.message(msgLayout, 2)
	if layout == nil || layout[0] != 3 {
		return errors.New("layout is missing or of an unsupported version")
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
	switch {
	case layout[1] == 0 && len(layout) >= 4: // compact
		err = emit(layout[4:])
	case layout[1] == 1 && len(layout) >= 18: // contiguous
		const piece = 1 << 20
		for at := le.Uint64(layout[2:]); left > 0 && err == nil && at != undefined; at += piece {
			var b []byte
			if b, err = o.f.read(at, int(min(piece, left*uint64(t.size)))); err == nil {
				err = emit(b)
			}
		}
	case layout[1] == 2 && len(layout) >= 19 && layout[2] == 2: // chunked, one dimension
		err = o.chunks(layout, t.size, emit)
	default:
		return fmt.Errorf("layout %d of %d dimensions is not supported", layout[1], layout[2])
	}
	if err == nil && left > 0 {
		err = fmt.Errorf("%d of %d elements are missing", left, n)
	}
	return err
}

// Len returns the number of elements of a one-dimensional dataset.
func (o *Object) Len() (uint64, error) {
	m := o.message(msgDataspace, 4)
	switch {
	case m == nil:
		return 0, errors.New("no dataspace")
	case m[1] != 1:
		return 0, fmt.Errorf("%d dimensions, want 1", m[1])
	case m[0] == 1 && len(m) >= 16:
		return le.Uint64(m[8:]), nil
	case m[0] == 2 && len(m) >= 12:
		return le.Uint64(m[4:]), nil
	}
	return 0, errors.New("dataspace is cut off")
}

// chunks decodes chunk after chunk.
func (o *Object) chunks(layout []byte, width int, emit func([]byte) error) error {
	size := uint64(le.Uint32(layout[11:])) * uint64(width)
	if size == 0 || size > maxChunk {
		return fmt.Errorf("chunks of %d bytes", size)
	}
	filters, err := parseFilters(o.message(msgFilters, 2))
	if err != nil {
		return err
	}
	next, stored := uint64(0), int64(0)
	raw, mixed := make([]byte, size), []byte(nil)
	return o.f.walk(le.Uint64(layout[3:]), 1, 24, maxDepth, func(key []byte, child uint64) error {
		if at := le.Uint64(key[8:]); at != next {
			return fmt.Errorf("chunk at %d, want %d", at, next)
		}
		next += size / uint64(width)
		n := le.Uint32(key)
		if stored += int64(n); stored > o.f.size {
			return errors.New("chunks are larger than the file")
		}
		b, err := o.f.read(child, int(n))
		if err != nil {
			return err
		}
		mask := le.Uint32(key[4:])
		for i := len(filters) - 1; i >= 0; i-- {
			if mask>>i&1 != 0 {
				continue
			}
			switch filters[i] {
			case filterDeflate:
				if b, err = inflate(raw, b); err != nil {
					return fmt.Errorf("chunk at offset %d: %w", child, err)
				}
			case filterShuffle:
				if len(mixed) != len(b) {
					mixed = make([]byte, len(b))
				}
				unshuffle(mixed, b, width)
				b = mixed
			case filterFletcher:
				if b, err = checked(b); err != nil {
					return fmt.Errorf("chunk at offset %d: %w", child, err)
				}
			}
		}
		if uint64(len(b)) != size {
			return fmt.Errorf("chunk at offset %d has %d bytes, want %d", child, len(b), size)
		}
		return emit(b)
	})
}

func inflate(dst, src []byte) ([]byte, error) {
	z, err := zlib.NewReader(bytes.NewReader(src))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	n, err := io.ReadFull(z, dst)
	if err != nil {
		return nil, err
	}
	return dst[:n], nil
}

// parseFilters returns the numbers of the filters in the order in which they were applied.
func parseFilters(m []byte) ([]int, error) {
	if m == nil {
		return nil, nil
	}
	v, n := m[0], int(m[1])
	m = m[2:]
	if v == 1 {
		m = m[min(6, len(m)):]
	}
	var out []int
	for range n {
		if len(m) < 8 {
			return nil, errors.New("list of filters is cut off")
		}
		id, name, values := int(le.Uint16(m)), int(le.Uint16(m[2:])), int(le.Uint16(m[6:]))
		if v == 2 && id < 256 { // no name
			name, values = 0, int(le.Uint16(m[4:]))
			m = m[6:]
		} else {
			m = m[8:]
		}
		skip := pad8(name) + 4*values
		if v == 1 && values%2 == 1 {
			skip += 4
		}
		if skip > len(m) {
			return nil, errors.New("list of filters is cut off")
		}
		m = m[skip:]
		if id != filterDeflate && id != filterShuffle && id != filterFletcher {
			return nil, fmt.Errorf("filter %d is not supported; deflate, shuffle and fletcher32 are", id)
		}
		out = append(out, id)
	}
	return out, nil
}

// checked returns a chunk without the Fletcher checksum behind it, which it checks: of 16-bit numbers, high byte first.
func checked(b []byte) ([]byte, error) {
	if len(b) < 4 {
		return nil, errors.New("no room for a checksum")
	}
	data, want := b[:len(b)-4], le.Uint32(b[len(b)-4:])
	var sum1, sum2 uint32
	for i := 0; i < len(data); i += 2 {
		sum1 += uint32(data[i]) << 8
		if i+1 < len(data) {
			sum1 += uint32(data[i+1])
		}
		sum1 = sum1&0xffff + sum1>>16
		sum2 += sum1
		sum2 = sum2&0xffff + sum2>>16
	}
	if sum2<<16|sum1 != want {
		return nil, errors.New("its checksum does not match")
	}
	return data, nil
}
