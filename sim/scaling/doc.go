// Package scaling makes networks larger and smaller, and measures what that costs.
//
// Factors.Scale turns an experiment into one with other numbers of neurons and of inputs per neuron, as overrides
// of its keys; inputs that are left out are replaced in mean and variance (van Albada, Helias & Diesmann 2015).
// Observe measures rates, burst probabilities and correlations, so that it can be said what the scaling has
// changed.
//
// A Plan is a series of such networks over workers, neurons, inputs or rate; Measure takes one of its points with
// one seed: the time of building and of each phase of the run loop, memory, activity and digest, a row whose names
// follow beNNch (Albers et al. 2022).
package scaling
