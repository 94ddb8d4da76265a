package equations

import (
	"strings"

	"github.com/burstplex/burstplex/neuron"
)

// builder turns expressions into values of a graph, for one set of parameters.
type builder struct {
	g      *graph
	m      *Model
	params []neuron.Value
	tables [][]float64 // per parameter; nil if it is no table

	vars     []value // what the variables are now; statements change them
	defined  map[string]value
	args     map[string]value
	equation int // variable whose derivative is built, for its own noise
	noises   []string
	randoms  []bool // random numbers of statements: true if normal
}

func newBuilder(m *Model, params []neuron.Value, tables [][]float64) *builder {
	b := &builder{g: newGraph(), m: m, params: params, tables: tables, defined: map[string]value{}}
	for i := range m.vars {
		b.vars = append(b.vars, b.g.leaf(leafVar, i))
	}
	return b
}

// fork returns a builder on the same graph whose statements start from the variables as they are.
func (b *builder) fork() *builder {
	c := *b
	c.vars, c.defined, c.randoms = append([]value(nil), b.vars...), map[string]value{}, nil
	return &c
}

// parameter returns the value of a parameter: a constant if all neurons share it.
func (b *builder) parameter(i int) value {
	own := b.g.leaf(leafParam, i)
	if v := b.params[i]; v.IsConst() && (b.tables == nil || b.tables[i] == nil) {
		own = b.g.constant(v.A)
	}
	if port, ok := b.m.driven[i]; ok {
		return b.g.add(own, b.g.leaf(leafDrive, port))
	}
	return own
}

// of returns the value of an expression; conditions are 1 or 0.
func (b *builder) of(n *node) value {
	g := b.g
	switch n.kind {
	case nodeNumber:
		return g.constant(n.x)
	case nodeName:
		return b.name(n)
	case nodeCall:
		return b.call(n)
	case nodeUnary:
		if n.name == "not" {
			return g.sub(g.constant(1), b.of(n.args[0]))
		}
		return g.neg(b.of(n.args[0]))
	}
	x, y := b.of(n.args[0]), b.of(n.args[1])
	switch n.name {
	case "+":
		return g.add(x, y)
	case "-":
		return g.sub(x, y)
	case "*":
		return g.mul(x, y)
	case "/":
		return g.div(x, y)
	case "^":
		return g.pow(x, y)
	case "and":
		return g.min(x, y)
	case "or":
		return g.max(x, y)
	case "<":
		return g.less(x, y)
	case ">":
		return g.less(y, x)
	case "<=":
		return g.sub(g.constant(1), g.less(y, x))
	case ">=":
		return g.sub(g.constant(1), g.less(x, y))
	}
	differ := g.max(g.less(x, y), g.less(y, x))
	if n.name == "!=" {
		return differ
	}
	return g.sub(g.constant(1), differ)
}

// distance returns a value that is above 0 where a condition is true and moves without jumps where its sides do: so the
// moment at which it turns true can be found.
func (b *builder) distance(n *node) value {
	g := b.g
	switch {
	case n.kind == nodeUnary && n.name == "not":
		return g.neg(b.distance(n.args[0]))
	case n.kind == nodeBinary:
		switch n.name {
		case "and":
			return g.min(b.distance(n.args[0]), b.distance(n.args[1]))
		case "or":
			return g.max(b.distance(n.args[0]), b.distance(n.args[1]))
		case ">", ">=":
			return g.sub(b.of(n.args[0]), b.of(n.args[1]))
		case "<", "<=":
			return g.sub(b.of(n.args[1]), b.of(n.args[0]))
		}
	}
	return g.sub(b.of(n), g.constant(0.5))
}

func (b *builder) name(n *node) value {
	if v, ok := b.args[n.name]; ok {
		return v
	}
	s := b.m.symbols[n.name]
	if s == nil {
		if strings.HasPrefix(n.name, "xi") {
			return b.noise(n.name)
		}
		_, size, _ := lookUpUnit(n.name)
		return b.g.constant(size)
	}
	switch s.kind {
	case symVariable:
		return b.vars[s.index]
	case symParameter:
		return b.parameter(s.index)
	case symPort:
		return b.port(s.index)
	case symConductance:
		return b.g.leaf(leafG, s.index)
	case symPulse:
		return b.g.leaf(leafPulse, s.index)
	case symTime:
		return b.g.leaf(leafTime, 0)
	}
	if v, ok := b.defined[n.name]; ok {
		return v
	}
	outer := b.args
	b.args = nil
	v := b.of(s.line.expr)
	b.args = outer
	b.defined[n.name] = v
	return v
}

