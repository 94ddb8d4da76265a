package main

import (
	"fmt"
	. "github.com/burstplex/burstplex/neuron/internal/asm/emit"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// sinCos is neuron.sinCos32.
func sinCos(w VecVirtual) (sin, cos VecVirtual) {
	q := ShiftRight(AddInt(w, Bits("eighth_turn", 1<<29)), 30)
	x := Mul(ToFloat(SubInt(w, ShiftLeft(q, 30))), Number("turn", float32(2*3.14159265358979323846/(1<<32))))
	z := Mul(x, x)
	s := Mul(Horner("sin", z, -1.0/5040, 1.0/120, -1.0/6, 1), x)
	c := Horner("cos", z, 1.0/40320, -1.0/720, 1.0/24, -0.5, 1)
	// Odd quarter turns swap sine and cosine; the sine is negative from 2 on, the cosine in 1 and 2.
	odd, upper := ShiftLeft(q, 31), ShiftLeft(q, 30) // bit 31 of upper is the upper bit of q
	swap := Signs(odd)
	sin, cos = Choose(swap, c, s), Choose(swap, s, c)
	sign := Bits("sign", 1<<31)
	return Xor(sin, And(upper, sign)), Xor(cos, And(Xor(upper, odd), sign))
}

// normals emits neuron.normal4 on two vectors of words at a time.
func normals(w Width) {
	name := "normals" + extension(w)
	TEXT(name, NOSPLIT, "func(z *float32, words *uint32, n int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s turns %d n words into as many standard normal numbers.", name, 2*w))
	z, words := Load(Param("z"), GP64()), Load(Param("words"), GP64())
	n := Load(Param("n"), GP64())
	size := 4 * int(w)
	Label("group")
	// Shuffles stay within blocks of four numbers, as do the numbers that a normal number depends on.
	a, b := w.Floats(Mem{Base: words}), Mem{Base: words, Disp: size}
	first, second := w.Vector(), w.Vector()
	VSHUFPS(U8(0x88), b, a, first)
	VSHUFPS(U8(0xdd), b, a, second)
	unit := Mul(Add(ToFloat(ShiftRight(first, 8)), Number("half", 0.5)), Number("two_to_minus_24", 1.0/(1<<24)))
	r := Root(Mul(Log(unit), Number("minus_two", -2)))
	sin, cos := sinCos(second)
	sin, cos = Mul(r, sin), Mul(r, cos)
	lo, hi := w.Vector(), w.Vector()
	VUNPCKLPS(sin, cos, lo)
	VUNPCKHPS(sin, cos, hi)
	VMOVUPS(lo, Mem{Base: z})
	VMOVUPS(hi, Mem{Base: z, Disp: size})
	ADDQ(U32(2*size), words)
	ADDQ(U32(2*size), z)
	DECQ(n)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}

// ornsteinUhlenbeck emits a step of a vector of currents at a time.
func ornsteinUhlenbeck(w Width) {
	name := "fluctuate" + extension(w)
	TEXT(name, NOSPLIT, "func(x, start, end, z *float32, n int, decay, kick, mean float32)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s takes %d n currents through a step with as many normal numbers z, see ornsteinUhlenbeck.fluctuate.", name, w))
	x, start, end := Load(Param("x"), GP64()), Load(Param("start"), GP64()), Load(Param("end"), GP64())
	z, n := Load(Param("z"), GP64()), Load(Param("n"), GP64())
	parameter := func(name string) VecVirtual {
		m, err := Param(name).Resolve()
		if err != nil {
			panic(err)
		}
		y := w.Vector()
		VBROADCASTSS(m.Addr, y)
		return y
	}
	decay, kick, mean := parameter("decay"), parameter("kick"), parameter("mean")
	at := GP64()
	XORQ(at, at)
	Label("group")
	place := func(p Register) Mem { return Mem{Base: p, Index: at, Scale: 1} }
	i := w.Floats(place(x))
	VMOVUPS(Add(Add(i, mean), place(start)), place(start))
	i = Add(Mul(i, decay), Mul(kick, place(z)))
	VMOVUPS(i, place(x))
	VMOVUPS(Add(Add(i, mean), place(end)), place(end))
	ADDQ(U8(4*w), at)
	DECQ(n)
	JNZ(LabelRef("group"))
	VZEROUPPER()
	RET()
}
