package bench

import (
	"context"
	"fmt"
	"runtime"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/plasticity"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/machine"
	"github.com/burstplex/burstplex/synapse"
)

// running builds a network for one worker and takes it past its first windows.
func running(net *sim.Network, opt sim.Options, settle spike.Tick) (*sim.Sim, error) {
	net.Seed, net.Step, opt.Workers = 1, step, 1
	s, err := sim.New(net, opt)
	if err != nil {
		return nil, err
	}
	return s, s.Run(context.Background(), settle)
}

// windows returns a function that runs some windows and returns by how much a count has grown.
func windows(s *sim.Sim, n int, count func(sim.Counts) int64, failed *error) func() int {
	return func() int {
		before := count(s.Counts())
		if err := s.Run(context.Background(), s.Now()+spike.Tick(n)*s.Window()); err != nil {
			*failed = err
		}
		return int(count(s.Counts()) - before)
	}
}

// rowEvents measures what a spike costs per projection that it leaves along, from its emission to its one target: the
// difference between twenty projections and none, with all targets in one shard.
func rowEvents(each func(Part)) error {
	const n, projections = 10_000, 20
	source := neuron.DefaultPoisson()
	source.Rate = neuron.Const(100)
	build := func(projections int) (*sim.Sim, error) {
		net := &sim.Network{Populations: []sim.Population{{Name: "source", Size: n, Spec: source},
			{Name: "target", Size: n, Spec: neuron.DefaultLIF()}}}
		for k := range projections {
			net.Projections = append(net.Projections, sim.Projection{Source: "source", Target: "target", Port: "soma",
				Receptor: "ampa",
				Spec: synapse.Spec{Name: fmt.Sprint("p", k), Connector: synapse.OneToOne{}, Weight: neuron.Const(0),
					Delay: neuron.Const(1.6)}})
		}
		return running(net, sim.Options{NoSleep: true, ShardSize: 16_384}, 10*spike.Millisecond)
	}
	var err error
	spikes := func(c sim.Counts) int64 { return c.Spikes }
	var each0, each1 []float64
	for k, times := range []*[]float64{&each0, &each1} {
		s, e := build(k * projections)
		if e != nil {
			return e
		}
		*times = inverse(perSecond(windows(s, 5, spikes, &err)))
		s.Finish()
		s.Close()
	}
	var cost1 []float64
	for i := range each1 {
		cost1 = append(cost1, (each1[i]-minimum(each0))/projections)
	}
	each(cost("row-event, from emission to one target", cost1, 1e-9, "ns"))
	return err
}

func minimum(x []float64) float64 { return spreadOf(x).Min }

