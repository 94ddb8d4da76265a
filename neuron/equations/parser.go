package equations

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// parser reads the sentences of a text. hides says which names are the model's own and hide units.
type parser struct {
	text  *Text
	toks  []token
	i     int
	hides func(name string) bool
	depth int
}

// mostDepth bounds the nesting of brackets.
const mostDepth = 100

// failure carries an error out of the recursion.
type failure struct{ err *Error }

// newParser returns a parser of a text.
func newParser(text *Text, hides func(name string) bool) (*parser, *Error) {
	toks, err := tokens(text)
	return &parser{text: text, toks: toks, hides: hides}, err
}

// catch turns a failure within f into an error.
func catch(f func()) (err *Error) {
	defer func() {
		if r := recover(); r != nil {
			f, ok := r.(failure)
			if !ok {
				panic(r)
			}
			err = f.err
		}
	}()
	f()
	return nil
}

func (p *parser) peek() token { return p.toks[p.i] }

func (p *parser) next() token {
	t := p.toks[p.i]
	if p.i < len(p.toks)-1 {
		p.i++
	}
	return t
}

func (p *parser) is(sign string) bool {
	t := p.peek()
	return (t.kind == tokenSign || t.kind == tokenName) && t.text == sign
}

func (p *parser) accept(sign string) bool {
	if p.is(sign) {
		p.next()
		return true
	}
	return false
}

func (p *parser) expect(sign, where string) token {
	if !p.is(sign) {
		p.fail(p.peek(), "%q is needed %s, found %s", sign, where, p.peek())
	}
	return p.next()
}

func (p *parser) place(t token) place { return place{p.text, t.at} }

func (p *parser) fail(t token, format string, args ...any) {
	panic(failure{p.place(t).errorf(format, args...)})
}

// expression reads a whole text as one expression.
func parseExpression(text *Text, hides func(string) bool) (n *node, err *Error) {
	p, err := newParser(text, hides)
	if err != nil {
		return nil, err
	}
	err = catch(func() {
		for p.peek().kind == tokenLine {
			p.next()
		}
		n = p.expression()
		for p.peek().kind == tokenLine {
			p.next()
		}
		if t := p.peek(); t.kind != tokenEnd {
			p.fail(t, "an operator is needed, found %s", t)
		}
	})
	return n, err
}

// parseStatement reads a text as one statement.
func parseStatement(text *Text, hides func(string) bool) (s statement, err *Error) {
	p, err := newParser(text, hides)
	if err != nil {
		return s, err
	}
	err = catch(func() {
		t := p.next()
		if t.kind != tokenName {
			p.fail(t, `a statement begins with the name of a variable ("w += 1"), found %s`, t)
		}
		sign := p.next()
		if !slices.Contains([]string{"=", "+=", "-=", "*=", "/="}, sign.text) || sign.kind != tokenSign {
			p.fail(sign, "one of = += -= *= /= is needed after %s, found %s", t.text, sign)
		}
		if next := p.peek(); sign.text == "=" && next.kind == tokenSign && (next.text == "-" || next.text == "+") && next.at == sign.end && p.toks[p.i+1].at > next.end {
			p.fail(sign, "=%s can be read in two ways: write %s= to change %s, or = %s to set it", next.text, next.text, t.text, next.text)
		}
		s = statement{name: t.text, sign: sign.text, expr: p.expression(), at: p.place(t)}
		for p.peek().kind == tokenLine {
			p.next()
		}
		if t := p.peek(); t.kind != tokenEnd {
			p.fail(t, "an operator is needed, found %s; each statement is a text of its own", t)
		}
	})
	return s, err
}

// lineNames returns the names that the lines of equations introduce.
func lineNames(toks []token) (names []string) {
	for i := 0; i < len(toks); i++ {
		if i > 0 && toks[i-1].kind != tokenLine || toks[i].kind != tokenName {
			continue
		}
		name := toks[i].text
		if i+2 < len(toks) && toks[i+1].text == "/" && toks[i+2].text == "dt" {
			name = strings.TrimPrefix(name, "d")
		}
		names = append(names, name)
	}
	return names
}

