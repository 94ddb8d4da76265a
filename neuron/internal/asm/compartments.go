package main

import (
	. "github.com/burstplex/burstplex/neuron/internal/asm/emit"
	"github.com/burstplex/burstplex/neuron/internal/lanes"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// variant is a kernel of neurons with two compartments: with the dendrite's driving force at the soma or the dendrite, with
// or without nmda.
type variant struct{ soma, nmda bool }

func (v variant) name(model string) string {
	if v.soma {
		model += "Soma"
	}
	if v.nmda {
		model += "NMDA"
	}
	return model
}

// channels lists the conductances of one compartment that are in use: ampa 0, nmda 1, gaba 2.
func (v variant) channels() []int {
	if v.nmda {
		return []int{0, 1, 2}
	}
	return []int{0, 2}
}

func (f *frame) g(k int) Mem { return f.state(lanes.G + k) }

// to returns the reversal potential of a channel.
func (f *frame) to(k int) VecVirtual {
	if k%3 == 2 {
		return f.reversal(lanes.ToInh)
	}
	return f.reversal(lanes.ToExc)
}

// threshold returns the rise of the threshold at the end of the step.
func (f *frame) threshold() VecVirtual {
	return f.faded(f.Floats(f.state(lanes.Th)), lanes.FadeTh)
}

// land returns where both membranes' conductances together are strong at the end of the step (two.load), and what stores them: after their decay and
// the jumps of the arrivals. Where registers are few, place says where they wait.
func (f *frame) land(v variant, place func(VecVirtual) func() VecVirtual) (strong Mask, store func()) {
	var sums [2]VecVirtual
	var rows []int
	var later []func() VecVirtual
	for side := range sums {
		for _, k := range v.channels() {
			k += 3 * side
			g := f.landed(f.Floats(f.g(k)), lanes.Fade+k, f.ends(k))
			if sums[side] == nil {
				sums[side] = g
			} else {
				sums[side] = Add(sums[side], g)
			}
			rows, later = append(rows, lanes.G+k), append(later, place(g))
		}
	}
	sum := Add(Mul(sums[1], f.constant(lanes.StrongD)), sums[0])
	return Compare(sum, f.constant(lanes.Strong), NotLessEqual), func() {
		for i, row := range rows {
			f.store(row, later[i]())
		}
	}
}

// levelling is levelling with the conductances of one side.
func (f *frame) levelling(v variant, side, ratio int) VecVirtual {
	g := f.Floats(f.g(side))
	if v.nmda {
		g = Add(g, f.state(lanes.G+side+1))
	}
	g = Add(g, f.state(lanes.G+side+2))
	z := Add(Mul(g, f.constant(ratio)), f.constant(ratio))
	return Horner("levelling", z, 1.0/12, -1.0/3, 1)
}

// kicked is kicked: what the arrivals of one side do to its potential, which is mid halfway through the step.
func (f *frame) kicked(v variant, side int, mid VecVirtual) VecVirtual {
	share := lanes.ShareS
	if side > 0 {
		share = lanes.ShareD
	}
	kick := Mul(f.kicks(v, side, mid), f.constant(share))
	if v.soma && side > 0 { // the arrivals do not move what drives them
		return kick
	}
	area := f.areas(side)
	for _, k := range v.channels()[1:] {
		area = Add(area, f.areas(k+side))
	}
	return Mul(kick, Add(Mul(Mul(area, f.constant(share)), Number("kicked", -0.5)), Number("one", 1)))
}

// inRegister lets a vector wait where it is.
func inRegister(x VecVirtual) func() VecVirtual { return func() VecVirtual { return x } }

// inMemory lets a vector wait in memory if registers are few.
func (f *frame) inMemory(x VecVirtual) func() VecVirtual {
	if f.Width == 16 {
		return inRegister(x)
	}
	place := AllocLocal(32)
	VMOVUPS(x, place)
	return func() VecVirtual { return Floats(place) }
}

// left is left of the scalar code: whether inhibition may have taken V back below threshold. Without it V would have risen by up; below is
// how far below threshold the step began.
func (f *frame) left(below, up, end, area VecVirtual, rest int, by uint8) Mask {
	return Compare(Mul(below, end), Mul(up, Sub(end, Mul(area, f.constant(rest)))), by)
}

// leftAtSoma is left with what inhibition does to the soma.
func (f *frame) leftAtSoma(x, nx, rise VecVirtual) Mask {
	area := f.areas(2)
	up := Add(Sub(nx, x), Mul(area, f.constant(lanes.Lost)))
	return f.left(Sub(Add(rise, f.constant(lanes.Th32)), x), up, f.ends(2), area, lanes.Rest, Less)
}
