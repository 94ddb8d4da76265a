package main

import (
	"fmt"
	. "github.com/burstplex/burstplex/neuron/internal/asm/emit"
	"unsafe"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// What reaches neurons, and the times that bound their steps.

// current returns the current into a port at the start (0) or end (1) of the step, shared and own part.
func (f *frame) current(port, end int) VecVirtual {
	return f.once(fmt.Sprint("current", port, end), func() VecVirtual {
		return Add(f.sharedCurrent(port, end), f.column(unsafe.Offsetof(call.Own)+uintptr(16*port+8*end), 1))
	})
}

func (f *frame) sharedCurrent(port, end int) VecVirtual {
	if f.invariant != nil {
		return f.invariant.shared[port][end]
	}
	y := f.Vector()
	VBROADCASTSS(f.field(unsafe.Offsetof(call.Shared)+uintptr(8*port+4*end)), y)
	return y
}

// reversal returns a reversal potential, that of excitation (0) or inhibition (1), which is the same for all neurons.
func (f *frame) reversal(k int) VecVirtual {
	if f.invariant != nil {
		return f.invariant.to[k]
	}
	return f.Floats(f.constant(k))
}

func (f *frame) zero() VecVirtual {
	if f.invariant != nil {
		return f.invariant.zero
	}
	return f.Zero()
}

// sums returns what arrived at the delta channel.
func (f *frame) sums() Mem { return f.column(unsafe.Offsetof(call.Sums), 1) }

// arrivals returns End and Area of a channel.
func (f *frame) arrivals(k int) (end, area VecVirtual) {
	m := f.column(unsafe.Offsetof(call.Pairs)+8*uintptr(k), 2)
	lo := f.Floats(m)
	return f.half(0, lo, m), f.half(1, lo, m)
}

// ends and areas return one of the two.
func (f *frame) ends(k int) VecVirtual { return f.one(k, 0) }

func (f *frame) areas(k int) VecVirtual { return f.one(k, 1) }

func (f *frame) one(k, which int) VecVirtual {
	if f.invariant == nil {
		m := f.column(unsafe.Offsetof(call.Pairs)+8*uintptr(k), 2)
		return f.half(which, f.Floats(m), m)
	}
	names := [2]string{fmt.Sprint("end", k), fmt.Sprint("area", k)}
	if f.known[names[0]] == nil {
		f.known[names[0]], f.known[names[1]] = f.arrivals(k)
	}
	return f.known[names[which]]
}

// half takes the first (0) or second (1) numbers of the pairs at m, whose first half is in lo.
func (f *frame) half(which int, lo VecVirtual, m Mem) VecVirtual {
	hi := m.Offset(f.bytes())
	if f.Width == 8 {
		return pack([]U8{0x88, 0xdd}[which], lo, hi)
	}
	y := ZMM()
	VMOVAPS([]VecVirtual{f.invariant.even, f.invariant.odd}[which], y)
	VPERMI2PS(hi, lo, y)
	return y
}

// pack takes every second of the 32-bit numbers of two registers: the even ones with mask 0x88, the odd ones with 0xdd.
func pack(mask U8, lo VecVirtual, hi Op) VecVirtual {
	y := YMM()
	VSHUFPS(mask, hi, lo, y)
	VPERMPD(U8(0xd8), y, y)
	return y
}

// ticks is a column of ticks, in two halves.
type ticks struct{ lo, hi Op }

func (f *frame) ticks(column int) ticks {
	m := f.column(unsafe.Offsetof(call.Times)+8*uintptr(column), 2)
	t := ticks{m, m.Offset(f.bytes())}
	if f.Width == 8 {
		t = ticks{Floats(m), Floats(m.Offset(32))}
	}
	return t
}

// later returns which ticks are later than a field of the Call.
func (f *frame) later(t ticks, bound uintptr) Mask { return f.above(t, f.bound(bound)) }

// bound returns a field of the Call to compare ticks with.
func (f *frame) bound(offset uintptr) VecVirtual {
	if f.invariant != nil {
		return f.invariant.bounds[offset]
	}
	y := f.Vector()
	VPBROADCASTQ(f.field(offset), y)
	return y
}

// above returns which ticks are greater than a number.
func (f *frame) above(t ticks, bound VecVirtual) Mask {
	if f.Width == 8 {
		a, b := YMM(), YMM()
		VPCMPGTQ(bound, t.lo, a)
		VPCMPGTQ(bound, t.hi, b)
		return pack(0x88, a, b)
	}
	const less = 1
	a, b, k := K(), K(), K()
	VPCMPQ(U8(less), t.lo, bound, a)
	VPCMPQ(U8(less), t.hi, bound, b)
	KUNPCKBW(a, b, k)
	return k
}

// refractory returns which lanes' refractory period, the first column of ticks, goes on beyond the step (held), and which
// lanes' ends after a bound.
func (f *frame) refractory(since uintptr) (held, some Mask) {
	t := f.ticks(0)
	return f.later(t, unsafe.Offsetof(call.Last)), f.later(t, since)
}

// every returns the indices of every second of 32 numbers.
func every(name string, from uint32) Mem {
	var x []uint32
	for i := range uint32(16) {
		x = append(x, 2*i+from)
	}
	return Table(name, x...)
}
