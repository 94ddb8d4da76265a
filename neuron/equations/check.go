package equations

import (
	"math"
	"slices"
	"sort"
	"strings"
)

// typ is what an expression is: a quantity of a dimension, or a condition.
type typ struct {
	dim       Dimension
	condition bool
	zero      bool // 0 without a unit, which fits every unit
}

func (t typ) String() string {
	switch {
	case t.condition:
		return "a condition"
	case t.dim == none:
		return "a plain number"
	}
	return t.dim.String()
}

// context says what an expression may contain.
type context struct {
	random bool // uniform(), normal()
	noise  bool // xi
	fixed  bool // parameters only: initial values, times of pulses
}

// functionNames lists the functions of the language.
func functionNames() []string {
	return []string{"exp", "log", "sqrt", "sin", "cos", "tanh", "cosh", "abs", "min", "max", "if", "exprel", "uniform",
		"normal"}
}

// checker finds the type of expressions.
type checker struct {
	m *Model
	context
	args  map[string]typ // of the function whose body is checked
	calls int
}

// typeOf returns the type of an expression, or the first thing that is wrong with it.
func (m *Model) typeOf(n *node, c context) (t typ, err *Error) {
	k := &checker{m: m, context: c}
	err = catch(func() { t = k.of(n) })
	return t, err
}

// needs checks that an expression is a quantity of a dimension.
func (m *Model) needs(n *node, d Dimension, what string, c context) *Error {
	t, err := m.typeOf(n, c)
	if err != nil {
		return err
	}
	if t.condition || t.dim != d && !t.zero {
		return start(n).errorf("%s: needs %s, found %s", what, typ{dim: d}, t)
	}
	return nil
}

// needsCondition checks that an expression is a condition.
func (m *Model) needsCondition(n *node, what string) *Error {
	t, err := m.typeOf(n, context{})
	if err != nil {
		return err
	}
	if !t.condition {
		return start(n).errorf(`%s: needs a condition such as "v > -50 mV", found %s`, what, t)
	}
	return nil
}

// start returns where an expression begins.
func start(n *node) place {
	p := n.at
	for _, a := range n.args {
		if s := start(a); s.text == p.text && s.at < p.at {
			p = s
		}
	}
	return p
}

func fail(p place, format string, args ...any) {
	panic(failure{p.errorf(format, args...)})
}

func (k *checker) of(n *node) typ {
	switch n.kind {
	case nodeNumber:
		return typ{dim: n.dim, zero: n.zero}
	case nodeName:
		return k.name(n)
	case nodeCall:
		return k.call(n)
	case nodeUnary:
		t := k.of(n.args[0])
		if n.name == "not" {
			if !t.condition {
				fail(n.at, "not takes a condition, found %s", t)
			}
			return t
		}
		k.quantity(n.args[0], t, "-")
		return t
	}
	a, b := k.of(n.args[0]), k.of(n.args[1])
	switch n.name {
	case "and", "or":
		if !a.condition || !b.condition {
			fail(n.at, "%s joins conditions, found %s and %s", n.name, a, b)
		}
		return a
	}
	k.quantity(n.args[0], a, n.name)
	k.quantity(n.args[1], b, n.name)
	switch n.name {
	case "+", "-":
		return k.same(n.at, n.name, a, b)
	case "*":
		return typ{dim: a.dim.times(b.dim, 1)}
	case "/":
		return typ{dim: a.dim.times(b.dim, -1)}
	case "^":
		return k.power(n, a, b)
	}
	k.same(n.at, n.name, a, b)
	return typ{condition: true}
}

// quantity refuses conditions where numbers are needed.
func (k *checker) quantity(n *node, t typ, sign string) {
	if t.condition {
		fail(start(n), "%s takes numbers, found a condition; if(condition, 1, 0) makes a number of it", sign)
	}
}

// same returns the common type of two quantities.
func (k *checker) same(at place, sign string, a, b typ) typ {
	switch {
	case a.condition != b.condition:
		fail(at, "%s needs two of a kind, found %s and %s", sign, a, b)
	case a.zero:
		return b
	case b.zero || a.dim == b.dim:
		return a
	}
	fail(at, "%s needs the same unit on both sides, found %s and %s", sign, a, b)
	return a
}

func (k *checker) power(n *node, a, b typ) typ {
	if b.dim != none {
		fail(start(n.args[1]), "an exponent is a plain number, found %s", b)
	}
	if a.dim == none {
		return typ{}
	}
	x, ok := constant(n.args[1])
	if !ok {
		fail(start(n.args[1]), "the exponent of %s must be written as a number, or the unit of the power would depend on it",
			a)
	}
	d, ok := a.dim.raised(x)
	if !ok {
		fail(n.at, "the power %g of %s is no unit", x, a)
	}
	return typ{dim: d}
}

// constant returns the value of an expression of literals.
func constant(n *node) (x float64, ok bool) {
	switch {
	case n.kind == nodeNumber:
		return n.x, true
	case n.kind == nodeUnary && n.name == "-":
		x, ok = constant(n.args[0])
		return -x, ok
	case n.kind == nodeBinary && len(n.args) == 2:
		a, okA := constant(n.args[0])
		b, okB := constant(n.args[1])
		if !okA || !okB {
			return 0, false
		}
		switch n.name {
		case "+":
			return a + b, true
		case "-":
			return a - b, true
		case "*":
			return a * b, true
		case "/":
			return a / b, true
		case "^":
			return math.Pow(a, b), true
		}
	}
	return 0, false
}

