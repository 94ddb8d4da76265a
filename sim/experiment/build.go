package experiment

import (
	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/synapse"
)

// Network returns the network that a file describes, for one seed.
func (x *Experiment) Network(seed uint64) (*sim.Network, error) {
	net := &sim.Network{Seed: seed, Step: x.Experiment.Step}
	for name, p := range x.Populations.All() {
		net.Populations = append(net.Populations, p.network(name))
	}
	for name, p := range x.Projections.All() {
		key := "projections." + name
		c, err := p.Pairs.Connect(Pair{Sources: x.Populations.Get(p.Source).Size, Targets: x.Populations.Get(p.Target).Size,
			Read: func(file string) ([]byte, error) { return x.readInput(key+".file", file) }})
		if err != nil {
			return nil, x.parameter(key, err)
		}
		weight, err := x.weight(key, p)
		if err != nil {
			return nil, err
		}
		spec := synapse.Spec{Name: name, Connector: c, Weight: weight, Delay: p.Delay, Half: p.Half}
		switch p.Transmit {
		case "events":
			spec.Transmit = synapse.EventsOnly
		case "bursts":
			spec.Transmit = synapse.BurstsOnly
		}
		if p.ShortTerm != nil {
			spec.ShortTerm = p.ShortTerm.Spec
		}
		pr := sim.Projection{Source: p.Source, Target: p.Target, Port: p.Port, Receptor: p.Receptor, Spec: spec}
		if p.Rule != nil {
			pr.Rule = p.Rule.Spec
		}
		net.Projections = append(net.Projections, pr)
	}
	for name, s := range x.Stimuli.All() {
		key := "stimuli." + name
		w, err := s.Course.Wave(Course{From: s.From, Bare: unitless(x.Populations.Get(s.Population).Spec),
			Key:  rng.New(seed, "stimulus", name, "wave"),
			Read: func(file string) ([]byte, error) { return x.readInput(key+".file", file) }})
		if err != nil {
			return nil, x.parameter(key, err)
		}
		amplitude, err := x.amplitude("stimuli."+name, s)
		if err != nil {
			return nil, err
		}
		net.Stimuli = append(net.Stimuli, sim.Stimulus{Name: name, Population: s.Population, Port: s.Port,
			Amplitude: amplitude,
			Wave:      w, From: s.From, To: s.To, First: s.First, Last: s.Last})
	}
	for name, t := range x.Teachers.All() {
		net.Teachers = append(net.Teachers, t.network(name))
	}
	return net, nil
}

// Engine builds the network of one seed and lets it follow the protocol, if the file has one: for programs that run it
// on their own. The caller ends it with Finish and Close.
func (x *Experiment) Engine(seed uint64, opt sim.Options) (*sim.Sim, *sim.Network, error) {
	if x.Task != nil {
		return nil, nil, x.At("task", "this experiment is a task and has no network of its own")
	}
	net, err := x.Network(seed)
	if err != nil {
		return nil, nil, err
	}
	engine, err := sim.New(net, opt)
	if err != nil {
		return nil, nil, x.Place(err)
	}
	if p := x.Presentations(seed); p != nil {
		if err := engine.Follow(p); err != nil {
			engine.Close()
			return nil, nil, x.Place(err)
		}
	}
	return engine, net, nil
}

// amplitude returns what multiplies the wave of a stimulus: a current where the wave has no unit, a factor where it is
// one.
func (x *Experiment) amplitude(key string, s *Stimulus) (neuron.Value, error) {
	if s.Parameter != "" {
		return s.amplitude, nil
	}
	has := func(k string) bool { return x.tree.At(key+"."+k).Kind() != config.KindAbsent }
	if s.Course.Absolute() {
		if has("amplitude") {
			return s.Amplitude, x.At(key+".amplitude", "the wave %q is in pA already, and a current times a current is none",
				s.Wave).Allow("scale, a factor or its distribution over neurons")
		}
		return s.Scale, nil
	}
	if has("scale") {
		return s.Scale, x.At(key+".scale", "the wave %q has no unit that it could be a factor of",
			s.Wave).Allow("amplitude, in pA")
	}
	return s.Amplitude, nil
}

// network returns a population as the network has it.
func (p *Population) network(name string) sim.Population {
	pop := sim.Population{Name: name, Size: p.Size, Spec: p.Spec, Detector: p.Burst.Detector(), Receptors: p.added()}
	for b, bg := range p.Backgrounds.All() {
		pop.Backgrounds = append(pop.Backgrounds, sim.Background{Name: b, Port: bg.Port, Receptor: bg.Receptor,
			Spec: bg.Spec})
	}
	return pop
}
