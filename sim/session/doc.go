// Package session is a run in time: one engine per seed, its recorder, probes, table of presentations and
// checkpoints, in a directory of results.
//
// Run simulates an experiment, one run per seed, RunVariants its variants, each into a directory of its own, and
// Resume goes on with a run that was interrupted or killed; what it ends with is what the run would have ended
// with. They write
//
//	DIR/experiment.toml            the experiment as it was run, overrides included
//	DIR/plan.json                  seeds and variants
//	DIR/spikes-SEED.bspk           the recording of each seed
//	DIR/presentations-SEED.csv     what the populations said in each presentation of a protocol
//	DIR/weights-NAME-SEED.csv      weights at the end, where they are asked for
//	DIR/checkpoint-SEED.bin        where a run stands, until it is done; run-SEED.json then
//
// and leave tables and figures to package report.
package session
