// Package emit writes operations on vectors of floats, for the programs that generate vector kernels: one function, one
// operation, whose result is in a new register as wide as the first operand. A vector is eight floats (AVX2) or sixteen (AVX-512).
// No operation is fused, because the scalar code rounds every product. The second operand of Add, Sub, Mul, Div and the
// logical ones may be memory.
package emit

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// Width is the number of floats in a vector: 8 or 16.
type Width int

// Vector returns a new register.
func (w Width) Vector() VecVirtual {
	if w == 16 {
		return ZMM()
	}
	return YMM()
}

// Floats loads a vector, or copies of a constant.
func (w Width) Floats(m Mem) VecVirtual {
	y := w.Vector()
	if w == 16 && uniform(m) {
		VBROADCASTSS(m, y)
	} else {
		VMOVUPS(m, y)
	}
	return y
}

// Zero returns zeros.
func (w Width) Zero() VecVirtual {
	y := w.Vector()
	VXORPS(y, y, y)
	return y
}

// Floats loads eight floats.
func Floats(m Mem) VecVirtual { return Width(8).Floats(m) }

// WidthOf returns the width of a vector.
func WidthOf(a Register) Width { return Width(a.Size() / 4) }

// Like returns a new register as wide as another.
func Like(a VecVirtual) VecVirtual { return WidthOf(a).Vector() }

// binary writes an instruction, which has a second form for a constant that all lanes of a wide vector share.
func binary(plain, broadcast func(...Op), a VecVirtual, b Op) VecVirtual {
	y := Like(a)
	if m, ok := b.(Mem); ok && uniform(m) && WidthOf(a) == 16 {
		broadcast(b, a, y)
	} else {
		plain(b, a, y)
	}
	return y
}

func Add(a VecVirtual, b Op) VecVirtual { return binary(VADDPS, VADDPS_BCST, a, b) }
func Sub(a VecVirtual, b Op) VecVirtual { return binary(VSUBPS, VSUBPS_BCST, a, b) }
func Mul(a VecVirtual, b Op) VecVirtual { return binary(VMULPS, VMULPS_BCST, a, b) }
func Div(a VecVirtual, b Op) VecVirtual { return binary(VDIVPS, VDIVPS_BCST, a, b) }
func And(a VecVirtual, b Op) VecVirtual { return binary(VANDPS, VANDPS_BCST, a, b) }
func Xor(a VecVirtual, b Op) VecVirtual { return binary(VXORPS, VXORPS_BCST, a, b) }

// Min returns the smaller one of a and b, Max the larger one; b if one of them is NaN or both are zero.
func Min(a VecVirtual, b Op) VecVirtual { return binary(VMINPS, VMINPS_BCST, a, b) }
func Max(a VecVirtual, b Op) VecVirtual { return binary(VMAXPS, VMAXPS_BCST, a, b) }

// Operations on integers of 32 bits.
func AddInt(a VecVirtual, b Op) VecVirtual { return binary(VPADDD, VPADDD_BCST, a, b) }
func SubInt(a VecVirtual, b Op) VecVirtual { return binary(VPSUBD, VPSUBD_BCST, a, b) }

// ShiftLeft and ShiftRight move zeros in; ShiftSigned copies of the sign.
func ShiftLeft(a VecVirtual, n uint8) VecVirtual   { y := Like(a); VPSLLD(U8(n), a, y); return y }
func ShiftRight(a VecVirtual, n uint8) VecVirtual  { y := Like(a); VPSRLD(U8(n), a, y); return y }
func ShiftSigned(a VecVirtual, n uint8) VecVirtual { y := Like(a); VPSRAD(U8(n), a, y); return y }

// ToFloat converts integers; ToInt converts floats, toward zero.
func ToFloat(a VecVirtual) VecVirtual { y := Like(a); VCVTDQ2PS(a, y); return y }
func ToInt(a VecVirtual) VecVirtual   { y := Like(a); VCVTTPS2DQ(a, y); return y }

// Root returns square roots.
func Root(a VecVirtual) VecVirtual { y := Like(a); VSQRTPS(a, y); return y }

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

// Number returns a constant in read-only memory, eight copies of it; operations on sixteen floats read the first.
func Number(name string, x float32) Mem { return Bits(name, math.Float32bits(x)) }

