package main

import (
	"unsafe"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
	. "github.com/mmcloughlin/avo/reg"
)

// drive returns the synaptic drive of one side: (g_ampa + g_nmda)(E_exc - at) + g_gaba (E_inh - at).
func (f *frame) drive(v variant, side int, at VecVirtual) VecVirtual {
	exc := load(f.g(side))
	if v.nmda {
		exc = add(exc, f.state(lanes.G+side+1))
	}
	return add(mul(sub(f.to(0), at), exc), mul(sub(f.to(2), at), f.state(lanes.G+side+2)))
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
	held := and(later(lo, hi, f.bound(unsafe.Offsetof(call.Last))), f.constant(lanes.Held))
	at := y
	if v.soma {
		at = x
	}
	// Slopes at the start.
	is := add(add(mul(act, f.constant(lanes.GS)), mul(load(f.state(lanes.WS)), f.constant(lanes.B))), f.current(0, 0))
	dx := add(mul(sub(f.drive(v, 0, x), x), f.constant(lanes.InvTauS)), mul(is, f.constant(lanes.InvCS)))
	dx = andNot(dx, held)
	gy := f.drive(v, 3, at)
	bap := mul(load(f.state(lanes.Box)), f.constant(lanes.C))
	id := add(add(add(mul(act, f.constant(lanes.GD)), mul(load(f.state(lanes.WD)), f.constant(lanes.A))), bap), f.current(1, 0))
	dy := add(mul(sub(gy, y), f.constant(lanes.InvTauD)), mul(id, f.constant(lanes.InvCD)))
	syn := mul(gy, f.constant(lanes.LeakD))
	dAct := mul(mul(mul(act, sub(load(number("one", 1)), act)), f.constant(lanes.InvDD)), dy)
	// Dendrite and its adaptation.
	i0 := add(add(mul(act, f.constant(lanes.GD)), bap), f.current(1, 0))
	i1 := add(mul(dAct, f.constant(lanes.GD)), mul(sub(f.current(1, 1), f.current(1, 0)), f.constant(lanes.InvR)))
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
	ny = f.leak(v, 3, ny, at, dAt)
	ny = add(ny, mul(f.kicks(v, 3, add(mul(dAt, f.constant(lanes.Half)), at)), f.constant(lanes.ShareD)))
	ny = add(y, ny)
	// Soma.
	is0 := f.current(0, 0)
	i0 = add(mul(act, f.constant(lanes.GS)), is0)
	i1 = add(mul(dAct, f.constant(lanes.GS)), mul(sub(f.current(0, 1), is0), f.constant(lanes.InvR)))
	nx := add(add(add(mul(x, f.constant(lanes.LeakS)), mul(load(f.state(lanes.WS)), f.constant(lanes.WSS))),
		mul(i0, f.constant(lanes.S0))), mul(i1, f.constant(lanes.S1)))
	nx = f.leak(v, 0, nx, x, dx)
	nx = add(nx, mul(f.kicks(v, 0, add(mul(dx, f.constant(lanes.Half)), x)), f.constant(lanes.ShareS)))
	nx = andNot(add(x, nx), held)
	// Above threshold and not refractory, at the end of refractoriness, or at an edge of the back-propagating spike.
	look := compare(nx, add(f.faded(load(f.state(lanes.Th)), lanes.FadeTh), f.constant(lanes.Watch)), greater)
	goesOn, some := f.refractory(unsafe.Offsetof(call.Before))
	look = andNot(or(look, some), goesOn)
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
func (f *frame) leak(v variant, side int, n, at, slope VecVirtual) VecVirtual {
	for _, k := range v.channels() {
		to := f.to(k)
		k += side
		n = add(n, mul(sub(mul(sub(to, at), f.constant(lanes.Area0+k)), mul(slope, f.constant(lanes.Area1+k))), f.state(lanes.G+k)))
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
