package session

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/report"
)

func namesOf(all []*experiment.Experiment) (names []string) {
	for _, v := range all {
		names = append(names, v.VariantName)
	}
	return names
}

// RunVariants runs the variants of an experiment, those in only or all, with all their seeds, as many at a time as there
// are processors. Summaries are in the order of the file.
func RunVariants(ctx context.Context, x *experiment.Experiment, o Options, only ...string) ([]*report.Summary, []report.Outcome, error) {
	if x.Variants.Len() == 0 {
		return nil, nil, x.At("variants", "the experiment has none")
	}
	all, err := x.VariantsOf(only)
	if err != nil {
		return nil, nil, err
	}
	for _, v := range all {
		if err := v.Check(); err != nil {
			return nil, nil, err
		}
	}
	o.resolve(x)
	if !o.resume {
		if err := makeDir(o); err != nil {
			return nil, nil, err
		}
		if err := writePlan(x, o, namesOf(all)); err != nil {
			return nil, nil, err
		}
	}
	runs := 0
	for range all {
		runs += o.Seeds
	}
	o.tokens = make(chan struct{}, min(runs, o.Workers))
	var total spike.Tick
	for _, v := range all {
		total += v.Experiment.Duration * spike.Tick(o.Seeds)
	}
	o.progress = newProgress(o.Log, total)
	defer o.progress.finish()
	out, errs := make([]*report.Summary, len(all)), make([]error, len(all))
	var wg sync.WaitGroup
	for i, v := range all {
		wg.Go(func() {
			mine := o
			mine.Dir = filepath.Join(o.Dir, v.VariantName)
			if _, err := os.Stat(filepath.Join(mine.Dir, "plan.json")); err != nil {
				mine.resume = false // it had not begun
			}
			out[i], errs[i] = Run(ctx, v, mine)
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return out, nil, err
	}
	seeds := make([]uint64, o.Seeds)
	for k := range seeds {
		seeds[k] = *o.Seed + uint64(k)
	}
	outcomes, err := report.Variants(x, o.Dir, all, seeds)
	return out, outcomes, err
}
