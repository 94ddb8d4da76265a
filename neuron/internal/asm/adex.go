package main

import (
	. "github.com/burstplex/burstplex/neuron/internal/asm/emit"
	"unsafe"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/reg"
)

// adexStep is adex.step, and adexDerived.held for refractory neurons.
func adexStep() model {
	grow := func(f *frame, ahead int) VecVirtual {
		x := f.Floats(f.state(lanes.AdExX).Offset(ahead))
		return Mul(Exp(Mul(Sub(x, f.constant(lanes.AdExXT)), f.constant(lanes.AdExInvDelta))), f.constant(lanes.AdExExpScale))
	}
	return model{"adexStep", 4, grow, func(f *frame) {
		act := f.begin(grow)
		x := f.Floats(f.state(lanes.AdExX))
		fromExc, fromInh := Sub(f.reversal(lanes.AdExToExc), x), Sub(f.reversal(lanes.AdExToInh), x)
		syn := Mul(Add(Mul(fromExc, f.state(lanes.AdExAMPA)), Mul(fromInh, f.state(lanes.AdExGABA))), f.constant(lanes.AdExInvTau))
		i0 := f.current(0, 0)
		dx := Add(Sub(syn, Mul(x, f.constant(lanes.AdExInvTau))), act)
		dx = Add(dx, Mul(Sub(i0, f.state(lanes.AdExW)), f.constant(lanes.AdExInvC)))

		// Is the exponential too steep for a straight line?
		z := Mul(act, f.constant(lanes.AdExSteep))
		move := Mul(dx, f.constant(lanes.AdExSteep))
		q := Add(Absolute(move), z)
		steep := Compare(Mul(Mul(q, q), z), f.constant(lanes.AdExStiffness), NotLessEqual)

		n0 := Add(act, Mul(i0, f.constant(lanes.AdExInvC)))
		n1 := Mul(Mul(Sub(f.current(0, 1), i0), f.constant(lanes.AdExInvC)), f.constant(lanes.AdExInvR))
		n1 = Add(Mul(Mul(act, f.constant(lanes.AdExInvDelta)), dx), n1)
		w := f.Floats(f.state(lanes.AdExW))
		nw := Add(Mul(x, f.constant(lanes.AdExM21)), Mul(w, f.constant(lanes.AdExM22)))
		nw = Add(Add(nw, Mul(Add(n0, syn), f.constant(lanes.AdExW0))), Mul(n1, f.constant(lanes.AdExW1)))
		nx := Add(Mul(x, f.constant(lanes.AdExM11)), Mul(w, f.constant(lanes.AdExM12)))
		nx = Add(Add(nx, Mul(n0, f.constant(lanes.AdExQ0))), Mul(n1, f.constant(lanes.AdExQ1)))
		nx = Add(nx, Mul(Sub(Mul(fromExc, f.constant(lanes.AdExArea00)), Mul(dx, f.constant(lanes.AdExArea10))), f.state(lanes.AdExAMPA)))
		nx = Add(nx, Mul(Sub(Mul(fromInh, f.constant(lanes.AdExArea01)), Mul(dx, f.constant(lanes.AdExArea11))), f.state(lanes.AdExGABA)))
		mid := Mul(dx, f.constant(lanes.AdExHalf))
		excEnd, exc := f.arrivals(0)
		inhEnd, inh := f.arrivals(1)
		kickExc, kickInh := Mul(exc, Sub(fromExc, mid)), Mul(inh, Sub(fromInh, mid))
		kick := Add(kickExc, kickInh)
		nx = Add(nx, kick)
		bad := f.None()
		UnlessNone(steep, "gentle")
		one := f.Floats(Number("one", 1))
		late := Add(Mul(kickExc, Sub(one, f.share(excEnd, exc))), Mul(kickInh, Sub(one, f.share(inhEnd, inh))))
		g := Mul(Add(f.Floats(f.state(lanes.AdExAMPA)), f.state(lanes.AdExGABA)), f.constant(lanes.AdExLeakStep))
		rise, inaccurate := f.upswing(z, move, nx, kick, late, g)
		Move(Choose(steep, rise, nx), nx)
		Move(Both(steep, inaccurate), bad)
		Label("gentle")
		nx = Add(x, nx)
		look := Either(bad, Compare(nx, f.constant(lanes.AdExPeak), NotLess))
		ampa, gaba := f.Floats(f.state(lanes.AdExAMPA)), f.Floats(f.state(lanes.AdExGABA))
		look = Either(look, Compare(Add(Add(ampa, gaba), Add(excEnd, inhEnd)), f.constant(lanes.AdExStrong), NotLessEqual))

		held, some := f.refractory(unsafe.Offsetof(call.At))
		f.look(Except(Either(look, some), held))
		rest := Mul(Sub(w, f.constant(lanes.AdExRest)), f.constant(lanes.AdExFadeW))
		f.store(lanes.AdExX, Choose(held, f.Floats(f.constant(lanes.AdExHold)), nx))
		f.store(lanes.AdExW, Fade(Add(w, Choose(held, rest, nw))))
		f.store(lanes.AdExAMPA, f.landed(ampa, lanes.AdExFade0, excEnd))
		f.store(lanes.AdExGABA, f.landed(gaba, lanes.AdExFade1, inhEnd))
	}}
}

// upswing is adexDerived.upswing.
func (f *frame) upswing(z, move, x, kick, late, g VecVirtual) (rise VecVirtual, bad Mask) {
	half := Number("half", 0.5)
	curve := Mul(z, move)
	a := Sub(Sub(Mul(x, f.constant(lanes.AdExInvDelta)), z), Mul(curve, half))
	bend := Sub(Sub(a, Mul(kick, f.constant(lanes.AdExInvDelta))), Sub(move, z))
	pulled := Add(Mul(Horner("pulled", Add(move, z), 1.0/24, 1.0/6), curve), Mul(bend, Number("third", 1.0/3)))
	early := Mul(Sub(kick, late), f.constant(lanes.AdExInvDelta))
	a = Sub(a, Mul(Add(pulled, Mul(early, half)), g))
	mean := Sub(Sub(Mul(a, half), Mul(bend, Number("sixth", 1.0/6))), Mul(Mul(late, f.constant(lanes.AdExInvDelta)), half))
	s := Add(Add(mean, Number("one", 1)), Mul(Mul(a, a), Horner("mean_exp", a, 1.0/24, 1.0/6)))
	m := Sub(f.Floats(Number("one", 1)), Mul(z, s))
	bad = Either(Compare(m, Number("upswing_rest", 0.2), NotGreaterEqual), Compare(Absolute(a), half, NotLessEqual))
	return Mul(Sub(a, Log(m)), f.constant(lanes.AdExDelta)), bad
}

// share is adexDerived.share.
func (f *frame) share(end, area VecVirtual) VecVirtual {
	r := Mul(Div(area, Add(end, Number("least", 1e-30))), f.constant(lanes.AdExTauSteps))
	return Min(r, Number("one", 1))
}
