package main

import (
	. "github.com/burstplex/burstplex/neuron/internal/asm/emit"
	"unsafe"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// risk is burstDerived.risk: the integral of the escape rate over a step in which the potential relative to the threshold goes
// from start to end.
func (f *frame) risk(start, end VecVirtual) VecVirtual {
	from := Mul(Sub(start, f.constant(lanes.Th32)), f.constant(lanes.InvDelta))
	z := Sub(Mul(Sub(end, f.constant(lanes.Th32)), f.constant(lanes.InvDelta)), from)
	rate := Mul(Exp(from), f.constant(lanes.Rate))
	risk := Mul(rate, Horner("escape", z, 1.0/120, 1.0/24, 1.0/6, 0.5, 1))
	steep := Compare(Absolute(z), Number("quarter", 0.25), Greater)
	UnlessNone(steep, "mild")
	exact := Div(Mul(rate, Sub(Exp(z), Number("one", 1))), z)
	Move(Choose(steep, exact, risk), risk)
	Label("mild")
	return risk
}

// hazard is what is left of the integral of the escape rate until the next event: a column of float64, in two halves, with what
// a step takes from it.
type hazard struct {
	place      [2]Mem
	left, risk [2]VecVirtual
}

// hazard loads the column; risk is a vector of float32.
func (f *frame) hazard(risk VecVirtual) (h hazard) {
	m := f.column(unsafe.Offsetof(call.Hazard), 2)
	for half := range 2 {
		h.place[half] = m.Offset(half * f.bytes())
		h.left[half], h.risk[half] = f.Floats(h.place[half]), f.Vector()
		VCVTPS2PD(f.halfOf(risk, half), h.risk[half])
	}
	return h
}

// halfOf returns the lower (0) or upper (1) half of a vector, as a narrower one.
func (f *frame) halfOf(x VecVirtual, half int) Register {
	switch {
	case f.Width == 8 && half == 0:
		return x.AsX()
	case f.Width == 8:
		y := XMM()
		VEXTRACTF128(U8(1), x, y)
		return y
	case half == 0:
		return x.AsY()
	}
	y := YMM()
	VEXTRACTF32X8(U8(1), x, y)
	return y
}

// spent returns where the risk reaches what is left.
func (f *frame) spent(h hazard) Mask {
	if f.Width == 8 {
		lo, hi := YMM(), YMM()
		VCMPPD(U8(AtLeast), h.left[0], h.risk[0], lo)
		VCMPPD(U8(AtLeast), h.left[1], h.risk[1], hi)
		return pack(0x88, lo, hi)
	}
	lo, hi, k := K(), K(), K()
	VCMPPD(U8(AtLeast), h.left[0], h.risk[0], lo)
	VCMPPD(U8(AtLeast), h.left[1], h.risk[1], hi)
	KUNPCKBW(lo, hi, k)
	return k
}

// spend stores what a step leaves of the hazard, except where a mask is set.
func (f *frame) spend(h hazard, not Mask) {
	for half := range 2 {
		rest := f.Vector()
		VSUBPD(h.risk[half], h.left[half], rest)
		if f.Width == 8 {
			wide := YMM()
			VPMOVSXDQ(f.halfOf(not.(VecVirtual), half), wide)
			VBLENDVPD(wide, h.left[half], rest, rest)
		} else {
			k := Register(not)
			if half == 1 {
				k = K()
				KSHIFTRW(U8(8), not, k)
			}
			VBLENDMPD(h.left[half], rest, k, rest)
		}
		VMOVUPS(rest, h.place[half])
	}
}
