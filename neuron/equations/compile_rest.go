package equations

import (
	"slices"
	"sort"
)

// expression parses a text; nil if it is empty or wrong, which is reported.
func (c *compiler) expression(t *Text) *node {
	if t.S == "" {
		return nil
	}
	n, err := parseExpression(t, c.own)
	c.errs.add(err)
	return n
}

// quantity parses a text that must be in a dimension.
func (c *compiler) quantity(t *Text, d Dimension, what string, ctx context) *node {
	n := c.expression(t)
	if n != nil {
		c.errs.add(c.m.needs(n, d, what, ctx))
	}
	return n
}

// condition parses a text that must be a condition.
func (c *compiler) condition(t *Text, what string) *node {
	n := c.expression(t)
	if n != nil {
		c.errs.add(c.m.needsCondition(n, what))
	}
	return n
}

// statements parses the statements of a reset or event.
func (c *compiler) statements(texts []Text) (out []statement) {
	for i := range texts {
		s, err := parseStatement(&texts[i], c.own)
		if err != nil {
			c.errs.add(err)
			continue
		}
		sym := c.m.symbols[s.name]
		switch {
		case sym == nil:
			var valid []string
			for _, v := range c.m.vars {
				valid = append(valid, v.Name)
			}
			c.errs.add(s.at.errorf("no variable %s%s", s.name, didYouMean(s.name, valid)))
			continue
		case sym.kind != symVariable:
			c.errs.add(s.at.errorf("%s is a %s; statements change variables only", s.name, sym.kind))
			continue
		}
		want := sym.dim
		if s.sign == "*=" || s.sign == "/=" {
			want = none
		}
		c.errs.add(c.m.needs(s.expr, want, s.name+" "+s.sign, context{random: true}))
		out = append(out, s)
	}
	return out
}

// ports checks potentials, leaks and factors.
func (c *compiler) ports() {
	for i := range c.src.Ports {
		src, p := &c.src.Ports[i], &c.m.ports[i]
		p.potential = c.quantity(&src.Potential, dimVolt, "potential", context{})
		p.leak = c.quantity(&src.Leak, dimSiemen, "leak", context{fixed: true})
		for j, k := range p.receptors {
			r := &c.m.receptors[k]
			at := place{&src.At, 0}
			if p.potential == nil && r.kind != "current" {
				c.errs.add(at.errorf("port %s: receptor %s needs the port's potential", p.name, r.name))
			}
			if r.kind == "delta" && p.potential != nil &&
				(p.potential.kind != nodeName || c.m.symbols[p.potential.name] == nil ||
					c.m.symbols[p.potential.name].kind != symVariable) {
				c.errs.add(at.errorf("port %s: arrivals of receptor %s are added to the potential, which must be a variable then",
					p.name, r.name))
			}
			r.factor = c.quantity(&src.Receptors[j].Factor, none, "factor", context{})
			if r.factor != nil && r.kind == "delta" {
				c.errs.add(start(r.factor).errorf("a delta receptor has no factor"))
				r.factor = nil
			}
		}
	}
}

// happenings checks all that happens at a moment: spikes, second spikes, events, pulses.
func (c *compiler) happenings() {
	src, m := c.src, c.m
	spikes := detector{name: "spike", after: -1}
	spikes.when = c.condition(&src.Threshold, "threshold")
	m.hazard = c.quantity(&src.Hazard, dimRate, "hazard", context{})
	if spikes.when != nil && m.hazard != nil {
		c.errs.add(place{&src.Hazard, 0}.errorf("a model has a threshold or a hazard, not both"))
	}
	spikes.do = c.statements(src.Reset)
	c.refractory(&src.Refractory, &spikes)
	switch src.From.S {
	case "", "spike":
	case "event":
		m.fromEvent = true
	default:
		c.errs.add(place{&src.From, 0}.errorf("refractory_from is spike or event, found %q", src.From.S))
	}
	m.detectors = []detector{spikes}
	for i := range src.Hold {
		s := m.symbols[src.Hold[i].S]
		if s == nil || s.kind != symVariable {
			c.errs.add(place{&src.Hold[i], 0}.errorf("hold: no variable %q%s", src.Hold[i].S,
				didYouMean(src.Hold[i].S, c.variables())))
			continue
		}
		m.hold = append(m.hold, s.index)
	}
	if src.Second != nil {
		m.second = &second{probability: c.quantity(&src.Second.Probability, none, "probability", context{random: true}),
			after: c.quantity(&src.Second.After, dimTime, "after", context{random: true}), reset: c.statements(src.Second.Reset)}
		if m.second.probability == nil || m.second.after == nil {
			c.errs.add(place{&src.Second.Probability, 0}.errorf("second needs probability and after"))
		}
	}
	c.events()
	c.pulses()
}

func (c *compiler) variables() (names []string) {
	for _, v := range c.m.vars {
		names = append(names, v.Name)
	}
	return names
}

