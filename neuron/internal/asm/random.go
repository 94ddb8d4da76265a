package main

import (
	"fmt"
	. "github.com/burstplex/burstplex/neuron/internal/asm/emit"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// Philox4x32-10 on four blocks per register (eight with 512 bits): every 32-bit word has a 64-bit lane, whose upper half is
// whatever the multiplication left there and is never looked at.

// blocks are consecutive blocks on their way through the rounds: a group of four with 256 bits, two groups with 512.
type blocks [4]VecVirtual

const rounds = 10

// philoxKernel emits rng.fillVectors for so many registers of blocks at a time: one's multiplications fill the other's waiting.
func philoxKernel(w Width, count int) {
	groups := count * int(w) / 8
	name := fmt.Sprintf("philox%d%s", groups, extension(w))
	TEXT(name, NOSPLIT, "func(dst *uint32, n int, k0, k1, entity, block, stride uint64)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s fills dst with the words of %d n groups of four blocks of an entity; groups start stride blocks apart.", name, groups))
	dst := Load(Param("dst"), GP64())
	n := Load(Param("n"), GP64())
	parameter := func(name string) Mem {
		m, err := Param(name).Resolve()
		if err != nil {
			panic(err)
		}
		return m.Addr
	}
	broadcast := func(m Mem) VecVirtual { y := w.Vector(); VPBROADCASTQ(m, y); return y }
	p := philox{Width: w, mul0: mul0(), mul1: mul1()}
	p.schedule(parameter("k0"), parameter("k1"))
	next, step := AllocLocal(4*int(w)), AllocLocal(8)
	// Where the registers of blocks start.
	first := broadcast(parameter("block"))
	VPADDQ(quads("first_blocks", 0, 1, 2, 3, 0, 1, 2, 3), first, first)
	by := Load(Param("stride"), GP64())
	if w == 16 {
		second, k := ZMM(), K()
		upper := GP32()
		MOVL(U32(0xf0), upper)
		KMOVB(upper, k)
		VPBROADCASTQ(by, second)
		VPADDQ(second, first, k, first)
		ADDQ(by, by)
		p.mul0, p.mul1 = w.Floats(mul0()), w.Floats(mul1())
	}
	MOVQ(by, step)
	VMOVUPS(first, next)
	Label("groups")
	all := make([]blocks, count)
	for i := range all {
		b := blocks{w.Floats(next), w.Vector(), broadcast(parameter("entity")), w.Vector()}
		VPSRLQ(U8(32), b[0], b[1])
		VPSRLQ(U8(32), b[2], b[3])
		following := broadcast(step)
		VPADDQ(b[0], following, following)
		VMOVUPS(following, next)
		all[i] = b
	}
	for r := range rounds {
		for i := range all {
			all[i] = p.round(all[i], r)
		}
	}
	size := 8 * int(w) // of the words of a register of blocks
	for i, b := range all {
		if to := (Mem{Base: dst, Disp: size * i}); w == 16 {
			b.storeWide(to)
		} else {
			b.store(to)
		}
	}
	ADDQ(U32(size*count), dst)
	DECQ(n)
	JNZ(LabelRef("groups"))
	VZEROUPPER()
	RET()
}

// philox is what the rounds need.
type philox struct {
	Width
	keys       Mem // of all rounds: k0, k1, as wide as a register of 256 bits; one number each with 512
	mul0, mul1 Op
}

func mul0() Mem { return Bits("philox_mul0", 0xD2511F53) }
func mul1() Mem { return Bits("philox_mul1", 0xCD9E8D57) }

// key returns the place of a key of a round.
func (p *philox) key(round, which int) Mem { return p.keys.Offset(p.size() * (2*round + which)) }

func (p *philox) size() int { return map[Width]int{8: 32, 16: 8}[p.Width] }

// schedule computes the keys of all rounds.
func (p *philox) schedule(keys ...Mem) {
	p.keys = AllocLocal(2 * rounds * p.size())
	for which, from := range keys {
		weyl := []uint32{0x9E3779B9, 0xBB67AE85}[which]
		if p.Width == 16 {
			k := GP64()
			MOVQ(from, k)
			for r := range rounds {
				MOVQ(k, p.key(r, which))
				ADDL(U32(weyl), k.As32())
			}
			continue
		}
		k := YMM()
		VPBROADCASTQ(from, k)
		for r := range rounds {
			VMOVDQU(k, p.key(r, which))
			VPADDD(Bits(fmt.Sprintf("philox_weyl%d", which), weyl), k, k)
		}
	}
}

// round is one of the rounds of rng.philox.
func (p *philox) round(b blocks, r int) blocks {
	lo0, lo1 := p.Vector(), p.Vector()
	VPMULUDQ(p.mul0, b[0], lo0)
	VPMULUDQ(p.mul1, b[2], lo1)
	return blocks{p.mix(lo1, b[1], p.key(r, 0)), lo1, p.mix(lo0, b[3], p.key(r, 1)), lo0}
}

// mix returns the upper half of a product, word and key, combined by exclusive or.
func (p *philox) mix(product, word VecVirtual, key Mem) VecVirtual {
	y := p.Vector()
	VPSRLQ(U8(32), product, y)
	if p.Width == 16 {
		const xor3 = 0x96
		VPTERNLOGQ_BCST(U8(xor3), key, word, y)
		return y
	}
	VPXOR(word, y, y)
	VPXOR(key, y, y)
	return y
}

// store writes the sixteen words of four blocks, block by block.
func (g blocks) store(to Mem) {
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

// storeWide writes the words of eight blocks, block by block.
func (g blocks) storeWide(to Mem) {
	// both permutes 32 numbers of two registers; the second is 16 and more.
	both := func(name string, a, b VecVirtual, index func(i uint32) uint32) VecVirtual {
		var x []uint32
		for i := range uint32(16) {
			x = append(x, index(i))
		}
		y := Width(16).Floats(Table(name, x...))
		VPERMI2D(b, a, y)
		return y
	}
	pairs := func(i uint32) uint32 { return i&^1 | i&1<<4 } // word of a, word of b, alternately
	a, b := both("philox_pairs", g[0], g[1], pairs), both("philox_pairs", g[2], g[3], pairs)
	half := func(from uint32) func(i uint32) uint32 { // two words of a, two of b, alternately, from word from on
		return func(i uint32) uint32 { return from + i/4*2 + i&1 + i&2<<3 }
	}
	VMOVDQU32(both("philox_lower", a, b, half(0)), to)
	VMOVDQU32(both("philox_upper", a, b, half(8)), to.Offset(64))
}

// quads returns 64-bit numbers in read-only memory.
func quads(name string, x ...uint64) Mem {
	var words []uint32
	for _, v := range x {
		words = append(words, uint32(v), uint32(v>>32))
	}
	return Table(name, words...)
}
