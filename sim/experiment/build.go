package experiment

import (
	"fmt"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/synapse"
)

// Network returns the network that a file describes, for one seed.
func (x *Experiment) Network(seed uint64) (*sim.Network, error) {
	net := &sim.Network{Seed: seed, Step: x.Experiment.Step}
	for name, p := range x.Populations.All() {
		pop := sim.Population{Name: name, Size: p.Size, Spec: p.Spec, Detector: x.Burst.Detector()}
		for b, bg := range p.Backgrounds.All() {
			pop.Backgrounds = append(pop.Backgrounds, sim.Background{Name: b, Port: bg.Port, Receptor: bg.Receptor, Spec: bg.Spec})
		}
		net.Populations = append(net.Populations, pop)
	}
	for name, p := range x.Projections.All() {
		c, err := x.connector(name, p)
		if err != nil {
			return nil, err
		}
		spec := synapse.Spec{Name: name, Connector: c, Weight: p.Weight, Delay: p.Delay, Half: p.Half}
		switch p.Transmit {
		case "events":
			spec.Transmit = synapse.EventsOnly
		case "bursts":
			spec.Transmit = synapse.BurstsOnly
		}
		if p.ShortTerm != nil {
			spec.ShortTerm = &p.ShortTerm.Spec
		}
		pr := sim.Projection{Source: p.Source, Target: p.Target, Port: p.Port, Receptor: p.Receptor, Spec: spec}
		if p.Rule != nil {
			pr.Rule = p.Rule.Spec
		}
		net.Projections = append(net.Projections, pr)
	}
	for name, s := range x.Stimuli.All() {
		w, err := x.wave(name, s, seed)
		if err != nil {
			return nil, err
		}
		amplitude, err := x.amplitude("stimuli."+name, s)
		if err != nil {
			return nil, err
		}
		net.Stimuli = append(net.Stimuli, sim.Stimulus{Name: name, Population: s.Population, Port: s.Port, Amplitude: amplitude,
			Wave: w, From: s.From, To: s.To, First: s.First, Last: s.Last})
	}
	for name, t := range x.Teachers.All() {
		net.Teachers = append(net.Teachers, t.network(name))
	}
	return net, nil
}

// Engine builds the network of one seed and lets it follow the protocol, if the file has one: for programs that run it on
// their own. The caller ends it with Finish and Close.
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

func (x *Experiment) connector(name string, p *Projection) (synapse.Connector, error) {
	switch p.Connector {
	case "all-to-all":
		return synapse.AllToAll{Autapses: p.Autapses}, nil
	case "one-to-one":
		return synapse.OneToOne{Autapses: p.Autapses}, nil
	case "fixed-probability":
		return synapse.FixedProbability{P: p.P, Autapses: p.Autapses}, nil
	case "fixed-in-degree":
		return synapse.FixedInDegree{K: p.K, Autapses: p.Autapses, Multapses: p.Multapses}, nil
	case "fixed-out-degree":
		return synapse.FixedOutDegree{K: p.K, Autapses: p.Autapses, Multapses: p.Multapses}, nil
	}
	if p.Connector == "fixed-total-number" {
		k := p.K
		if k == 0 {
			k = synapse.TotalNumber(p.P, x.Populations.Get(p.Source).Size, x.Populations.Get(p.Target).Size)
		}
		return synapse.FixedTotalNumber{K: k, Autapses: p.Autapses}, nil
	}
	list := &synapse.List{Autapses: p.Autapses}
	key := "projections." + name
	for i, pair := range p.Pairs {
		if len(pair) != 2 {
			return nil, x.At(fmt.Sprintf("%s.pairs[%d]", key, i), "must be [source, target]")
		}
		list.Synapses = append(list.Synapses, synapse.Synapse{Source: pair[0], Target: pair[1]})
	}
	if p.File != "" && len(p.Pairs) > 0 {
		return nil, x.At(key+".pairs", "beside a file they would be ignored")
	}
	if p.File != "" {
		text, err := x.readInput(key+".file", p.File)
		if err != nil {
			return nil, err
		}
		if list, err = synapse.ReadList(p.File, text); err != nil {
			return nil, x.At(key+".file", "%v", err)
		}
		list.Autapses = p.Autapses
	}
	return list, nil
}

// amplitude returns what multiplies the wave of a stimulus: a current where the wave has no unit, a factor where it is one.
func (x *Experiment) amplitude(key string, s *Stimulus) (neuron.Value, error) {
	has := func(k string) bool { return x.tree.At(key+"."+k).Kind() != config.KindAbsent }
	switch s.Wave {
	case "steps", "table", "pattern":
		if has("amplitude") {
			return s.Amplitude, x.At(key+".amplitude", "the wave %q is in pA already, and a current times a current is none", s.Wave).Allow("scale, a factor or its distribution over neurons")
		}
		return s.Scale, nil
	}
	if has("scale") {
		return s.Scale, x.At(key+".scale", "the wave %q has no unit that it could be a factor of", s.Wave).Allow("amplitude, in pA")
	}
	return s.Amplitude, nil
}

func (x *Experiment) wave(name string, s *Stimulus, seed uint64) (sim.Wave, error) {
	key := "stimuli." + name
	switch s.Wave {
	case "sine":
		if s.Period <= 0 {
			return nil, x.At(key+".period", "a sine needs a period above 0")
		}
		return sim.Sine{Period: s.Period, Phase: s.Phase}, nil
	case "fluctuation":
		if len(s.Band) != 2 || s.Band[0] < 0 || s.Band[1] <= s.Band[0] {
			return nil, x.At(key+".band", "must be the lowest and the highest frequency, ascending")
		}
		return sim.NewFluctuation(rng.New(seed, "stimulus", name, "wave"), s.Components, s.Band[0], s.Band[1]), nil
	case "pattern":
		return &sim.Level{}, nil
	case "steps":
		return x.steps(key, s)
	case "table":
		text, err := x.readInput(key+".file", s.File)
		if err != nil {
			return nil, err
		}
		w, err := readCurrent(s.File, text)
		if err != nil {
			return nil, x.At(key+".file", "%v", err)
		}
		return w, nil
	}
	return sim.Constant{}, nil
}

func (x *Experiment) steps(key string, s *Stimulus) (sim.Wave, error) {
	w := &sim.Samples{Times: s.Times, Values: s.Levels}
	switch {
	case len(s.Levels) == 0:
		return nil, x.At(key+".levels", "steps need at least one level")
	case s.Hold == 0 && len(s.Times) != len(s.Levels):
		return nil, x.At(key+".times", "%d times for %d levels; or give hold", len(s.Times), len(s.Levels))
	case s.Hold == 0:
		for i := 1; i < len(s.Times); i++ {
			if s.Times[i] <= s.Times[i-1] {
				return nil, x.At(fmt.Sprintf("%s.times[%d]", key, i), "times must ascend")
			}
		}
		return w, nil
	}
	w.Times = nil
	for i := range s.Levels {
		w.Times = append(w.Times, s.From+spike.Tick(i)*s.Hold)
	}
	if s.Repeat {
		for i := range w.Times {
			w.Times[i] -= s.From
		}
		w.Start = s.From
		w.Period = spike.Tick(len(s.Levels)) * s.Hold
	}
	return w, nil
}
