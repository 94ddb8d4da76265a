package synapse

import (
	"math/bits"
	"unsafe"

	"github.com/burstplex/burstplex/synapse/arena"
)

// sorter brings the synapses of a shard, which come in the order of the connector, into the order of their rows. It
// deals them out to buckets of consecutive rows and then sorts each bucket by counting: the rows and synapses of one
// bucket fit into the caches, those of a shard do not.
//
//	bucket 0, rows 0..4095       chunk -> chunk -> chunk
//	bucket 1, rows 4096..8191    chunk -> chunk
//	...
type sorter struct {
	weights bool
	shift   uint // rows of a bucket, as a power of two
	buckets []bucket
	free    *chunk
	// memory of chunks, each given back as soon as its synapses have their places; nil: kept for the next shard
	blocks *arena.Blocks
	next   []uint32 // place of the next synapse of each row of a bucket
}

type bucket struct{ head, tail *chunk }

// chunk holds some synapses of a bucket in the order in which they came.
type chunk struct {
	after  *chunk
	weight *[chunkSize]float32 // nil if all weights are equal
	n      int
	key    *[chunkSize]uint32 // row within the bucket in the upper half, target within the shard in the lower half
}

const (
	chunkSize = 1024
	// A bucket has about so many rows and synapses, if that makes no more buckets than the caches have lines to write to
	// (BenchmarkBuild).
	bucketSize  = 8192
	mostBuckets = 512
)

// begin empties the sorter for a shard with so many rows and about so many synapses.
func (s *sorter) begin(rows int, synapses float64) {
	wanted := min(mostBuckets, max(rows, int(synapses))/bucketSize+1)
	s.shift = min(16, uint(bits.Len(uint((rows+wanted-1)/wanted-1))))
	s.buckets = append(s.buckets[:0], make([]bucket, (rows-1)>>s.shift+1)...)
	if size := 1 << s.shift; cap(s.next) < size {
		s.next = make([]uint32, size)
	}
	s.next = s.next[:1<<s.shift]
}

// put adds a synapse and returns where its weight goes.
func (s *sorter) put(row uint32, target uint16) (c *chunk, k int) {
	b := &s.buckets[row>>s.shift]
	c = b.tail
	if c == nil || c.n == chunkSize {
		c = s.grow(b)
	}
	k = c.n
	c.key[k&(chunkSize-1)] = (row&(1<<s.shift-1))<<16 | uint32(target)
	c.n++
	return c, k
}

// grow appends an empty chunk to a bucket.
func (s *sorter) grow(b *bucket) *chunk {
	c := s.free
	if c == nil {
		c = s.newChunk()
	} else {
		s.free = c.after
	}
	c.after, c.n = nil, 0
	if b.tail == nil {
		b.head = c
	} else {
		b.tail.after = c
	}
	b.tail = c
	return c
}

// chunkBytes returns the memory of a chunk.
func chunkBytes(weights bool) int {
	if weights {
		return 8 * chunkSize
	}
	return 4 * chunkSize
}

// newChunk makes memory for one.
func (s *sorter) newChunk() *chunk {
	c := &chunk{}
	switch {
	case s.blocks != nil:
		block := s.blocks.Make()
		c.key = (*[chunkSize]uint32)(block)
		if s.weights {
			c.weight = (*[chunkSize]float32)(unsafe.Add(block, 4*chunkSize))
		}
	default:
		c.key = new([chunkSize]uint32)
		if s.weights {
			c.weight = new([chunkSize]float32)
		}
	}
	return c
}

// drop gives the chunks of a bucket back, or keeps them for the next shard.
func (s *sorter) drop(b *bucket) {
	switch {
	case s.blocks != nil:
		for c := b.head; c != nil; c = c.after {
			s.blocks.Drop(unsafe.Pointer(c.key))
		}
		b.head, b.tail = nil, nil
	case b.tail != nil:
		b.tail.after, s.free = s.free, b.head
	}
}

// synapses returns how many there are.
func (s *sorter) synapses() (n uint64) {
	for _, b := range s.buckets {
		for c := b.head; c != nil; c = c.after {
			n += uint64(c.n)
		}
	}
	return n
}

// fill writes the rows and keeps the chunks for the next shard.
func (s *sorter) fill(r *rows) {
	place := uint32(0)
	last := len(r.first) - 1
	for i := range s.buckets {
		b := &s.buckets[i]
		clear(s.next)
		for c := b.head; c != nil; c = c.after {
			for _, key := range c.key[:c.n] {
				s.next[key>>16]++
			}
		}
		lo := i << s.shift
		first := r.first[lo:min(lo+len(s.next), last)]
		for row := range first {
			first[row] = place
			place, s.next[row] = place+s.next[row], place
		}
		for c := b.head; c != nil; c = c.after {
			for k, key := range c.key[:c.n] {
				p := &s.next[key>>16]
				weight := float32(0)
				if c.weight != nil {
					weight = c.weight[k]
				}
				r.put(*p, uint16(key), weight)
				*p++
			}
		}
		s.drop(b)
	}
	r.first[last] = place
}
