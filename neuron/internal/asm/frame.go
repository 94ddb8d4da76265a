package main

import (
	. "github.com/burstplex/burstplex/neuron/internal/asm/emit"
	"unsafe"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// frame is a kernel in the making: where it finds what its lanes.Call says.
type frame struct {
	call      Mem
	constants Register
	at        Register // 32 times the octet: its place in a column of float32
	looks     Register
	kept      Register
	rows      int
	row       []Register // rows 0, 3, 6 ... of the octet's state
	stride    Register   // bytes from row to row
	early     Mem        // what early returned for this octet
}

// early computes what a body needs first from the octet that is so many bytes ahead in every row. It is called an octet
// ahead, because an exponential is a long chain of operations that would otherwise keep the processor waiting.
type early func(f *frame, ahead int) VecVirtual

var call lanes.Call

// step emits a kernel of a model with so many rows of state around a body that takes one octet through a step. The last
// row must not be read early: there is no octet behind its last.
func step(name string, rows int, first early, body func(f *frame)) {
	TEXT(name, NOSPLIT, "func(c *byte) int")
	Pragma("noescape")
	Doc(name + " takes the octets of a lanes.Call through a step and returns how many hold neurons to be looked at again.")
	f := &frame{call: Mem{Base: Load(Param("c"), GP64())}, constants: GP64(), at: GP64(), looks: GP64(), kept: GP64(), rows: rows}
	MOVQ(f.field(unsafe.Offsetof(call.Constants)), f.constants)
	MOVQ(f.field(unsafe.Offsetof(call.Looks)), f.looks)
	MOVQ(f.field(unsafe.Offsetof(call.Kept)), f.kept)
	MOVQ(f.field(unsafe.Offsetof(call.First)), f.at)
	SHLQ(U8(5), f.at)
	f.stride = GP64()
	MOVQ(f.field(unsafe.Offsetof(call.RowStride)), f.stride)
	for k := 0; k < rows; k += 3 {
		base := GP64()
		if k == 0 {
			MOVQ(f.field(unsafe.Offsetof(call.State)), base)
			ADDQ(f.at, base)
		} else {
			LEAQ(Mem{Base: f.row[k/3-1], Index: f.stride, Scale: 2}, base)
			ADDQ(f.stride, base)
		}
		f.row = append(f.row, base)
	}
	end := GP64()
	MOVQ(f.field(unsafe.Offsetof(call.End)), end)
	SHLQ(U8(5), end)
	if first != nil {
		f.early = AllocLocal(32)
		VMOVUPS(first(f, 0), f.early)
	}
	Label("octet")
	body(f)
	ADDQ(f.field(unsafe.Offsetof(call.Stride)), f.constants)
	for _, base := range f.row {
		ADDQ(U8(32), base)
	}
	ADDQ(U8(32), f.at)
	CMPQ(f.at, end)
	JLT(LabelRef("octet"))
	VZEROUPPER()
	SUBQ(f.field(unsafe.Offsetof(call.Looks)), f.looks)
	SHRQ(U8(3), f.looks)
	Store(f.looks, ReturnIndex(0))
	RET()
}

func (f *frame) field(offset uintptr) Mem { return f.call.Offset(int(offset)) }

// begin returns what early returned for this octet and computes it for the next.
func (f *frame) begin(e early) VecVirtual {
	y := Floats(f.early)
	ADDQ(f.field(unsafe.Offsetof(call.Stride)), f.constants)
	VMOVUPS(e(f, 32), f.early)
	SUBQ(f.field(unsafe.Offsetof(call.Stride)), f.constants)
	return y
}

// column returns the octet's place in a column whose address is a field of the Call; numbers have 4 bytes times scale.
func (f *frame) column(offset uintptr, scale uint8) Mem {
	p := GP64()
	MOVQ(f.field(offset), p)
	return Mem{Base: p, Index: f.at, Scale: scale}
}

func (f *frame) constant(i int) Mem { return Mem{Base: f.constants, Disp: 32 * i} }

// state returns the place of a row of state.
func (f *frame) state(i int) Mem {
	if i%3 == 0 {
		return Mem{Base: f.row[i/3]}
	}
	return Mem{Base: f.row[i/3], Index: f.stride, Scale: uint8(i % 3)}
}

func (f *frame) store(row int, y VecVirtual) { VMOVUPS(y, f.state(row)) }

// current returns the current into a port at the start (0) or end (1) of the step, shared and own part.
func (f *frame) current(port, end int) VecVirtual {
	y := YMM()
	VBROADCASTSS(f.field(unsafe.Offsetof(call.Shared)+uintptr(8*port+4*end)), y)
	return Add(y, f.column(unsafe.Offsetof(call.Own)+uintptr(16*port+8*end), 1))
}

// sums returns what arrived at the delta channel.
func (f *frame) sums() Mem { return f.column(unsafe.Offsetof(call.Sums), 1) }

// arrivals returns End and Area of a channel.
func (f *frame) arrivals(k int) (end, area VecVirtual) {
	m := f.column(unsafe.Offsetof(call.Pairs)+8*uintptr(k), 2)
	lo := Floats(m)
	return pack(0x88, lo, m.Offset(32)), pack(0xdd, lo, m.Offset(32))
}

// ends and areas return one of the two.
func (f *frame) ends(k int) VecVirtual { return f.half(k, 0x88) }

func (f *frame) areas(k int) VecVirtual { return f.half(k, 0xdd) }

func (f *frame) half(k int, mask U8) VecVirtual {
	m := f.column(unsafe.Offsetof(call.Pairs)+8*uintptr(k), 2)
	return pack(mask, Floats(m), m.Offset(32))
}

// pack takes every second of the 32-bit numbers of two registers: the even ones with mask 0x88, the odd ones with 0xdd.
func pack(mask U8, lo VecVirtual, hi Op) VecVirtual {
	y := YMM()
	VSHUFPS(mask, hi, lo, y)
	VPERMPD(U8(0xd8), y, y)
	return y
}

// ticks returns a column of ticks, four and four.
func (f *frame) ticks(column int) (lo, hi VecVirtual) {
	m := f.column(unsafe.Offsetof(call.Times)+8*uintptr(column), 2)
	return Floats(m), Floats(m.Offset(32))
}

// bound returns a field of the Call to compare ticks with.
func (f *frame) bound(offset uintptr) VecVirtual {
	y := YMM()
	VPBROADCASTQ(f.field(offset), y)
	return y
}

// later returns which ticks are later than a bound.
func later(lo, hi, bound VecVirtual) VecVirtual {
	a, b := YMM(), YMM()
	VPCMPGTQ(bound, lo, a)
	VPCMPGTQ(bound, hi, b)
	return pack(0x88, a, b)
}

// refractory returns which lanes' refractory period, the first column of ticks, goes on beyond the step (held), and which
// lanes' ends after a bound.
func (f *frame) refractory(since uintptr) (held, some VecVirtual) {
	lo, hi := f.ticks(0)
	return later(lo, hi, f.bound(unsafe.Offsetof(call.Last))), later(lo, hi, f.bound(since))
}

// look puts the octet on the list if any lane of the mask is set. Nothing has been stored yet.
func (f *frame) look(mask VecVirtual) {
	lanesOf, octet := GP32(), GP64()
	VMOVMSKPS(mask, lanesOf)
	TESTL(lanesOf, lanesOf)
	JZ(LabelRef("quiet"))
	MOVQ(f.at, octet)
	SHRQ(U8(5), octet)
	MOVL(octet.As32(), Mem{Base: f.looks})
	MOVL(lanesOf, Mem{Base: f.looks, Disp: 4})
	ADDQ(U8(8), f.looks)
	for row := range f.rows {
		VMOVUPS(Floats(f.state(row)), Mem{Base: f.kept, Disp: 32 * row})
	}
	ADDQ(U32(32*f.rows), f.kept)
	Label("quiet")
}

// faded returns x + x*c, or 0 where that is almost zero: an exponential decay.
func (f *frame) faded(x VecVirtual, c int) VecVirtual {
	return Fade(Add(x, Mul(x, f.constant(c))))
}

// decay emits the exponential decay of a row.
func (f *frame) decay(row, c int) { f.store(row, f.faded(Floats(f.state(row)), c)) }
