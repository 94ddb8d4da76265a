package session

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/burstplex/burstplex/internal/parallel"
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

// RunVariants runs the variants of an experiment, those in only or all, with all their seeds, as many at a time as
// there are processors. Summaries are in the order of the file.
func RunVariants(ctx context.Context, x *experiment.Experiment, o Options,
	only ...string) (summaries []*report.Summary, outcomes []report.Outcome, err error) {
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
	_ = x.Check() // finds the files that x reads; only its variants must be right
	x, held, err := own(x, o, all...)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, held.Release()) }()
	runs := 0
	for range all {
		runs += o.Seeds
	}
	o.tokens = make(chan struct{}, min(runs, o.Workers))
	var total spike.Tick
	for _, v := range all {
		if v.Task != nil {
			total += whole
		} else {
			total += v.Experiment.Duration * spike.Tick(o.Seeds)
		}
	}
	o.progress = newProgress(o.Log, total)
	defer o.progress.finish()
	out, errs := make([]*report.Summary, len(all)), make([]error, len(all))
	parallel.Each(len(all), len(all), func(_, i int) { // their seeds wait for a processor
		v, mine := all[i], o
		mine.Dir = filepath.Join(o.Dir, v.VariantName)
		if _, err := os.Stat(filepath.Join(mine.Dir, planFile)); err != nil {
			mine.resume = false // it had not begun
		}
		if mine.resume {
			begun, err := reload(x.Kinds(), mine.Dir)
			if err != nil {
				errs[i] = err
				return
			}
			begun.VariantName = v.VariantName
			v = begun
		}
		out[i], errs[i] = Run(ctx, v, mine)
	})
	if err := errors.Join(errs...); err != nil {
		return out, nil, err
	}
	seeds := make([]uint64, o.Seeds)
	for k := range seeds {
		seeds[k] = *o.Seed + uint64(k)
	}
	outcomes, err = report.Variants(x, o.Dir, all, seeds)
	return out, outcomes, err
}
