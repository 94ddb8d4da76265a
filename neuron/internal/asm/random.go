package main

import (
	"fmt"
	. "github.com/burstplex/burstplex/neuron/internal/asm/emit"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// Philox4x32-10 on four blocks per register: every 32-bit word has a 64-bit lane, whose upper half is whatever the
// multiplication left there and is never looked at.

// group is four consecutive blocks on their way through the rounds.
type group [4]VecVirtual

// philoxKernel emits rng.fillVectors for so many groups at a time: one's multiplications fill the other's waiting. Three
// groups occupy the registers, two suit short requests.
func philoxKernel(name string, count int) {
	TEXT(name, NOSPLIT, "func(dst *uint32, n int, k0, k1, entity, block, stride uint64)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s fills dst with the words of %d n groups of four blocks of an entity; groups start stride blocks apart.", name, count))
	dst := Load(Param("dst"), GP64())
	n := Load(Param("n"), GP64())
	parameter := func(name string) Mem {
		m, err := Param(name).Resolve()
		if err != nil {
			panic(err)
		}
		return m.Addr
	}
	broadcast := func(m Mem) VecVirtual { y := YMM(); VPBROADCASTQ(m, y); return y }
	// The keys of all rounds, and the block of the next group.
	keys, next := AllocLocal(2*rounds*32), AllocLocal(32)
	for i, name := range []string{"k0", "k1"} {
		k := broadcast(parameter(name))
		for r := range rounds {
			VMOVDQU(k, keys.Offset(32*(2*r+i)))
			VPADDD(Bits("philox_weyl"+name, []uint32{0x9E3779B9, 0xBB67AE85}[i]), k, k)
		}
	}
	first := broadcast(parameter("block"))
	VPADDQ(quads("first_blocks", 0, 1, 2, 3), first, first)
	VMOVDQU(first, next)
	Label("groups")
	groups := make([]group, count)
	for i := range groups {
		g := group{Floats(next), YMM(), broadcast(parameter("entity")), YMM()}
		VPSRLQ(U8(32), g[0], g[1])
		VPSRLQ(U8(32), g[2], g[3])
		following := broadcast(parameter("stride"))
		VPADDQ(g[0], following, following)
		VMOVDQU(following, next)
		groups[i] = g
	}
	for r := range rounds {
		for i := range groups {
			groups[i] = groups[i].round(keys.Offset(64*r), keys.Offset(64*r+32))
		}
	}
	for i, g := range groups {
		g.store(Mem{Base: dst, Disp: 64 * i})
	}
	ADDQ(U32(64*count), dst)
	DECQ(n)
	JNZ(LabelRef("groups"))
	VZEROUPPER()
	RET()
}

const rounds = 10

// round is one of the rounds of rng.philox.
func (g group) round(k0, k1 Mem) group {
	VPMULUDQ(Bits("philox_mul0", 0xD2511F53), g[0], g[0])
	VPMULUDQ(Bits("philox_mul1", 0xCD9E8D57), g[2], g[2])
	hi := YMM()
	VPSRLQ(U8(32), g[2], hi)
	VPXOR(g[1], hi, g[1])
	VPXOR(k0, g[1], g[1])
	hi = YMM()
	VPSRLQ(U8(32), g[0], hi)
	VPXOR(g[3], hi, g[3])
	VPXOR(k1, g[3], g[3])
	return group{g[1], g[2], g[3], g[0]}
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

// quads returns 64-bit numbers in read-only memory.
func quads(name string, x ...uint64) Mem {
	var words []uint32
	for _, v := range x {
		words = append(words, uint32(v), uint32(v>>32))
	}
	return Table(name, words...)
}
