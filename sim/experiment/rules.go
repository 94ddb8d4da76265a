package experiment

import (
	"errors"
	"math"

	"github.com/burstplex/burstplex/neuron/equations"
	"github.com/burstplex/burstplex/plasticity"
	"github.com/burstplex/burstplex/sim/config"
)

// equationRule is a learning rule written as equations: the keys of rule = { kind = "equations", ... }.
type equationRule struct {
	Parameters config.Table[modelText] `toml:"parameters" doc:"names that statements use, with their values"`
	Pre        config.Table[modelText] `toml:"pre" doc:"traces of the source: \"spikes|events|bursts, TIME[, start][, nearest]\", or expressions of them"`
	Post       config.Table[modelText] `toml:"post" doc:"the same of the target"`
	PreSpike   modelTexts              `toml:"on_pre_spike" doc:"statements at the arrival of a spike: \"w -= a*y\""`
	PreEvent   modelTexts              `toml:"on_pre_event" doc:"at the arrival of the onset of an event"`
	PreBurst   modelTexts              `toml:"on_pre_burst" doc:"at the arrival of the spike that makes an event a burst"`
	PostSpike  modelTexts              `toml:"on_post_spike" doc:"at a spike of the target"`
	PostEvent  modelTexts              `toml:"on_post_event" doc:"at the onset of an event of the target"`
	PostBurst  modelTexts              `toml:"on_post_burst" doc:"at the spike that makes an event of the target a burst"`
	plasticity.Bounds
	compiled *plasticity.Equations
}

// unbounded is the largest weight where none is given.
const unbounded = 1e30

func newEquationRule() plasticity.Spec {
	return &equationRule{Bounds: plasticity.Bounds{Max: unbounded}}
}

// compile checks the texts; the node is the rule's.
func (s *equationRule) compile(n *config.Node) error {
	src := &equations.RuleSource{Name: n.Path(), Parameters: namedTexts(&s.Parameters), Pre: namedTexts(&s.Pre), Post: namedTexts(&s.Post),
		On: [equations.RuleMoments][]equations.Text{s.PreSpike, s.PreEvent, s.PreBurst, s.PostSpike, s.PostEvent, s.PostBurst},
		Lo: s.Min, Hi: s.Max}
	statements := 0
	for _, list := range src.On {
		statements += len(list)
	}
	if statements == 0 {
		return n.Errorf("a rule needs a statement").Allow("on_pre_spike, on_pre_event, on_pre_burst, on_post_spike, on_post_event, on_post_burst")
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
	s.compiled = &plasticity.Equations{Model: m, Bounds: s.Bounds}
	return err
}

// Validate implements plasticity.Spec.
func (s *equationRule) Validate() error {
	if s.compiled == nil || math.IsNaN(s.Max) {
		return nil
	}
	return s.compiled.Validate()
}

// New implements plasticity.Spec.
func (s *equationRule) New(b plasticity.Build) (plasticity.Rule, error) { return s.compiled.New(b) }
