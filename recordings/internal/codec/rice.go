package codec

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

// A Rice code writes a gap as its quotient by 2^k in unary (that many zeros and a one) and k bits of remainder. It
// is within 0.03 bits of the entropy of geometric gaps when k fits, and needs one byte of table.
//
// escape zeros without a one announce a gap that would be too long in unary; MaxGapBits raw bits follow.
const (
	escape  = 24
	maxRice = 32 // escape + 1 + maxRice bits fit one load of 64 bits at any bit of a byte
)

// riceCost returns the bytes that the gaps take with parameter k.
func riceCost(gaps []uint64, k uint) int {
	n := 0
	for _, g := range gaps {
		if q := g >> k; q < escape {
			n += int(q) + 1 + int(k)
		} else {
			n += escape + MaxGapBits
		}
	}
	return 1 + (n+7)/8
}

// riceParameter returns the best parameter near the one that the mean suggests, and the size of the code.
func riceParameter(gaps []uint64) (k uint, size int) {
	var sum uint64 // at most 2^17 gaps below 2^56: capped so that it cannot overflow
	for _, g := range gaps {
		sum += min(g, 1<<45)
	}
	mean := sum / uint64(len(gaps))
	guess := max(0, bits.Len64(mean-mean/4)-1) // log2(mean ln 2), the optimum for geometric gaps
	k, size = 0, int(^uint(0)>>1)
	for c := max(0, guess-1); c <= min(maxRice, guess+1); c++ {
		if n := riceCost(gaps, uint(c)); n < size {
			k, size = uint(c), n
		}
	}
	if guess > maxRice+1 {
		k, size = maxRice, riceCost(gaps, maxRice)
	}
	return k, size
}

// appendRice writes the gaps with parameter k; size is what riceCost said of it.
func appendRice(dst []byte, gaps []uint64, k uint, size int) []byte {
	dst = append(dst, byte(k))
	w := newBitWriter(dst, 8*size)
	mask := uint64(1)<<k - 1
	for _, g := range gaps {
		if q := uint(g >> k); q < escape {
			w.put(1<<q, q+1)
			w.put(g&mask, k)
		} else {
			w.put(0, escape)
			w.put(g, MaxGapBits)
		}
	}
	return w.bytes()
}

type riceReader struct {
	k   uint
	src []byte
	pos uint // bits
}

func (r *riceReader) start(src []byte) error {
	*r = riceReader{k: uint(src[0]), src: src[1:]} // the caller has seen that src is not empty
	if r.k > maxRice {
		return errors.New("Rice parameter is above 32")
	}
	return nil
}

func (r *riceReader) read(gaps []uint64, last bool) error {
	k, src, pos := r.k, r.src, r.pos
	mask := uint64(1)<<k - 1
	for i := range gaps {
		var v uint64
		if p := pos >> 3; p+8 <= uint(len(src)) {
			v = binary.LittleEndian.Uint64(src[p : p+8 : p+8])
		} else {
			v = load(src, int(p))
		}
		v >>= pos & 7
		if q := uint(bits.TrailingZeros64(v)); q < escape {
			gaps[i] = uint64(q)<<k | v>>(q+1)&mask
			pos += q + 1 + k
			continue
		}
		pos += escape
		gaps[i] = load(src, int(pos>>3)) >> (pos & 7) & (1<<MaxGapBits - 1)
		pos += MaxGapBits
		if pos > uint(len(src))*8 {
			return errShort
		}
	}
	r.pos = pos
	if pos > uint(len(src))*8 {
		return errShort
	}
	if last && (pos+7)/8 != uint(len(src)) {
		return errors.New("bytes follow the last gap")
	}
	return nil
}
