// Package emit writes operations on eight floats, for the programs that generate vector kernels: one function, one operation,
// whose result is in a new register. No operation is fused, because the scalar code rounds every product. The second operand of
// Add, Sub, Mul, Div and the logical ones may be memory.
package emit

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// Floats loads eight floats.
func Floats(m Mem) VecVirtual {
	y := YMM()
	VMOVUPS(m, y)
	return y
}

// Zero returns zeros.
func Zero() VecVirtual {
	y := YMM()
	VXORPS(y, y, y)
	return y
}

func Add(a VecVirtual, b Op) VecVirtual { y := YMM(); VADDPS(b, a, y); return y }
func Sub(a VecVirtual, b Op) VecVirtual { y := YMM(); VSUBPS(b, a, y); return y }
func Mul(a VecVirtual, b Op) VecVirtual { y := YMM(); VMULPS(b, a, y); return y }
func Div(a VecVirtual, b Op) VecVirtual { y := YMM(); VDIVPS(b, a, y); return y }
func And(a VecVirtual, b Op) VecVirtual { y := YMM(); VANDPS(b, a, y); return y }
func Or(a VecVirtual, b Op) VecVirtual  { y := YMM(); VORPS(b, a, y); return y }
func Xor(a VecVirtual, b Op) VecVirtual { y := YMM(); VXORPS(b, a, y); return y }

// AndNot returns a where b's bits are 0.
func AndNot(a, b VecVirtual) VecVirtual { y := YMM(); VANDNPS(a, b, y); return y }

// Not returns the complement.
func Not(a VecVirtual) VecVirtual { return Xor(a, Bits("ones", 1<<32-1)) }

// Choose returns a where the mask is set, elsewhere b.
func Choose(mask, a, b VecVirtual) VecVirtual { y := YMM(); VBLENDVPS(mask, a, b, y); return y }

// Predicates of Compare; the first three are true with NaN, as the negations of ==, < and <= are.
const (
	EqualTo         = 0 // false with NaN
	NotEqual        = 4
	NotLess         = 5
	NotLessEqual    = 6
	NotGreaterEqual = 9
	Less            = 17 // false with NaN, as all that follow
	AtLeast         = 29
	Greater         = 30
)

// Compare returns ones where a predicate holds.
func Compare(a VecVirtual, b Op, predicate uint8) VecVirtual {
	y := YMM()
	VCMPPS(U8(predicate), b, a, y)
	return y
}

// Number returns eight copies of a constant in read-only memory.
func Number(name string, x float32) Mem { return Bits(name, math.Float32bits(x)) }

// Bits is Number for a pattern of bits.
func Bits(name string, x uint32) Mem { return Table(name, x, x, x, x, x, x, x, x) }

// Table returns words in read-only memory.
func Table(name string, words ...uint32) Mem {
	if m, ok := tables[name]; ok {
		return m
	}
	m := GLOBL(name, RODATA|NOPTR)
	for i, x := range words {
		DATA(4*i, U32(x))
	}
	tables[name] = m
	return m
}

var tables = map[string]Mem{}

// Fade sets what is closer to zero than 1e-8 to zero, as neuron.fade.
func Fade(x VecVirtual) VecVirtual {
	keep := Compare(And(x, Bits("absolute", 1<<31-1)), Number("tiny", 1e-8), NotLess)
	return And(x, keep)
}

// Exp is numeric.Exp32.
func Exp(x VecVirtual) VecVirtual {
	// The order of operands makes NaN the smallest argument, as the scalar code does.
	top := Floats(Number("exp_max", 88))
	lo := YMM()
	VMINPS(x, top, lo)
	bottom := YMM()
	VMAXPS(Number("exp_min", -87), lo, bottom)
	return ExpWithin(bottom)
}

// ExpWithin is Exp of numbers within its bounds.
func ExpWithin(x VecVirtual) VecVirtual {
	k := Add(Mul(x, Number("log2e", 1.44269504088896341)), Number("shift", 12582912))
	k = Sub(k, Number("shift", 12582912))
	r := Sub(x, Mul(k, Number("ln2_hi", 0.693359375)))
	r = Sub(r, Mul(k, Number("ln2_lo", -2.12194440e-4)))
	p := Floats(Number("exp0", 1.9875691500e-4))
	for i, c := range []float32{1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1} {
		p = Add(Mul(p, r), Number("exp"+string(rune('1'+i)), c))
	}
	p = Add(Add(Mul(p, Mul(r, r)), r), Number("one", 1))
	n := YMM()
	VCVTTPS2DQ(k, n)
	VPADDD(Bits("bias", 127), n, n)
	VPSLLD(U8(23), n, n)
	return Mul(p, n)
}

// Sigmoid is numeric.Sigmoid32.
func Sigmoid(x VecVirtual) VecVirtual {
	e := Exp(Xor(x, Bits("sign", 1<<31)))
	return Div(Floats(Number("one", 1)), Add(e, Number("one", 1)))
}

// Log is numeric.Log32.
func Log(x VecVirtual) VecVirtual {
	e, m := YMM(), YMM()
	VPSUBD(Bits("root_half", 0x3f3504f3), x, e)
	VPSRAD(U8(23), e, e)
	VPSLLD(U8(23), e, m)
	VPSUBD(m, x, m)
	s := Div(Sub(m, Number("one", 1)), Add(m, Number("one", 1)))
	z := Mul(s, s)
	p := Add(Mul(z, Number("log2", 0.14285715)), Number("log1", 0.2))
	p = Add(Mul(p, z), Number("log0", 0.33333334))
	f := Add(s, s)
	VCVTDQ2PS(e, e)
	return Add(Mul(e, Number("ln2", 0.6931472)), Add(Mul(Mul(f, z), p), f))
}
