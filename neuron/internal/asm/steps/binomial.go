package main

import (
	"math"
	"strconv"

	. "github.com/burstplex/burstplex/neuron/internal/asm/emit"
	"github.com/burstplex/burstplex/neuron/internal/quantile"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// trial is a vector of binomial numbers to be drawn.
type trial struct {
	n       VecVirtual
	p, word Mem
	rare    Mem // what is needed later
	spread  Mem
	k       Mem
	small   Mem
	// of the walk
	f, u, up, ratio, count VecVirtual
}

// trials returns n of them, with memory on the stack.
func trials(n int) []*trial {
	t := make([]*trial, n)
	for i := range t {
		m := AllocLocal(4 * 32)
		t[i] = &trial{rare: m, spread: m.Offset(32), k: m.Offset(64), small: m.Offset(96)}
	}
	return t
}

// binomial is ensemble's binomial: lanes that need invert, then lanes that need round, as far as there are any. Several trials
// are drawn together because a walk ends with a branch that the processor cannot foresee: its cost is shared, and operations
// of one fill the pauses of the other.
func binomial(label string, ts []*trial) []VecVirtual {
	some, all := GP32(), GP32()
	for i, t := range ts {
		q, rare := YMM(), YMM()
		VMOVUPS(t.p, q)
		VMAXPS(zero(), q, q) // NaN is 0
		VMINPS(one(), q, q)
		VMINPS(Sub(Floats(one()), q), q, rare)
		spread := Mul(rare, Sub(Floats(one()), rare))
		small := Compare(Mul(t.n, spread), Number("smooth", quantile.Smooth), Less)
		VMOVUPS(rare, t.rare)
		VMOVUPS(spread, t.spread)
		VMOVUPS(small, t.small)
		if i == 0 {
			VMOVMSKPS(small, some)
			MOVL(some, all)
		} else {
			lanes := GP32()
			VMOVMSKPS(small, lanes)
			ORL(lanes, some)
			ANDL(lanes, all)
		}
	}
	TESTL(some, some)
	JZ(LabelRef(label + "_round"))
	for _, t := range ts {
		t.first()
	}
	walk(label+"_walk", ts)
	for _, t := range ts {
		k := toFloat(t.count)
		VMINPS(t.n, k, k)
		VMOVUPS(k, t.k)
	}
	CMPL(all, U8(0xff))
	JE(LabelRef(label + "_done"))
	Label(label + "_round")
	for _, t := range ts {
		small, k := Floats(t.small), YMM()
		VBLENDVPS(small, t.k, t.round(), k)
		VMOVUPS(k, t.k)
	}
	Label(label + "_done")
	var result []VecVirtual
	for _, t := range ts {
		k := Floats(t.k)
		over := Compare(Floats(t.p), Number("half", 0.5), Greater)
		VBLENDVPS(over, Sub(t.n, k), k, k)
		result = append(result, k)
	}
	return result
}

func one() Mem  { return Number("one", 1) }
func zero() Mem { return Number("zero", 0) }

// polynomial evaluates coefficients, the constant first.
func polynomial(name string, c []float32, x VecVirtual) VecVirtual {
	y := Floats(Number(name+strconv.Itoa(len(c)-1), c[len(c)-1]))
	for i := len(c) - 2; i >= 0; i-- {
		y = Add(Mul(y, x), Number(name+strconv.Itoa(i), c[i]))
	}
	return y
}

func toFloat(x VecVirtual) VecVirtual { y := YMM(); VCVTDQ2PS(x, y); return y }
func root(x VecVirtual) VecVirtual    { y := YMM(); VSQRTPS(x, y); return y }

// round is ensemble's round.
func (t *trial) round() VecVirtual {
	z := normal(t.word)
	square := Mul(z, z)
	spread := Floats(t.spread)
	bend := Add(Mul(spread, Number("fourteen", 14)), one())
	bend = Sub(bend, Mul(Add(Mul(spread, Number("two", 2)), one()), square))
	bend = Mul(Mul(bend, z), Number("seventy_second", 1.0/72))
	p := Floats(t.rare)
	skew := Mul(Mul(Sub(Floats(one()), Mul(p, Number("two", 2))), Sub(square, one())), Number("sixth", 1.0/6))
	skew = Add(skew, Number("half", 0.5))
	variance := Sub(Mul(t.n, spread), Number("twelfth", 1.0/12))
	x := Add(Mul(root(variance), Add(z, Div(bend, variance))), Add(Mul(t.n, p), skew))
	VMINPS(t.n, x, x)
	VMAXPS(zero(), x, x)
	VCVTTPS2DQ(x, x)
	return toFloat(x)
}

// normal is ensemble's normal.
func normal(word Mem) VecVirtual {
	w, half, m, e := YMM(), YMM(), YMM(), YMM()
	VMOVDQU(word, w)
	VPSRAD(U8(31), w, half)
	VPXOR(half, w, w)
	VPAND(Bits("absolute", 1<<31-1), w, w)
	y := Add(toFloat(w), Number("half", 0.5))
	VPAND(Bits("mantissa", 1<<23-1), y, m)
	VPOR(Bits("one", 127<<23), m, m)
	VPSRLD(U8(23), y, y)
	VMOVDQU(Bits("exponent", 32+127), e)
	VPSUBD(y, e, e)
	s := root(Sub(toFloat(e), polynomial("logarithm", quantile.Logarithm[:], m)))
	z := polynomial("tail", quantile.Tail[:], s)
	VPANDN(Bits("sign", 1<<31), half, half)
	return Xor(z, half)
}

// first begins ensemble's invert: the probability of none, and what the walk needs.
func (t *trial) first() {
	p := Floats(t.rare)
	s := Div(p, Sub(Floats(Number("two", 2)), p))
	x := Mul(t.n, Mul(polynomial("artanh", quantile.Artanh[:], Mul(s, s)), s))
	whole := Add(x, Number("shift", quantile.Shift))
	r := Sub(x, Sub(whole, Number("shift", quantile.Shift)))
	square := Mul(r, r)
	linear := func(k int) VecVirtual {
		return Add(Mul(r, Number("power"+strconv.Itoa(k+1), quantile.Power[k+1])), Number("power"+strconv.Itoa(k), quantile.Power[k]))
	}
	f := Add(Mul(linear(4), square), linear(2))
	f = Add(Mul(f, square), linear(0))
	VPSLLD(U8(23), whole, whole)
	VPSUBD(whole, f, f)
	t.f = f
	w := YMM()
	VMOVDQU(t.word, w)
	VPSRLD(U8(9), w, w)
	u := Mul(Add(toFloat(w), Number("half", 0.5)), Number("resolution", quantile.Resolution))
	// Lanes that are rounded have any f, and the smallest of numbers.
	VBLENDVPS(Floats(t.small), u, Floats(Bits("least", 0xff800000)), u)
	t.u = u
	t.ratio = Div(p, Sub(Floats(one()), p))
	t.up = Mul(t.n, t.ratio)
	t.count = YMM()
	VPXOR(t.count, t.count, t.count)
}

// stride is the number of steps of a walk before one looks whether all lanes have ended. A lane that has ended stays where
// it is: its u is negative.
const stride = 4

func walk(label string, ts []*trial) {
	r, end, lanes := GP64(), GP64(), GP32()
	LEAQ(reciprocals(), r)
	LEAQ(reciprocals().Offset(32*quantile.Longest), end)
	Label(label)
	on := Compare(ts[0].u, ts[0].f, AtLeast)
	for _, t := range ts[1:] {
		on = Either(on, Compare(t.u, t.f, AtLeast))
	}
	VMOVMSKPS(on, lanes)
	TESTL(lanes, lanes)
	JZ(LabelRef(label + "_end"))
	for k := range stride {
		for _, t := range ts {
			y := Compare(t.u, t.f, AtLeast)
			VPSUBD(y, t.count, t.count)
			VSUBPS(t.f, t.u, t.u)
			VMULPS(at(r).Offset(32*k), t.up, y)
			VMULPS(y, t.f, t.f)
			VSUBPS(t.ratio, t.up, t.up)
		}
	}
	ADDQ(U32(32*stride), r)
	CMPQ(r, end)
	JNE(LabelRef(label))
	Label(label + "_end")
}

// reciprocals returns vectors of 1, 1/2, 1/3, ...
func reciprocals() Mem {
	var x []uint32
	for k := range quantile.Longest {
		for range 8 {
			x = append(x, math.Float32bits(1/float32(k+1)))
		}
	}
	return Table("reciprocals", x...)
}
