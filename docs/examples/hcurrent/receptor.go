package main

import (
	"math"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
)

// rectifying is a receptor that passes current into the cell only: g decays with τ, I = g max(0, E-V).
type rectifying struct {
	Tau      float64 `toml:"tau" unit:"ms" range:"(0, 1e5]" doc:"decay"`
	Reversal float64 `toml:"reversal" unit:"mV" range:"[-200, 200]" doc:"reversal potential"`
}

type channel struct{ tau, e, h float64 } // ms, mV, step

func (s *rectifying) Validate() error { return nil }
func (s *rectifying) New(step spike.Tick) neuron.Receptor {
	return channel{s.Tau, s.Reversal, step.Milliseconds()}
}

func (channel) Variables() []string                     { return []string{"g"} }
func (c channel) Step(x *[2]float64)                    { x[0] *= math.Exp(-c.h / c.tau) }
func (c channel) Drive(x [2]float64, v float64) float64 { return x[0] * max(0, c.e-v) }
func (c channel) At(rest spike.Tick) (g, area float32) {
	left := math.Exp(-rest.Milliseconds() / c.tau)
	return float32(left), float32(c.tau * (1 - left))
}
