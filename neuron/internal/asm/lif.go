package main

import (
	. "github.com/burstplex/burstplex/neuron/internal/asm/emit"
	"unsafe"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
	. "github.com/mmcloughlin/avo/reg"
)

// lifStep is lif.step or lifDerived.exact, and lifDerived.held for refractory neurons.
func lifStep(name string, conductance bool) model {
	return model{name, 3, nil, func(f *frame) {
		x := f.Floats(f.state(lanes.LIFX))
		excEnd, exc := f.arrivals(0)
		inhEnd, inh := f.arrivals(1)
		var n VecVirtual
		if conductance {
			n = f.lifConductance(x, exc, inh)
		} else {
			syn := Add(Mul(f.Floats(f.state(lanes.LIFAMPA)), f.constant(lanes.LIFArea00)), Mul(f.Floats(f.state(lanes.LIFGABA)), f.constant(lanes.LIFArea01)))
			i0 := f.current(0, 0)
			n = Add(f.lifLeak(x, i0), Add(syn, Add(exc, inh)))
		}
		n = Fade(Add(x, n))
		look := Compare(n, f.constant(lanes.LIFTh32), Greater)
		below, up := Sub(f.Floats(f.constant(lanes.LIFTh32)), x), Sub(n, x)
		if conductance {
			look = Either(look, f.left(below, Add(up, Mul(inh, f.constant(lanes.LIFLost))), inhEnd, inh, lanes.LIFRest, Less))
		} else { // all that inhibition does is negative
			look = Either(look, f.left(below, Sub(up, inh), inhEnd, inh, lanes.LIFRest, Greater))
		}
		ampa, gaba := f.Floats(f.state(lanes.LIFAMPA)), f.Floats(f.state(lanes.LIFGABA))
		if conductance {
			look = Either(look, Compare(Add(Add(ampa, gaba), Add(excEnd, inhEnd)), f.constant(lanes.LIFStrong), Greater))
		}
		held, some := f.refractory(unsafe.Offsetof(call.At))
		f.look(Except(Either(look, some), held))
		f.store(lanes.LIFX, Choose(held, x, n))
		f.store(lanes.LIFAMPA, f.landed(ampa, lanes.LIFFade0, excEnd))
		f.store(lanes.LIFGABA, f.landed(gaba, lanes.LIFFade1, inhEnd))
	}}
}

// lifLeak returns what leak and injected current, i0 at the start of the step, add to V.
func (f *frame) lifLeak(x, i0 VecVirtual) VecVirtual {
	n := Add(Mul(x, f.constant(lanes.LIFLeak)), Mul(i0, f.constant(lanes.LIFS0)))
	return Add(n, Mul(Mul(Sub(f.current(0, 1), i0), f.constant(lanes.LIFInvR)), f.constant(lanes.LIFS1)))
}

// lifConductance returns the increment of V with conductances.
func (f *frame) lifConductance(x, exc, inh VecVirtual) VecVirtual {
	fromExc, fromInh := Sub(f.reversal(lanes.LIFToExc), x), Sub(f.reversal(lanes.LIFToInh), x)
	syn := Add(Mul(fromExc, f.state(lanes.LIFAMPA)), Mul(fromInh, f.state(lanes.LIFGABA)))
	i0 := f.current(0, 0)
	dx := Add(Mul(Sub(syn, x), f.constant(lanes.LIFInvTau)), Mul(i0, f.constant(lanes.LIFInvC)))
	n := f.lifLeak(x, i0)
	n = Add(n, Mul(Sub(Mul(fromExc, f.constant(lanes.LIFArea00)), Mul(dx, f.constant(lanes.LIFArea10))), f.state(lanes.LIFAMPA)))
	n = Add(n, Mul(Sub(Mul(fromInh, f.constant(lanes.LIFArea01)), Mul(dx, f.constant(lanes.LIFArea11))), f.state(lanes.LIFGABA)))
	mid := Mul(dx, f.constant(lanes.LIFHalf)) // arrivals of this step find the membrane there
	return Add(n, Add(Mul(exc, Sub(fromExc, mid)), Mul(inh, Sub(fromInh, mid))))
}
