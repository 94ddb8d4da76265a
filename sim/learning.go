package sim

import (
	"errors"
	"sort"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/plasticity"
	"github.com/burstplex/burstplex/synapse"
)

// plastic is a projection that learns, in a running simulation.
type plastic struct {
	*projection
	rules  []plasticity.Rule // one per shard of the target
	queue  []spike.Event     // presynaptic spikes on their way: time of arrival, neuron within the source population
	ready  int               // how many of them arrive in this window
	phases []phase           // of this window; the last one goes on
	on     [1]uint8          // whether it learns from now on

	delayPre, delayPost spike.Tick
	// postsynaptic spikes that the rule sees later: by that time, neuron within the target population
	later []spike.Event
	seen  [][]spike.Event // of them in this window, per shard
}

// phase says from when on a projection learns or not.
type phase struct {
	from spike.Tick
	on   bool
}

// learningBlock is one block of synapses that learns: a unit of parallel work.
type learningBlock struct {
	*plastic
	shard int
}

// buildRules makes the rules of all plastic projections.
func (s *Sim) buildRules(Options) error {
	for i, d := range s.net.Projections {
		if d.Rule == nil {
			continue
		}
		key := "projections." + d.Name + ".rule"
		if err := d.Rule.Validate(); err != nil {
			return parameterError(key, err)
		}
		if s.dry {
			continue
		}
		pr := s.projections[i]
		p := &plastic{projection: pr, phases: []phase{{0, true}}, on: [1]uint8{1},
			seen: make([][]spike.Event, len(pr.target.shards))}
		if l, ok := d.Rule.(plasticity.Delayed); ok {
			p.delayPre, p.delayPost = l.Delays()
		}
		for k, sh := range pr.target.shards {
			b := plasticity.Build{Block: pr.Block(k, sh.r.Len()), Step: s.step, Receptor: receptorOf(d, pr),
				Column: func(name string) (neuron.Column, bool) {
					c, _, ok := s.Column(d.Target, name)
					return c, ok
				},
				Watch:   func(names []string) (*plasticity.Course, error) { return s.watchVariables(pr.target, names) },
				Emitted: func() []spike.Event { return pr.target.spikes }, Target: pr.target.Len()}
			rule, err := d.Rule.New(b)
			if err != nil {
				return parameterError(key, err)
			}
			p.rules = append(p.rules, rule)
			s.learning = append(s.learning, learningBlock{p, k})
		}
		s.plastic = append(s.plastic, p)
		pr.target.learns, pr.target.read = true, true
	}
	return nil
}

// receptorOf names the receptor of a projection to its rule; weights of current synapses carry their sign
// themselves, so that a larger one excites whatever the receptor.
func receptorOf(d Projection, p *projection) string {
	if lo, _, _ := p.target.channels[p.channel].Weights(); lo < 0 {
		return "current"
	}
	return d.Receptor
}

// prepareLearning hands the window's spikes to the blocks that learn from them. A rule reads its presynaptic spikes
// when they arrive and its postsynaptic ones when they are emitted; every block learns on its own.
func (s *Sim) prepareLearning(w spike.Window) {
	if len(s.plastic) == 0 {
		return
	}
	for _, pop := range s.populations {
		if pop.learns {
			pop.distribute()
		}
	}
	for _, p := range s.plastic {
		delay := p.MinDelay() + p.delayPre
		for _, e := range p.source.spikes {
			p.queue = append(p.queue, spike.Event{At: e.At + delay, Src: spike.ID(p.source.unit(e.Src)), Kind: e.Kind})
		}
		p.ready = sort.Search(len(p.queue), func(i int) bool { return p.queue[i].At >= w.To })
		if p.delayPost > 0 {
			p.postpone(w)
		}
	}
}

