package sim

import (
	"math/bits"
	"slices"
)

// order sorts the spikes of a window, as numbers. Their times are spread over the window: as many buckets of time
// as there are spikes hold one each, and what is left to compare costs next to nothing. Where all of them have the
// times of a few steps, they come in long ascending stretches from the shards, which the library's sort merges or
// finds in order.
type order struct {
	sorted []uint64
	ends   []uint32 // of the buckets
}

const (
	// fewKeys are sorted faster as they are than in buckets, and so is a bucket of so many.
	fewKeys = 12
	// mostBucketBits keeps the ends of the buckets within the second cache.
	mostBucketBits = 16
)

// sort returns keys below 2^width in ascending order, in memory of its own or in theirs.
func (o *order) sort(keys []uint64, width int) []uint64 {
	if len(keys) <= fewKeys {
		slices.Sort(keys)
		return keys
	}
	shift := max(0, width-min(bits.Len(uint(len(keys))), mostBucketBits))
	o.sorted = slices.Grow(o.sorted[:0], len(keys))[:len(keys)]
	buckets := 1 << (width - shift)
	o.ends = slices.Grow(o.ends[:0], buckets)[:buckets]
	clear(o.ends)
	for _, k := range keys {
		o.ends[k>>shift]++
	}
	start := uint32(0)
	for b, n := range o.ends {
		o.ends[b] = start
		start += n
	}
	for _, k := range keys {
		end := &o.ends[k>>shift]
		o.sorted[*end] = k
		*end++
	}
	start = 0
	for _, end := range o.ends {
		sortBucket(o.sorted[start:end])
		start = end
	}
	return o.sorted
}

// sortBucket sorts by insertion what is short.
func sortBucket(keys []uint64) {
	if len(keys) > fewKeys {
		slices.Sort(keys)
		return
	}
	for i := 1; i < len(keys); i++ {
		k, j := keys[i], i
		for ; j > 0 && keys[j-1] > k; j-- {
			keys[j] = keys[j-1]
		}
		keys[j] = k
	}
}
