package equations

import (
	"slices"
	"strings"
)

// compiler turns a Source into a Model.
type compiler struct {
	m    *Model
	src  *Source
	errs Errors
}

// Compile checks a model: syntax, names, units. The error is of type Errors. What is only suspicious is in
// Model.Warnings.
func Compile(src *Source) (*Model, error) {
	c := &compiler{src: src, m: &Model{Name: src.Name, symbols: map[string]*symbol{}, Substeps: max(1, src.Substeps)}}
	c.m.symbols["t"] = &symbol{kind: symTime, name: "t", dim: dimTime}
	c.compartments()
	lines, errs := c.lines()
	for _, e := range errs {
		c.errs.add(e)
	}
	c.declare(lines)
	for i := range c.m.trees {
		c.m.trees[i].variable = slices.IndexFunc(c.m.vars, func(v Variable) bool { return v.Name == "v_"+c.m.trees[i].name })
	}
	c.parameters()
	c.declarePorts()
	c.declarePulses()
	if len(c.errs) == 0 {
		c.checkLines(lines)
		c.ports()
		c.currents()
		c.happenings()
		c.initial()
	}
	if len(c.errs) == 0 {
		c.inspect()
		c.warn()
	}
	return c.m, c.errs.err()
}

// own reports whether a name is the model's, which hides units.
func (c *compiler) own(name string) bool { return c.m.symbols[name] != nil }

func (c *compiler) lines() ([]line, Errors) {
	texts := []*Text{&c.src.Equations}
	for i := range c.src.Added {
		texts = append(texts, &c.src.Added[i])
	}
	own := map[string]bool{}
	for _, t := range texts {
		toks, err := tokens(t)
		if err != nil {
			return nil, Errors{err}
		}
		for _, name := range lineNames(toks) {
			own[name] = true
		}
	}
	for _, p := range c.src.Parameters {
		own[p.Name] = true
	}
	for _, p := range c.src.Pulses {
		own[p.Name] = true
	}
	for _, v := range c.src.given {
		own[v.name] = true
	}
	for _, n := range c.src.named {
		own[n.Name] = true
	}
	var lines []line
	var errs Errors
	for i := range c.src.given {
		v := &c.src.given[i]
		lines = append(lines, line{kind: lineDeclared, name: v.name, dim: v.dim, at: place{&v.text, 0}})
	}
	for i := range c.src.named {
		n := &c.src.named[i]
		expr, err := parseExpression(&n.Text, func(name string) bool { return own[name] })
		if err != nil {
			errs.add(err)
			continue
		}
		lines = append(lines, line{kind: lineFunction, name: n.Name, expr: expr, at: place{&n.Text, 0}})
	}
	for _, t := range texts {
		more, wrong := parseEquations(t, func(name string) bool { return own[name] })
		lines, errs = append(lines, more...), append(errs, wrong...)
	}
	return lines, errs
}

// reserved returns why the author cannot use a name, or "".
func reserved(name string) string {
	switch {
	case slices.Contains(functionNames(), name):
		return "is a function of the language"
	case name == "t":
		return "is the time"
	case name == "xi" || strings.HasPrefix(name, "xi_"):
		return "is noise"
	case slices.Contains([]string{"and", "or", "not"}, name):
		return "is an operator"
	case slices.Contains([]string{"model", "size", "backgrounds", "burst", "initial", "integrator", "substeps", "forced",
		"currents"}, name):
		return "is a key of populations"
	case strings.ContainsAny(name, "%\u00b5\u03bc\u03a9\u2126"):
		return "is not a name: names have letters a to z, digits and _"
	}
	return ""
}

// declared adds a symbol, unless the name is taken.
func (c *compiler) declared(s *symbol) bool {
	if why := reserved(s.name); why != "" {
		c.errs.add(s.at.errorf("the name %s cannot be used: it %s", s.name, why))
		return false
	}
	if old := c.m.symbols[s.name]; old != nil {
		c.errs.add(s.at.errorf("%s is defined twice: it is a %s already", s.name, old.kind))
		return false
	}
	c.m.symbols[s.name] = s
	return true
}

func (c *compiler) declare(lines []line) {
	for i := range lines {
		l := &lines[i]
		s := &symbol{name: l.name, dim: l.dim, at: l.at, line: l}
		switch l.kind {
		case lineFunction:
			s.kind = symFunction
			c.declared(s)
		case lineDefinition:
			s.kind = symDefinition
			if c.declared(s) {
				c.m.definitions = append(c.m.definitions, l.name)
			}
		default:
			s.kind, s.index = symVariable, len(c.m.vars)
			if c.declared(s) {
				c.m.vars = append(c.m.vars, Variable{Name: l.name, Dim: l.dim, rhs: l.expr, at: l.at})
			}
		}
	}
}

func (c *compiler) parameters() {
	for _, p := range c.src.Parameters {
		c.parameter(p.Name, p.Text)
	}
}

// parameter declares a parameter with its default and returns its index.
func (c *compiler) parameter(name string, text Text) int {
	at := place{&text, 0}
	v, d, err := ParseValue(text.S)
	if err != nil {
		c.errs.add(at.errorf("%s = %q: %s", name, text.S, err))
		return 0
	}
	s := &symbol{kind: symParameter, name: name, index: len(c.m.parameters), dim: d, at: at}
	if !c.declared(s) {
		return 0
	}
	c.m.parameters = append(c.m.parameters, Parameter{Name: name, Dim: d, Unit: unitOf(d), Default: v})
	return s.index
}

