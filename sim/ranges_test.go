package sim

import (
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/plasticity"
	"github.com/burstplex/burstplex/synapse"
)

// rangesNetwork is one population of each kind of synapse, and a projection within the one that is asked for.
func rangesNetwork(target string, change func(p *Projection)) *Network {
	lif, cuba := neuron.DefaultLIF(), neuron.DefaultLIF()
	cuba.Synapses = "current"
	net := &Network{Seed: 1, Step: spike.Millisecond}
	for name, spec := range map[string]neuron.Spec{"lif": lif, "cuba": cuba, "delta": neuron.DefaultLIFDelta(),
		"adex": neuron.DefaultAdEx(),
		"two":  neuron.DefaultTwoCompartment(), "burst": neuron.DefaultBurstPoisson()} {
		if name == target {
			net.Populations = []Population{{Name: name, Size: 10, Spec: spec}}
		}
	}
	p := Projection{Source: target, Target: target, Port: "soma", Receptor: "ampa",
		Spec: synapse.Spec{Name: "x", Connector: synapse.AllToAll{}, Weight: neuron.Const(0.5), Delay: neuron.Const(1)}}
	change(&p)
	net.Projections = []Projection{p}
	return net
}

// Every kind of synapse has one rule for the sign of weights, which holds for constants, distributions and lists,
// for the bounds of a rule, and for Poisson input; what a rule would clip at once is refused.
func TestWeightsInRange(t *testing.T) {
	weight := func(receptor string, w neuron.Value) func(p *Projection) {
		return func(p *Projection) { p.Receptor, p.Weight = receptor, w }
	}
	normal := func(mean, sd float64) neuron.Value { return neuron.Value{Shape: neuron.Normal, A: mean, B: sd} }
	rule := func(receptor string, w neuron.Value, lo, hi float64) func(p *Projection) {
		return func(p *Projection) {
			r := plasticity.DefaultBurstCCN()
			r.Min, r.Max = lo, hi
			p.Receptor, p.Weight, p.Rule = receptor, w, r
		}
	}
	for _, c := range []struct {
		target string
		change func(p *Projection)
		fault  string
	}{
		{"lif", weight("gaba", neuron.Const(-0.3)), "projections.x.weight: -0.3"},
		{"lif", weight("ampa", neuron.Const(-0.3)), "projections.x.weight: -0.3"},
		{"lif", weight("gaba", neuron.Const(0.3)), ""},
		{"cuba", weight("gaba", neuron.Const(0.3)), "projections.x.weight: 0.3"},
		{"cuba", weight("gaba", neuron.Const(-0.3)), ""},
		{"cuba", weight("gaba", normal(-351, 35)), ""},
		{"cuba", weight("gaba", normal(-351, 200)), "projections.x.weight: 3.96 %"},
		{"cuba", weight("ampa", neuron.Const(-0.3)), "projections.x.weight: -0.3"},
		{"delta", weight("delta", neuron.Const(-0.3)), ""},
		{"delta", weight("delta", normal(0, 1)), ""},
		{"adex", weight("gaba", neuron.Const(-0.3)), "projections.x.weight: -0.3"},
		{"two", weight("nmda", neuron.Const(-0.3)), "projections.x.weight: -0.3"},
		{"two", weight("gaba", normal(0.05, 0.05)), "projections.x.weight: 15.9 %"},
		{"two", func(p *Projection) { p.Port, p.Receptor, p.Weight = "apical", "gaba", neuron.Const(-1) },
			"projections.x.weight: -1"},
		{"burst", weight("gaba", neuron.Const(-0.3)), "projections.x.weight: -0.3"},
		{"two", func(p *Projection) {
			p.Connector = &synapse.List{HasWeight: true, Synapses: []synapse.Synapse{{Target: 1, Weight: 1},
				{Target: 2, Weight: -1}}}
		}, "projections.x.file: synapse 2: the weight -1"},
		{"two", rule("ampa", neuron.Const(0.5), 0, 1), ""},
		{"two", rule("ampa", neuron.Const(1.5), 0, 1), "projections.x.weight: 1.5"},
		{"two", rule("ampa", neuron.Value{Shape: neuron.Uniform, A: 2, B: 3}, 0, 1), "projections.x.weight: 3"},
		{"two", rule("ampa", normal(5, 0.1), 0, 1), "projections.x.weight: 100 %"},
		{"two", rule("ampa", neuron.Const(0.5), -1, 1), "projections.x.rule.w_min: a conductance is not negative"},
		{"cuba", rule("gaba", neuron.Const(-0.5), -1, 1), "projections.x.rule.w_max: an inhibitory current is not positive"},
		{"cuba", rule("gaba", neuron.Const(-0.5), -1, 0), ""},
		{"delta", rule("delta", neuron.Const(-0.5), -1, 1), ""},
		{"two", func(p *Projection) { p.Connector = synapse.OneToOne{} }, "projections.x.connector: one-to-one"},
		{"two", func(p *Projection) { p.Connector = synapse.OneToOne{Autapses: true} }, ""},
		{"two", func(p *Projection) {
			p.Connector = &synapse.List{Synapses: []synapse.Synapse{{Target: 1}, {Source: 2, Target: 2}}}
		}, "projections.x.file: synapse 2"},
	} {
		err := Check(rangesNetwork(c.target, c.change))
		if c.fault == "" && err != nil || c.fault != "" && (err == nil || !strings.HasPrefix(err.Error(), c.fault)) {
			t.Errorf("%s: %v, want %q", c.target, err, c.fault)
		}
	}
	net := rangesNetwork("two", func(*Projection) {})
	net.Populations[0].Backgrounds = []Background{{Name: "b", Port: "soma", Receptor: "gaba",
		Spec: &neuron.PoissonBackground{Rate: 10, Weight: -1, Sources: 1}}}
	if err := Check(net); err == nil || !strings.HasPrefix(err.Error(), "populations.two.background.b.weight: -1") {
		t.Errorf("background: %v", err)
	}
}

