// Package neuron holds the populations of a network: two-compartment bursting neurons, interneurons, integrate-and-
// fire neurons and spike sources, one file per model.
//
// # Anatomy of a model
//
// Every model file has the same four parts, in this order.
//
//   - Parameters: a plain exported struct, the Spec, whose comment is the method section: equations, symbols,
//     units, defaults, sources. Millivolts, milliseconds, picoamperes, picofarads, nanosiemens; conductances of
//     synapses in units of the leak of the compartment that they end on.
//   - State: slices with one element per neuron, listed once in Columns. Probes, checkpoints, hashes and
//     reset tests all read that list, so a variable that one of them forgets cannot exist.
//   - Derived values: what is computed once from parameters and integration step, in double precision.
//   - Advance: one call per shard and piece of a window. It takes each neuron through the steps of the piece,
//     reads the shard's Input, and emits labelled spikes at times that lie inside the steps.
//
// # Inputs
//
// Synaptic input arrives through channels (a port and a receptor) as sums per neuron and step, see Input; the
// time of an arrival inside its step is not lost, because a channel's Kernel turns it into two numbers that are
// exact for a linear synapse ("prescient" integration, Morrison et al. 2007, Hanuschkin et al. 2010). Currents
// arrive through ports as values at both ends of each step.
//
// # Determinism
//
// State is float32 and every rounding is spelled out (package numeric), so results do not depend on the
// architecture, the number of workers, the size of shards or the pieces in which a run is split.
package neuron