// refractory is a time or a condition.
func (c *compiler) refractory(t *Text, d *detector) {
	n := c.expression(t)
	if n == nil {
		return
	}
	kind, err := c.m.typeOf(n, context{})
	switch {
	case err != nil:
		c.errs.add(err)
	case kind.condition:
		d.condition = n
	case kind.dim == dimTime || kind.zero:
		d.refractory = n
	default:
		c.errs.add(start(n).errorf(`refractory: needs a time or a condition, found %s`, kind))
	}
}

func (c *compiler) events() {
	for i := range c.src.Events {
		e := &c.src.Events[i]
		d := detector{name: e.Name, after: -1}
		at := place{&e.When, 0}
		if e.When.S == "" {
			at.text = &e.After
		}
		if e.Name == "spike" || e.Name == "event" || e.Name == "burst" ||
			slices.ContainsFunc(c.m.detectors, func(d detector) bool { return d.name == e.Name }) {
			c.errs.add(at.errorf("an event cannot be called %s, which exists already", e.Name))
		}
		switch {
		case (e.When.S == "") == (e.After.S == ""):
			c.errs.add(at.errorf(`event %s needs one of when (a condition) and after ("spike")`, e.Name))
		case e.When.S != "":
			d.when = c.condition(&e.When, "when")
			if e.Delay.S != "" {
				c.errs.add(place{&e.Delay, 0}.errorf("delay belongs to events with after"))
			}
			c.refractory(&e.Refractory, &d)
		default:
			if d.after = 0; e.After.S != "spike" {
				c.errs.add(at.errorf(`after: only "spike" can be followed, found %q`, e.After.S))
			}
			d.delay = c.quantity(&e.Delay, dimTime, "delay", context{fixed: true})
		}
		d.do = c.statements(e.Do)
		c.m.detectors = append(c.m.detectors, d)
	}
}

func (c *compiler) pulses() {
	for i := range c.m.pulses {
		src, p := &c.src.Pulses[i], &c.m.pulses[i]
		p.from = c.quantity(&src.From, dimTime, "from", context{fixed: true})
		p.to = c.quantity(&src.To, dimTime, "to", context{fixed: true})
		p.after = src.After.S
		if p.after == "" {
			p.after = "spike"
		}
		if src.To.S == "" {
			c.errs.add(place{&src.From, 0}.errorf("pulse %s needs to, the time at which it ends", p.name))
		}
		valid := []string{"spike", "event", "burst"}
		for _, d := range c.m.detectors[1:] {
			valid = append(valid, d.name)
		}
		if !slices.Contains(valid, p.after) {
			c.errs.add(place{&src.After, 0}.errorf("after: no %q%s", p.after, didYouMean(p.after, valid)))
		}
		p.detector = max(0, slices.IndexFunc(c.m.detectors, func(d detector) bool { return d.name == p.after }))
		switch src.Overlap {
		case "", "merge":
		case "add":
			p.add = true
		default:
			c.errs.add(place{&src.From, 0}.errorf("pulse %s: overlap is merge or add, found %q", p.name, src.Overlap))
		}
	}
}

// initial checks the initial values.
func (c *compiler) initial() {
	for i := range c.src.Initial {
		in := &c.src.Initial[i]
		s := c.m.symbols[in.Name]
		if s == nil || s.kind != symVariable {
			c.errs.add(place{&in.Text, 0}.errorf("initial: no variable %s%s", in.Name, didYouMean(in.Name, c.variables())))
			continue
		}
		v := &c.m.vars[s.index]
		if x, err := ParseAs(in.Text.S, s.dim); err == nil {
			v.Initial = x
			continue
		}
		v.Formula = in.Text.S
		v.init = c.quantity(&in.Text, s.dim, "initial "+in.Name, context{fixed: true, random: true})
	}
}

// warn lists what is suspicious: parameters that nothing uses, variables that nothing reads.
func (c *compiler) warn() {
	var names []string
	for name := range c.m.symbols {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		s := c.m.symbols[name]
		if s.read {
			continue
		}
		switch s.kind {
		case symParameter:
			c.m.Warnings.add(s.at.errorf("parameter %s is not used", name))
		case symVariable, symDefinition:
			if !c.external(name) {
				c.m.Warnings.add(s.at.errorf("nothing reads %s", name))
			}
		case symFunction:
			kind := "function"
			if len(s.line.args) == 0 {
				kind = "expression"
			}
			c.m.Warnings.add(s.at.errorf("%s %s is not used", kind, name))
		case symPulse:
			c.m.Warnings.add(s.at.errorf("nothing reads pulse %s", name))
		case symPort:
			c.m.Warnings.add(s.at.errorf("nothing reads %s: currents and synapses at this port have no effect", name))
		}
	}
	if d := c.m.detectors[0]; d.when == nil && c.m.hazard == nil {
		c.m.Warnings.add(place{&c.src.Equations, 0}.errorf("a model without threshold and hazard never spikes"))
	}
	_ = c.m.Warnings.err() // sorts
}

// external reports whether something else than an expression of the model reads a variable.
func (c *compiler) external(name string) bool {
	for _, p := range c.m.ports {
		if p.potential != nil && p.potential.kind == nodeName && p.potential.name == name {
			return true
		}
	}
	return false
}
