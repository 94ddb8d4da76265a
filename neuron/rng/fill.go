package rng

// Fill writes the words of consecutive blocks of an entity, from block on, into dst, whose length is a multiple of
// 4. It gives what Block gives, many at a time where the processor can.
func (k Key) Fill(dst []uint32, entity, block uint64) {
	n := len(dst) / GroupWords * GroupWords
	k.FillGroups(dst[:n], entity, block, GroupWords/4)
	for block += uint64(n) / 4; n < len(dst); block++ {
		w := k.Block(entity, block)
		n += copy(dst[n:n+4], w[:])
	}
}

// GroupWords is the number of words in a group of FillGroups: four blocks.
const GroupWords = 16

// FillGroups writes the words of groups of four blocks of an entity into dst, the first group from block on and each
// other stride blocks after the one before.
func (k Key) FillGroups(dst []uint32, entity, block, stride uint64) {
	if groups := len(dst) / GroupWords; groups > 1 && vector() {
		fillVectors(dst, groups, k, entity, block, stride)
		return
	}
	for ; len(dst) > 0; block += stride {
		for j := range uint64(4) {
			w := k.Block(entity, block+j)
			copy(dst[4*j:][:4], w[:])
		}
		dst = dst[GroupWords:]
	}
}