// The parameter of a neuron follows the same rule: how many neurons there are decides whether a distribution needs
// bounds.
func TestParametersInRange(t *testing.T) {
	for _, c := range []struct {
		tau   neuron.Value
		size  int
		fault bool
	}{
		{neuron.Value{Shape: neuron.Normal, A: 16, B: 4}, 10, false}, // four s.d.: 3.2e-5
		{neuron.Value{Shape: neuron.Normal, A: 16, B: 4}, 100, true},
		{neuron.Value{Shape: neuron.Normal, A: 16, B: 8}, 1, true},
		{neuron.Value{Shape: neuron.Normal, A: 16, B: 8, Lo: 5, Hi: 30}, 100, false},
		{neuron.Value{Shape: neuron.LogNormal, A: 16, B: 2}, 100, false},
	} {
		spec := neuron.DefaultTwoCompartment()
		spec.TauS = c.tau
		err := Check(&Network{Seed: 1, Step: spike.Millisecond, Populations: []Population{{Name: "p", Size: c.size,
			Spec: spec}}})
		if c.fault != (err != nil) || err != nil && !strings.HasPrefix(err.Error(), "populations.p.tau_s") {
			t.Errorf("%+v, %d neurons: %v", c.tau, c.size, err)
		}
	}
	spec := neuron.DefaultTwoCompartment()
	spec.TauS = neuron.Value{Shape: neuron.Normal, A: 16, B: 4}
	b, err := neuron.Bounded(spec, 10)
	if err != nil || b.(*neuron.TwoCompartment).TauS.Lo <= 0 || b.(*neuron.TwoCompartment).TauS.Hi == 0 ||
		spec.TauS.Hi != 0 {
		t.Errorf("a distribution that is drawn again outside its range: %+v, %v; as described: %+v",
			b.(*neuron.TwoCompartment).TauS, err, spec.TauS)
	}
}
