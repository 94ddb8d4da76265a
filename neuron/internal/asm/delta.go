package main

import (
	. "github.com/burstplex/burstplex/neuron/internal/asm/emit"
	"unsafe"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
)

// deltaStep is lifDelta.one.
func deltaStep() {
	step("deltaStepAVX2", 1, nil, func(f *frame) {
		x := Floats(f.state(lanes.DeltaX))
		n := Add(Mul(x, f.constant(lanes.DeltaLeak)), Mul(f.current(0, 0), f.constant(lanes.DeltaS0)))
		n = Fade(Add(x, Add(n, Mul(f.current(0, 1), f.constant(lanes.DeltaS1)))))
		n = Add(n, f.sums())
		lo, hi := f.ticks(0)
		held := later(lo, hi, f.bound(unsafe.Offsetof(call.At)))
		f.look(AndNot(Compare(n, f.constant(lanes.DeltaTheta), AtLeast), held))
		f.store(lanes.DeltaX, Choose(held, Floats(f.constant(lanes.DeltaReset)), n))
	})
}
