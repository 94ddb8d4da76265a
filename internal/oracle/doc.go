// Package oracle is a slow simulator that says where the fast one is wrong. Tests import it, nothing else does.
//
// It shares with the engine the description of a network (sim.Network and what it is made of) and the keyed random numbers
// (neuron/rng), and no line of what runs: every neuron is integrated by itself, with the adaptive method of Dormand and
// Prince in double precision, from one arrival to the next, and its threshold crossings are sought on the way. Models are
// written from the equations in the comments of their specs.
//
// # What is compared
//
// Networks of spiking neurons are chaotic: two correct simulators part after a second or so, and then nothing can be said. So the
// oracle does not run beside the engine but along it. It takes the engine's spikes as given, and asks of each neuron, given
// the spikes of all others and its own last one, whether its next spike is right (Check):
//
//   - every spike has to come when the neuron crosses its threshold, and no crossing may go without a spike. A margin in the
//     potential takes care of crossings that are nearly missed: the spike must lie between those of two neurons that are the
//     margin nearer to threshold and farther from it (and up to a margin in time outside, for steep crossings);
//   - the state of neurons is compared at chosen times;
//   - labels are derived from the spikes alone.
//
// By induction over spikes a network in which every neuron is right is right, and errors do not grow with time.
package oracle
