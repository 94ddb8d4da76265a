package sim

import (
	"fmt"
	"math"

	"github.com/burstplex/burstplex/neuron"
)

// A step is coarse where it is longer than half of the shortest time that it has to resolve; a quarter would do.
// Between a half and the whole, burst probabilities of the two-compartment neuron go wrong by some percent, and by
// half at twice it.
const (
	coarse = 2
	enough = 4
	// perPeriod is how many steps a period needs at least: waves are linear within a step.
	perPeriod = 8
)

// Coarse says for every population and stimulus for which the step of a network is too coarse what is too short for
// it, and which step would do: warnings, a line each.
func Coarse(net *Network) (lines []string) {
	h := net.Step.Milliseconds()
	say := func(what string, t neuron.Time, parts float64) {
		lines = append(lines, fmt.Sprintf("the step is coarse for %s, whose %s is %.3g ms: rates and burst "+
			"probabilities will be off; a step of %g ms would do",
			what, t.Key, t.MS, roundDown(t.MS/parts)))
	}
	for _, p := range net.Populations {
		var shortest neuron.Time
		note := func(spec any, key string) {
			if t, ok := neuron.ShortestTime(spec); ok && (shortest.MS == 0 || t.MS < shortest.MS) {
				shortest = neuron.Time{Key: key + t.Key, MS: t.MS}
			}
		}
		if one, err := p.Spec.New(neuron.Build{N: 1, Step: net.Step, Detector: p.Detector}); err == nil &&
			len(one.Ports()) > 0 {
			note(p.Spec, "") // sources are exact for any step
		}
		for _, b := range p.Backgrounds {
			note(b.Spec, "background "+b.Name+" ")
		}
		if shortest.MS > 0 && h > shortest.MS/coarse*(1+1e-9) {
			say("population "+p.Name, shortest, enough)
		}
	}
	for i := range net.Stimuli {
		period := math.Inf(1)
		switch w := net.Stimuli[i].Wave.(type) {
		case Sine:
			period = w.Period
		case *Fluctuation:
			for _, f := range w.freq {
				period = min(period, 1e-6/f)
			}
		}
		if h > period/perPeriod*(1+1e-9) {
			say("stimulus "+net.Stimuli[i].Name, neuron.Time{Key: "shortest period", MS: period}, 2*perPeriod)
		}
	}
	return lines
}

// roundDown returns the largest of 1, 2 and 5 times a power of ten that is not above x.
func roundDown(x float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(x*(1+1e-9))))
	for _, d := range []float64{5, 2} {
		if d*unit <= x*(1+1e-9) {
			return d * unit
		}
	}
	return unit
}
