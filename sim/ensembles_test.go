package sim

import (
	"context"
	"maps"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/ensemble"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/plasticity"
	"github.com/burstplex/burstplex/synapse"
)

// unitsNetwork returns ensembles among spiking neurons: sources drive units, units drive units that learn and send
// bursts back, and these drive neurons.
func unitsNetwork() *Network {
	units := func(neurons int) neuron.Spec {
		s := ensemble.Default()
		s.Neurons, s.Rate = neurons, 20
		s.Bias = neuron.Value{Shape: neuron.Uniform, A: -2, B: 0}
		return s
	}
	lif := neuron.DefaultLIF()
	ccn := plasticity.DefaultBurstCCN()
	ccn.Bounds = plasticity.Bounds{Min: -10, Max: 10}
	link := func(name, source, target, port, receptor string, weight neuron.Value, transmit synapse.Transmit,
		rule plasticity.Spec) Projection {
		return Projection{Source: source, Target: target, Port: port, Receptor: receptor, Rule: rule,
			Spec: synapse.Spec{Name: name, Connector: synapse.FixedProbability{P: 0.5}, Weight: weight,
				Delay: neuron.Const(1), Transmit: transmit}}
	}
	return &Network{Seed: 3, Step: spike.Millisecond / 10,
		Populations: []Population{{Name: "u sources", Size: 90, Spec: neuron.DefaultPoisson()},
			{Name: "u below", Size: 130, Spec: units(30)}, {Name: "u above", Size: 70, Spec: units(50)},
			{Name: "u neurons", Size: 66, Spec: lif}},
		Projections: []Projection{
			link("u in", "u sources", "u below", "soma", ensemble.Drive, neuron.Const(2), synapse.AllSpikes, nil),
			link("u w", "u below", "u above", "soma", ensemble.Drive, neuron.Const(0.1), synapse.EventsOnly, ccn),
			link("u y", "u above", "u below", "apical", ensemble.Drive, neuron.Const(0.1), synapse.BurstsOnly, nil),
			link("u q", "u above", "u below", "apical", ensemble.Drive, neuron.Const(-0.05), synapse.EventsOnly, nil),
			link("u out", "u above", "u neurons", "soma", "ampa", neuron.Const(0.004), synapse.AllSpikes, nil)}}
}

// Spikes and learned weights of a network with ensembles do not depend on workers, shards and pieces of a run.
func TestUnitsDoNotDependOnShards(t *testing.T) {
	run := func(opt Options, pieces ...spike.Tick) (string, map[[2]int]float64) {
		s, err := New(unitsNetwork(), opt)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		for _, until := range pieces {
			if err := s.Run(context.Background(), until); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Finish(); err != nil {
			t.Fatal(err)
		}
		weights := map[[2]int]float64{}
		s.Projection("u w").Each(func(s, t int, w float64, _ spike.Tick) { weights[[2]int{s, t}] = w })
		return s.Digest(), weights
	}
	const end = 200 * spike.Millisecond
	want, weights := run(Options{Workers: 1}, end)
	all := slices.Collect(maps.Values(weights))
	if slices.Max(all) == slices.Min(all) {
		t.Error("nothing was learned")
	}
	got, same := run(Options{Workers: 2, ShardSize: 64}, 33*spike.Millisecond+spike.Millisecond/10, end)
	if got != want || !maps.Equal(weights, same) {
		t.Error("spikes or weights depend on workers, shards or pieces")
	}
}

// A spike of any neuron of a unit travels along the synapses of the unit: neurons downstream of one unit that fires,
// and of none that is silent.
func TestUnitsSendAsOne(t *testing.T) {
	loud, quiet := ensemble.Default(), ensemble.Default()
	loud.Bias, quiet.Bias = neuron.Const(2), neuron.Const(-30)
	quiet.Initial.Activation = neuron.Const(0)
	net := &Network{Step: spike.Millisecond / 10, Populations: []Population{{Name: "quiet", Size: 3, Spec: quiet},
		{Name: "loud", Size: 3, Spec: loud}, {Name: "lif", Size: 6, Spec: neuron.DefaultLIF()}}}
	for k, source := range []string{"quiet", "loud"} {
		list := &synapse.List{HasWeight: true}
		for i := range 3 {
			list.Synapses = append(list.Synapses, synapse.Synapse{Source: i, Target: 3*k + i, Weight: 0.005 * float64(i)})
		}
		net.Projections = append(net.Projections, Projection{Source: source, Target: "lif", Port: "soma", Receptor: "ampa",
			Spec: synapse.Spec{Name: source, Connector: list, Delay: neuron.Const(1)}})
	}
	s, err := New(net, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var all Collector
	s.AddSink(&all)
	if err := s.Run(context.Background(), 300*spike.Millisecond); err != nil {
		t.Fatal(err)
	}
	var of [6]int
	for _, e := range all.Events {
		if first := net.IDs()[2].First; e.Src >= first {
			of[e.Src-first]++
		}
	}
	if of[0]+of[1]+of[2]+of[3] > 0 || of[4] == 0 || of[5] <= of[4] {
		t.Errorf("spikes of neurons below silent units and below units of growing weights: %v", of)
	}
}

// A teacher reads the event rate of a neuron of each unit and drives all of them to their target.
func TestUnitsAreTaught(t *testing.T) {
	spec := ensemble.Default()
	spec.Bias = neuron.Value{Shape: neuron.Uniform, A: -4, B: 4}
	for _, pool := range []bool{false, true} {
		net := &Network{Step: spike.Millisecond,
			Populations: []Population{{Name: "before", Size: 3, Spec: neuron.DefaultPoisson()},
				{Name: "units", Size: 5, Spec: spec}},
			Teachers: []Teacher{{Name: "t", Population: "units", Port: "soma", Tau: 100, Every: spike.Millisecond, Always: true,
				Pool: pool, Limit: 100, Law: Linear{Offset: 28, PerRate: -4}}}}
		s, err := New(net, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		var all Collector
		s.AddSink(&all)
		if err := s.Run(context.Background(), 2*spike.Second); err != nil {
			t.Fatal(err)
		}
		var of [5]float64
		for _, e := range all.Events {
			if e.Src >= 3 && e.Kind == spike.Onset && e.At >= spike.Second {
				of[(e.Src-3)/1000] += 1. / 1000
			}
		}
		if lo, hi := slices.Min(of[:]), slices.Max(of[:]); !pool && (lo < 5.5 || hi > 8.5) || pool && (lo > 5.5 || hi < 7.5) {
			t.Errorf("pool %v: event rates %.3g Hz, taught towards 7", pool, of)
		}
	}
}

func TestUnitsRefuse(t *testing.T) {
	net := unitsNetwork()
	d := synapse.Depressing()
	net.Projections[4].ShortTerm = &d
	want := "projections.u out.short_term: synapses of single neurons tire: population u above sends as units of 50 " +
		"neurons"
	if err := Check(net); err == nil || err.Error() != want {
		t.Errorf("%v, expected %s", err, want)
	}
}
