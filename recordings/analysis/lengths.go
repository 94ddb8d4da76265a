package analysis

import "github.com/burstplex/burstplex/neuron/spike"

// Lengths is the histogram of spikes per event: 1 is an isolated spike, 2 and more a burst. 4 bytes per neuron.
type Lengths struct {
	roster  roster
	window  spike.Window
	open    []uint32   // spikes so far in the event that each neuron is in; 0 if it began outside the window
	atLeast [][]uint64 // per population: events that reached k+1 spikes
	spikes  []uint64   // per population: in all events
	last    spike.Tick // the latest spike that belongs to an event
	longest int        // the most spikes of an event
}

// NewLengths measures the events that begin in a window, with all their spikes, also those after its end. The histogram
// goes up to longest spikes and counts longer events as the longest; Mean knows their true length.
func NewLengths(pops []spike.Population, longest int, w spike.Window) *Lengths {
	if longest < 1 {
		panic("analysis: longest burst must be at least 1")
	}
	l := &Lengths{roster: newRoster(pops), window: w, spikes: make([]uint64, len(pops)), last: spike.Never}
	l.open = make([]uint32, l.roster.neurons)
	for range pops {
		l.atLeast = append(l.atLeast, make([]uint64, longest))
	}
	return l
}

// Add implements Accumulator. Spikes of a burst whose onset was not seen are left out.
func (l *Lengths) Add(events []spike.Event) {
	for _, e := range events {
		p, i := l.roster.find(e.Src)
		if i < 0 {
			continue
		}
		switch inside := l.window.Contains(e.At); {
		case e.Kind == spike.Onset && !inside:
			l.open[i] = 0
			continue
		case e.Kind == spike.Onset:
			l.open[i] = 0
		case l.open[i] == 0:
			continue
		}
		// Counting events that reach a length, and not those that end with it, needs no end of the stream.
		if n := int(l.open[i]); n < len(l.atLeast[p]) {
			l.atLeast[p][n]++
		}
		l.open[i]++
		l.spikes[p]++
		l.last, l.longest = e.At, max(l.longest, int(l.open[i]))
	}
}

// Counts returns, for a population, the number of events with 1, 2, … longest (or more) spikes. A burst that is
// still going on counts with the spikes it has.
func (l *Lengths) Counts(pop int) []uint64 {
	n := make([]uint64, len(l.atLeast[pop]))
	copy(n, l.atLeast[pop])
	for k := 0; k+1 < len(n); k++ {
		n[k] -= n[k+1]
	}
	return n
}

// Mean returns the spikes per event of a population, NaN without events.
func (l *Lengths) Mean(pop int) float64 { return ratio(l.spikes[pop], l.atLeast[pop][0]) }

// Over reports whether no spike from a time on can belong to the events of the window, for bursts told by a detector:
// whoever wants no more than the window can stop reading there.
func (l *Lengths) Over(at spike.Tick, d spike.Detector) bool {
	return at >= l.window.To && at >= l.last+d.Silence(max(1, l.longest))
}

// State implements Stateful.
func (l *Lengths) State() (all []any) {
	for p := range l.atLeast {
		all = append(all, &l.atLeast[p])
	}
	return append(all, &l.open, &l.spikes, &l.last, &l.longest)
}
