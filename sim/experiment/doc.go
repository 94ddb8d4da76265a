// Package experiment turns one text file into a run and a directory of results.
//
// An experiment file (TOML, every number with its unit; File lists the keys) names populations, projections, stimuli,
// what is recorded, which known values to compare with and which figures to draw. Load reads one, built in or the
// user's own, applies overrides, and checks everything that can be checked before a neuron exists; errors carry file
// and line. Run simulates it, one run per seed, and writes
//
//	DIR/experiment.toml     the experiment as it was run, overrides included
//	DIR/summary.json        versions, seeds, wall time, counts, rates, digests
//	DIR/spikes-SEED.bspk    the recording of each seed
//	DIR/comparison.csv      measured beside known values
//	DIR/figures/            PNG, SVG and the numbers as CSV
//
// All numbers in results are computed from the recordings, by Analyse and Draw, which can be repeated later.
package experiment
