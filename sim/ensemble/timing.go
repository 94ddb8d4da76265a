package ensemble

import (
	"math"

	neurons "github.com/burstplex/burstplex/neuron/ensemble"
)

// Timing says what a presentation of an image is. Times are in ms.
type Timing struct {
	Neurons int     `toml:"neurons" range:"[1, 1e6]" doc:"neurons of a unit, N"`
	Rate    float64 `toml:"rate" unit:"Hz" range:"(0, 1000]" doc:"event rate of a neuron at full activation"`
	Dead    float64 `toml:"dead_time" unit:"ms" range:"[0, 1000]" doc:"time after an event's first spike without another event"`
	Exact   bool    `toml:"exact" doc:"draw every event at its own time, off the grid; otherwise events are counted in steps of bin, which is faster"`
	Bin     float64 `toml:"bin" unit:"ms" range:"[0.05, 20]" doc:"step in which drives change"`
	Settle  float64 `toml:"settle" unit:"ms" range:"[0, 1e4]" doc:"time from an image's onset until plasticity is on"`
	Learn   float64 `toml:"learn" unit:"ms" range:"(0, 1e4]" doc:"time with plasticity on, until the image's end"`
	TauSyn  float64 `toml:"tau_syn" unit:"ms" range:"(0, 1000]" doc:"filter of events onto somata, and presynaptic trace of the rule"`
	TauDend float64 `toml:"tau_apical" unit:"ms" range:"(0, 1000]" doc:"filter of bursts and events onto apical dendrites"`
	TauOwn  float64 `toml:"tau_own" unit:"ms" range:"(0, 1000]" doc:"filter of a unit's own event rate, which scales its apical drive"`
	Delay   float64 `toml:"burst_delay" unit:"ms" range:"(0, 100]" doc:"interval of a burst; events reach dendrites and the rule with the same delay"`
}

// DefaultTiming returns presentations of 140 ms with 4000 events of a fully active unit while plasticity is on.
func DefaultTiming() Timing {
	return Timing{Neurons: 10000, Rate: 10, Dead: 25, Bin: 2, Settle: 100, Learn: 40, TauSyn: 4, TauDend: 5, TauOwn: 5,
		Delay: 4}
}

// bins returns the bins of a presentation, the first one with plasticity on, and the bins of the burst delay.
func (t *Timing) bins() (all, from, delay int) {
	round := func(ms float64) int { return int(math.Round(ms / t.Bin)) }
	from = round(t.Settle)
	return from + max(1, round(t.Learn)), from, max(1, round(t.Delay))
}

// Ensemble returns the neurons of a unit.
func (t *Timing) Ensemble() neurons.Params {
	return neurons.Params{Neurons: t.Neurons, Rate: t.Rate, Dead: t.Dead / 1000}
}

// EventsPerUnit is K: the events of a fully active unit while plasticity is on.
func (t *Timing) EventsPerUnit() float64 {
	all, from, _ := t.bins()
	return float64(t.Neurons) * t.Rate * float64(all-from) * t.Bin / 1000
}
