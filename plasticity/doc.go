// Package plasticity changes weights while a network runs, from what its spikes say: events, bursts, and the burst
// probability that they estimate online.
//
// # What a rule sees
//
// A Spec is a rule's parameters, as an experiment file gives them; New makes a Rule for one Block: the synapses of one
// projection onto one shard of its target population. At the end of every window the rule gets two lists of spikes:
//
//	pre   spikes of the source population, at the time when they ARRIVE (emission plus delay)
//	post  spikes of the shard's neurons, at the time when they are emitted
//
// and walks through both in order of time, presynaptic spikes first on ties (see walk). A presynaptic spike touches a
// row of the block, a postsynaptic one a column. Times are exact; weights become visible to the network when
// the window ends. A rule writes to its own block and reads nothing that another rule writes, so blocks learn in
// parallel and the result does not depend on who learns first.
//
// # The rules, one file each
//
//	burst-dependent     Payeur et al. (2021) and BurstCCN's W: bursts potentiate, events depress
//	apical-balance      BurstCCN's Q (and Y): feedback weights that silence the apical dendrite
//	kolen-pollack       feedback weights that copy the changes of the feedforward ones
//	stdp                pair-based spike-timing dependent plasticity, as a control
//
// Estimator follows event rate, burst rate and burst probability of a population for teachers and probes. The
// rate models that learning in spikes is compared with are in package reference.
package plasticity
