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

// land returns where both membranes' conductances together are strong at the end of the step (two.load); weighted says whether one of the dendrite's counts for StrongD, and what stores them: after their decay and
// the jumps of the arrivals. Where registers are few, place says where they wait.
func (f *frame) land(v variant, weighted bool, place func(VecVirtual) func() VecVirtual) (strong Mask, store func()) {
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
	if weighted {
		sums[1] = Mul(sums[1], f.constant(lanes.StrongD))
	}
	sum := Add(sums[1], sums[0])
	return Compare(sum, f.constant(lanes.Strong), NotLessEqual), func() {
		for i, row := range rows {
			f.store(row, later[i]())
		}
	}
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
