package rng

// Fill writes the words of consecutive blocks of an entity, from block on, into dst, whose length is a multiple of 4. It
// gives what Block gives, several at a time where the processor can.
func (k Key) Fill(dst []uint32, entity, block uint64) {
	if pairs := len(dst) / pairWords; pairs > 0 && vector() {
		fillPairs(dst, pairs, k, entity, block, 4)
		dst, block = dst[pairs*pairWords:], block+uint64(pairs)*pairWords/4
	}
	for ; len(dst) > 0; block++ {
		w := k.Block(entity, block)
		copy(dst[:4], w[:])
		dst = dst[4:]
	}
}

// FillGroups writes the words of groups of four blocks of an entity into dst, 16 words each, the first group from block
// on and each other stride blocks after the one before.
func (k Key) FillGroups(dst []uint32, entity, block, stride uint64) {
	if pairs := len(dst) / pairWords; pairs > 0 && vector() {
		fillPairs(dst, pairs, k, entity, block, stride)
		dst, block = dst[pairs*pairWords:], block+uint64(2*pairs)*stride
	}
	for ; len(dst) > 0; block += stride {
		for j := range uint64(4) {
			w := k.Block(entity, block+j)
			copy(dst[4*j:][:4], w[:])
		}
		dst = dst[GroupWords:]
	}
}

const (
	// GroupWords is the number of words in a group of FillGroups.
	GroupWords = 16
	pairWords  = 2 * GroupWords // what the vector code makes at a time
)
