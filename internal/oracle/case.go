package oracle

import (
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim"
)

// Case is a network and how it is run.
type Case struct {
	Net      *sim.Network
	Protocol *sim.Protocol   // nil: none
	Bands    map[string]Band // of fluctuating stimuli, by name
	End      spike.Tick
	Pieces   []spike.Tick // times at which the run is interrupted and goes on
	Probes   []spike.Tick // at which the state of neurons is compared, also the end
	Options  sim.Options
	Slack    float64 // margins are so many times as wide, to see what they should be; 0 is 1

	timeline []setting // see setting
}

// population returns the place of a population in the network and its description.
func (c *Case) population(name string) (int, *sim.Population) {
	for k := range c.Net.Populations {
		if p := &c.Net.Populations[k]; p.Name == name {
			return k, p
		}
	}
	panic("oracle: no population " + name)
}

// key returns the key of a population's random numbers.
func (c *Case) key(p *sim.Population) rng.Key { return rng.New(c.Net.Seed, "population", p.Name) }
