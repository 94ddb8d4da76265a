package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// Philox4x32-10 on four blocks per register: every 32-bit word has a 64-bit lane, whose upper half is whatever the
// multiplication left there and is never looked at.

// group is four consecutive blocks on their way through the rounds.
type group [4]VecVirtual

// philoxKernel emits rng.Key.fill: pairs of groups, so that one's multiplications fill the other's waiting.
func philoxKernel() {
	TEXT("philoxAVX2", NOSPLIT, "func(dst *uint32, pairs int, k0, k1, entity, block, stride uint64)")
	Pragma("noescape")
	Doc("philoxAVX2 fills dst with the words of pairs of groups of four blocks of an entity; groups start stride blocks apart.")
	dst := Load(Param("dst"), GP64())
	pairs := Load(Param("pairs"), GP64())
	broadcast := func(name string) VecVirtual {
		m, err := Param(name).Resolve()
		if err != nil {
			panic(err)
		}
		y := YMM()
		VPBROADCASTQ(m.Addr, y)
		return y
	}
	stride, block := broadcast("stride"), broadcast("block")
	VPADDQ(quads("first_blocks", 0, 1, 2, 3), block, block)
	mul0, mul1 := load(bits("philox_mul0", 0xD2511F53)), load(bits("philox_mul1", 0xCD9E8D57))
	Label("pair")
	var groups [2]group
	for i := range groups {
		g := group{YMM(), YMM(), broadcast("entity"), YMM()}
		VMOVDQA(block, g[0])
		VPSRLQ(U8(32), block, g[1])
		VPSRLQ(U8(32), g[2], g[3])
		groups[i] = g
		VPADDQ(stride, block, block)
	}
	k0, k1 := broadcast("k0"), broadcast("k1")
	for range 10 {
		for i := range groups {
			groups[i] = groups[i].round(mul0, mul1, k0, k1)
		}
		VPADDD(bits("philox_weyl0", 0x9E3779B9), k0, k0)
		VPADDD(bits("philox_weyl1", 0xBB67AE85), k1, k1)
	}
	for i, g := range groups {
		g.store(Mem{Base: dst, Disp: 64 * i})
	}
	ADDQ(U8(128), dst)
	DECQ(pairs)
	JNZ(LabelRef("pair"))
	VZEROUPPER()
	RET()
}

// round is one of the ten rounds of rng.philox.
func (g group) round(mul0, mul1, k0, k1 VecVirtual) group {
	p0, p1 := YMM(), YMM()
	VPMULUDQ(g[0], mul0, p0)
	VPMULUDQ(g[2], mul1, p1)
	hi0, hi1 := YMM(), YMM()
	VPSRLQ(U8(32), p0, hi0)
	VPSRLQ(U8(32), p1, hi1)
	VPXOR(g[1], hi1, hi1)
	VPXOR(k0, hi1, hi1)
	VPXOR(g[3], hi0, hi0)
	VPXOR(k1, hi0, hi0)
	return group{hi1, p1, hi0, p0}
}

// store writes the sixteen words, block by block.
func (g group) store(to Mem) {
	join := func(lo, hi VecVirtual) VecVirtual {
		y := YMM()
		VPSLLQ(U8(32), hi, y)
		VPBLENDD(U8(0xaa), y, lo, y)
		return y
	}
	a, b := join(g[0], g[1]), join(g[2], g[3])
	even, odd := YMM(), YMM() // blocks 0 and 2, 1 and 3
	VPUNPCKLQDQ(b, a, even)
	VPUNPCKHQDQ(b, a, odd)
	y := YMM()
	VPERM2I128(U8(0x20), odd, even, y)
	VMOVDQU(y, to)
	VPERM2I128(U8(0x31), odd, even, y)
	VMOVDQU(y, to.Offset(32))
}

// quads returns four 64-bit numbers in read-only memory.
func quads(name string, x ...uint64) Mem {
	m := GLOBL(name, RODATA|NOPTR)
	for i, v := range x {
		DATA(8*i, U64(v))
	}
	return m
}
