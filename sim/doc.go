// Package sim simulates networks of spiking neurons that speak in events and bursts.
//
// A Network describes populations, projections, backgrounds and stimuli. New builds it, Run advances it:
//
//	agenda.apply, what is due -> fans deliver (by pieces of cells) -> shards deliver the rest and advance neurons
//	-> join, spikes in canonical order -> record -> blocks learn and projections depart, side by side
//
// The loop stands in sim.go and fits on one screen. A reader who wants to follow one spike goes from a model's Emit
// (package neuron) to join, record and depart here, to synapse.Projection.Depart, to where it waits
// (departures.go), to shard.deliver and synapse.Projection.Deliver, and so into the Input of the next neuron.
//
// The same seed gives the same spikes for any number of workers, any size of shards, with or without recording, and
// for a run in any pieces.
package sim
