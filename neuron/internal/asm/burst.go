package main

import (
	"fmt"
	. "github.com/burstplex/burstplex/neuron/internal/asm/emit"
	"unsafe"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
	. "github.com/mmcloughlin/avo/reg"
)

// burstStep is burstDerived.step and what burstPoisson.quiet looks at, with a threshold or escape noise.
func burstStep(v variant, escape bool) model {
	name := "burstStep"
	if escape {
		name = "escapeStep"
	}
	return model{v.name(name), lanes.Box, nil, func(f *frame) { f.burst(v, escape) }}
}

func (f *frame) burst(v variant, escape bool) {
	x, y := f.Floats(f.state(lanes.X)), f.Floats(f.state(lanes.Y))
	at := y
	if v.soma {
		at = x
	}
	// Slopes of both potentials at the start.
	synS, synD := f.zero(), f.zero()
	for _, k := range v.channels() {
		synS = Add(synS, Mul(f.pull(0, x, k), f.g(k)))
		synD = Add(synD, Mul(f.pull(3, at, k), f.g(k+3)))
	}
	is0 := f.current(0, 0)
	dx := Add(Mul(Sub(synS, x), f.constant(lanes.InvTauS)),
		Mul(Add(Mul(f.Floats(f.constant(lanes.B)), f.state(lanes.WS)), is0), f.constant(lanes.InvCS)))
	dx = Mul(dx, f.levelling(v, 0, lanes.RatioS))
	dAt := dx
	if !v.soma {
		dAt = Add(Mul(Sub(synD, y), f.constant(lanes.InvTauD)),
			Mul(Add(Mul(f.Floats(f.state(lanes.WD)), f.constant(lanes.A)), f.current(1, 0)), f.constant(lanes.InvCD)))
		dAt = Mul(dAt, f.levelling(v, 3, lanes.RatioD))
	}
	midX := Add(Mul(dx, f.constant(lanes.Half)), x)
	midAt := midX
	if !v.soma {
		midAt = Add(Mul(dAt, f.constant(lanes.Half)), y)
	}
	// Soma.
	slope := Mul(Sub(f.current(0, 1), is0), f.constant(lanes.InvR))
	nx := Add(Add(Add(Mul(x, f.constant(lanes.LeakS)), Mul(f.Floats(f.state(lanes.WS)), f.constant(lanes.WSS))),
		Mul(is0, f.constant(lanes.S0))), Mul(slope, f.constant(lanes.S1)))
	nx = f.synapses(v, 0, nx, x, dx, midX)
	// Dendrite and its adaptation.
	id0 := f.current(1, 0)
	slope = Mul(Sub(f.current(1, 1), id0), f.constant(lanes.InvR))
	syn := Mul(synD, f.constant(lanes.LeakD))
	wd := f.Floats(f.state(lanes.WD))
	nwd := Add(Add(Add(Mul(y, f.constant(lanes.M21)), Mul(wd, f.constant(lanes.M22))),
		Mul(Add(id0, syn), f.constant(lanes.W0))), Mul(slope, f.constant(lanes.W1)))
	nwd = Fade(Add(wd, nwd))
	ny := Add(Add(Add(Mul(y, f.constant(lanes.M11)), Mul(wd, f.constant(lanes.M12))),
		Mul(id0, f.constant(lanes.Q0))), Mul(slope, f.constant(lanes.Q1)))
	ny = f.synapses(v, 3, ny, at, dAt, midAt)
	ny = Fade(Add(y, ny))
	nx = Fade(Add(x, nx))
	threshold := f.threshold()
	rise := f.inMemory(threshold)
	over := Sub(nx, threshold)
	var look Mask
	var h hazard
	if escape {
		h = f.hazard(f.risk(Sub(x, f.state(lanes.Th)), over))
		look = f.spent(h)
	} else {
		look = Either(Compare(over, f.constant(lanes.Th32), NotLessEqual), f.leftAtSoma(x, nx, threshold))
	}
	held, some := f.refractory(unsafe.Offsetof(call.At))
	second := f.ticks(1)
	due := Except(f.above(second, f.zero()), f.later(second, unsafe.Offsetof(call.Last)))
	seen := Either(Except(Either(look, some), held), due)
	place := inRegister
	spared := func() Mask { return nil }
	if escape { // which needs more registers
		place, spared = f.inMemory, f.aside(Either(Either(look, some), due))
	}
	strong, conductances := f.land(v, place)
	f.look(Either(seen, strong))
	if escape {
		f.spend(h, Either(spared(), strong))
	}
	f.store(lanes.X, nx)
	f.store(lanes.Y, ny)
	f.store(lanes.WD, nwd)
	f.decay(lanes.WS, lanes.FadeWS)
	f.store(lanes.Th, rise())
	conductances()
}

// pull returns the driving force of a channel on one side at the start of the step, where its potential is at.
func (f *frame) pull(side int, at VecVirtual, k int) VecVirtual {
	return f.once(fmt.Sprint("pull", side, k%3/2), func() VecVirtual { return Sub(f.to(k), at) })
}

// synapses adds what conductances and arrivals of one side do to a potential whose increment is n so far.
func (f *frame) synapses(v variant, side int, n, at, slope, mid VecVirtual) VecVirtual {
	for _, k := range v.channels() {
		start := f.pull(side, at, k)
		k += side
		n = Add(n, Mul(Sub(Mul(start, f.constant(lanes.Area0+k)), Mul(slope, f.constant(lanes.Area1+k))), f.state(lanes.G+k)))
	}
	return Add(n, f.kicked(v, side, mid))
}
