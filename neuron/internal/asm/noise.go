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
