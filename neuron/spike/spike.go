// Package spike is the vocabulary that every part of Burstplex shares: time as integer ticks, neuron numbers,
// spikes labelled as event onsets and bursts, the detector that gives these labels, and the digest that
// says whether two runs produced the same spikes.
//
// A neuron that speaks in bursts says two things at once. An event is a burst or an isolated spike; the event
// rate tells what the soma receives. The burst probability, bursts per event, tells what the apical dendrite
// receives. Every spike in Burstplex is therefore an Event with a Kind, given once, where the spike is emitted.
package spike

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
)

// Tick is a time or a duration in integer nanoseconds. Integers make ordering, hashing, recording and equality
// exact; 63 bits last 292 years.
type Tick int64

// The units of time.
const (
	Nanosecond  Tick = 1
	Microsecond      = 1000 * Nanosecond
	Millisecond      = 1000 * Microsecond
	Second           = 1000 * Millisecond

	// Never is a time before every simulation: "has not spiked yet". It leaves room for subtraction.
	Never Tick = math.MinInt64 / 4
	// Forever is a time after every simulation.
	Forever Tick = math.MaxInt64 / 4
)

// Seconds returns t in s.
func (t Tick) Seconds() float64 { return float64(t) / float64(Second) }

// Milliseconds returns t in ms.
func (t Tick) Milliseconds() float64 { return float64(t) / float64(Millisecond) }

// FromSeconds returns the tick nearest to s seconds.
func FromSeconds(s float64) Tick { return Tick(math.Round(s * 1e9)) }

// String prints a time in the largest unit that keeps it readable, for example "16ms" or "1.5s".
func (t Tick) String() string {
	switch a := max(t, -t); {
	case t == Never:
		return "never"
	case t == Forever:
		return "forever"
	case a >= Second:
		return trim(t.Seconds()) + "s"
	case a >= Millisecond:
		return trim(t.Milliseconds()) + "ms"
	case a >= Microsecond:
		return trim(float64(t)/float64(Microsecond)) + "us"
	}
	return fmt.Sprintf("%dns", int64(t))
}

func trim(x float64) string { return strconv.FormatFloat(x, 'g', -1, 64) }

// ID numbers the neurons of a network: a population owns a contiguous range of IDs.
type ID uint32

// Kind says what a spike is within its neuron's train.
type Kind uint8

const (
	Onset Kind = iota // the first spike of an event: of a burst, or an isolated spike
	Burst             // the second spike of a burst: it makes the event a burst, and counts once
	Tail              // any further spike of the same burst
)

// String returns "onset", "burst" or "tail".
func (k Kind) String() string {
	switch k {
	case Onset:
		return "onset"
	case Burst:
		return "burst"
	case Tail:
		return "tail"
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// Event is one spike: when, by whom, and which part of the code it carries.
type Event struct {
	At   Tick
	Src  ID
	Kind Kind
}

// Compare orders events canonically: by time, then by neuron. No neuron spikes twice in one tick.
func Compare(a, b Event) int {
	if a.At != b.At {
		return cmp.Compare(a.At, b.At)
	}
	return cmp.Compare(a.Src, b.Src)
}

// Window is the half-open span of time [From, To).
type Window struct{ From, To Tick }

// Contains reports whether t lies in the window.
func (w Window) Contains(t Tick) bool { return w.From <= t && t < w.To }

// Len returns the duration of the window.
func (w Window) Len() Tick { return w.To - w.From }

// Population names a contiguous range of neurons: IDs First to First+Size-1.
type Population struct {
	Name  string
	First ID
	Size  int
}

// Contains reports whether the neuron belongs to the population.
func (p Population) Contains(id ID) bool { return id >= p.First && int(id-p.First) < p.Size }

// Buffer collects the spikes that one shard emits in one window. It is reused: the steady state allocates
// nothing.
type Buffer struct{ events []Event }

// Push appends a spike.
func (b *Buffer) Push(e Event) { b.events = append(b.events, e) }

// Events returns the spikes in the order of Push. The slice is valid until the next Reset.
func (b *Buffer) Events() []Event { return b.events }

// Reset empties the buffer and keeps its memory.
func (b *Buffer) Reset() { b.events = b.events[:0] }
