package main

import (
	. "github.com/burstplex/burstplex/neuron/internal/asm/emit"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// philoxEachKernel emits rng.FillEach for eight blocks at a time: as philoxKernel, but every lane has a counter of its own.
func philoxEachKernel() {
	TEXT("philoxEachAVX2", NOSPLIT, "func(a, b *uint32, n int, keys *uint32, entities, blocks *uint64)")
	Pragma("noescape")
	Doc("philoxEachAVX2 writes the words of one block of each of 8 n entities: the first two into a, the others into b.")
	a, b := Load(Param("a"), GP64()), Load(Param("b"), GP64())
	n := Load(Param("n"), GP64())
	keys := Load(Param("keys"), GP64())
	entities, numbers := Load(Param("entities"), GP64()), Load(Param("blocks"), GP64())
	// Keys of the rounds in all lanes.
	spread := AllocLocal(2 * rounds * 32)
	for i := range 2 * rounds {
		y := YMM()
		VPBROADCASTD(Mem{Base: keys, Disp: 4 * i}, y)
		VMOVDQU(y, spread.Offset(32*i))
	}
	p := philox{Width: 8, keys: spread, mul0: mul0(), mul1: mul1()}
	Label("eight")
	groups := make([]blocks, 2)
	for i := range groups {
		g := blocks{Floats(Mem{Base: numbers, Disp: 32 * i}), YMM(), Floats(Mem{Base: entities, Disp: 32 * i}), YMM()}
		VPSRLQ(U8(32), g[0], g[1])
		VPSRLQ(U8(32), g[2], g[3])
		groups[i] = g
	}
	for r := range rounds {
		for i := range groups {
			groups[i] = p.round(groups[i], r)
		}
	}
	for i, g := range groups {
		for half, to := range []Register{a, b} {
			y := YMM()
			VPSLLQ(U8(32), g[2*half+1], y)
			VPBLENDD(U8(0xaa), y, g[2*half], y)
			VMOVDQU(y, Mem{Base: to, Disp: 32 * i})
		}
	}
	for _, p := range []Register{a, b, entities, numbers} {
		ADDQ(U8(64), p)
	}
	DECQ(n)
	JNZ(LabelRef("eight"))
	VZEROUPPER()
	RET()
}
