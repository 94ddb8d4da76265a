package recordings

import "slices"

// A key is a spike in 64 bits, so that sorting moves one word: time in units of the resolution since the start of
// its frame, then the ID, then two bits of label. The number of bits below the time, shift, is fixed for a file.
//
//	| time | ID | kind |
//	63  shift   2      0
type key = uint64

const kindBits = 2

// radix is a stable sort of keys by a field of bits; it keeps its memory.
type radix struct {
	tmp   []key
	digit []digit // from the lowest
}

// digit is a part of the field.
type digit struct {
	from  uint // bit
	mask  uint64
	count [1 << radixBits]uint32 // keys with each value, then where the next one goes
}

// radixBits is the widest digit: its counters (8 KiB) fit the first cache beside the data that streams by.
const radixBits = 11

func (d *digit) of(k key) uint64 { return k >> (d.from & 63) & d.mask & (1<<radixBits - 1) }

// tally counts the keys of each value.
func (d *digit) tally(keys []key) {
	for _, k := range keys {
		d.count[d.of(k)]++
	}
}

// tally2 counts two digits while the keys pass by once. It is not inlined, nor is scatter: in a function of its own the
// loop keeps its variables in registers.
//
//go:noinline
func tally2(d, e *digit, keys []key) {
	for _, k := range keys {
		d.count[d.of(k)]++
		e.count[e.of(k)]++
	}
}

// scatter moves keys to their places by this digit.
//
//go:noinline
func (d *digit) scatter(dst, src []key) {
	sum := uint32(0)
	for i, n := range d.count[:d.mask+1] {
		d.count[i] = sum
		sum += n
	}
	for _, k := range src {
		c := &d.count[d.of(k)]
		dst[*c] = k
		*c++
	}
}

// sort orders keys by the bits from lo to hi. The result is in keys or in the sorter's own memory, which then takes
// keys in exchange: use what is returned, and no longer what was passed.
func (s *radix) sort(keys []key, lo, hi uint) []key {
	if len(keys) < 64 {
		mask := uint64(1)<<hi - uint64(1)<<lo
		slices.SortStableFunc(keys, func(a, b key) int {
			switch a, b := a&mask, b&mask; {
			case a < b:
				return -1
			case a > b:
				return 1
			}
			return 0
		})
		return keys
	}
	if cap(s.tmp) < len(keys) {
		s.tmp = make([]key, len(keys), cap(keys))
	}
	src, dst := keys, s.tmp[:len(keys)]
	digits := s.digits(lo, hi)
	for p := 0; p < len(digits); p += 2 {
		if p+1 < len(digits) {
			tally2(&digits[p], &digits[p+1], src)
		} else {
			digits[p].tally(src)
		}
	}
	for p := range digits {
		digits[p].scatter(dst, src)
		src, dst = dst, src
	}
	s.tmp = dst[:0]
	return src
}

// digits cuts the field into digits of about equal width and clears their counters.
func (s *radix) digits(lo, hi uint) []digit {
	n := int(hi-lo+radixBits-1) / radixBits
	for len(s.digit) < n {
		s.digit = append(s.digit, digit{})
	}
	for p := range n {
		d := &s.digit[p]
		d.from = lo + (hi-lo)*uint(p)/uint(n)
		d.mask = 1<<(lo+(hi-lo)*uint(p+1)/uint(n)-d.from) - 1
		clear(d.count[:d.mask+1])
	}
	return s.digit[:n]
}
