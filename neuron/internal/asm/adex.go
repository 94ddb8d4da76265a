package main

import (
	"unsafe"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
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

		// Is the exponential too steep for a straight line?
		z := mul(act, f.constant(lanes.AdExSteep))
		move := mul(dx, f.constant(lanes.AdExSteep))
		q := add(and(move, bits("absolute", 1<<31-1)), z)
		steep := compare(mul(mul(q, q), z), f.constant(lanes.AdExStiffness), notLessEqual)

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
		kickExc, kickInh := mul(exc, sub(fromExc, mid)), mul(inh, sub(fromInh, mid))
		kick := add(kickExc, kickInh)
		nx = add(nx, kick)
		look := zero()
		any := GP32()
		VMOVMSKPS(steep, any)
		TESTL(any, any)
		JZ(LabelRef("gentle"))
		one := load(number("one", 1))
		late := add(mul(kickExc, sub(one, f.share(excEnd, exc))), mul(kickInh, sub(one, f.share(inhEnd, inh))))
		g := mul(add(load(f.state(lanes.AdExAMPA)), f.state(lanes.AdExGABA)), f.constant(lanes.AdExLeakStep))
		rise, bad := f.upswing(z, move, nx, kick, late, g)
		VBLENDVPS(steep, rise, nx, nx)
		VANDPS(steep, bad, look)
		Label("gentle")
		nx = add(x, nx)
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

// upswing is adexDerived.upswing.
func (f *frame) upswing(z, move, x, kick, late, g VecVirtual) (rise, bad VecVirtual) {
	half := number("half", 0.5)
	curve := mul(z, move)
	a := sub(sub(mul(x, f.constant(lanes.AdExInvDelta)), z), mul(curve, half))
	bend := sub(sub(a, mul(kick, f.constant(lanes.AdExInvDelta))), sub(move, z))
	pulled := add(mul(horner("pulled", add(move, z), 1.0/24, 1.0/6), curve), mul(bend, number("third", 1.0/3)))
	early := mul(sub(kick, late), f.constant(lanes.AdExInvDelta))
	a = sub(a, mul(add(pulled, mul(early, half)), g))
	mean := sub(sub(mul(a, half), mul(bend, number("sixth", 1.0/6))), mul(mul(late, f.constant(lanes.AdExInvDelta)), half))
	s := add(add(mean, number("one", 1)), mul(mul(a, a), horner("mean_exp", a, 1.0/24, 1.0/6)))
	m := sub(load(number("one", 1)), mul(z, s))
	bad = or(compare(m, number("upswing_rest", 0.2), notGreaterEqual), compare(and(a, bits("absolute", 1<<31-1)), half, notLessEqual))
	return mul(sub(a, log(m)), f.constant(lanes.AdExDelta)), bad
}

// share is adexDerived.share.
func (f *frame) share(end, area VecVirtual) VecVirtual {
	r := mul(div(area, add(end, number("least", 1e-30))), f.constant(lanes.AdExTauSteps))
	y := YMM()
	VMINPS(number("one", 1), r, y)
	return y
}
