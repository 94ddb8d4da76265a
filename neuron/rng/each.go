package rng

// FillEach writes the words of one block of each of many entities: the first two words of block blocks[i] of entity
// entities[i] into a[2i:], the other two into b[2i:]. It gives what Block gives, many at a time where the processor
// can. All four slices must be long enough.
func (k Key) FillEach(a, b []uint32, entities, blocks []uint64) {
	done := 0
	if n := len(entities) / 8; n > 0 && vector() {
		fillEachVectors(a, b, n, k, entities, blocks)
		done = 8 * n
	}
	for i := done; i < len(entities); i++ {
		w := k.Block(entities[i], blocks[i])
		a[2*i], a[2*i+1], b[2*i], b[2*i+1] = w[0], w[1], w[2], w[3]
	}
}
