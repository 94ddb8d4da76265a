package equations

import "github.com/burstplex/burstplex/neuron/spike"

// programs are all that a population computes with.
type programs struct {
	block   *program // a step of many neurons, see blockOutputs
	scalar  *program // a part of a step of one neuron, see scalarOutputs
	instant *program // what holds now: see instantOutputs
	derived *program // from parameters to what else depends on nothing but them, once per neuron; nil if there is nothing
	timed   *program // the same from the time, once per step; nil if there is nothing
	do      []action // per detector
	choice  *action  // the choice: probability, interval
	reset2  *action  // its statements
	rest    *action  // the refractory time of spikes

	noises []string
}

// action is what statements compute: the variables afterwards, then further values.
type action struct {
	*program
	randoms []bool
}

// The outputs of block: variables, receptors, then per detector a value that is above 0 where the scalar path must look
// and its distance at the end, then the strain and the integral of the hazard.
func (m *Model) blockLooks() int  { return len(m.vars) + len(m.receptors) }
func (m *Model) blockStrain() int { return m.blockLooks() + 2*len(m.detectors) }

// The outputs of scalar: variables, receptors, then per detector its distance at the end, its highest within and where
// that is, then the strain and the integral of the hazard.
func (m *Model) scalarEnds() int   { return len(m.vars) + len(m.receptors) }
func (m *Model) scalarStrain() int { return m.scalarEnds() + 3*len(m.detectors) }

// The outputs of instant: per detector its distance and that of its refractory condition.

// compilePrograms compiles all for a step of length h ms in so many parts; margin is how close to 0 from below a
// distance must be for an arrival within a step to hide that it was above.
func compilePrograms(b *builder, step spike.Tick, parts int, margins []float64) *programs {
	m, g := b.m, b.g
	h := g.constant(step.Milliseconds() / float64(parts))
	p := &programs{}
	never := g.constant(-1)

	s := newScheme(b, h, h)
	s.jump()
	outputs := append(append([]value{}, s.next...), s.gEnd...)
	first, middle, last := s.moments()
	hit := g.constant(0)
	for k := range m.receptors {
		hit = g.add(hit, g.unary(opAbs, g.leaf(leafMean, k)))
	}
	for d := range m.detectors {
		look, end := never, never
		if when := m.detectors[d].when; when != nil {
			f := b.distance(when)
			f0, f1 := first(f), last(f)
			end = f1
			look, _ = s.peak(f0, middle(f), f1)
			if !g.is(hit, 0) {
				near := g.add(g.max(f0, f1), g.constant(margins[d]))
				look = g.choose(g.less(g.constant(0), hit), g.max(near, look), look)
			}
		}
		outputs = append(outputs, look, end)
	}
	outputs = append(outputs, s.strain, s.hazard(first, last))
	p.noises = b.noises
	outputs, derived, timed := hoist(g, outputs)
	p.block = compileProgram(g, outputs)
	if len(derived) > 0 {
		p.derived = compileProgram(g, derived)
	}
	if len(timed) > 0 {
		p.timed = compileProgram(g, timed)
	}

	s = newScheme(b, g.leaf(leafStep, 0), h)
	outputs = append(append([]value{}, s.next...), s.gEnd...)
	first, middle, last = s.moments()
	for d := range m.detectors {
		end, top, at := never, never, g.constant(1)
		if when := m.detectors[d].when; when != nil {
			f := b.distance(when)
			end = last(f)
			top, at = s.peak(first(f), middle(f), end)
		}
		outputs = append(outputs, end, top, at)
	}
	outputs = append(outputs, s.strain, s.hazard(first, last))
	none := map[value]value{}
	for i, v := range outputs { // arrivals are single here
		outputs[i] = g.replace(v, none, func(l leaf) (value, bool) {
			return g.constant(0), l.kind == leafMean ||
				l.kind == leafEnd
		})
	}
	p.scalar = compileProgram(g, outputs)

	outputs = nil
	for d := range m.detectors {
		now, condition := never, never
		if when := m.detectors[d].when; when != nil {
			now = b.distance(when)
		}
		if c := m.detectors[d].condition; c != nil {
			condition = b.distance(c)
		}
		outputs = append(outputs, now, condition)
	}
	p.instant = compileProgram(g, thaw(g, outputs))
	for d := range m.detectors {
		p.do = append(p.do, b.action(m.detectors[d].do, m.detectors[d].refractory))
	}
	rest := b.action(nil, m.detectors[0].refractory)
	p.rest = &rest
	if m.second != nil {
		choice, reset := b.action(nil, m.second.probability, m.second.after), b.action(m.second.reset)
		p.choice, p.reset2 = &choice, &reset
	}
	return p
}

// hazard returns the integral of the hazard over the step.
func (s *scheme) hazard(first, last func(value) value) value {
	g, m := s.g, s.b.m
	if m.hazard == nil {
		return g.constant(0)
	}
	rate := s.b.of(m.hazard)
	integral := g.mul(g.mul(s.h, g.constant(0.5)), g.add(first(rate), last(rate)))
	if c := m.detectors[0].condition; c != nil {
		integral = g.choose(first(s.b.of(c)), g.constant(0), integral)
	}
	return integral
}

// action compiles statements, then expressions that see the variables as the statements leave them.
func (b *builder) action(do []statement, then ...*node) action {
	c := b.fork()
	c.apply(do)
	outputs := append([]value{}, c.vars...)
	for _, n := range then {
		v := b.g.constant(0)
		if n != nil {
			v = c.of(n)
		}
		outputs = append(outputs, v)
	}
	return action{compileProgram(b.g, thaw(b.g, outputs)), c.randoms}
}

// thaw makes values fit for evaluation.
func thaw(g *graph, vs []value) []value {
	done := map[value]value{}
	out := make([]value, len(vs))
	for i, v := range vs {
		out[i] = g.replace(v, done, func(leaf) (value, bool) { return 0, false })
	}
	return out
}

// hoist takes out of values what depends on parameters of the neuron alone, and what depends on the time alone: these
// are computed once, in double precision.
func hoist(g *graph, vs []value) (out, derived, timed []value) {
	const (
		fixed = iota
		perNeuron
		perStep
		varies
	)
	class := map[value]int{}
	var classOf func(v value) int
	classOf = func(v value) int {
		if c, ok := class[v]; ok {
			return c
		}
		t, c := g.terms[v], fixed
		switch {
		case t.op == opLeaf && t.leaf.kind == leafParam:
			c = perNeuron
		case t.op == opLeaf && t.leaf.kind == leafTime:
			c = perStep
		case t.op == opLeaf:
			c = varies
		}
		for _, a := range t.operands() {
			switch k := classOf(a); {
			case k == fixed || k == c:
			case c == fixed:
				c = k
			default:
				c = varies
			}
		}
		class[v] = c
		return c
	}
	done := map[value]value{}
	var r func(v value) value
	r = func(v value) value {
		if w, ok := done[v]; ok {
			return w
		}
		t, w := g.terms[v], v
		switch c := classOf(v); {
		case c == perNeuron && t.op != opLeaf:
			w = g.leaf(leafDerived, len(derived))
			derived = append(derived, v)
		case c == perStep:
			w = g.leaf(leafTimed, len(timed))
			timed = append(timed, v)
		case c == varies && t.op != opLeaf:
			w = g.rebuild(t, r)
		}
		done[v] = w
		return w
	}
	for _, v := range vs {
		out = append(out, r(v))
	}
	return out, derived, timed
}
