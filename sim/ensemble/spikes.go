package ensemble

import (
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// Spikes appends the spikes of a layer of the last presentation, which had exact times and begins at from: neuron
// number first + unit x N + neuron in the unit. Draw gives the random numbers that say which neurons of a unit had
// its events.
func (p *Presenter) Spikes(dst []spike.Event, layer int, first spike.ID, from spike.Tick,
	draw func(unit int) rng.Stream) []spike.Event {
	t, n := p.Times(), spike.ID(p.timing.Neurons)
	delay := spike.FromSeconds(p.timing.Delay / 1000)
	var who []uint16
	for u, times := range t.Events[layer] {
		s := draw(u)
		who = t.Who(who[:0], times, &s)
		for k, at := range times {
			id := first + spike.ID(u)*n + spike.ID(who[k])
			onset := from + spike.FromSeconds(at)
			dst = append(dst, spike.Event{At: onset, Src: id, Kind: spike.Onset})
			if layer > 0 && t.Burst[layer][u][k] {
				dst = append(dst, spike.Event{At: onset + delay, Src: id, Kind: spike.Burst})
			}
		}
	}
	return dst
}
