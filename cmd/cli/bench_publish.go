package cli

import (
	"context"
	"fmt"

	"github.com/burstplex/burstplex/sim/bench"
	"github.com/burstplex/burstplex/sim/scaling"
)

// publish measures one network as the tables of published results ask for.
func (c *benchNetworks) publish(ctx context.Context, t terminal, w bench.Workload) error {
	n := float64(c.Workers)
	set := w.Set
	if c.Seed != 0 {
		set = append(set[:len(set):len(set)], fmt.Sprintf("experiment.seed=%d", c.Seed))
	}
	plan, err := scaling.NewPlan(scaling.Plan{Experiment: w.Experiment, Set: set, Vary: scaling.Workers, From: n, To: n,
		Seeds: c.Seeds, Workers: c.Workers, Publish: true, Meter: c.Meter}, t.kinds)
	if err != nil {
		return err
	}
	if c.Output == "" {
		c.Output = "publish-" + plan.Name()
	}
	stop, err := c.profile()
	if err != nil {
		return err
	}
	defer stop()
	p, rows, err := plan.Publication(ctx, c.Output, t.err)
	if err != nil {
		if ctx.Err() != nil {
			return &interruption{ctx, resumable(len(rows), c.Output)}
		}
		return err
	}
	if err := p.Write(t.out); err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.out,
		"\nresults in %s: publication.csv (one row), scaling.csv (a row per seed), populations.csv\n", c.Output)
	return err
}

func resumable(rows int, dir string) string {
	return fmt.Sprintf("interrupted; %d measurements are in %s, and the same command goes on with the others", rows, dir)
}

// rescale makes another network of a workload, if that is asked for.
func (c *scaled) rescale(ctx context.Context, t terminal, w *bench.Workload, workers int) error {
	if c.Scale == "" {
		return nil
	}
	f, err := scaling.ParseFactors(c.Scale)
	if err != nil {
		return err
	}
	_, change, err := scaling.Load(ctx, t.kinds, w.Experiment, w.Set, f, workers)
	if err != nil {
		return err
	}
	w.Set = append(w.Set[:len(w.Set):len(w.Set)], change.Set...)
	// what is known of it is known of the full network
	w.What, w.Rates = fmt.Sprintf("%s, scaled by %v", w.Experiment, f), ""
	return change.Write(t.err)
}
