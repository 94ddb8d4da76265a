// Package sweep runs an experiment at many points: values of keys that are varied, each with all its seeds.
//
//	plan, err := sweep.New(kinds, x, sweep.Spec{Vary: []string{"projections.*.weight=0.1,0.2,0.4", "populations.pyr.size=100:400:4"}, Seeds: 5})
//	rows, err := plan.Run(ctx, kinds, sweep.Options{Dir: "results/weights"})
//
// A Spec says what is varied, an Axis is one or several keys that move together, and the points of a Plan are all
// combinations of the values of the axes, or a sample of them. A sweep writes
//
//	DIR/experiment.toml            the experiment, with copies of what it reads
//	DIR/sweep.json                 the plan: keys, points, seeds, measures
//	DIR/points/0001/               the result directory of a point, as `run` writes it
//	DIR/sweep.csv, sweep.parquet   a row per point, seed and population
//	DIR/figures/                   curves or heat maps, for one or two keys
//
// and in a share of a job array DIR/points-I.csv in place of the tables. Whoever runs a point holds the lock of its
// directory, so that several processes and machines can work on one sweep; what is done is never run again.
package sweep
