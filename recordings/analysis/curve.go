package analysis

import (
	"math"
	"slices"
)

// Curve is an f-I curve: what a population says at each value of an input. Inputs ascend; all slices have one
// length. Rates in Hz per neuron, probability as bursts per event.
type Curve struct {
	Input                                             []float64
	EventRate, BurstRate, BurstProbability, SpikeRate []float64
}

// Staircase makes an f-I curve of one recording in which the input stepped through several values: input holds the
// value in each bin of the course. After every step the first settle bins are left out. Values that come back are
// pooled; bins with input NaN are left out.
func Staircase(c Course, input []float64, settle int) Curve {
	if len(input) != c.Bins.N {
		panic("analysis: input must have one value per bin")
	}
	steady := make([]bool, len(input))
	values := []float64{}
	since := 0
	for i, v := range input {
		if since++; i == 0 || v != input[i-1] {
			since = 0
		}
		steady[i] = since >= settle && !math.IsNaN(v)
		if steady[i] && !slices.Contains(values, v) {
			values = append(values, v)
		}
	}
	slices.Sort(values)
	var curve Curve
	for _, v := range values {
		curve.Append(v, c.MeanOf(func(i int) bool { return steady[i] && input[i] == v }))
	}
	return curve
}

// Append adds a point, for curves measured in one run per input. The caller keeps the order of inputs.
func (c *Curve) Append(input float64, code Code) {
	c.Input = append(c.Input, input)
	c.EventRate = append(c.EventRate, code.EventRate)
	c.BurstRate = append(c.BurstRate, code.BurstRate)
	c.BurstProbability = append(c.BurstProbability, code.BurstProbability)
	c.SpikeRate = append(c.SpikeRate, code.SpikeRate)
}
