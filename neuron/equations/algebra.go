package equations

// replace returns v with other values in place of its leaves. What is frozen thaws: the copy is for evaluation. done
// remembers what was replaced already.
func (g *graph) replace(v value, done map[value]value, leafOf func(leaf) (value, bool)) value {
	if w, ok := done[v]; ok {
		return w
	}
	t := g.terms[v]
	r := func(v value) value { return g.replace(v, done, leafOf) }
	w := v
	switch t.op {
	case opConst:
	case opLeaf:
		if other, ok := leafOf(t.leaf); ok {
			w = other
		}
	case opFrozen:
		w = r(t.a)
	default:
		w = g.rebuild(t, r)
	}
	done[v] = w
	return w
}

// rebuild makes a term again from other operands.
func (g *graph) rebuild(t term, r func(value) value) value {
	switch t.op {
	case opAdd:
		return g.add(r(t.a), r(t.b))
	case opSub:
		return g.sub(r(t.a), r(t.b))
	case opMul:
		return g.mul(r(t.a), r(t.b))
	case opDiv:
		return g.div(r(t.a), r(t.b))
	case opPow:
		return g.pow(r(t.a), r(t.b))
	case opMin, opMax, opLess:
		return g.fold(t.op, r(t.a), r(t.b))
	case opSelect:
		return g.choose(r(t.a), r(t.b), r(t.c))
	case opNeg:
		return g.neg(r(t.a))
	}
	return g.unary(t.op, r(t.a))
}

// operands lists what a term is made of.
func (t *term) operands() []value {
	switch t.op {
	case opConst, opLeaf:
		return nil
	case opSelect:
		return []value{t.a, t.b, t.c}
	case opAdd, opSub, opMul, opDiv, opPow, opMin, opMax, opLess:
		return []value{t.a, t.b}
	}
	return []value{t.a}
}

// reads reports whether v depends on a leaf for which the test holds; frozen parts depend on nothing if frozen is set.
func (g *graph) reads(v value, frozen bool, done map[value]bool, test func(leaf) bool) bool {
	if r, ok := done[v]; ok {
		return r
	}
	t := &g.terms[v]
	r := t.op == opLeaf && test(t.leaf)
	if !(t.op == opFrozen && frozen) {
		for _, a := range t.operands() {
			r = r || g.reads(a, frozen, done, test)
		}
	}
	done[v] = r
	return r
}

// linear finds a and b, independent of a leaf x, with v = a x + b.
type linear struct {
	g    *graph
	x    leaf
	deps map[value]bool
}

func (g *graph) linearIn(x leaf) *linear { return &linear{g, x, map[value]bool{}} }

func (l *linear) depends(v value) bool {
	return l.g.reads(v, true, l.deps, func(f leaf) bool { return f == l.x })
}

// split returns a and b; ok is false if v is not linear in x.
func (l *linear) split(v value) (a, b value, ok bool) {
	g := l.g
	zero := g.constant(0)
	if !l.depends(v) {
		return zero, v, true
	}
	t := g.terms[v]
	switch t.op {
	case opLeaf:
		return g.constant(1), zero, true
	case opNeg:
		a, b, ok = l.split(t.a)
		return g.neg(a), g.neg(b), ok
	case opAdd, opSub:
		a1, b1, ok1 := l.split(t.a)
		a2, b2, ok2 := l.split(t.b)
		if t.op == opSub {
			return g.sub(a1, a2), g.sub(b1, b2), ok1 && ok2
		}
		return g.add(a1, a2), g.add(b1, b2), ok1 && ok2
	case opMul:
		c, d := t.a, t.b
		if l.depends(c) {
			c, d = d, c
		}
		if l.depends(c) {
			return 0, 0, false
		}
		a, b, ok = l.split(d)
		return g.mul(c, a), g.mul(c, b), ok
	case opDiv:
		if l.depends(t.b) {
			return 0, 0, false
		}
		a, b, ok = l.split(t.a)
		return g.div(a, t.b), g.div(b, t.b), ok
	case opSelect:
		if l.depends(t.a) {
			return 0, 0, false
		}
		a1, b1, ok1 := l.split(t.b)
		a2, b2, ok2 := l.split(t.c)
		return g.choose(t.a, a1, a2), g.choose(t.a, b1, b2), ok1 && ok2
	}
	return 0, 0, false
}

