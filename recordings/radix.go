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
	count [1 << radixBits]uint32
}

// radixBits is the widest digit: its counters (8 KiB) fit the first cache beside the data that streams by.
const radixBits = 11

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
	passes := (hi - lo + radixBits - 1) / radixBits
	if cap(s.tmp) < len(keys) {
		s.tmp = make([]key, len(keys), cap(keys))
	}
	src, dst := keys, s.tmp[:len(keys)]
	for p := uint(0); p < passes; p++ {
		from, to := lo+(hi-lo)*p/passes, lo+(hi-lo)*(p+1)/passes
		mask := uint64(1)<<(to-from) - 1
		count := s.count[:mask+1]
		clear(count)
		for _, k := range src {
			count[k>>(from&63)&mask]++
		}
		sum := uint32(0)
		for i, n := range count {
			count[i] = sum
			sum += n
		}
		for _, k := range src {
			c := &count[k>>(from&63)&mask]
			dst[*c] = k
			*c++
		}
		src, dst = dst, src
	}
	s.tmp = dst[:0]
	return src
}
