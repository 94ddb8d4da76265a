// Command asm generates the vector kernels of package neuron:
//
//	go generate ./neuron
//
// It is a module of its own so that the simulator does not depend on the assembler. Every kernel is the scalar step written
// once more, operation by operation, so that both give the same bits.
package main

import (
	"github.com/burstplex/burstplex/neuron/internal/lanes"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("!noasm")
	for _, soma := range []bool{true, false} {
		for _, nmda := range []bool{true, false} {
			step(variant{burst: true, soma: soma, nmda: nmda})
			step(variant{soma: soma, nmda: nmda})
		}
	}
	Generate()
}

// variant is a kernel: of burst-Poisson or two-compartment neurons, with the dendrite's driving force at the soma or the
// dendrite, with or without nmda.
type variant struct{ burst, soma, nmda bool }

func (v variant) name() string {
	n := "twoStep"
	if v.burst {
		n = "burstStep"
	}
	if v.soma {
		n += "Soma"
	}
	if v.nmda {
		n += "NMDA"
	}
	return n + "AVX2"
}

// channels lists the conductances of one compartment that are in use: ampa 0, nmda 1, gaba 2.
func (v variant) channels() []int {
	if v.nmda {
		return []int{0, 1, 2}
	}
	return []int{0, 2}
}

// frame is what a kernel works on.
type frame struct {
	c, u, v, b Mem
	x, y       VecVirtual
}

func (f *frame) constant(i int) Mem { return f.c.Offset(32 * i) }
func (f *frame) state(i int) Mem    { return f.u.Offset(32 * i) }
func (f *frame) g(k int) VecVirtual { return load(f.state(lanes.G + k)) }

func (f *frame) to(k int) VecVirtual {
	if k%3 == 2 {
		return load(f.constant(lanes.ToInh))
	}
	return load(f.constant(lanes.ToExc))
}

const (
	offsetOwn   = 24
	offsetPairs = offsetOwn + 4*8
	offsetBox   = offsetPairs + lanes.Channels*8
)

// current returns a current (0, 1: soma at both ends; 2, 3: dendrite), shared and own part.
func (f *frame) current(i int) VecVirtual {
	y := YMM()
	VBROADCASTSS(f.v.Offset(4*i), y)
	p := GP64()
	MOVQ(f.v.Offset(offsetOwn+8*i), p)
	return add(y, Mem{Base: p})
}

// arrivals returns End and Area of a channel.
func (f *frame) arrivals(k int, want string) VecVirtual {
	p := GP64()
	MOVQ(f.v.Offset(offsetPairs+8*k), p)
	a := load(Mem{Base: p})
	y := YMM()
	mask := U8(0x88)
	if want == "area" {
		mask = 0xdd
	}
	VSHUFPS(mask, Mem{Base: p, Disp: 32}, a, y)
	VPERMPD(U8(0xd8), y, y)
	return y
}

func (f *frame) store(row int, y VecVirtual) { VMOVUPS(y, f.state(row)) }

// keep copies the state to before.
func (f *frame) keep() {
	for i := range len(lanes.State{}) {
		VMOVUPS(load(f.state(i)), f.b.Offset(32*i))
	}
}

// conductances emits the decay of all conductances and the jumps of the arrivals.
func (f *frame) conductances(v variant) {
	for _, side := range []int{0, 3} {
		for _, k := range v.channels() {
			k += side
			g := f.g(k)
			f.store(lanes.G+k, add(fade(add(g, mul(g, f.constant(lanes.Fade+k)))), f.arrivals(k, "end")))
		}
	}
}

// decay emits x = fade(x + x*c).
func (f *frame) decay(row, c int) {
	x := load(f.state(row))
	f.store(row, fade(add(x, mul(x, f.constant(c)))))
}

func step(v variant) {
	TEXT(v.name(), NOSPLIT, "func(c, u, v, before *float32) uint32")
	Pragma("noescape")
	Doc(v.name() + " advances eight neurons by a step and returns which of them must be looked at again.")
	f := &frame{}
	f.c, f.u = Mem{Base: Load(Param("c"), GP64())}, Mem{Base: Load(Param("u"), GP64())}
	f.v, f.b = Mem{Base: Load(Param("v"), GP64())}, Mem{Base: Load(Param("before"), GP64())}
	f.keep()
	f.x, f.y = load(f.state(lanes.X)), load(f.state(lanes.Y))
	if v.burst {
		burstStep(f, v)
	} else {
		twoStep(f, v)
	}
	VZEROUPPER()
	RET()
}

// finish returns the lanes of a mask.
func finish(mask VecVirtual) {
	r := GP32()
	VMOVMSKPS(mask, r)
	Store(r, ReturnIndex(0))
}