// parseEquations reads the lines of a text; it goes on after a line with an error.
func parseEquations(text *Text, hides func(string) bool) (lines []line, errs Errors) {
	p, err := newParser(text, hides)
	if err != nil {
		return nil, Errors{err}
	}
	for p.peek().kind != tokenEnd {
		if p.peek().kind == tokenLine {
			p.next()
			continue
		}
		if err := catch(func() { lines = append(lines, p.line()) }); err != nil {
			errs.add(err)
			for p.peek().kind != tokenLine && p.peek().kind != tokenEnd {
				p.next()
			}
		}
	}
	return lines, errs
}

// line reads one of the four forms.
func (p *parser) line() line {
	first := p.next()
	l := line{name: first.text, at: p.place(first)}
	if first.kind != tokenName {
		p.fail(first, "a line begins with dx/dt = ..., x = ..., f(a) = ... or x : unit, found %s", first)
	}
	switch {
	case p.is("/"):
		p.next()
		dt := p.next()
		name, ok := strings.CutPrefix(first.text, "d")
		if dt.text != "dt" || !ok || name == "" {
			p.fail(first, "a derivative is written dx/dt, found %s/%s", first.text, dt.text)
		}
		l.kind, l.name = lineDerivative, name
	case p.is("("):
		p.next()
		l.kind = lineFunction
		for {
			t := p.next()
			if t.kind != tokenName {
				p.fail(t, "the name of an argument is needed, found %s", t)
			}
			if slices.Contains(l.args, t.text) {
				p.fail(t, "%s is an argument twice", t.text)
			}
			l.args = append(l.args, t.text)
			if !p.accept(",") {
				break
			}
		}
		p.expect(")", "after the arguments of "+l.name)
	case p.is(":"):
		l.kind = lineDeclared
	default:
		l.kind = lineDefinition
	}
	if l.kind != lineDeclared {
		p.expect("=", "after "+p.text.S[first.at:p.toks[p.i-1].end])
		outer := p.hides
		p.hides = func(name string) bool { return slices.Contains(l.args, name) || outer(name) }
		l.expr = p.expression()
		p.hides = outer
	}
	if l.kind != lineFunction {
		if !p.is(":") {
			t := p.peek()
			if t.kind == tokenLine || t.kind == tokenEnd {
				p.fail(t, "the unit of %s is missing; it stands at the end of the line, as in : mV (: 1 for a plain number)",
					l.name)
			}
			p.fail(t, "an operator, or : and the unit of %s, is needed, found %s", l.name, t)
		}
		p.next()
		_, l.dim = p.unit(false)
	}
	if t := p.peek(); t.kind != tokenLine && t.kind != tokenEnd {
		p.fail(t, "the end of the line is needed, found %s", t)
	}
	return l
}

// expression reads the weakest operators first: or, and, not, comparisons, sums, products, signs, powers.
func (p *parser) expression() *node {
	if p.depth++; p.depth > mostDepth {
		p.fail(p.peek(), "brackets are nested more than %d deep", mostDepth)
	}
	defer func() { p.depth-- }()
	return p.binary([]string{"or"}, func() *node { return p.binary([]string{"and"}, p.negation) })
}

// binary reads operands joined by operators of one strength, from the left.
func (p *parser) binary(signs []string, operand func() *node) *node {
	n := operand()
	for slices.ContainsFunc(signs, p.is) {
		t := p.next()
		n = &node{kind: nodeBinary, name: t.text, args: []*node{n, operand()}, at: p.place(t)}
	}
	return n
}

func (p *parser) negation() *node {
	if t := p.peek(); p.accept("not") {
		return &node{kind: nodeUnary, name: "not", args: []*node{p.negation()}, at: p.place(t)}
	}
	comparisons := []string{"<", ">", "<=", ">=", "==", "!="}
	n := p.sum()
	if !slices.ContainsFunc(comparisons, p.is) {
		return n
	}
	t := p.next()
	n = &node{kind: nodeBinary, name: t.text, args: []*node{n, p.sum()}, at: p.place(t)}
	if slices.ContainsFunc(comparisons, p.is) {
		p.fail(p.peek(), `comparisons are joined by and: "a < b and b < c"`)
	}
	return n
}

func (p *parser) sum() *node { return p.binary([]string{"+", "-"}, p.product) }

func (p *parser) product() *node { return p.binary([]string{"*", "/"}, p.signed) }

func (p *parser) signed() *node {
	t := p.peek()
	switch {
	case p.accept("-"):
		if p.depth++; p.depth > mostDepth {
			p.fail(t, "signs are nested more than %d deep", mostDepth)
		}
		defer func() { p.depth-- }()
		return &node{kind: nodeUnary, name: "-", args: []*node{p.signed()}, at: p.place(t)}
	case p.accept("+"):
		return p.signed()
	}
	return p.power()
}

