package main

import (
	"unsafe"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
	. "github.com/mmcloughlin/avo/reg"
)

// adexStep is adex.step, and adexDerived.held for refractory neurons.
func adexStep() {
	grow := func(f *frame, ahead int) VecVirtual {
		x := load(f.state(lanes.AdExX).Offset(ahead))
		return mul(exp(mul(sub(x, f.constant(lanes.AdExXT)), f.constant(lanes.AdExInvDelta))), f.constant(lanes.AdExExpScale))
	}
	step("adexStepAVX2", 4, grow, func(f *frame) {
		act := f.begin(grow)
		x := load(f.state(lanes.AdExX))
		fromExc, fromInh := sub(load(f.constant(lanes.AdExToExc)), x), sub(load(f.constant(lanes.AdExToInh)), x)
		syn := mul(add(mul(fromExc, f.state(lanes.AdExAMPA)), mul(fromInh, f.state(lanes.AdExGABA))), f.constant(lanes.AdExInvTau))
		i0 := f.current(0, 0)
		dx := add(sub(syn, mul(x, f.constant(lanes.AdExInvTau))), act)
		dx = add(dx, mul(sub(i0, f.state(lanes.AdExW)), f.constant(lanes.AdExInvC)))

		// Is the extrapolation not accurate?
		z := mul(act, f.constant(lanes.AdExSteep))
		q := add(and(mul(dx, f.constant(lanes.AdExSteep)), bits("absolute", 1<<31-1)), z)
		look := compare(mul(mul(q, q), z), f.constant(lanes.AdExStiffness), notLessEqual)

		n0 := add(act, mul(i0, f.constant(lanes.AdExInvC)))
		n1 := mul(mul(sub(f.current(0, 1), i0), f.constant(lanes.AdExInvC)), f.constant(lanes.AdExInvR))
		n1 = add(mul(mul(act, f.constant(lanes.AdExInvDelta)), dx), n1)
		w := load(f.state(lanes.AdExW))
		nw := add(mul(x, f.constant(lanes.AdExM21)), mul(w, f.constant(lanes.AdExM22)))
		nw = add(add(nw, mul(add(n0, syn), f.constant(lanes.AdExW0))), mul(n1, f.constant(lanes.AdExW1)))
		nx := add(mul(x, f.constant(lanes.AdExM11)), mul(w, f.constant(lanes.AdExM12)))
		nx = add(add(nx, mul(n0, f.constant(lanes.AdExQ0))), mul(n1, f.constant(lanes.AdExQ1)))
		nx = add(nx, mul(sub(mul(fromExc, f.constant(lanes.AdExArea00)), mul(dx, f.constant(lanes.AdExArea10))), f.state(lanes.AdExAMPA)))
		nx = add(nx, mul(sub(mul(fromInh, f.constant(lanes.AdExArea01)), mul(dx, f.constant(lanes.AdExArea11))), f.state(lanes.AdExGABA)))
		mid := mul(dx, f.constant(lanes.AdExHalf))
		excEnd, exc := f.arrivals(0)
		inhEnd, inh := f.arrivals(1)
		nx = add(x, add(nx, add(mul(exc, sub(fromExc, mid)), mul(inh, sub(fromInh, mid)))))
		look = or(look, compare(nx, f.constant(lanes.AdExPeak), notLess))
		ampa, gaba := load(f.state(lanes.AdExAMPA)), load(f.state(lanes.AdExGABA))
		look = or(look, compare(add(add(ampa, gaba), add(excEnd, inhEnd)), f.constant(lanes.AdExStrong), notLessEqual))

		held, some := f.refractory(unsafe.Offsetof(call.At))
		f.look(andNot(or(look, some), held))
		rest := mul(sub(w, f.constant(lanes.AdExRest)), f.constant(lanes.AdExFadeW))
		f.store(lanes.AdExX, choose(held, load(f.constant(lanes.AdExHold)), nx))
		f.store(lanes.AdExW, fade(add(w, choose(held, rest, nw))))
		f.store(lanes.AdExAMPA, add(f.faded(ampa, lanes.AdExFade0), excEnd))
		f.store(lanes.AdExGABA, add(f.faded(gaba, lanes.AdExFade1), inhEnd))
	})
}
