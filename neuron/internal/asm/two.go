package main

import (
	. "github.com/burstplex/burstplex/neuron/internal/asm/emit"
	"unsafe"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
	. "github.com/mmcloughlin/avo/reg"
)

// drive returns the synaptic drive of one side with driving forces from: (g_ampa + g_nmda)(E_exc - V) + g_gaba (E_inh - V).
func (f *frame) drive(v variant, side int, from forces) VecVirtual {
	exc := f.Floats(f.g(side))
	if v.nmda {
		exc = Add(exc, f.state(lanes.G+side+1))
	}
	return Add(Mul(from.exc, exc), Mul(from.inh, f.state(lanes.G+side+2)))
}

// forces are the driving forces of the channels at a potential.
type forces struct{ exc, inh VecVirtual }

func (f *frame) forces(at VecVirtual) forces { return forces{Sub(f.to(0), at), Sub(f.to(2), at)} }

func (f forces) of(k int) VecVirtual {
	if k%3 == 2 {
		return f.inh
	}
	return f.exc
}

// twoStep is twoDerived.step.
func twoStep(v variant) model {
	return model{v.name("twoStep"), lanes.Box + 1, activation, func(f *frame) { f.two(v) }}
}

func activation(f *frame, ahead int) VecVirtual {
	y := f.Floats(f.state(lanes.Y).Offset(ahead))
	return Sigmoid(Mul(Sub(y, f.constant(lanes.ED)), f.constant(lanes.InvDD)))
}

func (f *frame) two(v variant) {
	act := f.begin(activation)
	x, y := f.Floats(f.state(lanes.X)), f.Floats(f.state(lanes.Y))
	throughout := f.later(f.ticks(0), unsafe.Offsetof(call.Last)) // refractory throughout the step
	held := f.aside(Both(throughout, Signs(f.Floats(f.constant(lanes.Held)))))
	goesOn := f.aside(throughout)
	soma := f.forces(x)
	at, dendrite := x, soma
	if !v.soma {
		at, dendrite = y, f.forces(y)
	}
	// Slopes at the start.
	plateau := Mul(act, f.constant(lanes.GS))
	is := Add(Add(plateau, Mul(f.Floats(f.state(lanes.WS)), f.constant(lanes.B))), f.current(0, 0))
	dx := Add(Mul(Sub(f.drive(v, 0, soma), x), f.constant(lanes.InvTauS)), Mul(is, f.constant(lanes.InvCS)))
	dx = Drop(held(), Mul(dx, f.levelling(v, 0, lanes.RatioS)))
	gy := f.drive(v, 3, dendrite)
	bap := Mul(f.Floats(f.state(lanes.Box)), f.constant(lanes.C))
	own := Mul(act, f.constant(lanes.GD))
	id0 := f.current(1, 0)
	id := Add(Add(Add(own, Mul(f.Floats(f.state(lanes.WD)), f.constant(lanes.A))), bap), id0)
	dy := Add(Mul(Sub(gy, y), f.constant(lanes.InvTauD)), Mul(id, f.constant(lanes.InvCD)))
	syn := Mul(gy, f.constant(lanes.LeakD))
	dAct := Mul(Mul(Mul(act, Sub(f.Floats(Number("one", 1)), act)), f.constant(lanes.InvDD)), dy)
	if !v.soma {
		dy = Mul(dy, f.levelling(v, 3, lanes.RatioD))
	}
	// Dendrite and its adaptation.
	i0 := Add(Add(own, bap), id0)
	i1 := Add(Mul(dAct, f.constant(lanes.GD)), Mul(Sub(f.current(1, 1), id0), f.constant(lanes.InvR)))
	wd := f.Floats(f.state(lanes.WD))
	nwd := Add(Add(Add(Mul(y, f.constant(lanes.M21)), Mul(wd, f.constant(lanes.M22))),
		Mul(Add(i0, syn), f.constant(lanes.W0))), Mul(i1, f.constant(lanes.W1)))
	nwd = Add(wd, nwd)
	ny := Add(Add(Add(Mul(y, f.constant(lanes.M11)), Mul(wd, f.constant(lanes.M12))),
		Mul(i0, f.constant(lanes.Q0))), Mul(i1, f.constant(lanes.Q1)))
	dAt := dy
	if v.soma {
		dAt = dx
	}
	ny = f.leak(v, 3, ny, dendrite, dAt)
	ny = Add(ny, f.kicked(v, 3, Add(Mul(dAt, f.constant(lanes.Half)), at)))
	ny = Add(y, ny)
	// Soma.
	is0 := f.current(0, 0)
	i0 = Add(plateau, is0)
	i1 = Add(Mul(dAct, f.constant(lanes.GS)), Mul(Sub(f.current(0, 1), is0), f.constant(lanes.InvR)))
	nx := Add(Add(Add(Mul(x, f.constant(lanes.LeakS)), Mul(f.Floats(f.state(lanes.WS)), f.constant(lanes.WSS))),
		Mul(i0, f.constant(lanes.S0))), Mul(i1, f.constant(lanes.S1)))
	nx = f.leak(v, 0, nx, soma, dx)
	nx = Add(nx, f.kicked(v, 0, Add(Mul(dx, f.constant(lanes.Half)), x)))
	nx = Drop(held(), Add(x, nx))
	// Above threshold and not refractory, at the end of refractoriness, or at an edge of the back-propagating spike.
	threshold := f.threshold()
	rise := f.inMemory(threshold)
	look := Compare(nx, Add(threshold, f.constant(lanes.Watch)), Greater)
	look = Except(Either(look, f.later(f.ticks(0), unsafe.Offsetof(call.Before))), goesOn())
	look = Either(look, Not(f.later(f.ticks(1), unsafe.Offsetof(call.Last))))
	strong, conductances := f.land(v, inRegister)
	f.look(Either(look, strong))
	f.store(lanes.X, nx)
	f.store(lanes.Y, ny)
	f.store(lanes.WD, nwd)
	f.decay(lanes.WS, lanes.FadeWS)
	f.store(lanes.Th, rise())
	conductances()
}

// leak adds what the conductances of one side do to a potential.
func (f *frame) leak(v variant, side int, n VecVirtual, from forces, slope VecVirtual) VecVirtual {
	for _, k := range v.channels() {
		force := from.of(k)
		k += side
		n = Add(n, Mul(Sub(Mul(force, f.constant(lanes.Area0+k)), Mul(slope, f.constant(lanes.Area1+k))), f.state(lanes.G+k)))
	}
	return n
}

// kicks sums what the arrivals of one side do to a potential.
func (f *frame) kicks(v variant, side int, mid VecVirtual) VecVirtual {
	sum, force := f.zero(), f.forces(mid)
	for _, k := range v.channels() {
		sum = Add(sum, Mul(force.of(k), f.areas(k+side)))
	}
	return sum
}
