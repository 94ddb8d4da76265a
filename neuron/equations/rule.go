package equations

import (
	"slices"
	"strings"

	"github.com/burstplex/burstplex/neuron"
)

// RuleSource is a learning rule as its author wrote it: what it reads on both sides, and statements at moments.
type RuleSource struct {
	Name       string
	Parameters []Named
	Pre, Post  []Named // "events, 100 ms", "low-pass(v_d), 100 ms" (post), or an expression
	Target     []Named // the same, averaged over the target population
	Synapse    []Named // variables of each synapse: a time, with which they decay, or a number
	On         [RuleMoments][]Text
	Drift      Text // dw/dt between spikes
	Readable   []Readable
	Constants  []Named // further parameters, of the populations: read where the rule has no such name
	Lo, Hi     float64 // bounds of the weight, held after each statement
}

// Readable is a variable of the target's neurons, in internal units.
type Readable struct {
	Name string
	Dim  Dimension
}

// The moments that a rule has statements for.
const (
	AtPreSpike = iota
	AtPreEvent
	AtPreBurst
	AtPostSpike
	AtPostEvent
	AtPostBurst
	AtInterval // regular intervals
	AtSignal   // the times of a file
	RuleMoments
)

// Trace is an exponential trace of a side: it decays and jumps at spikes.
type Trace struct {
	Name    string
	Post    bool
	Counts  string  // "spikes", "events" or "bursts"
	Tau     float64 // ms
	Start   float64
	Nearest bool // it jumps to 1, not by 1
}

// LowPass is an expression of the target's variables that is low-passed; it starts at its first value.
type LowPass struct {
	Name string
	Tau  float64 // ms
	Of   *RuleProgram
}

// Average is a mean over the target population: of a trace if Counts is not empty, of an expression, or of one that is
// low-passed if Tau is above 0 then.
type Average struct {
	Trace
	Of *RuleProgram
}

// SynapseVariable is a variable of each synapse.
type SynapseVariable struct {
	Name  string
	Tau   float64 // ms, of its decay to 0; 0: it stays
	Start float64
}

// RuleInput says what a rule reads: an element of one of its lists.
type RuleInput struct {
	Kind  RuleInputKind
	Index int
}

// RuleInputKind is a kind of RuleInput.
type RuleInputKind uint8

// What rules read.
const (
	RuleWeight   RuleInputKind = iota
	RuleSynapse                // SynapseVariables
	RuleTrace                  // Traces
	RuleLowPass                // LowPasses
	RuleAverage                // Averages
	RuleVariable               // Variables of the target
	RuleSignal                 // value of the signal
	RuleSum                    // sum of the weights onto the target
	RuleTime                   // ms
)

// RuleModel is a checked rule.
type RuleModel struct {
	Name      string
	Warnings  Errors
	Traces    []Trace
	LowPasses []LowPass
	Averages  []Average
	Synapses  []SynapseVariable
	Variables []string // of the target's neurons that can be read
	Drift     *RuleProgram

	inputs  []RuleInput // by the variables of the model that it is compiled as
	moments [RuleMoments]*RuleProgram
}

// weightName is what statements call the weight; sum and signal are what some can read.
const (
	weightName = "w"
	sumName    = "sum_w"
	signalName = "signal"
	driftName  = "dw/dt"
)

// ruleCompiler turns a RuleSource into a RuleModel.
type ruleCompiler struct {
	r     *RuleModel
	src   *RuleSource
	errs  Errors
	given []given // by the inputs of the rule
	named []Named
	used  map[string]bool // parameters that are read elsewhere than in statements
}

