package equations

// The integration of one step, written as a graph, so that it is compiled like everything else.
//
// A variable whose derivative is a x + b, with a and b independent of x, follows
//
//	x* = x + h exprel(a0 h) (a0 x + b0)      a0, b0: at the start of the step
//	x' = x + h exprel(a h) (a x + b)         a, b: means of a0, b0 and their values at x*, the end of the step
//
// which is exact for constant a and b, of second order otherwise, and safe where h is many time constants long: x' lies
// between x and where x is drawn to. Every other variable takes its slope s = df/dx at the start for a (an exponential
// Rosenbrock method):
//
//	x* = x + h exprel(s h) f0
//	x' = x* + h exprel(s h) ((f1 - f)/2 + (f - f0 - s (x* - x))/3)
//
// (the 3 grows with s h > 0), where f is the derivative at x* with all else as at the start: what the variable itself
// bends grows with the square of the time.
//
// Potentials of compartments that are coupled move together: treeStep.
//
// Conductances decay exactly. The two values that stand for one within a step are lowered so that their mean is the
// integral of the decay, not that of a straight line; arrivals add their mean over the step.
type scheme struct {
	b     *builder
	g     *graph
	h     value
	whole value // the step that a noise lasts, of which h may be a part

	x, star, next  []value // variables at the start, predicted and at the end
	slope0, slope1 []value // derivatives at both ends
	g0, g1, gEnd   []value // receptors: the two values within the step, and the value at its end
	held           value
	strain         value // above 1 where a step is too long for a variable that is not linear in itself
}

// mostStrain is how large, against its movement in a step, the second-order term of a variable may be that is not
// linear in itself; a longer step is cut. Parts of a step may be strained more, the shorter they are, up to partStrain.
const (
	mostStrain = 0.02
	partStrain = 0.2
)

func newScheme(b *builder, h, whole value) *scheme {
	s := &scheme{b: b, g: b.g, h: h, whole: whole, held: b.g.constant(0), strain: b.g.constant(0)}
	s.receptors()
	s.hold()
	s.step()
	return s
}

func (s *scheme) receptors() {
	g := s.g
	for k, r := range s.b.m.receptors {
		if r.kind == "delta" {
			zero := g.constant(0)
			s.g0, s.g1, s.gEnd = append(s.g0, zero), append(s.g1, zero), append(s.gEnd, zero)
			continue
		}
		z := g.neg(g.div(s.h, s.b.parameter(r.tau)))
		mean := g.unary(opExprel, z) // of the decay
		decay := g.mul(z, mean)      // less one
		spare := g.sub(g.add(g.constant(1), g.mul(g.constant(0.5), decay)), mean)
		now, arriving := g.leaf(leafG, k), g.leaf(leafMean, k)
		s.g0 = append(s.g0, g.add(g.mul(g.sub(g.constant(1), spare), now), arriving))
		s.g1 = append(s.g1, g.add(g.mul(g.sub(g.add(g.constant(1), decay), spare), now), arriving))
		s.gEnd = append(s.gEnd, g.add(g.unary(opFade, g.add(now, g.mul(decay, now))), g.leaf(leafEnd, k)))
	}
}

// hold finds out whether variables stand still.
func (s *scheme) hold() {
	if len(s.b.m.hold) == 0 {
		return
	}
	s.held = s.g.leaf(leafHeld, 0)
	if c := s.b.m.detectors[0].condition; c != nil {
		s.held = s.b.of(c)
	}
}

// start returns a leaf as the derivatives see it at the start of the step.
func (s *scheme) start(l leaf) (value, bool) {
	if l.kind == leafG {
		return s.g0[l.index], true
	}
	return 0, false
}

// end returns a leaf as the derivatives see it at the predicted end.
func (s *scheme) end(l leaf) (value, bool) {
	switch l.kind {
	case leafVar:
		return s.star[l.index], true
	case leafG:
		return s.g1[l.index], true
	case leafDrive:
		return s.g.leaf(leafDriveEnd, l.index), true
	case leafTime:
		return s.g.add(s.g.leaf(leafTime, 0), s.h), true
	}
	return 0, false
}

