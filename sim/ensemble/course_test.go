package ensemble

import (
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/synapse/units"
)

// An input and a target that change in time, but do not, are those that are constant: the same events and bursts,
// in steps and at exact times. Those that do change give others, from the bin of the change on and not before.
func TestCoursesThatDoNotChange(t *testing.T) {
	for _, timing := range timings()[:1] {
		for _, exact := range []bool{false, true} {
			timing.Exact = exact
			net, image, state := quick(t)
			net.Pack(true)
			target := []float32{0, 1, 0, 0, 0}
			one := NewPresenter(net, timing, true, rng.New(3, "course"))
			one.Forward(image, state, 7)
			one.Backward(target, state, 7)
			columns := func(x []float32) *units.Block {
				b := units.NewBlock(len(x), one.Bins)
				b.Fill(x)
				return b
			}
			two := NewPresenter(net, timing, true, rng.New(3, "course"))
			two.ForwardCourse(columns(image), state, 7)
			two.BackwardCourse(columns(target), state, 7)
			for l := range net.Layers {
				if !slices.Equal(one.layers[l].events.Data, two.layers[l].events.Data) ||
					!slices.Equal(one.layers[l].signed.Data, two.layers[l].signed.Data) {
					t.Errorf("exact %v, layer %d: events or bursts differ", exact, l+1)
				}
			}
			late := columns(image)
			change := one.Bins / 2
			for u := range late.Rows {
				for k := change; k < one.Bins; k++ {
					late.Row(u)[k] = 0
				}
			}
			two.ForwardCourse(late, state, 7)
			before, after := true, true
			for u := range net.Layers[0].Units() {
				a, b := one.Events(0).Row(u), two.Events(0).Row(u)
				before = before && slices.Equal(a[:change], b[:change])
				after = after && slices.Equal(a[change:], b[change:])
			}
			if !before || after {
				t.Errorf("exact %v: events before the change are equal: %v; after it: %v", exact, before, after)
			}
		}
	}
}
