package main

import (
	. "github.com/burstplex/burstplex/neuron/internal/asm/emit"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
)

// scanKernel emits neuron.scan for 16 numbers at a time.
func scanKernel() {
	TEXT("scanAVX2", NOSPLIT, "func(x *float32, n int, limit float32) int")
	Pragma("noescape")
	Doc("scanAVX2 returns how many of 16 n numbers, n at least 1, come in whole groups of 16 before one that is not a number or beyond a limit.")
	x, n := Load(Param("x"), GP64()), Load(Param("n"), GP64())
	limit, sign := YMM(), YMM()
	VBROADCASTSS(NewParamAddr("limit", 16), limit)
	VMOVUPS(Bits("absolute", 1<<31-1), sign)
	done := GP64()
	XORQ(done, done)
	Label("sixteen")
	at := Mem{Base: x, Index: done, Scale: 4}
	a := Compare(And(sign, at), limit, NotLessEqual)
	b := Compare(And(sign, at.Offset(32)), limit, NotLessEqual)
	bits := GP32()
	VMOVMSKPS(Either(a, b), bits)
	TESTL(bits, bits)
	JNZ(LabelRef("beyond"))
	ADDQ(U8(16), done)
	DECQ(n)
	JNZ(LabelRef("sixteen"))
	Label("beyond")
	VZEROUPPER()
	Store(done, ReturnIndex(0))
	RET()
}
