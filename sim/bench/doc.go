// Package bench measures how fast networks are simulated, in figures that survive a busy machine.
//
// A Workload is an experiment with a stretch of model time to measure; Workloads lists those that other simulators
// are measured on, with the rates that they report. Measure builds a network once, lets it settle and times
// consecutive stretches. Its unit is processor seconds per second of model time, because other programs on the
// machine stretch wall time but hardly processor time; the smallest of several stretches is the least disturbed
// one. Rates of all populations and the digest of the spikes stand beside every figure: networks that fire at other
// rates are other networks.
//
// Parts measures single parts of the engine (delivery, queue, steps, updates); package scaling measures how networks of
// any experiment scale.
//
// Nothing is left out of a stretch but the recording: background noise, the sort of spikes, the digest and
// plasticity are in it. What a recording adds is measured apart, in stretches of its own.
package bench