// unitOf is a dimension's unit as a column has it: "" for plain numbers.
func unitOf(d Dimension) string {
	if d == none {
		return ""
	}
	return d.String()
}

func (c *compiler) declarePorts() {
	for i, p := range c.src.Ports {
		at := place{&c.src.Ports[i].At, 0}
		c.declared(&symbol{kind: symPort, name: "I_" + p.Name, index: len(c.m.ports), dim: dimAmpere, at: at})
		q := port{name: p.Name}
		for _, r := range p.Receptors {
			q.receptors = append(q.receptors, len(c.m.receptors))
			c.declareReceptor(i, &r, at)
		}
		c.m.ports = append(c.m.ports, q)
	}
}

// declareReceptor makes the parameters of a receptor, with defaults by its name.
func (c *compiler) declareReceptor(port int, r *ReceptorSource, at place) {
	name := c.src.Ports[port].Name
	out := receptor{name: r.Name, kind: r.Kind, port: port, tau: -1, reversal: -1}
	if out.kind == "" {
		out.kind = "exponential"
	}
	if !slices.Contains([]string{"exponential", "current", "delta"}, out.kind) {
		c.errs.add(at.errorf("receptor %s.%s: no kind %q%s; there are exponential, current and delta", name, r.Name, r.Kind,
			didYouMean(r.Kind, []string{"exponential", "current", "delta"})))
	}
	defaults := map[string][2]string{"ampa": {"5 ms", "0 mV"}, "nmda": {"100 ms", "0 mV"}, "gaba": {"10 ms", "-80 mV"}}
	pick := func(t Text, k int, what string) Text {
		if t.S != "" {
			return t
		}
		if d, ok := defaults[r.Name]; ok {
			return Text{S: d[k], Key: at.text.Key, File: at.text.File, Line: at.text.Line, Column: at.text.Column}
		}
		c.errs.add(at.errorf("receptor %s.%s: %s is needed, for example %q", name, r.Name, what, []string{"5 ms", "0 mV"}[k]))
		return Text{S: "1"}
	}
	d := dimAmpere
	if out.kind != "delta" {
		out.tau = c.parameter(name+"."+r.Name+".tau", pick(r.Tau, 0, "tau"))
		c.require(out.tau, dimTime)
	}
	if out.kind == "exponential" {
		d = none
		out.reversal = c.parameter(name+"."+r.Name+".reversal", pick(r.Reversal, 1, "reversal"))
		c.require(out.reversal, dimVolt)
	}
	if out.kind == "delta" {
		d = dimVolt
	}
	c.declared(&symbol{kind: symConductance, name: "g_" + name + "_" + r.Name, index: len(c.m.receptors), dim: d, at: at})
	c.m.receptors = append(c.m.receptors, out)
}

// require checks the unit of a parameter.
func (c *compiler) require(index int, d Dimension) {
	if index >= len(c.m.parameters) {
		return
	}
	p := &c.m.parameters[index]
	if p.Dim != d {
		s := c.m.symbols[p.Name]
		c.errs.add(s.at.errorf("%s: needs %s, found %s", p.Name, typ{dim: d}, typ{dim: p.Dim}))
	}
	c.m.symbols[p.Name].read = true
}

func (c *compiler) declarePulses() {
	for i, p := range c.src.Pulses {
		at := place{&c.src.Pulses[i].From, 0}
		if c.declared(&symbol{kind: symPulse, name: p.Name, index: len(c.m.pulses), at: at}) {
			c.m.pulses = append(c.m.pulses, pulse{name: p.Name})
		}
	}
}

// checkLines checks the units of the equations and looks for cycles.
func (c *compiler) checkLines(lines []line) {
	for i := range lines {
		l := &lines[i]
		switch l.kind {
		case lineDerivative:
			own := c.m.symbols[l.name]
			read := own.read
			c.errs.add(c.m.needs(l.expr, l.dim.times(dimTime, -1), "d"+l.name+"/dt", context{noise: true}))
			own.read = read // its own equation does not count
		case lineDefinition:
			c.errs.add(c.m.needs(l.expr, l.dim, l.name, context{}))
			c.errs.add(c.cycle(c.m.symbols[l.name], nil))
		case lineFunction:
			if len(l.args) == 0 {
				read := c.m.symbols[l.name].read
				_, err := c.m.typeOf(&node{kind: nodeName, name: l.name, at: l.at}, context{})
				c.errs.add(err)
				c.m.symbols[l.name].read = read
			}
		}
	}
}

// cycle returns an error if a definition depends on itself.
func (c *compiler) cycle(s *symbol, path []string) *Error {
	if slices.Contains(path, s.name) {
		return s.at.errorf("%s is defined by itself: %s", s.name, strings.Join(append(path, s.name), " -> "))
	}
	var found *Error
	walk(s.line.expr, func(n *node) {
		if r := c.m.symbols[n.name]; found == nil && r != nil && n.kind == nodeName && r.kind == symDefinition {
			found = c.cycle(r, append(slices.Clone(path), s.name))
		}
		if r := c.m.symbols[n.name]; found == nil && r != nil && n.kind == nodeCall && r.kind == symFunction {
			walk(r.line.expr, func(n *node) {
				if q := c.m.symbols[n.name]; found == nil && q != nil && q.kind == symDefinition && n.kind == nodeName {
					found = c.cycle(q, append(slices.Clone(path), s.name))
				}
			})
		}
	})
	return found
}

// walk calls f for a node and all below it.
func walk(n *node, f func(*node)) {
	f(n)
	for _, a := range n.args {
		walk(a, f)
	}
}
