package spike

import (
	"math"

	"github.com/burstplex/burstplex/neuron/numeric"
)

// Detector is the rule that tells events from bursts; it is the only one in Burstplex. It lives with the
// vocabulary because emitting neurons, imported trains and the sensitivity analysis must all use the same one.
//
// Plain rule: a spike whose interspike interval (ISI) is at least Threshold starts an event (Onset); the second
// spike of a burst, with a shorter ISI, is a Burst; further spikes with short ISIs are Tails.
//
// Accumulating rule (Payeur et al. 2021, the published program): each neuron has a trace R that grows by 1 at
// every spike and decays with time constant Threshold. A spike that finds R <= 1/e is an Onset, otherwise it
// belongs to the burst. After an isolated spike this is the plain rule; after a doublet of interval d the
// silence that is needed is Threshold (1 + ln(1 + exp(-d/Threshold))).
type Detector struct {
	Threshold  Tick // ISI below which two spikes belong to one burst; default 16 ms (Payeur et al. 2021)
	Accumulate bool // use the accumulating trace; default false
}

// DefaultDetector returns the plain rule with 16 ms.
func DefaultDetector() Detector { return Detector{Threshold: 16 * Millisecond} }

// String says what a burst is, for tables and figures: "ISI below 16ms", "ISI below 16ms, accumulating".
func (d Detector) String() string {
	s := "ISI below " + d.Threshold.String()
	if d.Accumulate {
		s += ", accumulating"
	}
	return s
}

// Train is what the detector remembers of one neuron.
type Train struct {
	Last  Tick    // time of the last spike, Never before the first
	Trace float64 // R just after the last spike (accumulating rule only)
	In    bool    // the current event has already been counted as a burst
}

// NewTrain returns the memory of a neuron that has not spiked.
func NewTrain() Train { return Train{Last: Never} }

// Label classifies the next spike of a train. Spikes must come in order of time.
func (d Detector) Label(t *Train, at Tick) Kind {
	isi := at - t.Last
	within := isi < d.Threshold
	if d.Accumulate {
		r := 0.0
		if t.Last != Never {
			r = float64(t.Trace * numeric.Exp(-float64(isi)/float64(d.Threshold)))
		}
		within = r > 1/2.718281828459045
		t.Trace = r + 1
	}
	t.Last = at
	switch {
	case !within:
		t.In = false
		return Onset
	case !t.In:
		t.In = true
		return Burst
	}
	return Tail
}

// Silence returns the time after the n-th spike of an event from which on a spike begins another event, at the latest:
// Silence(1) after an onset it is settled whether the event is a burst. Plain rule: Threshold. Accumulating rule: the
// trace is at most n + 1/e after n spikes, and Threshold (1 + ln R) later below 1/e.
func (d Detector) Silence(n int) Tick {
	if !d.Accumulate {
		return d.Threshold
	}
	return Tick(math.Ceil(float64(d.Threshold)*(1+math.Log(float64(n)+1/math.E)))) + 1
}
