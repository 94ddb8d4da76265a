package equations

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	tracePattern   = regexp.MustCompile(`^\s*(spikes|events|bursts)\s*,\s*([^,]+?)\s*(?:,\s*([-+0-9.eE]+)\s*)?(,\s*nearest\s*)?$`)
	lowPassPattern = regexp.MustCompile(`^\s*low-pass\s*\((.*)\)\s*,\s*([^,]+?)\s*$`)
)

const (
	traceForm   = "spikes|events|bursts, TIME[, start][, nearest]"
	lowPassForm = "low-pass(EXPR), TIME"
)

// time reads a time constant: a time, or the name of a parameter that is one.
func (c *ruleCompiler) time(text string) (float64, error) {
	for _, p := range c.src.Parameters {
		if p.Name == text {
			text, c.used[p.Name] = p.Text.S, true
			break
		}
	}
	tau, err := ParseAs(text, dimTime)
	if err == nil && !(tau.IsConst() && tau.A > 0) {
		err = fmt.Errorf("must be one time above 0")
	}
	return tau.A, err
}

// trace reads a trace; ok is false if the text is none.
func (c *ruleCompiler) trace(n *Named, post bool) (t Trace, ok bool) {
	at := place{&n.Text, 0}
	m := tracePattern.FindStringSubmatch(n.Text.S)
	if m == nil {
		word, _, comma := strings.Cut(n.Text.S, ",")
		if comma && !strings.ContainsAny(word, "(+*/") {
			c.errs.add(at.errorf("%s: a trace is %q, found %q%s", n.Name, traceForm, n.Text.S,
				didYouMean(strings.TrimSpace(word), []string{"spikes", "events", "bursts", "low-pass"})))
			return t, true
		}
		return t, false
	}
	tau, err := c.time(m[2])
	if err != nil {
		c.errs.add(at.errorf("%s: time constant: %s", n.Name, err))
	}
	t = Trace{Name: n.Name, Post: post, Counts: m[1], Tau: tau, Nearest: m[4] != ""}
	if m[3] != "" {
		if t.Start, err = strconv.ParseFloat(m[3], 64); err != nil {
			c.errs.add(at.errorf("%s: start: %s is no number", n.Name, m[3]))
		}
	}
	return t, true
}

// lowPass reads what is low-passed; ok is false if the text is nothing such.
func (c *ruleCompiler) lowPass(n *Named) (expr Text, tau float64, ok bool) {
	if !strings.HasPrefix(strings.TrimSpace(n.Text.S), "low-pass") {
		return expr, 0, false
	}
	at := place{&n.Text, 0}
	m := lowPassPattern.FindStringSubmatchIndex(n.Text.S)
	if m == nil {
		c.errs.add(at.errorf("%s: needs %q, found %q", n.Name, lowPassForm, n.Text.S))
		return expr, 0, true
	}
	tau, err := c.time(n.Text.S[m[4]:m[5]])
	if err != nil {
		c.errs.add(at.errorf("%s: time constant: %s", n.Name, err))
	}
	expr = n.Text
	expr.S, expr.Column = n.Text.S[m[2]:m[3]], n.Text.Column+m[2]
	return expr, tau, true
}

// side reads the traces, low-passes and expressions of a side.
func (c *ruleCompiler) side(list []Named, post bool) {
	for i := range list {
		n := &list[i]
		if expr, tau, ok := c.lowPass(n); ok {
			if !post {
				c.errs.add(place{&n.Text,
					0}.errorf("%s: variables of the source's neurons cannot be read; those of the target can, in post", n.Name))
				continue
			}
			if q, d := c.of(n.Name, expr); q != nil {
				c.give(n.Name, d, n.Text, RuleInput{RuleLowPass, len(c.r.LowPasses)})
				c.r.LowPasses = append(c.r.LowPasses, LowPass{n.Name, tau, q})
			}
			continue
		}
		if t, ok := c.trace(n, post); ok {
			c.give(n.Name, none, n.Text, RuleInput{RuleTrace, len(c.r.Traces)})
			c.r.Traces = append(c.r.Traces, t)
			continue
		}
		if !post {
			c.errs.add(c.readsTarget(n))
		}
		c.named = append(c.named, *n)
	}
}

