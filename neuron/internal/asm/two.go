package main

import (
	"unsafe"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/reg"
)

// drive returns the synaptic drive of one side with driving forces from: (g_ampa + g_nmda)(E_exc - V) + g_gaba (E_inh - V).
func (f *frame) drive(v variant, side int, from forces) VecVirtual {
	exc := load(f.g(side))
	if v.nmda {
		exc = add(exc, f.state(lanes.G+side+1))
	}
	return add(mul(from.exc, exc), mul(from.inh, f.state(lanes.G+side+2)))
}

// forces are the driving forces of the channels at a potential.
type forces struct{ exc, inh VecVirtual }

func (f *frame) forces(at VecVirtual) forces { return forces{sub(f.to(0), at), sub(f.to(2), at)} }

func (f forces) of(k int) VecVirtual {
	if k%3 == 2 {
		return f.inh
	}
	return f.exc
}

// twoStep is twoDerived.step.
func twoStep(v variant) {
	step(v.name("twoStep"), lanes.Box+1, activation, func(f *frame) { f.two(v) })
}

func activation(f *frame, ahead int) VecVirtual {
	y := load(f.state(lanes.Y).Offset(ahead))
	return sigmoid(mul(sub(y, f.constant(lanes.ED)), f.constant(lanes.InvDD)))
}

func (f *frame) two(v variant) {
	act := f.begin(activation)
	x, y := load(f.state(lanes.X)), load(f.state(lanes.Y))
	lo, hi := f.ticks(0)
	goesOn := AllocLocal(32) // refractory throughout the step
	held := later(lo, hi, f.bound(unsafe.Offsetof(call.Last)))
	VMOVUPS(held, goesOn)
	held = and(held, f.constant(lanes.Held))
	soma := f.forces(x)
	at, dendrite := x, soma
	if !v.soma {
		at, dendrite = y, f.forces(y)
	}
	// Slopes at the start.
	plateau := mul(act, f.constant(lanes.GS))
	is := add(add(plateau, mul(load(f.state(lanes.WS)), f.constant(lanes.B))), f.current(0, 0))
	dx := add(mul(sub(f.drive(v, 0, soma), x), f.constant(lanes.InvTauS)), mul(is, f.constant(lanes.InvCS)))
	dx = andNot(dx, held)
	gy := f.drive(v, 3, dendrite)
	bap := mul(load(f.state(lanes.Box)), f.constant(lanes.C))
	own := mul(act, f.constant(lanes.GD))
	id0 := f.current(1, 0)
	id := add(add(add(own, mul(load(f.state(lanes.WD)), f.constant(lanes.A))), bap), id0)
	dy := add(mul(sub(gy, y), f.constant(lanes.InvTauD)), mul(id, f.constant(lanes.InvCD)))
	syn := mul(gy, f.constant(lanes.LeakD))
	dAct := mul(mul(mul(act, sub(load(number("one", 1)), act)), f.constant(lanes.InvDD)), dy)
	// Dendrite and its adaptation.
	i0 := add(add(own, bap), id0)
	i1 := add(mul(dAct, f.constant(lanes.GD)), mul(sub(f.current(1, 1), id0), f.constant(lanes.InvR)))
	wd := load(f.state(lanes.WD))
	nwd := add(add(add(mul(y, f.constant(lanes.M21)), mul(wd, f.constant(lanes.M22))),
		mul(add(i0, syn), f.constant(lanes.W0))), mul(i1, f.constant(lanes.W1)))
	nwd = add(wd, nwd)
	ny := add(add(add(mul(y, f.constant(lanes.M11)), mul(wd, f.constant(lanes.M12))),
		mul(i0, f.constant(lanes.Q0))), mul(i1, f.constant(lanes.Q1)))
	dAt := dy
	if v.soma {
		dAt = dx
	}
	ny = f.leak(v, 3, ny, dendrite, dAt)
	ny = add(ny, mul(f.kicks(v, 3, add(mul(dAt, f.constant(lanes.Half)), at)), f.constant(lanes.ShareD)))
	ny = add(y, ny)
	// Soma.
	is0 := f.current(0, 0)
	i0 = add(plateau, is0)
	i1 = add(mul(dAct, f.constant(lanes.GS)), mul(sub(f.current(0, 1), is0), f.constant(lanes.InvR)))
	nx := add(add(add(mul(x, f.constant(lanes.LeakS)), mul(load(f.state(lanes.WS)), f.constant(lanes.WSS))),
		mul(i0, f.constant(lanes.S0))), mul(i1, f.constant(lanes.S1)))
	nx = f.leak(v, 0, nx, soma, dx)
	nx = add(nx, mul(f.kicks(v, 0, add(mul(dx, f.constant(lanes.Half)), x)), f.constant(lanes.ShareS)))
	nx = andNot(add(x, nx), held)
	// Above threshold and not refractory, at the end of refractoriness, or at an edge of the back-propagating spike.
	look := compare(nx, add(f.faded(load(f.state(lanes.Th)), lanes.FadeTh), f.constant(lanes.Watch)), greater)
	lo, hi = f.ticks(0)
	look = andNot(or(look, later(lo, hi, f.bound(unsafe.Offsetof(call.Before)))), load(goesOn))
	lo, hi = f.ticks(1)
	f.look(or(look, not(later(lo, hi, f.bound(unsafe.Offsetof(call.Last))))))
	f.store(lanes.X, nx)
	f.store(lanes.Y, ny)
	f.store(lanes.WD, nwd)
	f.decay(lanes.WS, lanes.FadeWS)
	f.decay(lanes.Th, lanes.FadeTh)
	f.conductances(v)
}

// leak adds what the conductances of one side do to a potential.
func (f *frame) leak(v variant, side int, n VecVirtual, from forces, slope VecVirtual) VecVirtual {
	for _, k := range v.channels() {
		force := from.of(k)
		k += side
		n = add(n, mul(sub(mul(force, f.constant(lanes.Area0+k)), mul(slope, f.constant(lanes.Area1+k))), f.state(lanes.G+k)))
	}
	return n
}

// kicks sums what the arrivals of one side do to a potential.
func (f *frame) kicks(v variant, side int, mid VecVirtual) VecVirtual {
	sum := zero()
	for _, k := range v.channels() {
		sum = add(sum, mul(sub(f.to(k), mid), f.areas(k+side)))
	}
	return sum
}
