package main

import (
	"unsafe"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
	. "github.com/mmcloughlin/avo/reg"
)

// burstStep is burstDerived.step.
func burstStep(v variant) { step(v.name("burstStep"), lanes.Box, nil, func(f *frame) { f.burst(v) }) }

func (f *frame) burst(v variant) {
	x, y := load(f.state(lanes.X)), load(f.state(lanes.Y))
	at := y
	if v.soma {
		at = x
	}
	// Slopes of both potentials at the start.
	synS, synD := zero(), zero()
	for _, k := range v.channels() {
		to := f.to(k)
		synS = add(synS, mul(sub(to, x), f.g(k)))
		synD = add(synD, mul(sub(to, at), f.g(k+3)))
	}
	is0 := f.current(0, 0)
	dx := add(mul(sub(synS, x), f.constant(lanes.InvTauS)),
		mul(add(mul(load(f.constant(lanes.B)), f.state(lanes.WS)), is0), f.constant(lanes.InvCS)))
	dAt := dx
	if !v.soma {
		dAt = add(mul(sub(synD, y), f.constant(lanes.InvTauD)),
			mul(add(mul(load(f.state(lanes.WD)), f.constant(lanes.A)), f.current(1, 0)), f.constant(lanes.InvCD)))
	}
	midX := add(mul(dx, f.constant(lanes.Half)), x)
	midAt := midX
	if !v.soma {
		midAt = add(mul(dAt, f.constant(lanes.Half)), y)
	}
	// Soma.
	slope := mul(sub(f.current(0, 1), is0), f.constant(lanes.InvR))
	nx := add(add(add(mul(x, f.constant(lanes.LeakS)), mul(load(f.state(lanes.WS)), f.constant(lanes.WSS))),
		mul(is0, f.constant(lanes.S0))), mul(slope, f.constant(lanes.S1)))
	nx = f.synapses(v, 0, nx, x, dx, midX)
	// Dendrite and its adaptation.
	id0 := f.current(1, 0)
	slope = mul(sub(f.current(1, 1), id0), f.constant(lanes.InvR))
	syn := mul(synD, f.constant(lanes.LeakD))
	wd := load(f.state(lanes.WD))
	nwd := add(add(add(mul(y, f.constant(lanes.M21)), mul(wd, f.constant(lanes.M22))),
		mul(add(id0, syn), f.constant(lanes.W0))), mul(slope, f.constant(lanes.W1)))
	nwd = fade(add(wd, nwd))
	ny := add(add(add(mul(y, f.constant(lanes.M11)), mul(wd, f.constant(lanes.M12))),
		mul(id0, f.constant(lanes.Q0))), mul(slope, f.constant(lanes.Q1)))
	ny = f.synapses(v, 3, ny, at, dAt, midAt)
	ny = fade(add(y, ny))
	nx = fade(add(x, nx))
	// over > watch and not (over <= th32 and no inhibition arrived)
	over := sub(nx, f.faded(load(f.state(lanes.Th)), lanes.FadeTh))
	look := and(compare(over, f.constant(lanes.Watch), notLessEqual),
		or(compare(over, f.constant(lanes.Th32), notLessEqual), compare(f.areas(2), zero(), notEqual)))
	held, some := f.refractory(unsafe.Offsetof(call.At))
	lo, hi := f.ticks(1)
	second := andNot(later(lo, hi, zero()), later(lo, hi, f.bound(unsafe.Offsetof(call.Last))))
	f.look(or(andNot(or(look, some), held), second))
	f.store(lanes.X, nx)
	f.store(lanes.Y, ny)
	f.store(lanes.WD, nwd)
	f.decay(lanes.WS, lanes.FadeWS)
	f.decay(lanes.Th, lanes.FadeTh)
	f.conductances(v)
}

// synapses adds what conductances and arrivals of one side do to a potential whose increment is n so far.
func (f *frame) synapses(v variant, side int, n, at, slope, mid VecVirtual) VecVirtual {
	for _, k := range v.channels() {
		to := f.to(k)
		k += side
		n = add(n, mul(sub(mul(sub(to, at), f.constant(lanes.Area0+k)), mul(slope, f.constant(lanes.Area1+k))), f.state(lanes.G+k)))
		n = add(n, mul(sub(to, mid), f.areas(k)))
	}
	return n
}
