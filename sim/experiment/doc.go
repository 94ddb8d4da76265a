// Package experiment turns one text file into the description of a network or of a task. Nothing runs here: package
// session simulates what is described, package report says what came out.
//
// An experiment file (TOML, every number with its unit; File lists the keys) names populations, projections,
// stimuli, a protocol, what is recorded, which known values to compare with and which figures to draw. Load reads
// one, built in or the user's own, applies overrides, and checks everything that can be checked before a neuron
// exists; errors carry file and line. Network builds the description that the engine (package sim) takes,
// Presentations the protocol that it follows, Check builds both and simulates nothing.
package experiment