// noise returns the leaf of a noise; xi is each equation's own.
func (b *builder) noise(name string) value {
	if name == "xi" {
		name = "xi of " + b.m.vars[b.equation].Name
	}
	for i, other := range b.noises {
		if other == name {
			return b.g.leaf(leafNoise, i)
		}
	}
	b.noises = append(b.noises, name)
	return b.g.leaf(leafNoise, len(b.noises)-1)
}

// port returns the current into a port, pA: what is injected, the sum over its receptors, and added currents.
func (b *builder) port(i int) value {
	g, p := b.g, &b.m.ports[i]
	sum := g.leaf(leafDrive, i)
	for _, k := range p.receptors {
		r := &b.m.receptors[k]
		if r.kind == "delta" {
			continue
		}
		current := g.leaf(leafG, k)
		if r.kind == "exponential" {
			drive := g.sub(b.parameter(r.reversal), b.of(p.potential))
			current = g.mul(g.mul(current, b.leak(i)), drive)
		}
		if r.factor != nil {
			current = g.mul(current, g.put(term{op: opFrozen, a: b.of(r.factor)}))
		}
		sum = g.add(sum, current)
	}
	for _, n := range p.added {
		outer := b.args
		b.args = nil
		sum = g.add(sum, b.of(n))
		b.args = outer
	}
	return sum
}

// leak returns the conductance that weights of a port are multiples of, nS.
func (b *builder) leak(port int) value {
	if n := b.m.ports[port].leak; n != nil {
		return b.of(n)
	}
	return b.g.constant(1)
}

func (b *builder) call(n *node) value {
	g := b.g
	args := make([]value, len(n.args))
	for i, a := range n.args {
		args[i] = b.of(a)
	}
	if s := b.m.symbols[n.name]; s != nil {
		inner := map[string]value{}
		for i, name := range s.line.args {
			inner[name] = args[i]
		}
		outer := b.args
		b.args = inner
		v := b.of(s.line.expr)
		b.args = outer
		return v
	}
	switch n.name {
	case "if":
		return g.choose(args[0], args[1], args[2])
	case "min", "max":
		v := args[0]
		for _, a := range args[1:] {
			v = g.fold(map[string]operation{"min": opMin, "max": opMax}[n.name], v, a)
		}
		return v
	case "uniform", "normal":
		r := g.leaf(leafRandom, len(b.randoms))
		b.randoms = append(b.randoms, n.name == "normal")
		switch {
		case len(args) == 0:
			return r
		case n.name == "normal":
			return g.add(args[0], g.mul(args[1], r))
		}
		return g.add(args[0], g.mul(g.sub(args[1], args[0]), r))
	case "cosh":
		return g.mul(g.constant(0.5), g.add(g.unary(opExp, args[0]), g.unary(opExp, g.neg(args[0]))))
	}
	return g.unary(map[string]operation{"exp": opExp, "log": opLog, "sqrt": opSqrt, "sin": opSin, "cos": opCos,
		"tanh": opTanh,
		"abs":  opAbs, "exprel": opExprel}[n.name], args[0])
}

// apply runs statements in order.
func (b *builder) apply(list []statement) {
	g := b.g
	for _, s := range list {
		i := b.m.symbols[s.name].index
		v := b.of(s.expr)
		switch s.sign {
		case "+=":
			v = g.add(b.vars[i], v)
		case "-=":
			v = g.sub(b.vars[i], v)
		case "*=":
			v = g.mul(b.vars[i], v)
		case "/=":
			v = g.div(b.vars[i], v)
		}
		b.vars[i] = v
		clear(b.defined)
	}
}

// derivative returns the right side of the equation of a variable.
func (b *builder) derivative(i int) value {
	b.equation = i
	if b.m.vars[i].rhs == nil {
		return b.g.constant(0)
	}
	// Definitions may not hold noise, so that they are shared between equations.
	return b.of(b.m.vars[i].rhs)
}
