package experiment

import (
	"bytes"
	"encoding/csv"
	"errors"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/equations"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/plasticity"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/config"
)

// equationRule is a learning rule written as equations: the keys of rule = { kind = "equations", ... }.
type equationRule struct {
	Parameters config.Table[modelText] `toml:"parameters" doc:"names that statements use, with their values"`
	Pre        config.Table[modelText] `toml:"pre" doc:"traces of the source: \"spikes|events|bursts, TIME[, start][, nearest]\", or expressions of them"`
	Post       config.Table[modelText] `toml:"post" doc:"the same of the target, expressions of its variables, and \"low-pass(EXPR), TIME\" of them"`
	Target     config.Table[modelText] `toml:"target" doc:"averages over the target population: a trace, low-pass or expression as in post, as of the last window's end"`
	Synapse    config.Table[modelText] `toml:"synapse" doc:"variables of each synapse: a time, with which they decay, or a number, which they start at"`
	PreSpike   modelTexts              `toml:"on_pre_spike" doc:"statements at the arrival of a spike: \"w -= a*y\""`
	PreEvent   modelTexts              `toml:"on_pre_event" doc:"at the arrival of the onset of an event"`
	PreBurst   modelTexts              `toml:"on_pre_burst" doc:"at the arrival of the spike that makes an event a burst"`
	PostSpike  modelTexts              `toml:"on_post_spike" doc:"at a spike of the target"`
	PostEvent  modelTexts              `toml:"on_post_event" doc:"at the onset of an event of the target"`
	PostBurst  modelTexts              `toml:"on_post_burst" doc:"at the spike that makes an event of the target a burst"`
	Drift      modelText               `toml:"drift" doc:"dw/dt between spikes; costs synapses x steps"`
	Every      *ruleEvery              `toml:"every" doc:"statements at intervals, for all synapses"`
	Signal     *ruleSignal             `toml:"signal" doc:"statements at the times of a file, for all synapses"`
	DelayPre   spike.Tick              `toml:"delay_pre" unit:"ms" range:"[0, inf)" doc:"by which the rule sees the source's spikes later than they arrive"`
	DelayPost  spike.Tick              `toml:"delay_post" unit:"ms" range:"[0, inf)" doc:"by which it sees the target's spikes later than they are emitted"`
	plasticity.Bounds
	compiled *plasticity.Equations
	warnings equations.Errors
}

type ruleEvery struct {
	Interval spike.Tick `toml:"interval,required" unit:"ms" range:"(0, inf)" doc:"from one time to the next; the first is one interval after the start"`
	Do       modelTexts `toml:"do,required" doc:"statements; sum_w is the sum of the weights onto the target before them"`
}

type ruleSignal struct {
	File string     `toml:"file,required" doc:"CSV with the columns time_s and value"`
	Do   modelTexts `toml:"do,required" doc:"statements; signal is the value"`
}

// unbounded is the largest weight where none is given.
const unbounded = 1e30

func newEquationRule() plasticity.Spec {
	return &equationRule{Bounds: plasticity.Bounds{Max: unbounded}}
}

// compileRules checks the texts of the rules that are written as equations.
func (x *Experiment) compileRules() error {
	var list config.List
	for name, p := range x.Projections.All() {
		if p.Rule == nil {
			continue
		}
		if s, ok := p.Rule.Spec.(*equationRule); ok {
			key := "projections." + name + ".rule"
			list.Add(s.compile(x, key, p))
		}
	}
	return list.Err()
}

// compile checks the texts of the rule of a projection.
func (s *equationRule) compile(x *Experiment, key string, p *Projection) error {
	n := x.tree.At(key)
	if !x.Has(key+".w_min") && x.signed(p) {
		s.Min = -unbounded
	}
	src := &equations.RuleSource{Name: n.Path(), Parameters: namedTexts(&s.Parameters), Pre: namedTexts(&s.Pre),
		Post:   namedTexts(&s.Post),
		Target: namedTexts(&s.Target), Synapse: namedTexts(&s.Synapse), Drift: s.Drift.Text,
		On: [equations.RuleMoments][]equations.Text{s.PreSpike, s.PreEvent, s.PreBurst, s.PostSpike, s.PostEvent,
			s.PostBurst},
		Lo: s.Min, Hi: s.Max}
	if s.Min > s.Max || math.IsNaN(s.Min+s.Max) {
		return nil // is reported with the other bounds
	}
	if s.Every != nil {
		src.On[equations.AtInterval] = s.Every.Do
	}
	if s.Signal != nil {
		src.On[equations.AtSignal] = s.Signal.Do
	}
	if s.Drift.S == "" && len(slices.Concat(src.On[:]...)) == 0 {
		return n.Errorf("a rule needs a statement").Allow(
			"on_pre_spike, on_pre_event, on_pre_burst, on_post_spike, on_post_event, on_post_burst, drift, every, signal")
	}
	src.Readable, src.Constants = x.readable(p.Target)
	if _, more := x.readable(p.Source); more != nil {
		for _, c := range more {
			if !slices.ContainsFunc(src.Constants, func(o equations.Named) bool { return o.Name == c.Name }) {
				src.Constants = append(src.Constants, c)
			}
		}
	}
	m, err := equations.CompileRule(src)
	var mistakes equations.Errors
	if errors.As(err, &mistakes) {
		var list config.List
		for _, e := range mistakes {
			list.Add(mistake(e))
		}
		return list.Err()
	}
	if err != nil {
		return err
	}
	s.warnings = m.Warnings
	s.compiled = &plasticity.Equations{Model: m, Bounds: s.Bounds, DelayPre: s.DelayPre, DelayPost: s.DelayPost}
	if s.Every != nil {
		s.compiled.Every = s.Every.Interval
	}
	if s.Signal != nil {
		s.compiled.Signal, err = x.readSignal(key+".signal.file", s.Signal.File)
	}
	return err
}

