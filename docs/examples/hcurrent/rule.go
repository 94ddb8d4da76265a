package main

import (
	"math"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/plasticity"
	"github.com/burstplex/burstplex/synapse"
)

// burstHebb is a rule: at a postsynaptic burst, w_ij += η exp(-t_j/τ), t_j being the time since the source's last
// spike.
type burstHebb struct {
	Eta float64 `toml:"eta" range:"[0, 1e6]" doc:"learning rate"`
	Tau float64 `toml:"tau" unit:"ms" range:"(0, 1e6]" doc:"time constant of the presynaptic trace"`
	Max float64 `toml:"w_max" range:"[0, 1e6]" doc:"largest weight"`
}

func (s *burstHebb) Validate() error          { return nil }
func (s *burstHebb) Limits() (lo, hi float64) { return 0, s.Max }
func (s *burstHebb) New(b plasticity.Build) (plasticity.Rule, error) {
	l := &learner{s, b.Block, make([]float32, b.Block.Sources), make([]spike.Tick, b.Block.Sources)}
	l.Reset()
	return l, nil
}

// learner is the rule of one block of synapses.
type learner struct {
	*burstHebb
	block *synapse.Block
	x     []float32    // of each source, computed at a burst
	last  []spike.Tick // its last spike
}

// Update implements plasticity.Rule: presynaptic spikes first where both are at the same time.
func (l *learner) Update(_ spike.Window, pre, post []spike.Event, plastic bool) {
	for _, e := range post {
		for ; len(pre) > 0 && pre[0].At <= e.At; pre = pre[1:] {
			l.last[pre[0].Src] = pre[0].At
		}
		if plastic && e.Kind == spike.Burst {
			for j, t := range l.last {
				l.x[j] = float32(math.Exp(-(e.At - t).Milliseconds() / l.Tau))
			}
			l.block.AddColumn(int(e.Src), float32(l.Eta), l.x, synapse.Limits{Hi: float32(l.Max)})
		}
	}
	for _, e := range pre {
		l.last[e.Src] = e.At
	}
}

func (l *learner) Columns() []neuron.Column {
	return []neuron.Column{{Name: "last", Unit: "ms", Data: l.last}}
}

func (l *learner) Reset() {
	for j := range l.last {
		l.last[j] = spike.Never
	}
}
