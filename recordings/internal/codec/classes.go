package codec

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"

	"github.com/klauspost/compress/fse"
	"github.com/klauspost/compress/huff0"
)

// The class of a gap is its magnitude within half an octave: gaps 0 to 3 are classes 0 to 3, and class c from 4 on
// holds the gaps that begin with the bits 1 and c&1 and have c/2-1 bits below, which are stored as they are. Within
// a class geometric gaps are uniform but for 0.02 bits.
const numClasses = 2 * MaxGapBits

// noClass is a gap that no class stands for.
const noClass = 1 << 63

// split is what class c stores and stands for.
type split struct {
	base  uint64
	mask  uint64 // of the bits below
	below uint   // how many they are
}

func splits() (t [256]split) {
	for c := range t {
		switch {
		case c < 4:
			t[c] = split{base: uint64(c)}
		case c < numClasses:
			t[c] = split{uint64(2+c&1) << (c/2 - 1), 1<<(c/2-1) - 1, uint(c/2 - 1)}
		default:
			t[c] = split{base: noClass}
		}
	}
	return t
}

// How the classes of one context are stored.
const (
	modeRaw      = 0 // a byte each
	modeConstant = 1 // one byte for all
	modeHuffman  = 2 // table of weights, then four streams (RFC 8878, 4.2)
)

// fewest is the number of classes in a context below which four streams do not pay.
const fewest = 64

type classWriter struct {
	classes []byte
	below   []byte // the bits below the classes
	parts   [MaxContexts][]byte
	scratch huff0.Scratch
	weights fse.Scratch
}

func (w *classWriter) append(dst []byte, gaps []uint64, contexts int) []byte {
	if cap(w.classes) < len(gaps) {
		w.classes = make([]byte, len(gaps))
	}
	w.classes = w.classes[:len(gaps)]
	w.splitGaps(gaps)
	var borders [MaxContexts - 1]byte
	n := 1
	if contexts > 1 {
		n = chooseBorders(borders[:contexts-1], w.classes)
	}
	dst = append(dst, byte(n))
	dst = append(dst, borders[:n-1]...)
	if n == 1 {
		dst = w.appendContext(dst, w.classes)
	} else {
		ctx := contextTable(borders[:n-1])
		for i := range w.parts {
			w.parts[i] = w.parts[i][:0]
		}
		last := byte(0)
		for _, c := range w.classes {
			k := ctx[last]
			w.parts[k] = append(w.parts[k], c)
			last = c
		}
		for k := range n {
			dst = w.appendContext(dst, w.parts[k])
		}
	}
	return append(dst, w.below...)
}

// splitGaps fills classes and below.
func (w *classWriter) splitGaps(gaps []uint64) {
	all := uint64(3)
	for _, g := range gaps {
		all |= g
	}
	bw := newBitWriter(w.below[:0], len(gaps)*(bits.Len64(all)-2))
	splitGaps(w.classes, &bw, gaps)
	w.below = bw.bytes()
}

// splitGaps sets the class of every gap and writes the bits below, as bitWriter.put does, but with all of its
// variables in registers: it is not inlined.
//
//go:noinline
func splitGaps(classes []byte, w *bitWriter, gaps []uint64) {
	out, pos, acc, n := w.out, uint(w.pos), uint64(0), uint(0)
	classes = classes[:len(gaps)]
	for i, g := range gaps {
		below := uint(bits.Len64(g|2)-2) & 63
		high := g >> below // 2 or 3; a gap of 0 or 1 is its own class
		classes[i] = byte(2*below + uint(high))
		acc |= (g ^ high<<below) << (n & 63)
		n += below
		if pos+8 > uint(len(out)) {
			panic("codec: the bits are more than was said")
		}
		binary.LittleEndian.PutUint64(out[pos:pos+8:pos+8], acc)
		pos += n >> 3
		acc >>= n &^ 7 & 63
		n &= 7
	}
	w.pos, w.acc, w.n = int(pos), acc, n
}

