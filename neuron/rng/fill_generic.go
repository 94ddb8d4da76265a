//go:build !amd64 || noasm

package rng

func vector() bool { return false }

func fillPairs(dst []uint32, pairs int, k Key, entity, block, stride uint64) {
	panic("rng: no vector code")
}
