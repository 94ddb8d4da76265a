package main

import (
	. "github.com/burstplex/burstplex/neuron/internal/asm/emit"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// scanKernel emits the vector part of neuron.scan, 32 numbers at a time. Without their signs, floats are ordered as the integers of the
// same bits are, and what is not a number is above all that are.
func scanKernel() {
	TEXT("scanAVX2", NOSPLIT, "func(x *float32, n int, limit uint32) bool")
	Pragma("noescape")
	Doc("scanAVX2 returns whether all of 32 n numbers, n at least 1, lie within a limit, given by its bits.")
	x, n := Load(Param("x"), GP64()), Load(Param("n"), GP64())
	limit, sign, most := YMM(), YMM(), YMM()
	first := XMM()
	VMOVD(Load(Param("limit"), GP32()), first)
	VPBROADCASTD(first, limit)
	VMOVDQU(Bits("absolute", 1<<31-1), sign)
	VMOVDQA(limit, most)
	Label("more")
	for k := range 4 {
		y := YMM()
		VPAND(Mem{Base: x}.Offset(32*k), sign, y)
		VPMAXUD(y, most, most)
	}
	ADDQ(U32(128), x)
	DECQ(n)
	JNZ(LabelRef("more"))
	VPXOR(limit, most, most) // 0 where nothing was above
	VPTEST(most, most)
	within := GP8()
	SETEQ(within)
	VZEROUPPER()
	Store(within, ReturnIndex(0))
	RET()
}
