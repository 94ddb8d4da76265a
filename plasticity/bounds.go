package plasticity

import "math"

// Bounds keeps weights where they make sense. It is part of every rule.
type Bounds struct {
	Min   float64 `toml:"w_min" doc:"smallest weight; 0 keeps Dale's law"`
	Max   float64 `toml:"w_max" doc:"largest weight"`
	Decay float64 `toml:"weight_decay" unit:"Hz" range:"[0, 1000]" doc:"rate at which weights decay while plasticity is on: dw/dt = -weight_decay w"`
}

func (b *Bounds) validate() error {
	return first(by("w_min", require("w_max", "", b.Max, b.Min, math.Inf(1), true)),
		require("weight_decay", "Hz", b.Decay, 0, 1000, false))
}

// Limits returns the smallest and the largest weight.
func (b *Bounds) Limits() (lo, hi float64) { return b.Min, b.Max }
