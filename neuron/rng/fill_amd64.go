//go:build !noasm

package rng

import "golang.org/x/sys/cpu"

func vector() bool { return cpu.X86.HasAVX2 }

func wide() bool { return cpu.X86.HasAVX512F && cpu.X86.HasAVX512DQ }

// fillVectors is FillGroups for at least two groups.
func fillVectors(dst []uint32, groups int, k Key, entity, block, stride uint64) {
	if wide() && groups >= 4 {
		fillWide(dst, groups, k, entity, block, stride)
	} else {
		fillNarrow(dst, groups, k, entity, block, stride)
	}
}

// fillWide fills at least four groups: by eights, then four; then the last four, some of them once more.
func fillWide(dst []uint32, groups int, k Key, entity, block, stride uint64) {
	eights := groups / 8
	if eights > 0 {
		philox8AVX512(&dst[0], eights, uint64(k.k0), uint64(k.k1), entity, block, stride)
	}
	for done := eights * 8; done < groups; done += 4 {
		at := min(done, groups-4)
		philox4AVX512(&dst[at*GroupWords], 1, uint64(k.k0), uint64(k.k1), entity, block+uint64(at)*stride, stride)
	}
}

// fillNarrow fills at least two groups: by threes, the last two or four by twos.
func fillNarrow(dst []uint32, groups int, k Key, entity, block, stride uint64) {
	twos := (3 - groups%3) % 3
	if threes := (groups - 2*twos) / 3; threes > 0 {
		philox3AVX2(&dst[0], threes, uint64(k.k0), uint64(k.k1), entity, block, stride)
	}
	if twos > 0 {
		at := groups - 2*twos
		philox2AVX2(&dst[at*GroupWords], twos, uint64(k.k0), uint64(k.k1), entity, block+uint64(at)*stride, stride)
	}
}

// fillEachVectors is FillEach for 8 n entities.
func fillEachVectors(a, b []uint32, n int, k Key, entities, blocks []uint64) {
	keys := k.Schedule()
	_, _, _, _ = a[16*n-1], b[16*n-1], entities[8*n-1], blocks[8*n-1]
	philoxEachAVX2(&a[0], &b[0], n, &keys[0], &entities[0], &blocks[0])
}
