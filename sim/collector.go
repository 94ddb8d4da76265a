package sim

import (
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
)

// Collector is a Sink that keeps all spikes in memory, in order of time: 16 bytes each.
type Collector struct{ Events []spike.Event }

// WriteSpikes implements Sink.
func (c *Collector) WriteSpikes(_ spike.Window, events []spike.Event) error {
	c.Events = append(c.Events, events...)
	return nil
}

// Close implements Sink.
func (c *Collector) Close() error { return nil }

// Header describes a recording of the network's spikes, all neurons, for recordings.Create.
func (n *Network) Header() recordings.Header {
	h := recordings.Header{Seed: n.Seed}
	for i, id := range n.IDs() {
		h.Populations = append(h.Populations, recordings.Population{Population: id, Detector: n.Populations[i].Detector})
	}
	return h
}