// CompileRule checks a rule: syntax, names, units. The error is of type Errors.
func CompileRule(src *RuleSource) (*RuleModel, error) {
	c := &ruleCompiler{src: src, r: &RuleModel{Name: src.Name}, used: map[string]bool{}}
	for _, v := range src.Readable {
		c.r.Variables = append(c.r.Variables, v.Name)
	}
	c.give(weightName, none, Text{}, RuleInput{})
	c.synapses()
	c.constants()
	c.side(src.Pre, false)
	c.side(src.Post, true)
	c.averages()
	if len(c.errs) > 0 {
		return c.r, c.errs.err()
	}
	c.read()
	for _, n := range []struct {
		name string
		kind RuleInputKind
	}{{sumName, RuleSum}, {signalName, RuleSignal}} {
		if !c.has(n.name) {
			c.give(n.name, none, Text{}, RuleInput{n.kind, 0})
		}
	}
	model := c.model()
	for _, list := range src.On {
		model.Reset = append(model.Reset, list...)
	}
	if src.Drift.S != "" {
		model.named = append(model.named, Named{driftName, src.Drift})
	}
	m, err := Compile(model)
	if err != nil {
		return c.r, err
	}
	for _, w := range m.Warnings {
		if name, ok := strings.CutSuffix(w.Reason, " is not used"); ok {
			_, name, _ = strings.Cut(name, " ")
			if name != driftName && !c.used[name] &&
				!slices.ContainsFunc(c.src.Constants, func(n Named) bool { return n.Name == name }) {
				c.r.Warnings = append(c.r.Warnings, w)
			}
		}
	}
	c.programs(m)
	return c.r, c.errs.err()
}

// give declares a variable that others compute.
func (c *ruleCompiler) give(name string, d Dimension, at Text, in RuleInput) {
	c.given = append(c.given, given{name, d, at})
	c.r.inputs = append(c.r.inputs, in)
}

// has reports whether the rule has a name.
func (c *ruleCompiler) has(name string) bool {
	named := func(n Named) bool { return n.Name == name }
	return slices.ContainsFunc(c.given, func(v given) bool { return v.name == name }) ||
		slices.ContainsFunc(c.named, named) ||
		slices.ContainsFunc(c.src.Parameters, named)
}

// constants adds the parameters of the populations that the rule has no name for.
func (c *ruleCompiler) constants() {
	own := slices.Concat(c.src.Parameters, c.src.Pre, c.src.Post, c.src.Target, c.src.Synapse)
	c.src.Constants = slices.DeleteFunc(slices.Clone(c.src.Constants), func(n Named) bool {
		return n.Name == weightName || reserved(n.Name) != "" || strings.Contains(n.Name, ".") ||
			slices.ContainsFunc(own, func(o Named) bool { return o.Name == n.Name })
	})
}

// read declares the variables of the target that the rule has no other name for.
func (c *ruleCompiler) read() {
	for k, v := range c.src.Readable {
		if !c.has(v.Name) && reserved(v.Name) == "" {
			c.src.Constants = slices.DeleteFunc(slices.Clone(c.src.Constants), func(n Named) bool { return n.Name == v.Name })
			c.give(v.Name, v.Dim, Text{}, RuleInput{RuleVariable, k})
		}
	}
}

// model returns the rule so far as a model to compile.
func (c *ruleCompiler) model() *Source {
	return &Source{Name: c.src.Name, Parameters: slices.Concat(c.src.Parameters, c.src.Constants), given: c.given,
		named: slices.Clone(c.named)}
}

// programs compiles the statements of each moment, and the drift.
func (c *ruleCompiler) programs(m *Model) {
	values := NewSpec(m).Values
	for i, v := range values {
		if !v.IsConst() && i < len(c.src.Parameters) {
			c.errs.add(place{&c.src.Parameters[i].Text, 0}.errorf("%s: parameters of rules are one for all synapses",
				m.parameters[i].Name))
		}
	}
	statements := m.detectors[0].do
	for k, list := range c.src.On {
		mine := statements[:len(list)]
		statements = statements[len(list):]
		if len(list) > 0 {
			c.r.moments[k] = c.program(m, values, k, mine)
		}
	}
	if c.src.Drift.S == "" {
		return
	}
	n := m.symbols[driftName].line.expr
	if c.errs.add(m.needs(n, dimRate, driftName, context{})); len(c.errs) > 0 {
		return
	}
	b := newBuilder(m, values, nil)
	q := &RuleProgram{p: compileProgram(b.g, []value{b.of(n)})}
	c.bind(q, start(n), -1)
	c.r.Drift = q
}