func (p *parser) power() *node {
	n := p.primary()
	if t := p.peek(); p.accept("^") {
		return &node{kind: nodeBinary, name: "^", args: []*node{n, p.signed()}, at: p.place(t)} // right to left
	}
	return n
}

func (p *parser) primary() *node {
	t := p.next()
	switch {
	case t.kind == tokenNumber:
		size, d := p.unit(true)
		return &node{kind: nodeNumber, x: t.value * size, dim: d, zero: t.value == 0 && d == none, at: p.place(t)}
	case t.kind == tokenName && p.is("("):
		return p.call(t)
	case t.kind == tokenName && !slices.Contains([]string{"and", "or", "not"}, t.text):
		return &node{kind: nodeName, name: t.text, at: p.place(t)}
	case t.kind == tokenSign && t.text == "(":
		n := p.expression()
		p.expect(")", "to close the bracket")
		return n
	}
	p.fail(t, "a number, a name or ( is needed, found %s", t)
	return nil
}

func (p *parser) call(name token) *node {
	n := &node{kind: nodeCall, name: name.text, at: p.place(name)}
	p.next()
	if p.accept(")") {
		return n
	}
	for {
		n.args = append(n.args, p.expression())
		if !p.accept(",") {
			break
		}
	}
	p.expect(")", "after the arguments of "+name.text)
	return n
}

// unit reads a unit: after a number it may be missing, and its further factors follow without spaces around * and / and
// are no names of the model; after a colon it must be there, and all of it is unit.
func (p *parser) unit(afterNumber bool) (size float64, d Dimension) {
	size = 1
	sign := 1
	t := p.peek()
	if t.kind == tokenNumber && t.value == 1 && t.text == "1" {
		inverse := p.i+1 < len(p.toks) && p.toks[p.i+1].text == "/"
		if afterNumber && !inverse {
			return size, d
		}
		p.next()
		if !inverse {
			return size, d
		}
		p.next()
		sign = -1
	} else if _, _, ok := lookUpUnit(t.text); t.kind != tokenName || !ok {
		if afterNumber {
			return size, d
		}
		p.unknownUnit(t)
	}
	for {
		t := p.next()
		e, s, ok := lookUpUnit(t.text)
		if t.kind != tokenName || !ok {
			p.unknownUnit(t)
		}
		power := p.unitPower() * float64(sign)
		r, ok := e.raised(power)
		if !ok {
			p.fail(t, "%s cannot have that power", t.text)
		}
		d, size = d.times(r, 1), size*math.Pow(s, power)
		if !p.factorFollows(afterNumber) {
			return size, d
		}
		sign = 1
		if p.accept("/") {
			sign = -1
		} else {
			p.accept("*")
		}
	}
}

// factorFollows reports whether the unit goes on.
func (p *parser) factorFollows(afterNumber bool) bool {
	last, t := p.toks[p.i-1], p.peek()
	name := t
	joined := t.kind == tokenSign && (t.text == "*" || t.text == "/")
	if joined {
		name = p.toks[min(p.i+1, len(p.toks)-1)]
		if !afterNumber {
			return true
		}
		if last.end != t.at || t.end != name.at {
			return false
		}
	}
	_, _, ok := lookUpUnit(name.text)
	return name.kind == tokenName && ok && !(afterNumber && p.hides(name.text))
}

// unitPower reads ^2, ^-1 or ^-1/2.
func (p *parser) unitPower() float64 {
	if !p.accept("^") {
		return 1
	}
	sign := 1.0
	if p.accept("-") {
		sign = -1
	}
	t := p.next()
	if t.kind != tokenNumber {
		p.fail(t, "the power of a unit is a number, found %s", t)
	}
	x := sign * t.value
	if p.i+1 < len(p.toks) {
		if slash, below := p.peek(), p.toks[p.i+1]; slash.text == "/" && below.kind == tokenNumber && t.end == slash.at &&
			slash.end == below.at {
			p.next()
			x /= p.next().value
		}
	}
	return x
}

func (p *parser) unknownUnit(t token) {
	if t.kind != tokenName {
		p.fail(t, "a unit such as mV is needed (1 for a plain number), found %s", t)
	}
	p.fail(t, "unknown unit %s%s", strconv.Quote(t.text), didYouMean(t.text, unitNames()))
}
