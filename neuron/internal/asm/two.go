package main

import (
	"github.com/burstplex/burstplex/neuron/internal/lanes"
	. "github.com/mmcloughlin/avo/reg"
)

// drive returns the synaptic drive of one side: (g_ampa + g_nmda)(E_exc - at) + g_gaba (E_inh - at).
func (f *frame) drive(v variant, side int, at VecVirtual) VecVirtual {
	exc := f.g(side)
	if v.nmda {
		exc = add(exc, f.state(lanes.G+side+1))
	}
	return add(mul(sub(f.to(0), at), exc), mul(sub(f.to(2), at), f.state(lanes.G+side+2)))
}

// twoStep is twoDerived.step.
func twoStep(f *frame, v variant) {
	x, y := f.x, f.y
	at := y
	if v.soma {
		at = x
	}
	act := sigmoid(mul(sub(y, f.constant(lanes.ED)), f.constant(lanes.InvDD)))
	// Slopes at the start.
	is := add(add(mul(act, f.constant(lanes.GS)), mul(load(f.state(lanes.WS)), f.constant(lanes.B))), f.current(0))
	dx := add(mul(sub(f.drive(v, 0, x), x), f.constant(lanes.InvTauS)), mul(is, f.constant(lanes.InvCS)))
	gy := f.drive(v, 3, at)
	bap := mul(load(f.v.Offset(offsetBox)), f.constant(lanes.C))
	id := add(add(add(mul(act, f.constant(lanes.GD)), mul(load(f.state(lanes.WD)), f.constant(lanes.A))), bap), f.current(2))
	dy := add(mul(sub(gy, y), f.constant(lanes.InvTauD)), mul(id, f.constant(lanes.InvCD)))
	syn := div(mul(gy, f.constant(lanes.InvTauD)), f.constant(lanes.InvCD))
	dAct := mul(mul(mul(act, sub(load(number("one", 1)), act)), f.constant(lanes.InvDD)), dy)
	// Dendrite and its adaptation.
	i0 := add(add(mul(act, f.constant(lanes.GD)), bap), f.current(2))
	i1 := add(mul(dAct, f.constant(lanes.GD)), mul(sub(f.current(3), f.current(2)), f.constant(lanes.InvR)))
	wd := load(f.state(lanes.WD))
	nwd := add(add(add(mul(y, f.constant(lanes.M21)), mul(wd, f.constant(lanes.M22))),
		mul(add(i0, syn), f.constant(lanes.W0))), mul(i1, f.constant(lanes.W1)))
	f.store(lanes.WD, add(wd, nwd))
	ny := add(add(add(mul(y, f.constant(lanes.M11)), mul(wd, f.constant(lanes.M12))),
		mul(i0, f.constant(lanes.Q0))), mul(i1, f.constant(lanes.Q1)))
	dAt := dy
	if v.soma {
		dAt = dx
	}
	ny = f.leak(v, 3, ny, at, dAt)
	ny = add(ny, mul(f.kicks(v, 3, add(mul(dAt, f.constant(lanes.Half)), at)), f.constant(lanes.ShareD)))
	f.store(lanes.Y, add(y, ny))
	// Soma.
	is0 := f.current(0)
	i0 = add(mul(act, f.constant(lanes.GS)), is0)
	i1 = add(mul(dAct, f.constant(lanes.GS)), mul(sub(f.current(1), is0), f.constant(lanes.InvR)))
	nx := add(add(add(mul(x, f.constant(lanes.LeakS)), mul(load(f.state(lanes.WS)), f.constant(lanes.WSS))),
		mul(i0, f.constant(lanes.S0))), mul(i1, f.constant(lanes.S1)))
	nx = f.leak(v, 0, nx, x, dx)
	nx = add(nx, mul(f.kicks(v, 0, add(mul(dx, f.constant(lanes.Half)), x)), f.constant(lanes.ShareS)))
	nx = add(x, nx)
	f.store(lanes.X, nx)
	f.decay(lanes.WS, lanes.FadeWS)
	f.decay(lanes.Th, lanes.FadeTh)
	f.conductances(v)
	finish(compare(nx, add(load(f.state(lanes.Th)), f.constant(lanes.Watch)), greater))
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
		sum = add(sum, mul(sub(f.to(k), mid), f.arrivals(k+side, "area")))
	}
	return sum
}
