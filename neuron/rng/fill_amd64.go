//go:build !noasm

package rng

import "golang.org/x/sys/cpu"

func vector() bool { return cpu.X86.HasAVX2 }

func fillPairs(dst []uint32, pairs int, k Key, entity, block, stride uint64) {
	philoxAVX2(&dst[0], pairs, uint64(k.k0), uint64(k.k1), entity, block, stride)
}
