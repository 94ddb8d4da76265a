package neuron

import "github.com/burstplex/burstplex/neuron/spike"

// Emitter labels the spikes of a population and pushes them. It is the one place where a burst is detected:
// nothing downstream derives labels again.
type Emitter struct {
	first    spike.ID
	detector spike.Detector
	last     []spike.Tick
	trace    []float64
	in       []uint8      // spikes of the event after its onset
	onset    []spike.Tick // nil unless the detector knows a longest duration
}

// NewEmitter returns the emitter of a population in which no neuron has spiked yet.
func NewEmitter(b Build) Emitter {
	e := Emitter{first: b.First, detector: b.Detector,
		last: make([]spike.Tick, b.N), trace: make([]float64, b.N), in: make([]uint8, b.N)}
	if b.Detector.MaxDuration > 0 {
		e.onset = make([]spike.Tick, b.N)
	}
	e.Reset()
	return e
}

// Emit labels and pushes a spike of neuron i and returns its label. A spike that falls on the tick of the
// neuron's last one is moved to the next tick.
func (e *Emitter) Emit(out *spike.Buffer, i int, at spike.Tick) spike.Kind {
	t := spike.Train{Last: e.last[i], More: e.in[i]}
	if e.onset != nil {
		t.Onset = e.onset[i]
	}
	if e.detector.Accumulate {
		t.Trace = e.trace[i]
	}
	if at <= t.Last {
		at = t.Last + 1
	}
	kind := e.detector.Label(&t, at)
	e.last[i], e.in[i] = t.Last, t.More
	if e.onset != nil {
		e.onset[i] = t.Onset
	}
	if e.detector.Accumulate {
		e.trace[i] = t.Trace
	}
	out.Push(spike.Event{At: at, Src: e.first + spike.ID(i), Kind: kind})
	return kind
}

// Last returns the time of the last spike of neuron i, spike.Never if there was none.
func (e *Emitter) Last(i int) spike.Tick { return e.last[i] }

// Columns lists the detector's memory.
func (e *Emitter) Columns() []Column {
	cs := []Column{{Name: "last_spike", Unit: "ms", Data: e.last}, {Name: "burst_trace", Data: e.trace},
		{Name: "in_burst", Data: e.in}}
	if e.onset != nil {
		cs = append(cs, Column{Name: "last_onset", Unit: "ms", Data: e.onset})
	}
	return cs
}

// Reset forgets all spikes.
func (e *Emitter) Reset() {
	for i := range e.last {
		e.last[i], e.trace[i], e.in[i] = spike.Never, 0, 0
	}
	for i := range e.onset {
		e.onset[i] = spike.Never
	}
}