// readsTarget returns an error if an expression of the source reads a variable of the target's neurons.
func (c *ruleCompiler) readsTarget(n *Named) *Error {
	toks, err := tokens(&n.Text)
	if err != nil {
		return err
	}
	own := slices.Concat(c.src.Parameters, c.src.Pre, c.src.Synapse)
	for i, t := range toks {
		readable := slices.ContainsFunc(c.src.Readable, func(v Readable) bool { return v.Name == t.text })
		if t.kind != tokenName || !readable || i > 0 && toks[i-1].kind == tokenNumber || slices.ContainsFunc(own, func(o Named) bool { return o.Name == t.text }) {
			continue
		}
		return place{&n.Text, t.at}.errorf("%s: pre reads traces and parameters; %s is a variable of the target's neurons, which post can read", n.Name, t.text)
	}
	return nil
}

// averages reads the averages over the target population.
func (c *ruleCompiler) averages() {
	for i := range c.src.Target {
		n := &c.src.Target[i]
		expr, tau, low := c.lowPass(n)
		a, d := Average{Trace: Trace{Name: n.Name, Tau: tau}}, none
		if !low {
			t, ok := c.trace(n, true)
			if a.Trace, expr = t, n.Text; t.Nearest {
				c.errs.add(place{&n.Text, 0}.errorf("%s: averages count all spikes; nearest belongs to traces of a neuron", n.Name))
			}
			a.Name, low = n.Name, !ok
		}
		if low {
			if a.Of, d = c.of(n.Name, expr); a.Of == nil {
				continue
			}
		}
		c.give(n.Name, d, n.Text, RuleInput{RuleAverage, len(c.r.Averages)})
		c.r.Averages = append(c.r.Averages, a)
	}
}

// of compiles an expression of the target's variables and parameters by itself; nil if it is wrong.
func (c *ruleCompiler) of(name string, expr Text) (*RuleProgram, Dimension) {
	inner := &ruleCompiler{src: &RuleSource{Name: c.src.Name, Parameters: c.src.Parameters, Constants: c.src.Constants,
		Readable: c.src.Readable},
		r: &RuleModel{}, named: []Named{{name + " of", expr}}}
	before := len(c.errs)
	inner.read()
	m, err := Compile(inner.model())
	if list, ok := err.(Errors); ok {
		for _, e := range list {
			c.errs.add(e)
		}
		return nil, none
	}
	for _, p := range inner.src.Parameters {
		if s := m.symbols[p.Name]; s != nil && s.read {
			c.used[p.Name] = true
		}
	}
	n := m.symbols[name+" of"].line.expr
	t, e := m.typeOf(n, context{})
	if e == nil && t.condition {
		e = start(n).errorf("%s: needs a number, found a condition", name)
	}
	if e != nil {
		c.errs.add(e)
		return nil, none
	}
	b := newBuilder(m, NewSpec(m).Values, nil)
	q := &RuleProgram{p: compileProgram(b.g, []value{b.of(n)})}
	inner.bind(q, start(n), -1)
	for _, e := range inner.errs {
		c.errs.add(e)
	}
	if !slices.ContainsFunc(q.Inputs, func(in RuleInput) bool { return in.Kind == RuleVariable }) {
		c.errs.add(start(n).errorf("%s: needs an expression that reads a variable of the target's neurons", name))
	}
	if len(c.errs) > before {
		return nil, none
	}
	return q, t.dim
}

// synapses reads the variables of synapses.
func (c *ruleCompiler) synapses() {
	for i := range c.src.Synapse {
		n := &c.src.Synapse[i]
		v := SynapseVariable{Name: n.Name}
		text := n.Text.S
		for _, p := range c.src.Parameters {
			if p.Name == strings.TrimSpace(text) {
				text = p.Text.S
			}
		}
		x, d, err := ParseValue(text)
		switch {
		case err != nil:
			c.errs.add(place{&n.Text, 0}.errorf("%s: %s", n.Name, err))
		case !x.IsConst() || d != none && (d != dimTime || !(x.A > 0)):
			c.errs.add(place{&n.Text,
				0}.errorf("%s: a variable of a synapse is a time above 0, with which it decays, or the number that it starts at, "+
				"found %q", n.Name, n.Text.S))
		case d == dimTime:
			v.Tau = x.A
		default:
			v.Start = x.A
		}
		c.give(n.Name, none, n.Text, RuleInput{RuleSynapse, len(c.r.Synapses)})
		c.r.Synapses = append(c.r.Synapses, v)
	}
}
