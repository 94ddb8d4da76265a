//go:build !amd64 || noasm

package rng

func vector() bool { return false }

func fillVectors(dst []uint32, groups int, k Key, entity, block, stride uint64) {
	panic("rng: no vector code")
}

func fillEachVectors(a, b []uint32, n int, k Key, entities, blocks []uint64) {
	panic("rng: no vector code")
}
