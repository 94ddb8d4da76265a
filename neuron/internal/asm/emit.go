package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// The functions here emit one operation on eight floats and return its result in a new register. No fused operations: the
// scalar code rounds every product. The second operand of mul, add, sub and div may be memory.

func load(m Mem) VecVirtual {
	y := YMM()
	VMOVUPS(m, y)
	return y
}

// andNot returns a where b's bits are 0.
func andNot(a, b VecVirtual) VecVirtual { y := YMM(); VANDNPS(a, b, y); return y }

// not returns the complement.
func not(a VecVirtual) VecVirtual { return xor(a, bits("ones", 1<<32-1)) }

// choose returns a where the mask is set, elsewhere b.
func choose(mask, a, b VecVirtual) VecVirtual { y := YMM(); VBLENDVPS(mask, a, b, y); return y }

func zero() VecVirtual {
	y := YMM()
	VXORPS(y, y, y)
	return y
}

func add(a VecVirtual, b Op) VecVirtual { y := YMM(); VADDPS(b, a, y); return y }
func sub(a VecVirtual, b Op) VecVirtual { y := YMM(); VSUBPS(b, a, y); return y }
func mul(a VecVirtual, b Op) VecVirtual { y := YMM(); VMULPS(b, a, y); return y }
func div(a VecVirtual, b Op) VecVirtual { y := YMM(); VDIVPS(b, a, y); return y }
func and(a VecVirtual, b Op) VecVirtual { y := YMM(); VANDPS(b, a, y); return y }
func or(a VecVirtual, b Op) VecVirtual  { y := YMM(); VORPS(b, a, y); return y }
func xor(a VecVirtual, b Op) VecVirtual { y := YMM(); VXORPS(b, a, y); return y }

// Predicates of compare; those called not are true with NaN, as the negations of ==, < and <= are.
const (
	equal           = 0
	notEqual        = 4
	notLess         = 5
	notLessEqual    = 6
	notGreaterEqual = 9
	less            = 17
	greaterEqual    = 29
	greater         = 30
)

func compare(a VecVirtual, b Op, predicate uint8) VecVirtual {
	y := YMM()
	VCMPPS(U8(predicate), b, a, y)
	return y
}

// number returns eight copies of a constant in read-only memory.
func number(name string, x float32) Mem { return bits(name, math.Float32bits(x)) }

func bits(name string, x uint32) Mem {
	if m, ok := numbers[name]; ok {
		return m
	}
	m := GLOBL(name, RODATA|NOPTR)
	for i := range 8 {
		DATA(4*i, U32(x))
	}
	numbers[name] = m
	return m
}

var numbers = map[string]Mem{}

// fade sets what is closer to zero than 1e-8 to zero, as neuron.fade.
func fade(x VecVirtual) VecVirtual {
	keep := compare(and(x, bits("absolute", 1<<31-1)), number("tiny", 1e-8), notLess)
	return and(x, keep)
}

// exp is numeric.Exp32.
func exp(x VecVirtual) VecVirtual {
	// The order of operands makes NaN the smallest argument, as the scalar code does.
	top := load(number("exp_max", 88))
	lo := YMM()
	VMINPS(x, top, lo)
	bottom := YMM()
	VMAXPS(number("exp_min", -87), lo, bottom)
	x = bottom
	k := add(mul(x, number("log2e", 1.44269504088896341)), number("shift", 12582912))
	k = sub(k, number("shift", 12582912))
	r := sub(x, mul(k, number("ln2_hi", 0.693359375)))
	r = sub(r, mul(k, number("ln2_lo", -2.12194440e-4)))
	p := load(number("exp0", 1.9875691500e-4))
	for i, c := range []float32{1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1} {
		p = add(mul(p, r), number("exp"+string(rune('1'+i)), c))
	}
	p = add(add(mul(p, mul(r, r)), r), number("one", 1))
	n := YMM()
	VCVTTPS2DQ(k, n)
	VPADDD(bits("bias", 127), n, n)
	VPSLLD(U8(23), n, n)
	return mul(p, n)
}

// sigmoid is numeric.Sigmoid32.
func sigmoid(x VecVirtual) VecVirtual {
	e := exp(xor(x, bits("sign", 1<<31)))
	return div(load(number("one", 1)), add(e, number("one", 1)))
}
