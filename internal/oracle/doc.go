// Package oracle is a slow simulator that says where the fast one is wrong. Tests import it, nothing else does.
//
// It shares with the engine the description of a network (sim.Network and what it is made of) and the keyed random
// numbers (neuron/rng), and no line of what runs: every neuron is integrated by itself, with the adaptive method of
// Dormand and Prince in double precision, from one arrival to the next, and its threshold crossings are sought on the
// way. Models are written from the equations in the comments of their specs, rules and short-term plasticity spike by
// spike from theirs.
//
// # What is compared
//
// Networks of spiking neurons are chaotic: two correct simulators part after a second or so, and then nothing can be
// said. So the oracle does not run beside the engine but along it. It takes the engine's spikes as given, and asks of
// each neuron, given the spikes of all others and its own last one, whether its next spike is right (Check):
//
//   - every spike has to come when the neuron crosses its threshold, and no crossing may go without a spike. A margin in the
//     potential takes care of crossings that are nearly missed: the spike must lie between those of two neurons that are the
//     margin nearer to threshold and farther from it (and up to a margin in time outside, for steep crossings). Margins were
//     measured over some thousand networks (margin.go; BURSTPLEX_SLACK=100 go test -v prints all errors in margins);
//   - the state of neurons is compared at chosen times and at the end;
//   - trains of sources are made again from the keyed numbers and agree to the tick;
//   - labels are derived from the spikes alone, and agree exactly, as counts do;
//   - weights at the end agree to 3e-6 of the largest that the rule allows, and to what errors of the potential add where a rule reads it;
//   - which pairs are connected is taken from the built network as data and held to what the connector says without chance
//     (degrees, autapses, multapses, lists); weights and delays are drawn again.
//
// By induction over spikes a network in which every neuron is right is right, and errors do not grow with time. Of
// populations of more than 24 neurons those at the ends of blocks and some others are followed.
//
// A case in which both differ is made smaller (Shrink) and written as an experiment file (File).
//
// # What stays out
//
//   - Conductances of more than a few leaks: the error of the engine's scheme grows with their square, and a margin that holds
//     there would hold nothing else. They have tests of their own (package neuron).
//   - Differences below what is documented: arrivals use mean membrane time constants within their own step where these differ
//     between neurons, which is given a wider margin; delivered weights that decay may be 6e-5 too large.
//   - Files (tables of rates, recordings): cases are written as experiment files and read again in TestCasesAsFiles only.
//   - Checkpoints, recordings and analysis, which do not change what a network does; ensembles and models written as equations,
//     which have oracles of their own.
package oracle
