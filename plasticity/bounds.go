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
	block.Scale(float32(1-float64(b.Decay*decayEvery.Seconds())), b.limits())
}

func (b *Bounds) limits() synapse.Limits {
	return synapse.Limits{Lo: float32(b.Min), Hi: float32(b.Max)}
}
