package spike

import (
	"fmt"
	"math"

	"github.com/burstplex/burstplex/neuron/numeric"
)

// Detector is the rule that tells events from bursts; it is the only one in Burstplex. It lives with the
// vocabulary because emitting neurons, imported trains and the sensitivity analysis must all use the same one.
//
// Plain rule: a spike whose interspike interval (ISI) is at least Threshold starts an event (Onset); the second
// spike of a burst, with a shorter ISI, is a Burst; further spikes with short ISIs are Tails.
//
// Further keys narrow or widen it: Continue is the interval for the spikes after the second; a group with fewer than
// MinSpikes is one event and no burst; the spike with that number is the Burst, all others but the first are Tails; a
// spike later than MaxDuration after the onset is an onset itself.
//
// Accumulating rule (Payeur et al. 2021, the published program): each neuron has a trace R that grows by 1 at
// every spike and decays with time constant Threshold. A spike that finds R <= 1/e is an Onset, otherwise it
// belongs to the burst. After an isolated spike this is the plain rule; after a doublet of interval d the
// silence that is needed is Threshold (1 + ln(1 + exp(-d/Threshold))).
type Detector struct {
	Threshold   Tick // ISI below which two spikes belong to one burst; default 16 ms (Payeur et al. 2021)
	Accumulate  bool // use the accumulating trace; default false. The keys below mean nothing then
	Continue    Tick // the same for the spikes after the second; 0: Threshold
	MinSpikes   int  // spikes that make an event a burst, 2 to MostMinSpikes; 0: 2
	MaxDuration Tick // from the onset to the last spike of an event; 0: no limit

	// Surprise above 0 says that bursts were found afterwards, by Surprises with this limit. Such labels are not causal:
	// Label is not for them, and the other keys do not matter.
	Surprise float64
}

// MostMinSpikes is the largest MinSpikes.
const MostMinSpikes = 200

// DefaultDetector returns the plain rule with 16 ms.
func DefaultDetector() Detector { return Detector{Threshold: 16 * Millisecond} }

// String says what a burst is, for tables and figures: "ISI below 16ms", "ISI below 16ms, accumulating".
func (d Detector) String() string {
	if d.Surprise > 0 {
		return fmt.Sprintf("%d or more spikes, Poisson surprise of at least %g", leastSurprising, d.Surprise)
	}
	s := "ISI below " + d.Threshold.String()
	if d.Accumulate {
		return s + ", accumulating"
	}
	if d.Continue > 0 && d.Continue != d.Threshold {
		s += ", then below " + d.Continue.String()
	}
	if d.MaxDuration > 0 {
		s += ", within " + d.MaxDuration.String()
	}
	if n := d.Least(); n > 2 {
		s = fmt.Sprintf("%d or more spikes, %s", n, s)
	}
	return s
}

// Least returns how many spikes make an event a burst.
func (d Detector) Least() int {
	if d.Surprise > 0 {
		return leastSurprising
	}
	return max(2, d.MinSpikes)
}

// Definition says in full what a burst is: "two or more spikes, ISI below 16ms".
func (d Detector) Definition() string {
	if d.Least() > 2 {
		return d.String()
	}
	return "two or more spikes, " + d.String()
}

// Train is what the detector remembers of one neuron.
type Train struct {
	Last  Tick    // time of the last spike, Never before the first
	Onset Tick    // time of the last onset (with MaxDuration only)
	Trace float64 // R just after the last spike (accumulating rule only)
	More  uint8   // spikes of the event after its onset, up to 255
}

// NewTrain returns the memory of a neuron that has not spiked.
func NewTrain() Train { return Train{Last: Never, Onset: Never} }

// Label classifies the next spike of a train. Spikes must come in order of time.
func (d Detector) Label(t *Train, at Tick) Kind {
	isi := at - t.Last
	limit, least := d.Threshold, uint8(1)
	if !d.Accumulate {
		if t.More > 0 && d.Continue > 0 {
			limit = d.Continue
		}
		if d.MinSpikes > 2 {
			least = uint8(d.MinSpikes - 1)
		}
	}
	within := isi < limit
	if d.Accumulate {
		r := 0.0
		if t.Last != Never {
			r = float64(t.Trace * numeric.Exp(-float64(isi)/float64(d.Threshold)))
		}
		within = r > 1/2.718281828459045
		t.Trace = r + 1
	}
	if d.MaxDuration > 0 && !d.Accumulate && within && at-t.Onset > d.MaxDuration {
		within = false
	}
	t.Last = at
	if !within {
		t.More, t.Onset = 0, at
		return Onset
	}
	if t.More < 255 {
		t.More++
		if t.More == least {
			return Burst
		}
	}
	return Tail
}

// Silence returns the time after the n-th spike of an event from which on a spike begins another event, at the latest:
// Plain rule: Threshold, or Continue after more than one spike. Accumulating rule: the trace is at most n + 1/e after n
// spikes, and Threshold (1 + ln R) later below 1/e.
func (d Detector) Silence(n int) Tick {
	switch {
	case d.Surprise > 0:
		return Forever / 4
	case !d.Accumulate && n > 1 && d.Continue > 0:
		return max(d.Continue, d.Threshold)
	case !d.Accumulate:
		return d.Threshold
	}
	return Tick(math.Ceil(float64(d.Threshold)*(1+math.Log(float64(n)+1/math.E)))) + 1
}

// Settled returns the time after an onset from which on it is settled whether the event is a burst.
func (d Detector) Settled() Tick {
	if d.Accumulate || d.Surprise > 0 || d.MinSpikes <= 2 {
		return d.Silence(1)
	}
	t := d.Threshold + Tick(d.MinSpikes-2)*d.Silence(2)
	if d.MaxDuration > 0 {
		t = min(t, max(d.Threshold, d.MaxDuration+1))
	}
	return t
}

// Thresholded returns the rule with another threshold; the other keys stay.
func (d Detector) Thresholded(t Tick) Detector {
	d.Threshold, d.Surprise = t, 0
	return d
}

// Check returns what is wrong with a rule: the key and the reason; "" if nothing is.
func (d Detector) Check() (key, reason string) {
	switch {
	case d.Threshold <= 0 || d.Threshold > Forever/4:
		return "threshold", "is not positive or too long"
	case d.Continue < 0 || d.Continue > Forever/4:
		return "continue", "is negative or too long"
	case d.MinSpikes != 0 && (d.MinSpikes < 2 || d.MinSpikes > MostMinSpikes):
		return "min_spikes", fmt.Sprintf("must be 2 to %d", MostMinSpikes)
	case d.MaxDuration < 0 || d.MaxDuration > Forever/4:
		return "max_duration", "is negative or too long"
	case d.Accumulate && (d.Continue != 0 || d.MinSpikes != 0 || d.MaxDuration != 0):
		return "accumulate", "excludes continue, min_spikes and max_duration"
	case !(d.Surprise >= 0 && d.Surprise <= 1e6):
		return "surprise", "must be 0 to 1e6"
	}
	return "", ""
}
