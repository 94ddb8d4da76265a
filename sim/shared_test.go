package sim_test

import (
	"context"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/report"

	"github.com/burstplex/burstplex/sim/experiment"
)

// Two simulations of one Network, in turn, with patterns, teachers and rules that change what they can: each gives the
// spikes and weights of a simulation that is alone.
func TestSimulationsOfOneNetworkShareNothing(t *testing.T) {
	x, err := experiment.Load(report.NewRegistries(), "session/testdata/learning.toml")
	if err != nil {
		t.Fatal(err)
	}
	net, err := x.Network(1)
	if err != nil {
		t.Fatal(err)
	}
	start := func() *sim.Sim {
		engine, err := sim.New(net, sim.Options{Workers: 1})
		if err == nil {
			err = engine.Follow(x.Presentations(1))
		}
		if err != nil {
			t.Fatal(err)
		}
		return engine
	}
	result := func(engine *sim.Sim) (digest string, weight float64) {
		for name, p := range x.Projections.All() {
			if p.Rule != nil {
				weight += engine.Projection(name).MeanWeight()
			}
		}
		if err := engine.Finish(); err != nil {
			t.Fatal(err)
		}
		return engine.Digest(), weight
	}
	until := min(x.Experiment.Duration, 2*spike.Second)
	alone := start()
	if err := alone.Run(context.Background(), until); err != nil {
		t.Fatal(err)
	}
	want, weight := result(alone)
	pair := []*sim.Sim{start(), start()}
	for k := spike.Tick(1); k <= 20; k++ {
		for i, engine := range pair {
			if at := min(until, k*until/20+spike.Tick(i)*until/40); at > engine.Now() {
				if err := engine.Run(context.Background(), at/engine.Step()*engine.Step()); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	for i, engine := range pair {
		if got, w := result(engine); got != want || w != weight {
			t.Errorf("simulation %d of two: digest %.12s, mean weights %g; alone %.12s, %g", i, got, w, want, weight)
		}
	}
}
