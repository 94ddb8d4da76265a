// Package report says what came out of a run: rates, quantities beside known values, what was learned, figures.
//
// A Report has one Observation per seed, which is fed with spikes, either while they are simulated or from a
// recording, and keeps what tables and figures need in memory that does not grow with the number of spikes.
// Conclude writes a result directory's tables and figures when a run ends; Draw makes them again from what the
// directory holds:
//
//	DIR/summary.json        versions, seeds, wall time, counts, rates, digests
//	DIR/comparison.csv      measured beside known values
//	DIR/outcomes.csv        what each seed has learned
//	DIR/figures/            PNG, SVG, the numbers as CSV, and a text that says what is shown
//
// Nothing is simulated here, and no other package computes a number of a result.
package report
