package main

import (
	"math"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/plasticity"
	"github.com/burstplex/burstplex/synapse"
)

// burstHebb is a rule: at a postsynaptic burst, w_ij += η x_j, where x_j counts presynaptic spikes and decays with τ.
type burstHebb struct {
	Eta float64 `toml:"eta" range:"[0, 1e6]" doc:"learning rate"`
	Tau float64 `toml:"tau" unit:"ms" range:"(0, 1e6]" doc:"time constant of the presynaptic trace"`
	Max float64 `toml:"w_max" range:"[0, 1e6]" doc:"largest weight"`
}

func (s *burstHebb) Validate() error          { return nil }
func (s *burstHebb) Limits() (lo, hi float64) { return 0, s.Max }
func (s *burstHebb) New(b plasticity.Build) (plasticity.Rule, error) {
	return &learner{burstHebb: s, block: b.Block, x: make([]float32, b.Block.Sources), since: make([]spike.Tick, b.Block.Sources)}, nil
}

// learner is the rule of one block of synapses.
type learner struct {
	*burstHebb
	block *synapse.Block
	x     []float32 // trace of each source, as it was at since
	since []spike.Tick
}

// fade takes the trace of a source to a time.
func (l *learner) fade(j int, at spike.Tick) {
	l.x[j] *= float32(math.Exp(-(at - l.since[j]).Milliseconds() / l.Tau))
	l.since[j] = at
}

// Update implements plasticity.Rule: presynaptic spikes first where both are at the same time.
func (l *learner) Update(_ spike.Window, pre, post []spike.Event, plastic bool) {
	arrive := func() {
		l.fade(int(pre[0].Src), pre[0].At)
		l.x[pre[0].Src]++
		pre = pre[1:]
	}
	for _, e := range post {
		for len(pre) > 0 && pre[0].At <= e.At {
			arrive()
		}
		if plastic && e.Kind == spike.Burst {
			for j := range l.x {
				l.fade(j, e.At)
			}
			l.block.AddColumn(int(e.Src), float32(l.Eta), l.x, synapse.Limits{Hi: float32(l.Max)})
		}
	}
	for len(pre) > 0 {
		arrive()
	}
}

func (l *learner) Columns() []neuron.Column {
	return []neuron.Column{{Name: "x", Data: l.x}, {Name: "since", Unit: "ms", Data: l.since}}
}

func (l *learner) Reset() {
	clear(l.x)
	clear(l.since)
}
