package analysis

import "github.com/burstplex/burstplex/neuron/spike"

// Lengths is the histogram of spikes per event: 1 is an isolated spike, 2 and more a burst. 4 bytes per neuron.
type Lengths struct {
	roster  roster
	open    []uint32   // spikes so far in the event that each neuron is in; 0 before its first onset
	atLeast [][]uint64 // per population: events that reached k+1 spikes
}

// NewLengths counts events of up to longest spikes; longer ones are counted as the longest.
func NewLengths(pops []spike.Population, longest int) *Lengths {
	if longest < 1 {
		panic("analysis: longest burst must be at least 1")
	}
	l := &Lengths{roster: newRoster(pops)}
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
		if i < 0 || (e.Kind != spike.Onset && l.open[i] == 0) {
			continue
		}
		if e.Kind == spike.Onset {
			l.open[i] = 0
		}
		// Counting events that reach a length, and not those that end with it, needs no end of the stream.
		if n := l.open[i]; int(n) < len(l.atLeast[p]) {
			l.atLeast[p][n]++
			l.open[i]++
		}
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
