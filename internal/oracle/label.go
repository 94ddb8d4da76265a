package oracle

import (
	"math"

	"github.com/burstplex/burstplex/neuron/spike"
)

// labels says what each spike of a train is: the onset of an event, the second spike of a burst, or a later one.
//
// By intervals: a spike at least a threshold after the last one is an onset. By the accumulating trace: one that finds
// a trace of unit jumps and of the threshold's time constant at 1/e or below.
func labels(d spike.Detector, train []spike.Tick) []spike.Kind {
	kinds := make([]spike.Kind, len(train))
	inEvent := 0 // spikes of the event so far
	for k, at := range train {
		short := k > 0 && at-train[k-1] < d.Threshold
		if d.Accumulate {
			trace := 0.0
			for _, earlier := range train[:k] {
				trace += math.Exp(-float64(at-earlier) / float64(d.Threshold))
			}
			short = trace > math.Exp(-1)
		}
		least := 2
		if !d.Accumulate {
			if inEvent >= 2 && d.Continue > 0 {
				short = at-train[k-1] < d.Continue
			}
			if d.MaxDuration > 0 && short && at-train[k-inEvent] > d.MaxDuration {
				short = false
			}
			least = max(least, d.MinSpikes)
		}
		if !short {
			inEvent = 0
		}
		inEvent++
		switch inEvent {
		case 1:
			kinds[k] = spike.Onset
		case least:
			kinds[k] = spike.Burst
		default:
			kinds[k] = spike.Tail
		}
	}
	return kinds
}
