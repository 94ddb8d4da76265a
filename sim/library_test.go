package sim

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/plasticity"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/synapse"
)

// A name that is none is an error of the network that has it, wherever it stands.
func TestWrongNamesAreRefused(t *testing.T) {
	lif, two, rule := neuron.DefaultLIF(), neuron.DefaultTwoCompartment(), plasticity.DefaultBurstprop()
	lif.Synapses, two.Integrator, rule.Trace = "curent", "offgrid", "event"
	poisson := Population{Name: "in", Size: 2, Spec: neuron.DefaultPoisson()}
	net := func(spec neuron.Spec, rule plasticity.Spec) *Network {
		return &Network{Populations: []Population{poisson, {Name: "p", Size: 2, Spec: spec}},
			Projections: []Projection{{Source: "in", Target: "p", Port: neuron.Soma, Receptor: neuron.AMPAReceptor, Rule: rule,
				Spec: synapse.Spec{Name: "w", Connector: synapse.AllToAll{}, Weight: neuron.Const(0.1), Delay: neuron.Const(1)}}}}
	}
	for key, n := range map[string]*Network{"populations.p.synapses": net(lif, nil),
		"populations.p.integrator": net(two, nil),
		"projections.w.rule.trace": net(neuron.DefaultLIF(), rule)} {
		_, err := New(n, Options{})
		var e *Error
		if !errors.As(err, &e) || e.Key != key || !strings.Contains(err.Error(), "is not one of the names (allowed: ") {
			t.Errorf("%s: %v", key, err)
		}
	}
}

// Close is enough at the end: what was collected is complete, a recorder has written all, and a second call does
// nothing. A network without a step has the one that files have, and its header describes its recording.
func TestCloseFinishes(t *testing.T) {
	net := &Network{Seed: 3, Populations: []Population{{Name: "in", Size: 40, Spec: neuron.DefaultPoisson()}}}
	engine, err := New(net, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if engine.Step() != DefaultStep || net.Step != 0 {
		t.Errorf("steps of %v, and the network's %v", engine.Step(), net.Step)
	}
	path := filepath.Join(t.TempDir(), "x.bspk")
	w, err := recordings.Create(path, net.Header())
	if err != nil {
		t.Fatal(err)
	}
	all := &Collector{}
	engine.AddSink(all)
	engine.AddSink(w)
	if err := engine.Run(context.Background(), 1000100*spike.Microsecond); err != nil { // ends within a window
		t.Fatal(err)
	}
	if err := errors.Join(engine.Close(), engine.Close()); err != nil {
		t.Fatal(err)
	}
	r, err := recordings.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if n := r.Count(); n == 0 || n != uint64(len(all.Events)) || !r.Finished() || r.Header().Seed != 3 ||
		r.Network()[0] != net.IDs()[0] {
		t.Errorf("%d spikes recorded, %d collected; %+v", n, len(all.Events), r.Header())
	}
}
