package main

import (
	"github.com/burstplex/burstplex/neuron/internal/lanes"
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
	return f.once("threshold", func() VecVirtual { return f.faded(f.Floats(f.state(lanes.Th)), lanes.FadeTh) })
}

// conductances emits the decay of all conductances and the jumps of the arrivals.
func (f *frame) conductances(v variant) {
	for _, side := range []int{0, 3} {
		for _, k := range v.channels() {
			k += side
			f.store(lanes.G+k, f.landed(f.Floats(f.g(k)), lanes.Fade+k, f.ends(k)))
		}
	}
}
