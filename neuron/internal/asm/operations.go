package main

import (
	. "github.com/burstplex/burstplex/neuron/internal/asm/emit"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// operations are the kernels of package equations: one operation on rows of numbers each.
func operations() {
	for _, w := range []Width{8, 16} {
		number := func(name string, x float32) VecVirtual { return w.Floats(Number(name, x)) }
		row("add", w, 2, func(x []VecVirtual) VecVirtual { return Add(x[0], x[1]) })
		row("sub", w, 2, func(x []VecVirtual) VecVirtual { return Sub(x[0], x[1]) })
		row("mul", w, 2, func(x []VecVirtual) VecVirtual { return Mul(x[0], x[1]) })
		row("div", w, 2, func(x []VecVirtual) VecVirtual { return Div(x[0], x[1]) })
		row("lower", w, 2, func(x []VecVirtual) VecVirtual { return Min(x[0], x[1]) })
		row("upper", w, 2, func(x []VecVirtual) VecVirtual { return Max(x[0], x[1]) })
		row("less", w, 2, func(x []VecVirtual) VecVirtual { return Keep(Compare(x[0], x[1], Less), number("one", 1)) })
		row("choose", w, 3, func(x []VecVirtual) VecVirtual { return Choose(Compare(x[0], w.Zero(), NotEqual), x[1], x[2]) })
		row("mulAdd", w, 3, func(x []VecVirtual) VecVirtual { return Add(Mul(x[0], x[1]), x[2]) })
		row("mulSub", w, 3, func(x []VecVirtual) VecVirtual { return Sub(Mul(x[0], x[1]), x[2]) })
		row("subMul", w, 3, func(x []VecVirtual) VecVirtual { return Sub(x[2], Mul(x[0], x[1])) })
		row("neg", w, 1, func(x []VecVirtual) VecVirtual { return Xor(x[0], Bits("sign", 1<<31)) })
		row("absolute", w, 1, func(x []VecVirtual) VecVirtual { return Absolute(x[0]) })
		row("root", w, 1, func(x []VecVirtual) VecVirtual { return Root(x[0]) })
		row("fade", w, 1, func(x []VecVirtual) VecVirtual {
			return Keep(Compare(Absolute(x[0]), Number("faint", 1e-20), NotLess), x[0])
		})
		row("exponential", w, 1, func(x []VecVirtual) VecVirtual { return Exp(x[0]) })
		row("exprel", w, 1, func(x []VecVirtual) VecVirtual {
			near := Horner("exprel", x[0], 1.0/40320, 1.0/5040, 1.0/720, 1.0/120, 1.0/24, 1.0/6, 1.0/2, 1)
			far := Div(Sub(Exp(x[0]), Number("one", 1)), x[0])
			return Choose(Compare(Absolute(x[0]), Number("half", 0.5), Greater), far, near)
		})
	}
}

// row emits an operation on n vectors of each of so many rows; the others are not read.
func row(name string, w Width, operands int, op func(x []VecVirtual) VecVirtual) {
	TEXT(name+"Rows"+extension(w), NOSPLIT, "func(d, a, b, c *float32, n int)")
	Pragma("noescape")
	Doc(name + "Rows" + extension(w) + " does for n vectors what run does for numbers, for one operation.")
	to := Load(Param("d"), GP64())
	from := []Mem{}
	for _, name := range []string{"a", "b", "c"}[:operands] {
		from = append(from, Mem{Base: Load(Param(name), GP64())})
	}
	n := Load(Param("n"), GP64())
	Label("next")
	var x []VecVirtual
	for _, m := range from {
		x = append(x, w.Floats(m))
	}
	VMOVUPS(op(x), Mem{Base: to})
	size := U8(4 * w)
	ADDQ(size, to)
	for _, m := range from {
		ADDQ(size, m.Base)
	}
	DECQ(n)
	JNZ(LabelRef("next"))
	VZEROUPPER()
	RET()
}