// slope returns the partial derivative of v with respect to x.
func (l *linear) slope(v value, done map[value]value) value {
	g := l.g
	if !l.depends(v) {
		return g.constant(0)
	}
	if w, ok := done[v]; ok {
		return w
	}
	w := l.derive(v, done)
	done[v] = w
	return w
}

func (l *linear) derive(v value, done map[value]value) value {
	g, t := l.g, l.g.terms[v]
	one := g.constant(1)
	d := func(v value) value { return l.slope(v, done) }
	switch t.op {
	case opLeaf:
		return one
	case opNeg:
		return g.neg(d(t.a))
	case opAdd:
		return g.add(d(t.a), d(t.b))
	case opSub:
		return g.sub(d(t.a), d(t.b))
	case opMul:
		return g.add(g.mul(d(t.a), t.b), g.mul(t.a, d(t.b)))
	case opDiv:
		return g.div(g.sub(d(t.a), g.mul(v, d(t.b))), t.b)
	case opPow:
		inner := g.mul(g.mul(t.b, g.pow(t.a, g.sub(t.b, one))), d(t.a))
		if !l.depends(t.b) {
			return inner
		}
		return g.add(inner, g.mul(g.mul(v, g.unary(opLog, t.a)), d(t.b)))
	case opMin:
		return g.choose(g.less(t.a, t.b), d(t.a), d(t.b))
	case opMax:
		return g.choose(g.less(t.b, t.a), d(t.a), d(t.b))
	case opLess:
		return g.constant(0)
	case opSelect:
		return g.choose(t.a, d(t.b), d(t.c))
	case opExp:
		return g.mul(v, d(t.a))
	case opLog:
		return g.div(d(t.a), t.a)
	case opSqrt:
		return g.div(g.mul(g.constant(0.5), d(t.a)), v)
	case opSin:
		return g.mul(g.unary(opCos, t.a), d(t.a))
	case opCos:
		return g.neg(g.mul(g.unary(opSin, t.a), d(t.a)))
	case opTanh:
		return g.mul(g.sub(one, g.mul(v, v)), d(t.a))
	case opAbs:
		return g.choose(g.less(t.a, g.constant(0)), g.neg(d(t.a)), d(t.a))
	case opExprel: // ((x - 1) e^x + 1)/x^2, near 0 by its series; the slope only steers, 1e-4 is plenty
		x := t.a
		near := g.add(g.constant(0.5),
			g.mul(x, g.add(g.constant(1.0/3), g.mul(x, g.add(g.constant(1.0/8), g.mul(x, g.constant(1.0/30)))))))
		far := g.div(g.sub(g.unary(opExp, x), v), g.choose(g.less(g.unary(opAbs, x), g.constant(0.1)), one, x))
		return g.mul(g.choose(g.less(g.unary(opAbs, x), g.constant(0.1)), near, far), d(x))
	case opFade, opFrozen:
		return d(t.a)
	}
	panic("equations: an operation without a slope")
}

// substitute is replace for expressions that stay equations: what is frozen stays so.
func (g *graph) substitute(v value, leafOf func(leaf) (value, bool)) value {
	done := map[value]value{}
	var r func(value) value
	r = func(v value) value {
		if w, ok := done[v]; ok {
			return w
		}
		t, w := g.terms[v], v
		switch t.op {
		case opConst:
		case opLeaf:
			if other, ok := leafOf(t.leaf); ok {
				w = other
			}
		case opFrozen:
			w = g.put(term{op: opFrozen, a: r(t.a)})
		default:
			w = g.rebuild(t, r)
		}
		done[v] = w
		return w
	}
	return r(v)
}
