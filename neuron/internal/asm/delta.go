package main

import (
	"unsafe"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
)

// deltaStep is lifDelta.one.
func deltaStep() {
	step("deltaStepAVX2", 1, nil, func(f *frame) {
		x := load(f.state(lanes.DeltaX))
		n := add(mul(x, f.constant(lanes.DeltaLeak)), mul(f.current(0, 0), f.constant(lanes.DeltaS0)))
		n = fade(add(x, add(n, mul(f.current(0, 1), f.constant(lanes.DeltaS1)))))
		n = add(n, f.sums())
		lo, hi := f.ticks(0)
		held := later(lo, hi, f.bound(unsafe.Offsetof(call.At)))
		f.look(andNot(compare(n, f.constant(lanes.DeltaTheta), greaterEqual), held))
		f.store(lanes.DeltaX, choose(held, load(f.constant(lanes.DeltaReset)), n))
	})
}