// signed reports whether the weights of a projection are no conductances.
func (x *Experiment) signed(p *Projection) bool {
	target := x.Populations.Get(p.Target)
	if target == nil {
		return false
	}
	switch spec := target.Spec.(type) {
	case *equationPopulation:
		kind := spec.Model.Receptor(p.Port, p.Receptor)
		return kind == "current" || kind == "delta"
	case *neuron.LIF:
		return spec.Synapses == "current"
	case *neuron.LIFDelta:
		return true
	}
	return false
}

// readable returns what a rule can read of the neurons of a population: variables, and parameters that all share.
func (x *Experiment) readable(population string) (variables []equations.Readable, constants []equations.Named) {
	p := x.Populations.Get(population)
	if p == nil || p.Spec == nil {
		return nil, nil // is reported elsewhere
	}
	constant := func(name string, v neuron.Value, d equations.Dimension) {
		if v.IsConst() {
			constants = append(constants, equations.Named{Name: name, Text: equations.Text{S: equations.FormatValue(v.A, d)}})
		}
	}
	if e, ok := p.Spec.(*equationPopulation); ok {
		for i, q := range e.Model.Parameters() {
			if e.Tables[i] == nil {
				constant(q.Name, e.Values[i], q.Dim)
			}
		}
		return e.Model.Readable(), constants
	}
	pop := sim.Population{Spec: p.Spec, Receptors: p.added()}
	one, err := pop.Build(neuron.Build{N: 1, Step: x.Experiment.Step, Detector: spike.DefaultDetector()})
	if err != nil {
		return nil, nil // a source that needs its true size has no variables
	}
	for _, c := range one.Columns() {
		switch c.Data.(type) {
		case []float32, []float64:
			if v, err := equations.NewReadable(c.Name, c.Unit); err == nil {
				variables = append(variables, v)
			}
		}
	}
	fields := reflect.Indirect(reflect.ValueOf(p.Spec))
	for i := range fields.NumField() {
		tag := fields.Type().Field(i).Tag
		if !fields.Type().Field(i).IsExported() {
			continue
		}
		var v neuron.Value
		switch f := fields.Field(i).Interface().(type) {
		case neuron.Value:
			v = f
		case float64:
			v = neuron.Const(f)
		default:
			continue
		}
		if _, d, err := equations.Quantity("1 " + tag.Get("unit")); err == nil && v.IsConst() {
			q, _, _ := equations.Quantity(strconv.FormatFloat(v.A, 'g', -1, 64) + " " + tag.Get("unit"))
			constant(tag.Get("toml"), neuron.Const(q), d)
		}
	}
	return variables, constants
}

// readSignal reads times and values.
func (x *Experiment) readSignal(key, file string) (out []plasticity.Sample, err error) {
	text, err := x.readInput(key, file)
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		return nil, x.At(key, "%v", err)
	}
	if len(rows) == 0 || len(rows[0]) != 2 || strings.TrimSpace(rows[0][0]) != "time_s" ||
		strings.TrimSpace(rows[0][1]) != "value" {
		return nil, x.At(key, "the first line must name the columns").Allow("time_s,value")
	}
	for i, row := range rows[1:] {
		t, err := strconv.ParseFloat(strings.TrimSpace(row[0]), 64)
		v, err2 := strconv.ParseFloat(strings.TrimSpace(row[1]), 64)
		if err = errors.Join(err, err2); err != nil || math.IsNaN(t+v) || math.IsInf(t+v, 0) || math.Abs(t) > 1e9 {
			return nil, x.At(key, "line %d: %q and %q are not a time (s) and a value", i+2, row[0], row[1])
		}
		s := plasticity.Sample{At: spike.FromSeconds(t), Value: v}
		if s.At < 0 || len(out) > 0 && s.At <= out[len(out)-1].At {
			return nil, x.At(key, "line %d: times begin at 0 and grow from line to line, found %s", i+2, row[0])
		}
		out = append(out, s)
	}
	return out, nil
}

// Validate implements plasticity.Spec.
func (s *equationRule) Validate() error {
	if s.compiled == nil {
		return (&plasticity.Equations{Bounds: s.Bounds}).Validate()
	}
	return s.compiled.Validate()
}

// New implements plasticity.Spec.
func (s *equationRule) New(b plasticity.Build) (plasticity.Rule, error) { return s.compiled.New(b) }

// Delays implements plasticity.Delayed.
func (s *equationRule) Delays() (pre, post spike.Tick) { return s.DelayPre, s.DelayPost }