func (k *checker) name(n *node) typ {
	if t, ok := k.args[n.name]; ok {
		return t
	}
	s := k.m.symbols[n.name]
	if s == nil {
		if d, _, ok := lookUpUnit(n.name); ok {
			return typ{dim: d}
		}
		if n.name == "xi" || strings.HasPrefix(n.name, "xi_") {
			return k.noise(n)
		}
		fail(n.at, "unknown name %s%s", n.name, didYouMean(n.name, k.m.names()))
	}
	s.read = true
	switch {
	case s.kind == symFunction && len(s.line.args) == 0: // an expression under a name
		if s.state == 1 {
			fail(n.at, "%s is defined by itself", n.name)
		}
		outer := k.args
		s.state, k.args = 1, nil
		defer func() { s.state, k.args = 0, outer }()
		return k.of(s.line.expr)
	case s.kind == symFunction:
		fail(n.at, "%s is a function: %s(%s)", n.name, n.name, strings.Join(s.line.args, ", "))
	case k.fixed && s.kind == symDefinition:
		outer := k.args
		k.args = nil
		k.of(s.line.expr)
		k.args = outer
	case k.fixed && s.kind != symParameter:
		fail(n.at, "only parameters can be read here, %s is a %s", n.name, s.kind)
	}
	return typ{dim: s.dim}
}

func (k *checker) noise(n *node) typ {
	if !k.context.noise {
		fail(n.at, "noise can only be added to the right side of a derivative")
	}
	return typ{dim: dimNoise}
}

// names lists all that an expression can name.
func (m *Model) names() []string {
	names := append([]string{"xi"}, functionNames()...)
	for name := range m.symbols {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func (k *checker) call(n *node) typ {
	if s := k.m.symbols[n.name]; s != nil && s.kind == symFunction {
		return k.callOwn(n, s)
	}
	if !slices.Contains(functionNames(), n.name) {
		if s := k.m.symbols[n.name]; s != nil {
			fail(n.at, "%s is a %s, not a function; products are written with *", n.name, s.kind)
		}
		valid := functionNames()
		for name, s := range k.m.symbols {
			if s.kind == symFunction {
				valid = append(valid, name)
			}
		}
		sort.Strings(valid)
		fail(n.at, "unknown function %s%s", n.name, didYouMean(n.name, valid))
	}
	args := make([]typ, len(n.args))
	for i, a := range n.args {
		args[i] = k.of(a)
		if args[i].condition && !(n.name == "if" && i == 0) {
			fail(start(a), "%s takes numbers here, found a condition", n.name)
		}
	}
	count := func(lo, hi int) {
		if len(args) < lo || len(args) > hi {
			fail(n.at, "%s takes %s, found %d", n.name, counted(lo, hi), len(args))
		}
	}
	switch n.name {
	case "if":
		count(3, 3)
		if !args[0].condition {
			fail(start(n.args[0]), "the first argument of if is a condition, found %s", args[0])
		}
		return k.same(n.at, "if", args[1], args[2])
	case "min", "max":
		count(2, 20)
		t := args[0]
		for _, a := range args[1:] {
			t = k.same(n.at, n.name, t, a)
		}
		return t
	case "abs":
		count(1, 1)
		return args[0]
	case "sqrt":
		count(1, 1)
		d, ok := args[0].dim.raised(0.5)
		if !ok {
			fail(n.at, "the square root of %s is no unit", args[0])
		}
		return typ{dim: d}
	case "uniform", "normal":
		if !k.random {
			fail(n.at, "random numbers can be drawn at resets, in statements, in second and for initial values, not here")
		}
		if len(args) == 0 {
			return typ{}
		}
		count(2, 2)
		return k.same(n.at, n.name, args[0], args[1])
	}
	count(1, 1)
	if args[0].dim != none {
		fail(start(n.args[0]), "%s takes a plain number, found %s", n.name, args[0])
	}
	return typ{}
}

func counted(lo, hi int) string {
	word := func(n int) string {
		return [...]string{"no arguments", "one argument", "two arguments", "three arguments"}[n]
	}
	if lo == hi {
		return word(lo)
	}
	return "at least " + word(lo)
}

func (k *checker) callOwn(n *node, s *symbol) typ {
	s.read = true
	if len(n.args) != len(s.line.args) {
		fail(n.at, "%s(%s) takes %d argument(s), found %d", n.name, strings.Join(s.line.args, ", "), len(s.line.args),
			len(n.args))
	}
	if k.calls++; k.calls > 1000 {
		fail(n.at, "%s calls itself", n.name)
	}
	args := make(map[string]typ)
	for i, a := range n.args {
		args[s.line.args[i]] = k.of(a)
	}
	if s.state == 1 {
		fail(n.at, "%s calls itself", n.name)
	}
	outer := k.args
	s.state, k.args = 1, args
	defer func() { s.state, k.args = 0, outer }()
	return k.of(s.line.expr)
}