func (s *scheme) step() {
	g, n := s.g, len(s.b.m.vars)
	half := g.constant(0.5)
	first, last := map[value]value{}, map[value]value{}
	at0 := func(v value) value { return g.replace(v, first, s.start) }
	at1 := func(v value) value { return g.replace(v, last, s.end) }
	type equation struct {
		a, b, f value
		linear  bool
	}
	eqs := make([]equation, n)
	gain := make([]value, n) // h exprel(a0 h)
	tree := newTreeStep(s)
	inTree := func(i int) bool {
		if tree == nil {
			return false
		}
		_, ok := tree.at[i]
		return ok
	}
	slopes, rates := map[int]value{}, map[int]value{} // of the tree's potentials
	for i := range n {
		f := s.noisy(s.b.derivative(i), i, at0)
		x, l := g.leaf(leafVar, i), g.linearIn(leaf{leafVar, i})
		e := equation{f: f}
		e.a, e.b, e.linear = l.split(f)
		if !e.linear {
			e.a = l.slope(f, map[value]value{})
		}
		eqs[i] = e
		if inTree(i) {
			f0 := s.still(i, at0(f), g.constant(0))
			tree.couple(i, f, at0)
			slopes[i], rates[i] = s.still(i, at0(e.a), g.constant(0)), f0
			s.x, s.slope0, s.star = append(s.x, x), append(s.slope0, f0), append(s.star, x)
			continue
		}
		gain[i] = g.mul(s.h, g.unary(opExprel, g.mul(at0(e.a), s.h)))
		f0 := at0(f)
		if e.linear {
			f0 = g.add(g.mul(at0(e.a), x), at0(e.b))
		}
		s.x, s.slope0 = append(s.x, x), append(s.slope0, s.still(i, f0, g.constant(0)))
		s.star = append(s.star, s.still(i, g.add(x, g.mul(gain[i], f0)), x))
	}
	if tree != nil {
		moved := tree.advance(slopes, rates)
		for _, b := range s.b.m.trees {
			s.star[b.variable] = g.add(s.x[b.variable], moved[b.variable])
		}
	}
	for i, e := range eqs {
		x, a0 := s.x[i], at0(e.a)
		var next, f1 value
		if inTree(i) {
			f1 = at1(e.f)
			if shared := tree.shared(i); e.linear {
				a1 := at1(e.a)
				a := g.mul(half, g.add(a0, a1))
				b := g.mul(half, g.add(at0(e.b), g.sub(at1(e.b), shared)))
				slopes[i], rates[i] = s.still(i, a, g.constant(0)), s.still(i, g.add(g.mul(a, x), b), g.constant(0))
			} else {
				alone := tree.alone(i, e.f)
				bend := g.sub(g.sub(g.sub(alone, at0(e.f)), g.mul(a0, g.sub(s.star[i], x))), shared)
				rates[i] = g.add(rates[i],
					s.still(i, g.add(g.mul(half, g.sub(f1, alone)),
						g.div(bend, g.add(g.constant(3), g.mul(g.constant(1.75), g.max(g.constant(0), g.mul(a0, s.h)))))), g.constant(0)))
				s.strained(i, bend)
			}
			s.next, s.slope1 = append(s.next, x), append(s.slope1, s.still(i, f1, g.constant(0)))
			continue
		}
		if e.linear {
			a1, b0, b1 := at1(e.a), at0(e.b), at1(e.b)
			a, b, k := a0, b0, gain[i]
			if a1 != a0 {
				a = g.mul(half, g.add(a0, a1))
				k = g.mul(s.h, g.unary(opExprel, g.mul(a, s.h)))
			}
			if b1 != b0 {
				b = g.mul(half, g.add(b0, b1))
			}
			next, f1 = g.add(x, g.mul(k, g.add(g.mul(a, x), b))), g.add(g.mul(a1, s.star[i]), b1)
			if g.is(b, 0) && a == a0 {
				next = g.unary(opFade, next)
			}
		} else {
			f1 = at1(e.f)
			alone := s.alone(i, e.f)
			bend := g.sub(g.sub(alone, at0(e.f)), g.mul(a0, g.sub(s.star[i], x)))
			next = g.add(s.star[i],
				g.mul(gain[i], g.add(g.mul(half, g.sub(f1, alone)),
					g.div(bend, g.add(g.constant(3), g.mul(g.constant(1.75), g.max(g.constant(0), g.mul(a0, s.h))))))))
			s.strained(i, bend)
		}
		s.next = append(s.next, s.still(i, next, x))
		s.slope1 = append(s.slope1, s.still(i, f1, g.constant(0)))
	}
	if tree != nil {
		moved := tree.advance(slopes, rates)
		for _, b := range s.b.m.trees {
			s.next[b.variable] = g.add(s.x[b.variable], moved[b.variable])
		}
	}
}

// still returns a value, or another one while variable i is held.
func (s *scheme) still(i int, moving, held value) value {
	for _, j := range s.b.m.hold {
		if i == j {
			return s.g.choose(s.held, held, moving)
		}
	}
	return moving
}

// alone returns the derivative of variable i where it alone has moved to its predicted end.
func (s *scheme) alone(i int, f value) value {
	return s.g.replace(f, map[value]value{}, func(l leaf) (value, bool) {
		if l == (leaf{leafVar, i}) {
			return s.star[i], true
		}
		return s.start(l)
	})
}

