//go:build !noasm

package rng

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Vectors of either width give the same words.
func TestWidthsAgree(t *testing.T) {
	if !wide() {
		t.Skip("the processor has one width")
	}
	k, r := New(5, "fill"), rand.New(rand.NewPCG(1, 2))
	for groups := 4; groups < 40; groups++ {
		entity, block, stride := r.Uint64(), r.Uint64(), r.Uint64N(1<<40)
		a, b := make([]uint32, groups*GroupWords), make([]uint32, groups*GroupWords)
		fillWide(a, groups, k, entity, block, stride)
		fillNarrow(b, groups, k, entity, block, stride)
		if !slices.Equal(a, b) {
			t.Fatalf("%d groups differ", groups)
		}
	}
}
