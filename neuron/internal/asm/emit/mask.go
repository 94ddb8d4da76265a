package emit

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// Mask says of every lane whether something holds: a vector whose lanes are ones or zeros where vectors are eight floats, a mask
// register where they are sixteen.
type Mask = Register

// Compare returns where a predicate holds.
func Compare(a VecVirtual, b Op, predicate uint8) Mask {
	if WidthOf(a) == 8 {
		y := YMM()
		VCMPPS(U8(predicate), b, a, y)
		return y
	}
	k := K()
	if m, ok := b.(Mem); ok && uniform(m) {
		VCMPPS_BCST(U8(predicate), b, a, k)
	} else {
		VCMPPS(U8(predicate), b, a, k)
	}
	return k
}

// Signs returns where the highest bit is set.
func Signs(a VecVirtual) Mask {
	if WidthOf(a) == 8 {
		return a
	}
	k := K()
	VPMOVD2M(a, k)
	return k
}

// isVector returns whether a mask is a vector.
func isVector(m Mask) bool { _, ok := m.(VecVirtual); return ok }

// Both returns where a and b hold.
func Both(a, b Mask) Mask {
	if isVector(a) {
		return And(a.(VecVirtual), b)
	}
	k := K()
	KANDW(a, b, k)
	return k
}

// Either returns where a or b holds.
func Either(a, b Mask) Mask {
	if isVector(a) {
		y := YMM()
		VORPS(b, a, y)
		return y
	}
	k := K()
	KORW(a, b, k)
	return k
}

// Except returns where a holds but not b.
func Except(a, b Mask) Mask {
	if isVector(a) {
		return Drop(b, a.(VecVirtual))
	}
	k := K()
	KANDNW(a, b, k)
	return k
}

// Not returns where a does not hold.
func Not(a Mask) Mask {
	if isVector(a) {
		return Xor(a.(VecVirtual), Bits("ones", 1<<32-1))
	}
	k := K()
	KNOTW(a, k)
	return k
}

// None returns a mask that no lane is set in.
func (w Width) None() Mask {
	if w == 8 {
		return w.Zero()
	}
	k := K()
	KXORW(k, k, k)
	return k
}

// Move writes a vector or mask into the register of another.
func Move(from, to Register) {
	if isVector(from) {
		VMOVAPS(from, to)
	} else {
		KMOVW(from, to)
	}
}

// Choose returns a where the mask is set, elsewhere b.
func Choose(mask Mask, a, b VecVirtual) VecVirtual {
	y := Like(a)
	if isVector(mask) {
		VBLENDVPS(mask, a, b, y)
	} else {
		VBLENDMPS(a, b, mask, y)
	}
	return y
}

// Keep returns x where the mask is set, elsewhere 0.
func Keep(mask Mask, x VecVirtual) VecVirtual {
	if isVector(mask) {
		return And(x, mask)
	}
	y := ZMM()
	VMOVAPS_Z(x, mask, y)
	return y
}

// Drop returns x where the mask is not set, elsewhere 0.
func Drop(mask Mask, x VecVirtual) VecVirtual {
	if isVector(mask) {
		y := YMM()
		VANDNPS(x, mask, y)
		return y
	}
	return Keep(Not(mask), x)
}

// UnlessNone jumps to a label if no lane of the mask is set, and otherwise returns the mask as bits.
func UnlessNone(mask Mask, label string) Register {
	bits := GP32()
	if isVector(mask) {
		VMOVMSKPS(mask, bits)
		TESTL(bits, bits)
		JZ(LabelRef(label))
	} else {
		KORTESTW(mask, mask)
		JZ(LabelRef(label))
		KMOVW(mask, bits)
	}
	return bits
}