// strained takes note of how far variable i leaves its tangent within the step by its own movement.
func (s *scheme) strained(i int, bend value) {
	g := s.g
	way := g.unary(opAbs, g.sub(s.star[i], s.x[i]))
	most := g.constant(mostStrain)
	if _, fixed := g.isConst(s.h); !fixed { // what a short part gets wrong matters less
		most = g.min(g.constant(partStrain), g.mul(most, g.pow(g.div(s.whole, s.h), g.constant(2./3))))
	}
	allowed := g.mul(most, g.add(way, g.mul(g.constant(1e-5), g.unary(opAbs, s.x[i]))))
	s.strain = g.max(s.strain, g.sub(g.unary(opAbs, g.mul(s.h, bend)), allowed))
}

// noisy scales the noises of an equation so that they add, over the step, the variance that they have in continuous
// time: (exp(2ah) - 1)/(2a) for a variable that decays at the rate -a.
func (s *scheme) noisy(f value, i int, at0 func(value) value) value {
	g := s.g
	isNoise := func(l leaf) bool { return l.kind == leafNoise }
	if !g.reads(f, false, map[value]bool{}, isNoise) {
		return f
	}
	quiet := g.substitute(f, func(l leaf) (value, bool) { return g.constant(0), isNoise(l) })
	l := g.linearIn(leaf{leafVar, i})
	a, _, ok := l.split(quiet)
	if !ok {
		a = l.slope(quiet, map[value]value{})
	}
	z := g.mul(at0(a), s.whole)
	scale := g.div(g.unary(opSqrt, g.unary(opExprel, g.mul(g.constant(2), z))), g.unary(opExprel, z))
	return g.substitute(f, func(l leaf) (value, bool) {
		if !isNoise(l) {
			return 0, false
		}
		return g.mul(g.leaf(leafNoise, l.index), g.put(term{op: opFrozen, a: scale})), true
	})
}

// state gives the leaves of conditions their values at a moment of the step.
func (s *scheme) state(vars, gs []value, drive func(port int) value, time value) func(value) value {
	done := map[value]value{}
	return func(v value) value {
		return s.g.replace(v, done, func(l leaf) (value, bool) {
			switch l.kind {
			case leafVar:
				return vars[l.index], true
			case leafG:
				return gs[l.index], true
			case leafDrive:
				return drive(l.index), true
			case leafTime:
				return time, true
			}
			return 0, false
		})
	}
}

// moments returns functions that evaluate a value at the start, in the middle and at the end of the step. In the middle
// variables lie on the cubics through their values and slopes at both ends.
func (s *scheme) moments() (first, middle, last func(value) value) {
	g, half := s.g, s.g.constant(0.5)
	var mid, gNow, gMid []value
	for i, x := range s.x {
		bulge := g.mul(g.mul(s.h, g.constant(0.125)), g.sub(s.slope0[i], s.slope1[i]))
		mid = append(mid, g.add(g.mul(half, g.add(x, s.next[i])), bulge))
	}
	for k, end := range s.gEnd {
		gNow = append(gNow, g.leaf(leafG, k))
		gMid = append(gMid, g.mul(half, g.add(gNow[k], end)))
	}
	t := g.leaf(leafTime, 0)
	begin := func(p int) value { return g.leaf(leafDrive, p) }
	end := func(p int) value { return g.leaf(leafDriveEnd, p) }
	return s.state(s.x, gNow, begin, t),
		s.state(mid, gMid, func(p int) value { return g.mul(half, g.add(begin(p), end(p))) }, g.add(t, g.mul(half, s.h))),
		s.state(s.next, s.gEnd, end, g.add(t, s.h))
}

// peak returns the largest value that a parabola through the values of f at the start, in the middle and at the end
// takes after the start, where it is above 0 at the end or within; and the place of its top as a fraction of the step.
func (s *scheme) peak(f0, fm, f1 value) (top, at value) {
	g := s.g
	c := g.sub(g.mul(g.constant(2), g.add(f0, f1)), g.mul(g.constant(4), fm))
	b := g.sub(g.sub(f1, f0), c)
	zero := g.constant(0)
	inside := g.min(g.less(zero, b), g.less(b, g.mul(g.constant(-2), c)))
	safe := g.choose(inside, g.mul(g.constant(-2), c), g.constant(1))
	at = g.choose(inside, g.div(b, safe), g.constant(1))
	hump := g.add(f0, g.mul(g.constant(0.5), g.mul(b, at)))
	return g.choose(inside, g.max(f1, hump), f1), at
}

// jump adds what delta receptors receive, at the end of the step. Variables that are held discard it.
func (s *scheme) jump() {
	for k, r := range s.b.m.receptors {
		if r.kind == "delta" {
			i := s.b.m.symbols[s.b.m.ports[r.port].potential.name].index
			s.next[i] = s.still(i, s.g.add(s.next[i], s.g.leaf(leafSum, k)), s.x[i])
		}
	}
}
