package sim

import (
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/plasticity"
	"github.com/burstplex/burstplex/synapse"
)

// Arrivals are kept where a single one is strong, wherever its weight is said, and in long steps; nowhere else.
func TestStrongArrivalsAreKept(t *testing.T) {
	list := &synapse.List{HasWeight: true, Synapses: []synapse.Synapse{{Target: 1, Weight: 0.1}, {Target: 2, Weight: 60}}}
	current := neuron.DefaultLIF()
	current.Synapses = neuron.Current
	strong := neuron.DefaultPoissonBackground()
	strong.Weight = 60
	rule := plasticity.DefaultSTDP()
	rule.Max = 60
	for name, c := range map[string]struct {
		change func(n *Network)
		want   bool
	}{
		"weak":  {func(*Network) {}, false},
		"below": {func(n *Network) { n.Projections[0].Weight = neuron.Const(19) }, false},
		"above": {func(n *Network) { n.Projections[0].Weight = neuron.Const(21) }, true},
		"shorter steps": {func(n *Network) { n.Projections[0].Weight, n.Step = neuron.Const(21), 50*spike.Microsecond },
			false},
		"long steps": {func(n *Network) { n.Step = spike.Millisecond }, true},
		"uniform":    {func(n *Network) { n.Projections[0].Weight = neuron.Value{Shape: neuron.Uniform, B: 60} }, true},
		"normal":     {func(n *Network) { n.Projections[0].Weight = neuron.Value{Shape: neuron.Normal, A: 18, B: 1} }, true},
		"lognormal": {func(n *Network) { n.Projections[0].Weight = neuron.Value{Shape: neuron.LogNormal, A: 1.1, B: 1} },
			true},
		"list": {func(n *Network) { n.Projections[0].Connector = list }, true},
		"rule": {func(n *Network) { n.Projections[0].Rule = rule }, true},
		"background": {func(n *Network) {
			n.Populations[0].Backgrounds = []Background{{Name: "b", Port: "soma", Receptor: "gaba", Spec: strong}}
		}, true},
		"currents": {func(n *Network) { n.Populations[0].Spec, n.Projections[0].Weight = current, neuron.Const(400) }, false},
	} {
		net := sparse(50, 5)
		c.change(net)
		s, err := New(net, Options{Workers: 1})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if p := s.populations[0]; p.keeps != c.want || p.shards[0].in.Kept != c.want {
			t.Errorf("%s: arrivals are kept: %v, want %v", name, p.keeps, c.want)
		}
		if err := s.Finish(); err != nil {
			t.Error(err)
		}
	}
}
