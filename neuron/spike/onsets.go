package spike

// Onsets says to which time a burst belongs: to the onset of its event. Whoever divides bursts by events must ask it,
// for a window that is not much longer than a burst would otherwise hold bursts of events that began before it, and a
// burst probability above 1. A burst whose onset was not seen, and a second burst of one event (recordings that were
// cut or damaged have them), belong to no event. It is the memory of one tick per neuron.
type Onsets []Tick

// NewOnsets has seen no spike of any of n neurons.
func NewOnsets(n int) Onsets {
	o := make(Onsets, n)
	for i := range o {
		o[i] = Never
	}
	return o
}

// Of returns the time at which the next spike of a neuron counts: an onset (one event) at its own time, the second
// spike of a burst (one burst) at that of the onset before it. Tails, and bursts without an event, do not count.
func (o Onsets) Of(neuron int, e Event) (at Tick, counts bool) {
	switch e.Kind {
	case Onset:
		o[neuron] = e.At
		return e.At, true
	case Burst:
		at = o[neuron]
		o[neuron] = Never
		return at, at != Never
	}
	return Never, false
}