// steps measures neurons of which none sleeps, driven by currents that change all the time.
func steps(each func(Part)) error {
	two, lif := neuron.DefaultTwoCompartment(), neuron.DefaultLIF()
	current := neuron.DefaultLIF()
	current.Synapses, current.WeightUnit = "current", "mV"
	for _, c := range []struct {
		name     string
		spec     neuron.Spec
		receptor string
	}{{"two-compartment step", two, "ampa"}, {"LIF step, conductances", lif, "ampa"}, {"LIF step, currents", current,
		"ampa"},
		{"LIF step, delta synapses", neuron.DefaultLIFDelta(), "delta"}} {
		const n = 8192
		net := &sim.Network{Populations: []sim.Population{{Name: "p", Size: n, Spec: c.spec}},
			Stimuli: []sim.Stimulus{{Name: "drive", Population: "p", Port: "soma", Amplitude: neuron.Const(50),
				Wave: sim.Sine{Period: 200}}},
			// A projection along which nothing comes keeps the inputs in the step.
			Projections: []sim.Projection{{Source: "p", Target: "p", Port: "soma", Receptor: c.receptor,
				Spec: synapse.Spec{Name: "none", Connector: synapse.FixedInDegree{K: 0}, Weight: neuron.Const(0),
					Delay: neuron.Const(1.6)}}}}
		s, err := running(net, sim.Options{NoSleep: true}, 10*spike.Millisecond)
		if err != nil {
			return err
		}
		each(cost(c.name, inverse(perSecond(windows(s, 5, func(c sim.Counts) int64 { return c.NeuronSteps }, &err))), 1e-9,
			"ns"))
		s.Finish()
		s.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

// updates measures what a rule does to a row of all-to-all synapses at an arrival: the weights lie beyond the caches.
func updates(each func(Part)) error {
	const sources, targets = 20_000, 1000
	p, err := synapse.New(synapse.Spec{Connector: synapse.AllToAll{}, Weight: neuron.Const(0.5), Delay: neuron.Const(1),
		Plastic: true}, 0,
		synapse.Geometry{Sources: sources, Targets: targets, Key: rng.New(1)}, step)
	if err != nil {
		return err
	}
	p.SetShards(1)
	if err := p.Connect(0, 0, targets); err != nil {
		return err
	}
	rule, err := plasticity.DefaultSTDP().New(plasticity.Build{Block: p.Block(0, targets), Step: step, Receptor: "ampa"})
	if err != nil {
		return err
	}
	now, source := spike.Tick(0), 0
	var pre, post []spike.Event
	for i := range 50 {
		post = append(post, spike.Event{Src: spike.ID(i * 20)})
	}
	window := func() spike.Window {
		w := spike.Window{From: now, To: now + spike.Millisecond}
		now = w.To
		return w
	}
	rule.Update(window(), nil, post, true) // traces that are not zero
	each(rate("plastic row update (STDP) beyond the caches", perSecond(func() int {
		w := window()
		pre = pre[:0]
		for range 64 {
			source = (source + 7919) % sources
			pre = append(pre, spike.Event{At: w.From, Src: spike.ID(source)})
		}
		rule.Update(w, pre, nil, true)
		return len(pre) * targets
	}), 1e9, "G synapses/s"))
	return nil
}

// allocation counts what the steady state allocates.
func allocation(each func(Part)) error {
	source := neuron.DefaultPoisson()
	source.Rate = neuron.Const(20)
	net := &sim.Network{Populations: []sim.Population{{Name: "source", Size: 2000, Spec: source},
		{Name: "target", Size: 2000, Spec: neuron.DefaultTwoCompartment()}},
		Projections: []sim.Projection{{Source: "source", Target: "target", Port: "soma", Receptor: "ampa",
			Spec: synapse.Spec{Name: "p", Connector: synapse.FixedInDegree{K: 50}, Weight: neuron.Const(0.1),
				Delay: neuron.Const(1.6)}}}}
	s, err := running(net, sim.Options{}, spike.Second)
	if err != nil {
		return err
	}
	defer s.Close()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	const n = 300
	run := windows(s, n, func(c sim.Counts) int64 { return c.Spikes }, &err)
	run()
	runtime.ReadMemStats(&after)
	each(fixed("allocation in the steady state", float64(after.TotalAlloc-before.TotalAlloc)/n, "bytes a window"))
	s.Finish()
	return err
}

// activity measures how cost follows events where neurons are silent between inputs: 50,000 neurons that each fire
// at each spike of a source of their own, at 0.1 and at 10 Hz. Neurons that are reset to rest are at rest again
// after their refractory period; others relax for 70 membrane time constants (1.4 s) before nothing changes any
// more.
func activity(each func(Part)) error {
	for _, c := range []struct {
		name  string
		reset float64 // mV above rest
	}{{"cost at 0.1 Hz, as a share of that at 10 Hz", 0}, {"the same, neurons reset halfway to threshold", 10}} {
		slow, err := fedBySources(0.1, c.reset)
		if err != nil {
			return err
		}
		fast, err := fedBySources(10, c.reset)
		if err != nil {
			return err
		}
		each(fixed(c.name, slow/fast, ""))
	}
	return nil
}

// fedBySources returns the processor seconds per second of the neurons of activity at a rate in Hz.
func fedBySources(hz, reset float64) (float64, error) {
	const n = 50_000
	source, target := neuron.DefaultPoisson(), neuron.DefaultLIFDelta()
	source.Rate, target.Reset = neuron.Const(hz), neuron.Const(reset)
	net := &sim.Network{Populations: []sim.Population{{Name: "source", Size: n, Spec: source}, {Name: "target", Size: n,
		Spec: target}},
		Projections: []sim.Projection{{Source: "source", Target: "target", Port: "soma", Receptor: "delta",
			Spec: synapse.Spec{Name: "p", Connector: synapse.OneToOne{}, Weight: neuron.Const(30), Delay: neuron.Const(1.6)}}}}
	s, err := running(net, sim.Options{}, spike.Second)
	if err != nil {
		return 0, err
	}
	defer s.Close()
	defer s.Finish()
	var times []float64
	for range repeats {
		start := machine.CPU()
		if err := s.Run(context.Background(), s.Now()+160*spike.Millisecond); err != nil {
			return 0, err
		}
		times = append(times, (machine.CPU()-start).Seconds()/0.16)
	}
	return minimum(times), nil
}