// Bits is Number for a pattern of bits.
func Bits(name string, x uint32) Mem {
	m := Table(name, x, x, x, x, x, x, x, x)
	constants[m.Symbol.Name] = true
	return m
}

// uniform returns whether a place holds a constant.
func uniform(m Mem) bool { return constants[m.Symbol.Name] }

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

var (
	tables    = map[string]Mem{}
	constants = map[string]bool{} // tables that hold copies of one number
)

// Fade sets what is closer to zero than 1e-8 to zero, as neuron.fade.
func Fade(x VecVirtual) VecVirtual {
	return Keep(Compare(Absolute(x), Number("tiny", 1e-8), NotLess), x)
}

// FadeOnto returns Fade(x) + y for a y that is not -0, and may put it in y's register.
func FadeOnto(x, y VecVirtual) VecVirtual {
	if WidthOf(x) == 8 {
		return Add(Fade(x), y)
	}
	VADDPS(x, y, Compare(Absolute(x), Number("tiny", 1e-8), NotLess), y)
	return y
}

// Exp is numeric.Exp32.
func Exp(x VecVirtual) VecVirtual {
	// The order of operands makes NaN the smallest argument, as the scalar code does.
	top := WidthOf(x).Floats(Number("exp_max", 88))
	return ExpWithin(Max(Min(top, x), Number("exp_min", -87)))
}

// ExpWithin is Exp of numbers within its bounds.
func ExpWithin(x VecVirtual) VecVirtual {
	k := Nearest(Mul(x, Number("log2e", 1.44269504088896341)))
	r := Sub(x, Mul(k, Number("ln2_hi", 0.693359375)))
	r = Sub(r, Mul(k, Number("ln2_lo", -2.12194440e-4)))
	p := WidthOf(x).Floats(Number("exp0", 1.9875691500e-4))
	for i, c := range []float32{1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1} {
		p = Add(Mul(p, r), Number("exp"+string(rune('1'+i)), c))
	}
	p = Add(Add(Mul(p, Mul(r, r)), r), Number("one", 1))
	return Scale(p, k)
}

// Nearest rounds numbers of less than 2^22 to integers.
func Nearest(x VecVirtual) VecVirtual {
	if WidthOf(x) == 16 {
		y := ZMM()
		VRNDSCALEPS(U8(0), x, y)
		return y
	}
	return Sub(Add(x, Number("shift", 12582912)), Number("shift", 12582912))
}

// Scale returns p 2^k for integers k from -126 to 127.
func Scale(p, k VecVirtual) VecVirtual {
	if WidthOf(p) == 16 {
		y := ZMM()
		VSCALEFPS(k, p, y)
		return y
	}
	return Mul(p, ShiftLeft(AddInt(ToInt(k), Bits("bias", 127)), 23))
}

// Sigmoid is numeric.Sigmoid32.
func Sigmoid(x VecVirtual) VecVirtual {
	e := Exp(Xor(x, Bits("sign", 1<<31)))
	return Div(WidthOf(x).Floats(Number("one", 1)), Add(e, Number("one", 1)))
}

// Log is numeric.Log32.
func Log(x VecVirtual) VecVirtual {
	e := ShiftSigned(SubInt(x, Bits("root_half", 0x3f3504f3)), 23)
	m := SubInt(x, ShiftLeft(e, 23))
	s := Div(Sub(m, Number("one", 1)), Add(m, Number("one", 1)))
	z := Mul(s, s)
	p := Horner("log", z, 0.14285715, 0.2, 0.33333334)
	f := Add(s, s)
	return Add(Mul(ToFloat(e), Number("ln2", 0.6931472)), Add(Mul(Mul(f, z), p), f))
}

// Horner evaluates a polynomial, highest coefficient first.
func Horner(name string, z VecVirtual, c ...float32) VecVirtual {
	p := WidthOf(z).Floats(Number(name+"0", c[0]))
	for i, x := range c[1:] {
		p = Add(Mul(p, z), Number(name+string(rune('1'+i)), x))
	}
	return p
}

// Absolute returns |x|.
func Absolute(x VecVirtual) VecVirtual { return And(x, Bits("absolute", 1<<31-1)) }
