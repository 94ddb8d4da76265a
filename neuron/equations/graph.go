package equations

import (
	"math"

	"github.com/burstplex/burstplex/neuron/numeric"
)

// value is an expression in a graph.
type value int32

// operation is what a value is made by.
type operation uint8

const (
	opConst  operation = iota
	opLeaf             // something that is known from outside, see leaf
	opAdd              // a + b
	opSub              // a - b
	opMul              // a * b
	opDiv              // a / b
	opNeg              // -a
	opPow              // a ^ b, a >= 0
	opMin              // the smaller
	opMax              // the larger
	opLess             // 1 if a < b, else 0
	opSelect           // a != 0 ? b : c
	opExp
	opLog
	opSqrt
	opSin
	opCos
	opTanh
	opExprel
	opAbs
	opFade   // a, or 0 where it is too small to matter
	opFrozen // a, whose dependence on variables is left out of account within a step

	// Instructions only: a product, rounded, and what is done to it.
	opMulAdd // a * b + c
	opMulSub // a * b - c
	opSubMul // c - a * b
	operations
)

// leafKind says what a leaf is.
type leafKind uint8

const (
	leafVar      leafKind = iota // variable at the start of the step
	leafParam                    // parameter that differs from neuron to neuron
	leafG                        // variable of a receptor at the start of the step
	leafMean                     // mean over the step of what arrives at a receptor within it
	leafEnd                      // what is left of these arrivals at its end
	leafSum                      // what arrives at a delta receptor
	leafDrive                    // injected current into a port at the start of the step
	leafDriveEnd                 // and at its end
	leafPulse                    // pulse
	leafTime                     // time at the start of the step, ms
	leafStep                     // length of the step, ms
	leafNoise                    // a normal number / sqrt(step)
	leafRandom                   // a random number of a statement
	leafHeld                     // 1 while variables stand still
	leafDerived                  // computed once per neuron
	leafTimed                    // computed once per step
)

// leaf is something that a program is told.
type leaf struct {
	kind  leafKind
	index int
}

// term is one value of a graph: an operation on earlier ones.
type term struct {
	op      operation
	a, b, c value
	x       float64
	leaf    leaf
}

// graph is a list of values in static single assignment: each is computed once from earlier ones. Equal terms are one
// value, constants are folded as they meet.
type graph struct {
	terms []term
	index map[term]value
}

func newGraph() *graph { return &graph{index: map[term]value{}} }

func (g *graph) put(t term) value {
	if t.op == opConst && t.x == 0 {
		t.x = 0 // no -0
	}
	if v, ok := g.index[t]; ok && t.x == t.x {
		return v
	}
	v := value(len(g.terms))
	g.terms = append(g.terms, t)
	g.index[t] = v
	return v
}

func (g *graph) constant(x float64) value        { return g.put(term{op: opConst, x: x}) }
func (g *graph) leaf(k leafKind, i int) value    { return g.put(term{op: opLeaf, leaf: leaf{k, i}}) }
func (g *graph) isConst(v value) (float64, bool) { t := &g.terms[v]; return t.x, t.op == opConst }

func (g *graph) is(v value, x float64) bool {
	c, ok := g.isConst(v)
	return ok && c == x
}

func (g *graph) add(a, b value) value {
	x, okA := g.isConst(a)
	y, okB := g.isConst(b)
	switch {
	case okA && okB:
		return g.constant(x + y)
	case okA && x == 0:
		return b
	case okB && y == 0:
		return a
	case g.terms[b].op == opNeg:
		return g.sub(a, g.terms[b].a)
	case g.terms[a].op == opNeg:
		return g.sub(b, g.terms[a].a)
	}
	return g.put(term{op: opAdd, a: min(a, b), b: max(a, b)})
}

func (g *graph) sub(a, b value) value {
	x, okA := g.isConst(a)
	y, okB := g.isConst(b)
	switch {
	case okA && okB:
		return g.constant(x - y)
	case okB && y == 0:
		return a
	case okA && x == 0:
		return g.neg(b)
	case a == b:
		return g.constant(0)
	case g.terms[b].op == opNeg:
		return g.add(a, g.terms[b].a)
	}
	return g.put(term{op: opSub, a: a, b: b})
}

func (g *graph) neg(a value) value {
	if x, ok := g.isConst(a); ok {
		return g.constant(-x)
	}
	switch t := g.terms[a]; {
	case t.op == opNeg:
		return t.a
	case t.op == opSub:
		return g.sub(t.b, t.a)
	}
	return g.put(term{op: opNeg, a: a})
}

