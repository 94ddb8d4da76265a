package equations

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// RuleSource is a learning rule as its author wrote it: traces and definitions of both sides, and statements at spikes.
type RuleSource struct {
	Name       string
	Parameters []Named
	Pre, Post  []Named // "events, 100 ms", or an expression of traces and parameters
	On         [RuleMoments][]Text
	Lo, Hi     float64 // bounds of the weight, held after each statement
}

// RuleMoments is how many moments a rule has statements for: at the spike, event and burst of the pre side, then of the post side.
const RuleMoments = 6

// Trace is an exponential trace of a side: it decays and jumps at spikes.
type Trace struct {
	Name    string
	Post    bool
	Counts  string  // "spikes", "events" or "bursts"
	Tau     float64 // ms
	Start   float64
	Nearest bool // it jumps to 1, not by 1
}

// RuleModel is a checked rule.
type RuleModel struct {
	Name     string
	Warnings Errors
	Traces   []Trace
	moments  [RuleMoments]*program
}

// weightName is what statements call the weight.
const weightName = "w"

var tracePattern = regexp.MustCompile(`^\s*(spikes|events|bursts)\s*,\s*([^,]+?)\s*(?:,\s*([-+0-9.eE]+)\s*)?(,\s*nearest)?\s*$`)

// CompileRule checks a rule: syntax, names, units. The error is of type Errors.
func CompileRule(src *RuleSource) (*RuleModel, error) {
	r := &RuleModel{Name: src.Name}
	var errs Errors
	lines := []string{weightName + " : 1"}
	var definitions []Text
	for side, list := range [][]Named{src.Pre, src.Post} {
		for i := range list {
			n := &list[i]
			at := place{&n.Text, 0}
			if strings.HasPrefix(strings.TrimSpace(n.Text.S), "low-pass") {
				errs.add(at.errorf("%s: variables of neurons cannot be read by rules yet (docs/equations.md)", n.Name))
				continue
			}
			m := tracePattern.FindStringSubmatch(n.Text.S)
			if m == nil {
				if word, _, comma := strings.Cut(n.Text.S, ","); comma && !strings.ContainsAny(word, "(+*/") {
					errs.add(at.errorf("%s: a trace is %q, found %q%s", n.Name, "spikes|events|bursts, TIME[, start][, nearest]", n.Text.S,
						didYouMean(strings.TrimSpace(word), []string{"spikes", "events", "bursts"})))
					continue
				}
				d := n.Text // an expression: its line begins with the name, its places move by as much
				head := n.Name + " = "
				d.S, d.Column = head+n.Text.S+" : 1", d.Column-len(head)
				definitions = append(definitions, d)
				continue
			}
			tau, err := ParseAs(m[2], dimTime)
			if err == nil && !(tau.IsConst() && tau.A > 0) {
				err = fmt.Errorf("must be one time above 0")
			}
			if err != nil {
				errs.add(at.errorf("%s: time constant: %s", n.Name, err))
				continue
			}
			t := Trace{Name: n.Name, Post: side == 1, Counts: m[1], Tau: tau.A, Nearest: m[4] != ""}
			if m[3] != "" {
				if t.Start, err = strconv.ParseFloat(m[3], 64); err != nil {
					errs.add(at.errorf("%s: start: %s is no number", n.Name, m[3]))
				}
			}
			r.Traces = append(r.Traces, t)
			lines = append(lines, n.Name+" : 1")
		}
	}
	if len(errs) > 0 {
		return r, errs.err()
	}
	model := &Source{Name: src.Name, Equations: Text{S: strings.Join(lines, "\n")}, Added: definitions, Parameters: src.Parameters}
	if len(src.Parameters)+len(definitions) > 0 {
		first := append(append([]Named{}, src.Pre...), src.Post...)
		first = append(first, src.Parameters...)
		at := first[0].Text
		model.Equations.Key, model.Equations.File, model.Equations.Line = at.Key, at.File, at.Line
	}
	for _, list := range src.On {
		model.Reset = append(model.Reset, list...)
	}
	m, err := Compile(model)
	if err != nil {
		return r, err
	}
	for _, w := range m.Warnings {
		if strings.Contains(w.Reason, "is not used") {
			r.Warnings = append(r.Warnings, w)
		}
	}
	spec := NewSpec(m)
	for i, v := range spec.Values {
		if !v.IsConst() {
			errs.add(place{&src.Parameters[i].Text, 0}.errorf("%s: parameters of rules are one for all synapses", m.parameters[i].Name))
		}
	}
	statements := m.detectors[0].do
	for k, list := range src.On {
		mine := statements[:len(list)]
		statements = statements[len(list):]
		if len(list) == 0 {
			continue
		}
		b := newBuilder(m, spec.Values, nil)
		for _, s := range mine {
			if s.name != weightName {
				errs.add(s.at.errorf("statements of rules change w only; %s is a trace", s.name))
			}
			b.apply([]statement{s})
			if len(b.randoms) > 0 {
				errs.add(s.at.errorf("rules have no random numbers"))
			}
			b.vars[0] = b.g.min(b.g.max(b.vars[0], b.g.constant(src.Lo)), b.g.constant(src.Hi))
		}
		r.moments[k] = compileProgram(b.g, []value{b.vars[0]})
		for _, l := range r.moments[k].leaves {
			if l.kind != leafVar {
				errs.add(mine[0].at.errorf("rules read w, traces and parameters only"))
			}
		}
	}
	return r, errs.err()
}

// RuleProgram changes the weights of many synapses at one moment.
type RuleProgram struct {
	p    *program
	regs [][]float64
	n    int
}

// At returns the program of a moment, in the order of RuleMoments; nil if the rule has no statement there.
func (r *RuleModel) At(moment int) *RuleProgram {
	if r.moments[moment] == nil {
		return nil
	}
	return &RuleProgram{p: r.moments[moment]}
}

// Run computes the weights of n synapses: row returns the n values of w (-1) or of a trace. What it returns holds until the next call.
func (q *RuleProgram) Run(n int, row func(trace int) []float64) []float64 {
	if n > q.n {
		q.n = n
		q.regs = registers[float64](q.p, n)
	}
	for i, l := range q.p.leaves {
		q.regs[i] = row(l.index - 1)[:n]
	}
	run(q.p.code, q.regs, n)
	return q.regs[q.p.outputs[0]][:n]
}
