package synapse

import (
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// A spike has the scale that was set last before it was emitted, however often it changes within a window; also in
// the window after, and until Reset.
func TestScaleWhenASpikeIsEmitted(t *testing.T) {
	const us = spike.Microsecond
	p, err := New(Spec{Connector: AllToAll{}, Weight: neuron.Const(3), Delay: neuron.Const(1)}, 0,
		Geometry{Sources: 2, Targets: 2, Key: rng.New(1, "p")}, 100*us)
	if err != nil {
		t.Fatal(err)
	}
	is := func(at spike.Tick, want float32) {
		t.Helper()
		if got, _ := p.Depart(1, spike.Event{At: at, Src: 1}); got != 3*want {
			t.Errorf("a spike of %v has weight %g, want %g", at, got, 3*want)
		}
	}
	p.SetScale(0.5, 200*us)
	p.SetScale(2, 500*us)
	p.SetScale(0, 500*us)
	p.SetScale(4, 900*us)
	for _, c := range []struct {
		at   spike.Tick
		want float32
	}{{0, 1}, {200*us - 1, 1}, {200 * us, 0.5}, {500*us - 1, 0.5}, {500 * us, 0}, {900*us - 1, 0}, {900 * us, 4},
		{1000*us - 1, 4}} {
		is(c.at, c.want)
	}
	p.EndWindow()
	is(1000*us, 4)
	p.SetScale(1, 1500*us)
	is(1499*us, 4)
	is(1500*us, 1)
	if p.SetScale(5, 1600*us); !p.Scaled() {
		t.Error("a scale of 5 is none")
	}
	if p.Reset(); p.Scaled() {
		t.Error("after Reset there is a scale")
	}
	is(0, 1)
}

// Delays that are drawn reach from the smallest to the largest, in steps, all of which occur; also a spread of one
// step.
func TestDrawnDelaysReachTheirBounds(t *testing.T) {
	const step = 100 * spike.Microsecond
	for _, c := range []struct {
		of             neuron.Value
		first, last, n spike.Tick // steps
	}{{neuron.Value{Shape: neuron.Uniform, A: 0.1, B: 0.5}, 1, 5, 5}, {neuron.Value{Shape: neuron.Uniform, A: 1.04,
		B: 1.16}, 10, 12, 3},
		{neuron.Value{Shape: neuron.Normal, A: 2, B: 1, Lo: 1.5, Hi: 2.5}, 15, 25, 11}} {
		p, err := New(Spec{Connector: AllToAll{}, Weight: neuron.Const(1), Delay: c.of}, 0,
			Geometry{Sources: 90, Targets: 300, Key: rng.New(1, "p")}, step)
		if err != nil {
			t.Fatal(err)
		}
		p.SetShards(1)
		if err := p.Connect(0, 0, 300); err != nil {
			t.Fatal(err)
		}
		seen := map[spike.Tick]int{}
		p.Each(func(_, _ int, _ float64, d spike.Tick) { seen[d/step]++ })
		if p.MinDelay() != c.first*step || p.MaxDelay() != c.last*step || len(seen) != int(c.n) || seen[c.first] == 0 ||
			seen[c.last] == 0 {
			t.Errorf("%v: delays from %v to %v, in steps %v", c.of, p.MinDelay(), p.MaxDelay(), seen)
		}
	}
}