// postpone hands the postsynaptic spikes to the rules that see them later.
func (p *plastic) postpone(w spike.Window) {
	for _, e := range p.target.spikes {
		p.later = append(p.later, spike.Event{At: e.At + p.delayPost, Src: spike.ID(p.target.unit(e.Src)), Kind: e.Kind})
	}
	ready := sort.Search(len(p.later), func(i int) bool { return p.later[i].At >= w.To })
	for k := range p.seen {
		p.seen[k] = p.seen[k][:0]
	}
	size := p.target.shards[0].r.Len()
	for _, e := range p.later[:ready] {
		k := int(e.Src) / size
		p.seen[k] = append(p.seen[k], spike.Event{At: e.At, Src: e.Src - spike.ID(p.target.shards[k].r.Lo), Kind: e.Kind})
	}
	p.later = append(p.later[:0], p.later[ready:]...)
}

// distribute hands the spikes of a population to its shards.
func (p *population) distribute() {
	for _, sh := range p.shards {
		sh.post = sh.post[:0]
	}
	size := p.shards[0].r.Len()
	for _, e := range p.spikes {
		i := p.unit(e.Src)
		sh := p.shards[i/size]
		sh.post = append(sh.post, spike.Event{At: e.At, Src: spike.ID(i - sh.r.Lo), Kind: e.Kind})
	}
}

// endLearning forgets what has been learned from.
func (s *Sim) endLearning(w spike.Window) {
	for _, p := range s.plastic {
		p.queue = append(p.queue[:0], p.queue[p.ready:]...)
		last := p.phases[len(p.phases)-1]
		p.phases = append(p.phases[:0], phase{w.To, last.on})
	}
}

// learn updates one block, phase by phase.
func (b learningBlock) learn(w spike.Window) {
	pre, post := b.queue[:b.ready], b.target.shards[b.shard].post
	if b.delayPost > 0 {
		post = b.seen[b.shard]
	}
	for i, ph := range b.phases {
		part := spike.Window{From: max(ph.from, w.From), To: w.To}
		if i+1 < len(b.phases) {
			part.To = b.phases[i+1].from
		}
		if part.Len() <= 0 {
			continue
		}
		nPre, nPost := before(pre, part.To), before(post, part.To)
		b.rules[b.shard].Update(part, pre[:nPre], post[:nPost], ph.on)
		pre, post = pre[nPre:], post[nPost:]
	}
}

// before counts the spikes before t.
func before(events []spike.Event, t spike.Tick) int {
	n := len(events)
	for n > 0 && events[n-1].At >= t {
		n--
	}
	return n
}

// SetPlastic switches the plasticity of a projection ("": of all) on or off from now on. Traces and averages go on
// while it is off. It is on at the start.
func (s *Sim) SetPlastic(name string, on bool) error {
	found := false
	for _, p := range s.plastic {
		if name != "" && p.Spec.Name != name {
			continue
		}
		found = true
		if p.on[0] = 0; on {
			p.on[0] = 1
		}
		if last := &p.phases[len(p.phases)-1]; last.from == s.now {
			last.on = on
		} else if last.on != on {
			p.phases = append(p.phases, phase{s.now, on})
		}
	}
	if !found && name != "" {
		return errorf("projections."+name, "it has no rule")
	}
	return nil
}

// Rule returns the rule of a projection's block onto a shard of its target, nil if there is none: for probes and tests.
func (s *Sim) Rule(name string, shard int) plasticity.Rule {
	for _, p := range s.plastic {
		if p.Spec.Name == name && shard < len(p.rules) {
			return p.rules[shard]
		}
	}
	return nil
}

// plasticSpec returns the synapses of a projection as they must be for its rule.
func plasticSpec(d Projection) (synapse.Spec, error) {
	spec := d.Spec
	if d.Rule != nil {
		spec.Plastic = true
		if list, ok := spec.Connector.(*synapse.List); !spec.Delay.IsConst() || ok && list.HasDelays {
			return spec, errors.New("a rule needs one delay for all synapses of the projection, so that a presynaptic " +
				"spike arrives everywhere at once")
		}
	}
	return spec, nil
}
