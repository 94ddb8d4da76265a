package main

import (
	"unsafe"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
	. "github.com/mmcloughlin/avo/reg"
)

// lifStep is lif.step or lifDerived.exact, and lifDerived.held for refractory neurons.
func lifStep(name string, conductance bool) {
	step(name, 3, nil, func(f *frame) {
		x := load(f.state(lanes.LIFX))
		excEnd, exc := f.arrivals(0)
		inhEnd, inh := f.arrivals(1)
		var n VecVirtual
		if conductance {
			n = f.lifConductance(x, exc, inh)
		} else {
			syn := add(mul(load(f.state(lanes.LIFAMPA)), f.constant(lanes.LIFArea00)), mul(load(f.state(lanes.LIFGABA)), f.constant(lanes.LIFArea01)))
			i0 := f.current(0, 0)
			n = add(f.lifLeak(x, i0), add(syn, add(exc, inh)))
		}
		n = fade(add(x, n))
		// n > watch and (n > th32 or excitation was negative or inhibition arrived)
		look := or(compare(n, f.constant(lanes.LIFTh32), greater), compare(exc, zero(), less))
		look = and(or(look, compare(inh, zero(), notEqual)), compare(n, f.constant(lanes.LIFWatch), greater))
		ampa, gaba := load(f.state(lanes.LIFAMPA)), load(f.state(lanes.LIFGABA))
		if conductance {
			look = or(look, compare(add(add(ampa, gaba), add(excEnd, inhEnd)), f.constant(lanes.LIFStrong), greater))
		}
		held, some := f.refractory(unsafe.Offsetof(call.At))
		f.look(andNot(or(look, some), held))
		f.store(lanes.LIFX, choose(held, x, n))
		f.store(lanes.LIFAMPA, add(f.faded(ampa, lanes.LIFFade0), excEnd))
		f.store(lanes.LIFGABA, add(f.faded(gaba, lanes.LIFFade1), inhEnd))
	})
}

// lifLeak returns what leak and injected current, i0 at the start of the step, add to V.
func (f *frame) lifLeak(x, i0 VecVirtual) VecVirtual {
	n := add(mul(x, f.constant(lanes.LIFLeak)), mul(i0, f.constant(lanes.LIFS0)))
	return add(n, mul(mul(sub(f.current(0, 1), i0), f.constant(lanes.LIFInvR)), f.constant(lanes.LIFS1)))
}

// lifConductance returns the increment of V with conductances.
func (f *frame) lifConductance(x, exc, inh VecVirtual) VecVirtual {
	fromExc, fromInh := sub(load(f.constant(lanes.LIFToExc)), x), sub(load(f.constant(lanes.LIFToInh)), x)
	syn := add(mul(fromExc, f.state(lanes.LIFAMPA)), mul(fromInh, f.state(lanes.LIFGABA)))
	i0 := f.current(0, 0)
	dx := add(mul(sub(syn, x), f.constant(lanes.LIFInvTau)), mul(i0, f.constant(lanes.LIFInvC)))
	n := f.lifLeak(x, i0)
	n = add(n, mul(sub(mul(fromExc, f.constant(lanes.LIFArea00)), mul(dx, f.constant(lanes.LIFArea10))), f.state(lanes.LIFAMPA)))
	n = add(n, mul(sub(mul(fromInh, f.constant(lanes.LIFArea01)), mul(dx, f.constant(lanes.LIFArea11))), f.state(lanes.LIFGABA)))
	mid := mul(dx, f.constant(lanes.LIFHalf)) // arrivals of this step find the membrane there
	return add(n, add(mul(exc, sub(fromExc, mid)), mul(inh, sub(fromInh, mid))))
}
