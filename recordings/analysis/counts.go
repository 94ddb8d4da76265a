package analysis

import "github.com/burstplex/burstplex/neuron/spike"

// Counts counts the spikes of every neuron by kind; 24 bytes per neuron.
type Counts struct {
	roster  roster
	neurons []Tally
}

// Tally is the count of one neuron.
type Tally struct{ Events, Bursts, Spikes uint64 }

// BurstProbability returns bursts per event, NaN without events.
func (t Tally) BurstProbability() float64 { return ratio(t.Bursts, t.Events) }

// NewCounts counts over the whole stream; see During for a part of it.
func NewCounts(pops []spike.Population) *Counts {
	c := &Counts{roster: newRoster(pops)}
	c.neurons = make([]Tally, c.roster.neurons)
	return c
}

// Add implements Accumulator.
func (c *Counts) Add(events []spike.Event) {
	for _, e := range events {
		_, i := c.roster.find(e.Src)
		if i < 0 {
			continue
		}
		t := &c.neurons[i]
		t.Spikes++
		switch e.Kind {
		case spike.Onset:
			t.Events++
		case spike.Burst:
			t.Bursts++
		}
	}
}

// Of returns the counts of the neurons of a population, by its number in the list given to NewCounts. It shares
// memory with the accumulator.
func (c *Counts) Of(pop int) []Tally { return of(&c.roster, c.neurons, pop) }
