package main

import (
	. "github.com/burstplex/burstplex/neuron/internal/asm/emit"
	"unsafe"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// shift returns the 32-bit numbers of a register shifted to the right by n bits, with zeros from the left.
func shift(n uint8, a VecVirtual) VecVirtual { y := YMM(); VPSRLD(U8(n), a, y); return y }

func addInt(a VecVirtual, b Op) VecVirtual { y := YMM(); VPADDD(b, a, y); return y }
func subInt(a VecVirtual, b Op) VecVirtual { y := YMM(); VPSUBD(b, a, y); return y }
func mulInt(a VecVirtual, b Op) VecVirtual { y := YMM(); VPMULLD(b, a, y); return y }

func toFloat(a VecVirtual) VecVirtual { y := YMM(); VCVTDQ2PS(a, y); return y }
func toInt(a VecVirtual) VecVirtual   { y := YMM(); VCVTTPS2DQ(a, y); return y }

// horner evaluates a polynomial, highest coefficient first.
func horner(name string, z VecVirtual, c ...float32) VecVirtual {
	p := Floats(Number(name+"0", c[0]))
	for i, x := range c[1:] {
		p = Add(Mul(p, z), Number(name+string(rune('1'+i)), x))
	}
	return p
}

// log is numeric.Log32.
func log(x VecVirtual) VecVirtual {
	e := YMM()
	VPSRAD(U8(23), subInt(x, Bits("sqrt_half", 0x3f3504f3)), e)
	scale := YMM()
	VPSLLD(U8(23), e, scale)
	m := subInt(x, scale)
	s := Div(Sub(m, Number("one", 1)), Add(m, Number("one", 1)))
	z := Mul(s, s)
	p := horner("log", z, 0.14285715, 0.2, 0.33333334)
	f := Mul(s, Number("two", 2))
	return Add(Mul(toFloat(e), Number("ln2", 0.6931472)), Add(Mul(Mul(f, z), p), f))
}

// sinCos is neuron.sinCos32.
func sinCos(w VecVirtual) (sin, cos VecVirtual) {
	q := shift(30, addInt(w, Bits("eighth_turn", 1<<29)))
	back := YMM()
	VPSLLD(U8(30), q, back)
	x := Mul(toFloat(subInt(w, back)), Number("turn", float32(2*3.14159265358979323846/(1<<32))))
	z := Mul(x, x)
	s := Mul(horner("sin", z, -1.0/5040, 1.0/120, -1.0/6, 1), x)
	c := horner("cos", z, 1.0/40320, -1.0/720, 1.0/24, -0.5, 1)
	// Odd quarter turns swap sine and cosine; the sine is negative from 2 on, the cosine in 1 and 2.
	odd, upper := YMM(), YMM()
	VPSLLD(U8(31), q, odd)
	VPSLLD(U8(30), q, upper) // bit 31 is the upper bit of q
	sin, cos = Choose(odd, c, s), Choose(odd, s, c)
	sign := Bits("sign", 1<<31)
	return Xor(sin, And(upper, sign)), Xor(cos, And(Xor(upper, odd), sign))
}

// normals emits neuron.normal4 on sixteen words at a time.
func normals() {
	TEXT("normalsAVX2", NOSPLIT, "func(z *float32, words *uint32, n int)")
	Pragma("noescape")
	Doc("normalsAVX2 turns 16 n words into as many standard normal numbers.")
	z, words := Load(Param("z"), GP64()), Load(Param("words"), GP64())
	n := Load(Param("n"), GP64())
	Label("sixteen")
	a, b := Floats(Mem{Base: words}), Mem{Base: words, Disp: 32}
	first, second := YMM(), YMM()
	VSHUFPS(U8(0x88), b, a, first)
	VSHUFPS(U8(0xdd), b, a, second)
	unit := Mul(Add(toFloat(shift(8, first)), Number("half", 0.5)), Number("two_to_minus_24", 1.0/(1<<24)))
	r := YMM()
	VSQRTPS(Mul(log(unit), Number("minus_two", -2)), r)
	sin, cos := sinCos(second)
	sin, cos = Mul(r, sin), Mul(r, cos)
	lo, hi := YMM(), YMM()
	VUNPCKLPS(sin, cos, lo)
	VUNPCKHPS(sin, cos, hi)
	VMOVUPS(lo, Mem{Base: z})
	VMOVUPS(hi, Mem{Base: z, Disp: 32})
	ADDQ(U8(64), words)
	ADDQ(U8(64), z)
	DECQ(n)
	JNZ(LabelRef("sixteen"))
	VZEROUPPER()
	RET()
}

// ornsteinUhlenbeck emits a step of eight currents at a time.
func ornsteinUhlenbeck() {
	TEXT("fluctuateAVX2", NOSPLIT, "func(x, start, end, z *float32, n int, decay, kick, mean float32)")
	Pragma("noescape")
	Doc("fluctuateAVX2 takes 8 n currents through a step with as many normal numbers z, see ornsteinUhlenbeck.fluctuate.")
	x, start, end := Load(Param("x"), GP64()), Load(Param("start"), GP64()), Load(Param("end"), GP64())
	z, n := Load(Param("z"), GP64()), Load(Param("n"), GP64())
	parameter := func(name string) VecVirtual {
		m, err := Param(name).Resolve()
		if err != nil {
			panic(err)
		}
		y := YMM()
		VBROADCASTSS(m.Addr, y)
		return y
	}
	decay, kick, mean := parameter("decay"), parameter("kick"), parameter("mean")
	at := GP64()
	XORQ(at, at)
	Label("eight")
	place := func(p Register) Mem { return Mem{Base: p, Index: at, Scale: 1} }
	i := Floats(place(x))
	VMOVUPS(Add(Add(i, mean), place(start)), place(start))
	i = Add(Mul(i, decay), Mul(kick, place(z)))
	VMOVUPS(i, place(x))
	VMOVUPS(Add(Add(i, mean), place(end)), place(end))
	ADDQ(U8(32), at)
	DECQ(n)
	JNZ(LabelRef("eight"))
	VZEROUPPER()
	RET()
}

var counts lanes.Counts

// countKernel emits counted.add for 8 neurons at a time: onto the sums of a delta channel or the pairs of another.
func countKernel(name string, pairs bool) {
	TEXT(name, NOSPLIT, "func(c *byte, n int)")
	Pragma("noescape")
	Doc(name + " adds the Poisson counts that 8 n words of a lanes.Counts stand for to the cells of as many neurons.")
	c := Mem{Base: Load(Param("c"), GP64())}
	n := Load(Param("n"), GP64())
	pointer := func(offset uintptr) Register {
		p := GP64()
		MOVQ(c.Offset(int(offset)), p)
		return p
	}
	words, cells, below := pointer(unsafe.Offsetof(counts.Words)), pointer(unsafe.Offsetof(counts.Cells)), pointer(unsafe.Offsetof(counts.Below))
	size := pointer(unsafe.Offsetof(counts.Size))
	weights := pointer(unsafe.Offsetof(counts.Weights))
	Label("eight")
	w := Xor(Floats(Mem{Base: words}), Bits("sign", 1<<31)) // so that a signed comparison compares unsigned words
	k := YMM()
	VPBROADCASTD(c.Offset(int(unsafe.Offsetof(counts.From))), k)
	at := GP64()
	MOVQ(below, at)
	left := GP64()
	MOVQ(size, left)
	Label("threshold")
	above := YMM()
	VPCMPGTD(Mem{Base: at}, w, above)
	VPSUBD(above, k, k)
	ADDQ(U8(32), at)
	DECQ(left)
	JNZ(LabelRef("threshold"))
	if pairs {
		for half := range 2 {
			x := XMM()
			VEXTRACTI128(U8(half), k, x)
			mask, p := YMM(), YMM()
			VPCMPEQD(mask, mask, mask)
			VXORPS(p, p, p)
			VGATHERDPD(mask, Mem{Base: weights, Index: x, Scale: 8}, p)
			to := Mem{Base: cells, Disp: 32 * half}
			VMOVUPS(Add(p, to), to)
		}
		ADDQ(U8(64), cells)
	} else {
		y := YMM()
		VBROADCASTSS(Mem{Base: weights}, y)
		to := Mem{Base: cells}
		VMOVUPS(Add(Mul(toFloat(k), y), to), to)
		ADDQ(U8(32), cells)
	}
	ADDQ(U8(32), words)
	DECQ(n)
	JNZ(LabelRef("eight"))
	VZEROUPPER()
	RET()
}

var draws lanes.Arrivals

// arrivalKernel emits timed.add: two passes, times and places of all arrivals in vectors, then one after the other onto
// the cells.
func arrivalKernel() {
	TEXT("arrivalsAVX2", NOSPLIT, "func(c *byte, words *uint32, n int)")
	Pragma("noescape")
	Doc("arrivalsAVX2 puts n arrivals, at least 1 and at most 15, onto the cells of a block: those of words 1 to n of 16.")
	c := Mem{Base: Load(Param("c"), GP64())}
	n := Load(Param("n"), GP64())
	all := func(offset uintptr) VecVirtual {
		y := YMM()
		VPBROADCASTD(c.Offset(int(offset)), y)
		return y
	}
	words := Load(Param("words"), GP64())
	cell, row, part := AllocLocal(64), AllocLocal(64), AllocLocal(64)
	for half := range 2 {
		w := Floats(Mem{Base: words, Disp: 32 * half})
		d := addInt(scaled(shift(6, w), all(unsafe.Offsetof(draws.Interval)), U8(26)), all(unsafe.Offsetof(draws.Offset)))
		inv := all(unsafe.Offsetof(draws.InvStep))
		// d/step, the upper half of the product shifted on.
		s := scaled(d, inv, U8(32))
		x := XMM()
		VMOVD(c.Offset(int(unsafe.Offsetof(draws.Shift))), x)
		VPSRLD(x, s, s)
		step := all(unsafe.Offsetof(draws.Step))
		rest := subInt(addInt(mulInt(s, step), step), d)
		VMOVDQU(addInt(mulInt(s, all(unsafe.Offsetof(draws.Len))), And(w, Bits("in_block", 63))), cell.Offset(32*half))
		scale := YMM()
		VBROADCASTSS(c.Offset(int(unsafe.Offsetof(draws.Scale))), scale)
		at := Mul(toFloat(rest), scale)
		i := toInt(at)
		VMOVDQU(i, row.Offset(32*half))
		VMOVUPS(Sub(at, toFloat(i)), part.Offset(32*half))
	}
	weight := XMM()
	VBROADCASTSS(c.Offset(int(unsafe.Offsetof(draws.Weight))), weight)
	table, cells := GP64(), GP64()
	MOVQ(c.Offset(int(unsafe.Offsetof(draws.Table))), table)
	MOVQ(c.Offset(int(unsafe.Offsetof(draws.Cells))), cells)
	j := GP64()
	MOVQ(U32(1), j)
	local := func(m Mem) Mem { m.Index, m.Scale = j, 4; return m }
	Label("arrival")
	r := GP64()
	MOVL(local(row), r.As32())
	a, b, f := XMM(), XMM(), XMM()
	VMOVUPS(Mem{Base: table, Index: r, Scale: 8}, a) // End and Area of two rows of the table
	VMOVHLPS(a, a, b)
	VBROADCASTSS(local(part), f)
	VSUBPS(a, b, b)
	VMULPS(f, b, b)
	VADDPS(b, a, a)
	VMULPS(weight, a, a)
	to := GP64()
	MOVL(local(cell), to.As32())
	place := Mem{Base: cells, Index: to, Scale: 8}
	VMOVSD(place, f)
	VADDPS(a, f, f)
	VMOVSD(f, place)
	INCQ(j)
	CMPQ(j, n)
	JLE(LabelRef("arrival"))
	VZEROUPPER()
	RET()
}

// scaled returns the products of 32-bit numbers, shifted to the right.
func scaled(a, b VecVirtual, right U8) VecVirtual {
	even, odd := YMM(), YMM()
	VPMULUDQ(b, a, even)
	VPSRLQ(U8(32), a, odd)
	VPMULUDQ(b, odd, odd)
	VPSRLQ(right, even, even)
	VPSRLQ(right, odd, odd)
	VPSLLQ(U8(32), odd, odd)
	y := YMM()
	VPBLENDD(U8(0xaa), odd, even, y)
	return y
}
