// Package credit compares what networks of ensembles learn in a single phase, from events and bursts, with exact
// gradients: the tasks "gradient" and "regression". Package ensemble simulates them, every event at its own time;
// Simulator puts networks and changes into the terms of package reference, whose rate model, in double precision,
// is the judge.
//
//	gradient    angles of what a batch of presentations teaches to backpropagation, per layer, against events, depth and gain;
//	            how feedback weights learn; each step of the argument in docs/derivation.md, in spikes
//	regression  a signal in continuous time is learned and followed
//
// Inputs are rates; everything else is spikes. Traces are sampled in bins of 1 ms (regression: 2): the drive of a
// bin is that of the events before it, and a weight change sees the trace at the start of its bin.
package credit
