// Package codec compresses the spikes of a block to their entropy. It knows nothing of files, neurons or labels: a
// block is a list of gaps, and a code is bytes.
//
// A Poisson train of rate r at resolution dt has log2(e/(r dt)) bits per spike, and its gaps are geometric. Lay the
// trains of many neurons end to end, and the gaps of the long train that this makes are still geometric: coding them
// one by one, each with the ideal number of bits, meets the bound without any cost per neuron or per block. Trains
// that burst have two kinds of gaps, short and long, and a code that learns how frequent each length is pays
// less for them.
//
// There are two codes. Rice needs no table and serves small blocks. Classes splits a gap into a class, its
// magnitude within half an octave, which is Huffman coded, and the bits below, which are stored as they are; a
// class may be coded in the context of the one before it, which pays for bursts and for neurons of unlike rates.
//
// The layouts are in FORMAT.md. Gaps are below 2^MaxGapBits. Decoders check everything: any input gives gaps or an
// error, and no input allocates more than the caller's count asks for.
package codec

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// ID names a code in the file.
type ID uint8

// The codes of this version of the format.
const (
	None    ID = 0 // no spikes, no bytes
	Rice    ID = 1
	Classes ID = 2
)

// Bounds that FORMAT.md states.
const (
	MaxGapBits  = 56
	MaxCount    = 1 << 17 // spikes in a block
	MaxContexts = 16
)

// Below small gaps Classes is not tried, because its table of 40 to 60 bytes does not pay; from large on Rice is not,
// because it is at best as small and decodes three times slower (BenchmarkCodes).
const (
	small = 128
	large = 4096
)

var errShort = errors.New("code ends before its last gap")

// Encoder holds the memory that coding reuses.
type Encoder struct {
	Contexts int // contexts for Classes: 1 (default) is fast, more is smaller where trains have structure

	classes classWriter
}

// Append codes the gaps with the code that makes them smallest and appends the bytes to dst.
func (e *Encoder) Append(dst []byte, gaps []uint64) ([]byte, ID) {
	if len(gaps) == 0 {
		return dst, None
	}
	start, size := len(dst), math.MaxInt
	var k uint
	if len(gaps) < large {
		k, size = riceParameter(gaps)
	}
	if len(gaps) >= small {
		dst = e.classes.append(dst, gaps, max(1, e.Contexts))
		// A block must not be smaller than a bit per spike, so that no reader can be made to expand a few bytes
		// without bound.
		if n := len(dst) - start; n <= size && n*8 >= len(gaps) {
			return dst, Classes
		}
		dst = dst[:start]
	}
	if size == math.MaxInt {
		k, size = riceParameter(gaps)
	}
	return appendRice(dst, gaps, k, size), Rice
}

// Decoder reads the gaps of a code piece by piece, so that they stay in the fast caches. It keeps its memory from code
// to code.
type Decoder struct {
	classes classReader
	rice    riceReader
	id      ID
	left    int // gaps that have not been read
}

// Start begins a code that must hold n gaps. It reads nothing if it fails.
func (d *Decoder) Start(n int, id ID, src []byte) error {
	d.left = 0
	if n > MaxCount {
		return fmt.Errorf("%d spikes in a block are more than %d", n, MaxCount)
	}
	if n > 8*len(src) {
		return fmt.Errorf("%d spikes in %d bytes of code: less than a bit for a spike", n, len(src))
	}
	if (id == None) != (n == 0) || id == None && len(src) > 0 {
		return fmt.Errorf("code %d with %d spikes and %d bytes: code 0 is for blocks without spikes, and for them only",
			id, n, len(src))
	}
	err := error(nil)
	switch id {
	case None:
	case Rice:
		err = d.rice.start(src)
	case Classes:
		err = d.classes.start(n, src)
	default:
		err = fmt.Errorf("unknown code %d", id)
	}
	if err == nil {
		d.id, d.left = id, n
	}
	return err
}

// Read fills gaps with the next of the code, which has that many left. With the last one the code must end.
func (d *Decoder) Read(gaps []uint64) error {
	if len(gaps) > d.left {
		panic("codec: more gaps are read than the code was started with")
	}
	d.left -= len(gaps)
	switch d.id {
	case Rice:
		return d.rice.read(gaps, d.left == 0)
	case Classes:
		return d.classes.read(gaps, d.left == 0)
	}
	return nil
}

// bitWriter packs bits into bytes, the first bit lowest.
type bitWriter struct {
	out []byte // with 8 bytes of room behind what is written
	pos int
	acc uint64
	n   uint // bits in acc, below 8 after flush
}

// newBitWriter writes after the end of dst; size is a bound of what will follow, in bits.
func newBitWriter(dst []byte, size int) bitWriter {
	need := len(dst) + size/8 + 16
	if cap(dst) < need {
		grown := make([]byte, len(dst), need+need/4)
		copy(grown, dst)
		dst = grown
	}
	return bitWriter{out: dst[:need], pos: len(dst)}
}

// put appends the low n bits of v, which has no others set; n is at most 56.
func (w *bitWriter) put(v uint64, n uint) {
	w.acc |= v << (w.n & 63)
	w.n += n
	binary.LittleEndian.PutUint64(w.out[w.pos:], w.acc)
	w.pos += int(w.n >> 3)
	w.acc >>= (w.n &^ 7) & 63
	w.n &= 7
}

func (w *bitWriter) bytes() []byte {
	if w.n > 0 {
		w.out[w.pos] = byte(w.acc)
		w.pos++
	}
	return w.out[:w.pos]
}

// load returns the 64 bits from byte p on, zeros behind the end.
func load(src []byte, p int) uint64 {
	if p+8 <= len(src) {
		return binary.LittleEndian.Uint64(src[p:])
	}
	var v uint64
	for i := len(src) - 1; i >= p; i-- {
		v = v<<8 | uint64(src[i])
	}
	return v
}