// contextTable gives the context that follows each class: the number of borders at or below it.
func contextTable(borders []byte) (t [256]uint8) {
	for c := range t {
		for _, b := range borders {
			if c >= int(b) {
				t[c]++
			}
		}
	}
	return t
}

func (w *classWriter) appendContext(dst, classes []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(classes)))
	if len(classes) >= fewest {
		w.scratch.Reuse = huff0.ReusePolicyNone
		out, _, err := huff0.Compress4X(classes, &w.scratch)
		if errors.Is(err, huff0.ErrUseRLE) {
			return append(dst, modeConstant, classes[0])
		}
		if err == nil {
			table, ok := w.plainTable(w.scratch.OutTable)
			data := out[len(w.scratch.OutTable):]
			if ok {
				dst = append(dst, modeHuffman)
				dst = binary.AppendUvarint(dst, uint64(len(table)+len(data)))
				dst = append(dst, table...)
				return append(dst, data...)
			}
		}
	}
	dst = append(dst, modeRaw)
	return append(dst, classes...)
}

// plainTable rewrites a table of weights that was itself entropy coded as four bits a weight. It costs 10 to 20
// bytes a block, and a reader in another language needs no second entropy decoder.
func (w *classWriter) plainTable(t []byte) ([]byte, bool) {
	if t[0] >= 128 {
		return t, true
	}
	weights, err := fse.Decompress(t[1:], &w.weights)
	if err != nil || len(weights) > 128 {
		return nil, false
	}
	plain := []byte{byte(127 + len(weights))}
	for i := 0; i < len(weights); i += 2 {
		b := weights[i] << 4
		if i+1 < len(weights) {
			b |= weights[i+1]
		}
		plain = append(plain, b)
	}
	return plain, true
}

type classReader struct {
	split   [256]split
	ready   bool
	memory  []byte // the classes of all contexts
	scratch *huff0.Scratch

	parts    [MaxContexts][]byte // classes of each context that have not been read
	contexts [256]uint8          // by the class before
	one      bool                // context
	last     byte                // class
	below    []byte
	pos      uint // bits of below that have been read
}

// start decodes the classes of n gaps.
func (r *classReader) start(n int, src []byte) error {
	if !r.ready {
		r.split, r.ready = splits(), true
	}
	if cap(r.memory) < n {
		r.memory = make([]byte, n, n+n/4)
	}
	contexts := int(src[0])
	if contexts < 1 || contexts > MaxContexts || len(src) < contexts {
		return fmt.Errorf("%d contexts, want 1 to %d", contexts, MaxContexts)
	}
	borders := src[1:contexts]
	src = src[contexts:]
	r.parts = [MaxContexts][]byte{}
	left := r.memory[:n]
	for k := range contexts {
		count, rest, err := readLength(src, len(left))
		if err != nil {
			return fmt.Errorf("context %d: %w", k, err)
		}
		r.parts[k], left = left[:count], left[count:]
		if src, err = r.context(r.parts[k], rest); err != nil {
			return fmt.Errorf("context %d: %w", k, err)
		}
	}
	if len(left) > 0 {
		return errors.New("contexts hold fewer classes than the block has spikes")
	}
	if r.one = contexts == 1; !r.one {
		r.contexts = contextTable(borders)
	}
	r.last, r.below, r.pos = 0, src, 0
	return nil
}

// readLength reads a length that must not be above limit.
func readLength(src []byte, limit int) (int, []byte, error) {
	v, n := binary.Uvarint(src)
	if n <= 0 || v > uint64(limit) {
		return 0, nil, errors.New("a length is cut off or too large")
	}
	return int(v), src[n:], nil
}

