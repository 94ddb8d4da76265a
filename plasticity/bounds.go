package plasticity

import (
	"math"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/synapse"
)

// Bounds keeps weights where they make sense. It is part of every rule.
type Bounds struct {
	Min   float64 `toml:"w_min" doc:"smallest weight; 0 keeps Dale's law"`
	Max   float64 `toml:"w_max" doc:"largest weight"`
	Decay float64 `toml:"weight_decay" unit:"Hz" range:"[0, 9]" doc:"rate (per s) at which weights decay while plasticity is on, applied every 100 ms of model time"`
}

func (b *Bounds) validate() error {
	return first(require("w_max", "", b.Max, b.Min, math.Inf(1), true), require("weight_decay", "Hz", b.Decay, 0, 9, false))
}

// Limits returns the smallest and the largest weight.
func (b *Bounds) Limits() (lo, hi float64) { return b.Min, b.Max }

// decayEvery is the interval at which weights decay.
const decayEvery = 100 * spike.Millisecond

// decay shrinks all weights if a multiple of decayEvery lies in the window.
func (b *Bounds) decay(block *synapse.Block, w spike.Window, plastic bool) {
	if b.Decay == 0 || !plastic || (w.From+decayEvery-1)/decayEvery == (w.To+decayEvery-1)/decayEvery {
		return
	}
	f := float32(1 - float64(b.Decay*decayEvery.Seconds()))
	weights := block.Weights()
	for k := range weights {
		weights[k] = b.clip(float32(weights[k] * f))
	}
}

func (b *Bounds) clip(w float32) float32 { return max(float32(b.Min), min(float32(b.Max), w)) }

// addColumn adds c times the trace of the source to every weight of a column.
func (b *Bounds) addColumn(block *synapse.Block, column int, c float32, x []float32) {
	sources, places := block.Column(column)
	places = places[:len(sources)]
	weights, lo, hi := block.Weights(), float32(b.Min), float32(b.Max)
	for k, s := range sources {
		p := &weights[places[k]]
		*p = max(lo, min(hi, *p+float32(c*x[s])))
	}
}

// addColumnConst adds c to every weight of a column.
func (b *Bounds) addColumnConst(block *synapse.Block, column int, c float32) {
	_, places := block.Column(column)
	weights := block.Weights()
	for _, k := range places {
		weights[k] = b.clip(weights[k] + c)
	}
}

// addRow adds c times the trace of the target to every weight of a row.
func (b *Bounds) addRow(block *synapse.Block, source int, c float32, y []float32) {
	targets, weights := block.Row(source)
	weights = weights[:len(targets)]
	lo, hi := float32(b.Min), float32(b.Max)
	for k, t := range targets {
		weights[k] = max(lo, min(hi, weights[k]+float32(c*y[t])))
	}
}
