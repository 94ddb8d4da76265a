package main

import (
	. "github.com/burstplex/burstplex/neuron/internal/asm/emit"
	"unsafe"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
)

// deltaStep is lifDelta.one.
func deltaStep() model {
	return model{"deltaStep", 1, nil, func(f *frame) {
		x := f.Floats(f.state(lanes.DeltaX))
		n := Add(Mul(x, f.constant(lanes.DeltaLeak)), Mul(f.current(0, 0), f.constant(lanes.DeltaS0)))
		n = Fade(Add(x, Add(n, Mul(f.current(0, 1), f.constant(lanes.DeltaS1)))))
		n = Add(n, f.sums())
		held := f.later(f.ticks(0), unsafe.Offsetof(call.At))
		f.look(Except(Compare(n, f.constant(lanes.DeltaTheta), AtLeast), held))
		f.store(lanes.DeltaX, Choose(held, f.Floats(f.constant(lanes.DeltaReset)), n))
	}}
}