// context decodes the classes of one context and returns what follows them.
func (r *classReader) context(dst, src []byte) ([]byte, error) {
	if len(src) < 1 {
		return nil, errShort
	}
	mode := src[0]
	src = src[1:]
	switch mode {
	case modeRaw:
		if len(src) < len(dst) {
			return nil, errShort
		}
		copy(dst, src)
		src = src[len(dst):]
	case modeConstant:
		if len(src) < 1 {
			return nil, errShort
		}
		for i := range dst {
			dst[i] = src[0]
		}
		src = src[1:]
	case modeHuffman:
		n, rest, err := readLength(src, len(src))
		if err != nil {
			return nil, err
		}
		if n > len(rest) || n == 0 || rest[0] < 128 {
			return nil, errors.New("Huffman table is cut off or not plain")
		}
		var body []byte
		if r.scratch, body, err = huff0.ReadTable(rest[:n], r.scratch); err != nil {
			return nil, fmt.Errorf("Huffman table: %w", err)
		}
		out, err := r.scratch.Decoder().Decompress4X(dst[:0:len(dst)], body) // the capacity says how many
		if err != nil {
			return nil, fmt.Errorf("Huffman streams: %w", err)
		}
		if len(out) != len(dst) {
			return nil, errors.New("Huffman streams end early")
		}
		src = rest[n:]
	default:
		return nil, fmt.Errorf("unknown mode %d", mode)
	}
	return src, nil
}

// read joins the next classes and the bits below them. What is wrong is found behind the loops: load returns zeros past
// the end, so that they themselves cannot go wrong.
func (r *classReader) read(gaps []uint64, end bool) error {
	all, err := uint64(0), error(nil)
	if r.one {
		all = r.join(gaps)
	} else {
		all, err = r.joinContexts(gaps)
	}
	switch {
	case err != nil:
		return err
	case all >= noClass:
		return fmt.Errorf("a class above %d does not exist", numClasses-1)
	case int((r.pos+7)/8) > len(r.below), end && int((r.pos+7)/8) != len(r.below):
		return errShort
	}
	return nil
}

// join reads gaps of a single context and returns all of them or-ed.
func (r *classReader) join(gaps []uint64) (all uint64) {
	classes := r.parts[0][:len(gaps)]
	r.parts[0] = r.parts[0][len(gaps):]
	all, n, pos := join(gaps, classes, &r.split, r.below, r.pos)
	for i := n; i < len(gaps); i++ {
		s := &r.split[classes[i]]
		gaps[i] = s.base + load(r.below, int(pos>>3))>>(pos&7)&s.mask
		all |= gaps[i]
		pos += s.below
	}
	r.pos = pos
	return all
}

// join reads gaps as long as 64 bits are left to look at, and returns them or-ed, their number and the next bit. It
// is not inlined so that its variables stay in registers.
//
//go:noinline
func join(gaps []uint64, classes []byte, split *[256]split, src []byte, pos uint) (all uint64, n int, next uint) {
	gaps = gaps[:len(classes)]
	for i, c := range classes {
		p := pos >> 3
		if p+8 > uint(len(src)) {
			return all, i, pos
		}
		s := &split[c]
		g := s.base + binary.LittleEndian.Uint64(src[p:p+8:p+8])>>(pos&7)&s.mask
		gaps[i] = g
		all |= g
		pos += s.below
	}
	return all, len(classes), pos
}

func (r *classReader) joinContexts(gaps []uint64) (all uint64, err error) {
	pos, last := r.pos, r.last
	for i := range gaps {
		part := &r.parts[r.contexts[last]&(MaxContexts-1)]
		if len(*part) == 0 {
			return all, errors.New("a context has too few classes")
		}
		last = (*part)[0]
		*part = (*part)[1:]
		s := &r.split[last]
		g := s.base + load(r.below, int(pos>>3))>>(pos&7)&s.mask
		gaps[i] = g
		all |= g
		pos += s.below
	}
	r.pos, r.last = pos, last
	return all, nil
}