func (g *graph) mul(a, b value) value {
	x, okA := g.isConst(a)
	y, okB := g.isConst(b)
	if okB && !okA {
		a, b, x, y, okA, okB = b, a, y, x, okB, okA
	}
	switch {
	case okA && okB:
		return g.constant(x * y)
	case okA && x == 0:
		return a
	case okA && x == 1:
		return b
	case okA && x == -1:
		return g.neg(b)
	case g.terms[a].op == opNeg:
		return g.neg(g.mul(g.terms[a].a, b))
	case g.terms[b].op == opNeg:
		return g.neg(g.mul(a, g.terms[b].a))
	case okA && g.terms[b].op == opMul: // c (d e) = (c d) e
		if y, ok := g.isConst(g.terms[b].a); ok {
			return g.mul(g.constant(x*y), g.terms[b].b)
		}
	}
	if !okA { // constants go to the front
		if t := g.terms[b]; t.op == opMul && g.hasConst(t.a) {
			return g.mul(t.a, g.mul(a, t.b))
		}
		if t := g.terms[a]; t.op == opMul && g.hasConst(t.a) {
			return g.mul(t.a, g.mul(t.b, b))
		}
		a, b = min(a, b), max(a, b)
	}
	return g.put(term{op: opMul, a: a, b: b})
}

func (g *graph) hasConst(v value) bool { return g.terms[v].op == opConst }

func (g *graph) div(a, b value) value {
	x, okA := g.isConst(a)
	y, okB := g.isConst(b)
	switch {
	case okB && okA:
		return g.constant(x / y)
	case okB && y != 0:
		return g.mul(g.constant(1/y), a)
	case okA && x == 0:
		return a
	case g.terms[a].op == opNeg:
		return g.neg(g.div(g.terms[a].a, b))
	}
	return g.put(term{op: opDiv, a: a, b: b})
}

// pow is a to the power b. Whole powers are products.
func (g *graph) pow(a, b value) value {
	y, ok := g.isConst(b)
	if x, okA := g.isConst(a); ok && okA {
		return g.constant(math.Pow(x, y))
	}
	switch {
	case !ok:
		return g.put(term{op: opPow, a: a, b: b})
	case y == 0.5:
		return g.unary(opSqrt, a)
	case y != math.Round(y) || math.Abs(y) > 16:
		return g.put(term{op: opPow, a: a, b: b})
	case y < 0:
		return g.div(g.constant(1), g.pow(a, g.constant(-y)))
	case y == 0:
		return g.constant(1)
	case y == 1:
		return a
	}
	half := g.pow(a, g.constant(math.Floor(y/2)))
	if square := g.mul(half, half); math.Mod(y, 2) == 0 {
		return square
	} else {
		return g.mul(a, square)
	}
}

func (g *graph) unary(op operation, a value) value {
	if x, ok := g.isConst(a); ok && op != opFrozen {
		return g.constant(evaluate(op, x))
	}
	return g.put(term{op: op, a: a})
}

func (g *graph) min(a, b value) value  { return g.fold(opMin, a, b) }
func (g *graph) max(a, b value) value  { return g.fold(opMax, a, b) }
func (g *graph) less(a, b value) value { return g.fold(opLess, a, b) }

func (g *graph) fold(op operation, a, b value) value {
	x, okA := g.isConst(a)
	y, okB := g.isConst(b)
	if !okA || !okB {
		return g.put(term{op: op, a: a, b: b})
	}
	switch {
	case op == opMin:
		return g.constant(min(x, y))
	case op == opMax:
		return g.constant(max(x, y))
	case x < y:
		return g.constant(1)
	}
	return g.constant(0)
}

func (g *graph) choose(c, a, b value) value {
	switch x, ok := g.isConst(c); {
	case ok && x != 0:
		return a
	case ok || a == b:
		return b
	}
	return g.put(term{op: opSelect, a: c, b: a, c: b})
}

// evaluate applies a function of one argument.
func evaluate(op operation, x float64) float64 {
	switch op {
	case opNeg:
		return -x
	case opExp:
		return numeric.Exp(x)
	case opLog:
		return numeric.Log(x)
	case opSqrt:
		return math.Sqrt(x)
	case opSin:
		s, _ := numeric.SinCosTurn(x / (2 * math.Pi))
		return s
	case opCos:
		_, c := numeric.SinCosTurn(x / (2 * math.Pi))
		return c
	case opTanh:
		return tanh(x)
	case opExprel:
		return exprel(x)
	case opAbs:
		return math.Abs(x)
	case opFade:
		return fade(x)
	}
	panic("equations: not a function of one argument")
}

// exprel returns (exp(x) - 1)/x, 1 at 0.
func exprel(x float64) float64 {
	if x > 0.5 || x < -0.5 {
		return (numeric.Exp(x) - 1) / x
	}
	sum := 1.0 / 6227020800
	for _, c := range [...]float64{1. / 479001600, 1. / 39916800, 1. / 3628800, 1. / 362880, 1. / 40320, 1. / 5040,
		1. / 720, 1. / 120, 1. / 24, 1. / 6, 1. / 2, 1} {
		sum = numeric.Madd(sum, x, c)
	}
	return sum
}

func tanh(x float64) float64 {
	switch {
	case x > 20:
		return 1
	case x < -20:
		return -1
	}
	e := float64(2 * x * exprel(2*x)) // exp(2x) - 1
	return e / (e + 2)
}

// faint is how small a decaying variable is when it is taken for 0, in its internal unit.
const faint = 1e-20

func fade(x float64) float64 {
	if x < faint && x > -faint {
		return 0
	}
	return x
}