// program compiles statements; its outputs are the weight and the variables of the synapse.
func (c *ruleCompiler) program(m *Model, values []neuron.Value, moment int, list []statement) *RuleProgram {
	b := newBuilder(m, values, nil)
	n := 1 + len(c.r.Synapses)
	changes := make([]bool, n)
	for _, s := range list {
		k := m.symbols[s.name].index
		if k >= n {
			c.errs.add(s.at.errorf("statements of rules change w and the variables of the synapse; %s is computed", s.name))
			continue
		}
		changes[k] = true
		b.apply([]statement{s})
		if len(b.randoms) > 0 {
			c.errs.add(s.at.errorf("rules have no random numbers"))
		}
		b.vars[0] = b.g.min(b.g.max(b.vars[0], b.g.constant(c.src.Lo)), b.g.constant(c.src.Hi))
	}
	q := &RuleProgram{p: compileProgram(b.g, b.vars[:n]), Changes: changes}
	c.bind(q, list[0].at, moment)
	return q
}

// bind says what the leaves of a program are.
func (c *ruleCompiler) bind(q *RuleProgram, at place, moment int) {
	for _, l := range q.p.leaves {
		in := RuleInput{RuleTime, 0}
		switch {
		case l.kind == leafParam:
			c.errs.add(at.errorf("reads a parameter that differs between neurons; rules read parameters that all share"))
		case l.kind != leafTime:
			in = c.r.inputs[l.index]
		}
		switch {
		case in.Kind == RuleSignal && moment != AtSignal:
			c.errs.add(at.errorf("signal is known in the statements of signal only"))
		case in.Kind == RuleSum && moment != AtSignal && moment != AtInterval:
			c.errs.add(at.errorf("sum_w is known in the statements of every and signal only"))
		}
		q.Inputs = append(q.Inputs, in)
	}
}

// RuleProgram computes something of many synapses, or neurons, at one moment.
type RuleProgram struct {
	Inputs  []RuleInput
	Changes []bool // per output of statements: the weight, then the variables of a synapse
	p       *program
	regs    [][]float64
	n       int
}

// copied returns the same with registers of its own.
func (q *RuleProgram) copied() *RuleProgram {
	if q == nil {
		return nil
	}
	return &RuleProgram{Inputs: q.Inputs, Changes: q.Changes, p: q.p}
}

// Copied returns a program for one more user at a time, nil of nil.
func (q *RuleProgram) Copied() *RuleProgram { return q.copied() }

// At returns the program of a moment, for one user; nil if the rule has no statement there.
func (r *RuleModel) At(moment int) *RuleProgram { return r.moments[moment].copied() }

// Reads lists the inputs that any program reads, each once.
func (r *RuleModel) Reads() (all []RuleInput) {
	programs := append(r.moments[:len(r.moments):len(r.moments)], r.Drift)
	for _, l := range r.LowPasses {
		programs = append(programs, l.Of)
	}
	for _, a := range r.Averages {
		programs = append(programs, a.Of)
	}
	for _, q := range programs {
		if q == nil {
			continue
		}
		for _, in := range q.Inputs {
			if !slices.Contains(all, in) {
				all = append(all, in)
			}
		}
	}
	return all
}

// Run computes its outputs for n synapses: row returns the n values of an input. What Out returns holds until the next
// call.
func (q *RuleProgram) Run(n int, row func(in RuleInput) []float64) {
	if n > q.n || q.regs == nil {
		q.n = n
		q.regs = registers[float64](q.p, n)
	}
	for i, in := range q.Inputs {
		q.regs[i] = row(in)[:n]
	}
	run(q.p.code, q.regs, n)
}

// Out returns the n values of an output.
func (q *RuleProgram) Out(k, n int) []float64 { return q.regs[q.p.outputs[k]][:n] }
