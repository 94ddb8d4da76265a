package main

import (
	"fmt"
	. "github.com/burstplex/burstplex/neuron/internal/asm/emit"
	"unsafe"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// frame is a kernel in the making: where it finds what its lanes.Call says.
type frame struct {
	Width     // neurons at a time
	call      Mem
	constants Register
	at        Register // the neurons' place in a column of float32, bytes from the block's first neuron
	looks     Register
	kept      Register
	rows      int
	row       []Register // rows 0, 3, 6 ... of the neurons' state
	stride    Register   // bytes from row to row
	early     Op         // what early returned for these neurons
	invariant *invariant // nil where registers are few
	known     map[string]VecVirtual
}

// invariant is what is the same for all neurons of a call, in registers.
type invariant struct {
	even, odd VecVirtual // which of 32 numbers in two registers make pairs' first and second halves
	zero      VecVirtual
	to        [2]VecVirtual // reversal potentials
	shared    [lanes.MaxPorts][2]VecVirtual
	bounds    map[uintptr]VecVirtual
	columns   map[uintptr]Register
}

// early computes what a body needs first from the neurons that are so many bytes ahead in every row. It is called a vector
// ahead, because an exponential is a long chain of operations that would otherwise keep the processor waiting.
type early func(f *frame, ahead int) VecVirtual

var call lanes.Call

// model is what a step kernel is made from.
type model struct {
	name  string
	rows  int            // of state
	early early          // or nil
	body  func(f *frame) // takes a vector of neurons through a step
}

// step emits a kernel of a model. The last row must not be read early: there is nothing behind its last neuron.
func step(m model, w Width) {
	name := m.name + extension(w)
	TEXT(name, NOSPLIT, "func(c *byte) int")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s takes the neurons of a lanes.Call, %d at a time, through a step and returns how many of these groups hold neurons to be looked at again.", name, w))
	f := &frame{Width: w, call: Mem{Base: Load(Param("c"), GP64())}, constants: GP64(), at: GP64(), looks: GP64(), kept: GP64(), rows: m.rows}
	MOVQ(f.field(unsafe.Offsetof(call.Constants)), f.constants)
	MOVQ(f.field(unsafe.Offsetof(call.Looks)), f.looks)
	MOVQ(f.field(unsafe.Offsetof(call.Kept)), f.kept)
	MOVQ(f.field(unsafe.Offsetof(call.First)), f.at)
	SHLQ(U8(2), f.at)
	f.stride = GP64()
	MOVQ(f.field(unsafe.Offsetof(call.RowStride)), f.stride)
	for k := 0; k < f.rows; k += 3 {
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
	SHLQ(U8(2), end)
	if w == 16 {
		f.hoist()
	}
	if m.early != nil {
		if f.early = Op(AllocLocal(32)); w == 16 {
			f.early = w.Vector()
		}
		VMOVUPS(m.early(f, 0), f.early)
	}
	Label("group")
	f.known = map[string]VecVirtual{}
	m.body(f)
	ADDQ(f.field(unsafe.Offsetof(call.Stride)), f.constants)
	for _, base := range f.row {
		ADDQ(U8(f.bytes()), base)
	}
	ADDQ(U8(f.bytes()), f.at)
	CMPQ(f.at, end)
	JLT(LabelRef("group"))
	VZEROUPPER()
	SUBQ(f.field(unsafe.Offsetof(call.Looks)), f.looks)
	SHRQ(U8(3), f.looks)
	Store(f.looks, ReturnIndex(0))
	RET()
}

// hoist loads what is the same for all neurons. What a kernel does not use costs it nothing but the load. Reversal potentials, where
// a model has them, are its first two constants.
func (f *frame) hoist() {
	v := &invariant{even: f.Floats(every("even", 0)), odd: f.Floats(every("odd", 1)), zero: f.Zero(),
		bounds: map[uintptr]VecVirtual{}, columns: map[uintptr]Register{}}
	for k := range v.to {
		v.to[k] = f.Floats(f.constant(k))
	}
	for port := range v.shared {
		for end := range 2 {
			v.shared[port][end] = f.sharedCurrent(port, end)
		}
	}
	for _, offset := range []uintptr{unsafe.Offsetof(call.Before), unsafe.Offsetof(call.At), unsafe.Offsetof(call.Last)} {
		v.bounds[offset] = f.bound(offset)
	}
	if f.rows <= 4 { // otherwise there are too few registers for addresses
		own, pairs := unsafe.Offsetof(call.Own), unsafe.Offsetof(call.Pairs)
		for _, offset := range []uintptr{own, own + 8, pairs, pairs + 8} {
			v.columns[offset] = f.column(offset, 1).Base
		}
	}
	f.invariant = v
}

// once returns a value that the body needs more than once: where registers are few, computed anew.
func (f *frame) once(name string, value func() VecVirtual) VecVirtual {
	if f.invariant == nil {
		return value()
	}
	if f.known[name] == nil {
		f.known[name] = value()
	}
	return f.known[name]
}

// bytes returns the size of a vector.
func (f *frame) bytes() int { return 4 * int(f.Width) }

func (f *frame) field(offset uintptr) Mem { return f.call.Offset(int(offset)) }

// begin returns what early returned for these neurons and computes it for the next.
func (f *frame) begin(e early) VecVirtual {
	y := f.Vector()
	VMOVUPS(f.early, y)
	ADDQ(f.field(unsafe.Offsetof(call.Stride)), f.constants)
	VMOVUPS(e(f, f.bytes()), f.early)
	SUBQ(f.field(unsafe.Offsetof(call.Stride)), f.constants)
	return y
}

// column returns the neurons' place in a column whose address is a field of the Call; numbers have 4 bytes times scale.
func (f *frame) column(offset uintptr, scale uint8) Mem {
	if f.invariant != nil && f.invariant.columns[offset] != nil {
		return Mem{Base: f.invariant.columns[offset], Index: f.at, Scale: scale}
	}
	p := GP64()
	MOVQ(f.field(offset), p)
	return Mem{Base: p, Index: f.at, Scale: scale}
}

func (f *frame) constant(i int) Mem { return Mem{Base: f.constants, Disp: f.bytes() * i} }

// state returns the place of a row of state.
func (f *frame) state(i int) Mem {
	if i%3 == 0 {
		return Mem{Base: f.row[i/3]}
	}
	return Mem{Base: f.row[i/3], Index: f.stride, Scale: uint8(i % 3)}
}

func (f *frame) store(row int, y VecVirtual) { VMOVUPS(y, f.state(row)) }

// aside keeps a mask for later, in memory where registers are few.
func (f *frame) aside(m Mask) (later func() Mask) {
	if f.Width == 16 {
		return func() Mask { return m }
	}
	place := AllocLocal(32)
	VMOVUPS(m, place)
	return func() Mask { return Floats(place) }
}

// look puts the neurons on the list if any lane of the mask is set. Nothing has been stored yet.
func (f *frame) look(mask Mask) {
	lanesOf, first := UnlessNone(mask, "quiet"), GP64()
	MOVQ(f.at, first)
	SHRQ(U8(2), first)
	MOVL(first.As32(), Mem{Base: f.looks})
	MOVL(lanesOf, Mem{Base: f.looks, Disp: 4})
	ADDQ(U8(8), f.looks)
	for row := range f.rows {
		VMOVUPS(f.Floats(f.state(row)), Mem{Base: f.kept, Disp: f.bytes() * row})
	}
	ADDQ(U32(f.bytes()*f.rows), f.kept)
	Label("quiet")
}

// faded returns x + x*c, or 0 where that is almost zero: an exponential decay.
func (f *frame) faded(x VecVirtual, c int) VecVirtual {
	return Fade(Add(x, Mul(x, f.constant(c))))
}

// landed returns faded(x) + end.
func (f *frame) landed(x VecVirtual, c int, end VecVirtual) VecVirtual {
	return FadeOnto(Add(x, Mul(x, f.constant(c))), end)
}

// decay emits the exponential decay of a row.
func (f *frame) decay(row, c int) { f.store(row, f.faded(f.Floats(f.state(row)), c)) }
