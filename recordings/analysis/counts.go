package analysis

import "github.com/burstplex/burstplex/neuron/spike"

// Counts counts the spikes of every neuron by kind; 32 bytes per neuron.
type Counts struct {
	roster  roster
	window  spike.Window
	onsets  spike.Onsets
	neurons []Tally
}

// Tally is the count of one neuron: events that began in the window, those of them that became bursts (also after its
// end), and spikes in it.
type Tally struct{ Events, Bursts, Spikes uint64 }

// BurstProbability returns bursts per event, NaN without events.
func (t Tally) BurstProbability() float64 { return ratio(t.Bursts, t.Events) }

// NewCounts counts in a window.
func NewCounts(pops []spike.Population, w spike.Window) *Counts {
	c := &Counts{roster: newRoster(pops), window: w}
	c.neurons, c.onsets = make([]Tally, c.roster.neurons), spike.NewOnsets(c.roster.neurons)
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
		if c.window.Contains(e.At) {
			t.Spikes++
		}
		at, counts := c.onsets.Of(i, e)
		if !counts || !c.window.Contains(at) {
			continue
		}
		if e.Kind == spike.Onset {
			t.Events++
		} else {
			t.Bursts++
		}
	}
}

// Of returns the counts of the neurons of a population, by its number in the list given to NewCounts. It shares
// memory with the accumulator.
func (c *Counts) Of(pop int) []Tally { return of(&c.roster, c.neurons, pop) }
