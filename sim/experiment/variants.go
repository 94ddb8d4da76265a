package experiment

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim/config"
)

// Variant is an entry of [variants]: the experiment with some keys changed. A file with variants runs all of them, each
// into a directory of its own within the result directory.
type Variant struct {
	Title string   `toml:"title" doc:"how figures name it; default its name"`
	Like  string   `toml:"like" doc:"a variant above whose changes are made first"`
	Set   []string `toml:"set" doc:"what is different: \"key=value\", as with --set"`
}

// variant returns the experiment as a variant changes it.
func (x *Experiment) variant(name string) (*Experiment, error) {
	v := &Experiment{dir: x.dir, builtin: x.builtin, variantName: name}
	if err := v.parse(x.tree.Pos().File, x.text, append(x.changes(name), x.overrides...)); err != nil {
		return nil, err
	}
	return v, nil
}

// changes returns what a variant sets, those it is like first.
func (x *Experiment) changes(name string) []string {
	v := x.Variants.Get(name)
	if v.Like == "" {
		return slices.Clone(v.Set)
	}
	return append(x.changes(v.Like), v.Set...)
}

// checkVariants refuses variants that are like one that does not stand above them.
func (x *Experiment) checkVariants(errs *config.List) {
	var above []string
	for name, v := range x.Variants.All() {
		if v.Like != "" && !slices.Contains(above, v.Like) {
			errs.Add(x.tree.At("variants."+name+".like").NotFound("variant above", above))
		}
		above = append(above, name)
	}
}

// variants returns all variants, or those named.
func (x *Experiment) variants(only []string) ([]*Experiment, error) {
	if len(only) == 0 {
		only = x.Variants.Names()
	}
	var all []*Experiment
	for _, name := range only {
		if x.Variants.Get(name) == nil {
			return nil, x.tree.At("variants."+name).NotFound("variant", x.Variants.Names())
		}
		v, err := x.variant(name)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

func namesOf(all []*Experiment) (names []string) {
	for _, v := range all {
		names = append(names, v.variantName)
	}
	return names
}

// RunVariants runs the variants of an experiment, those in only or all, with all their seeds, as many at a time as there
// are processors. Summaries are in the order of the file.
func (x *Experiment) RunVariants(ctx context.Context, o RunOptions, only ...string) ([]*Summary, []Outcome, error) {
	if x.Variants.Len() == 0 {
		return nil, nil, x.at("variants", "the experiment has none")
	}
	all, err := x.variants(only)
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
		if err := x.writePlan(o, namesOf(all)); err != nil {
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
	out, errs := make([]*Summary, len(all)), make([]error, len(all))
	var wg sync.WaitGroup
	for i, v := range all {
		wg.Go(func() {
			mine := o
			mine.Dir = filepath.Join(o.Dir, v.variantName)
			if _, err := os.Stat(filepath.Join(mine.Dir, "plan.json")); err != nil {
				mine.resume = false // it had not begun
			}
			out[i], errs[i] = v.Run(ctx, mine)
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
	outcomes, err := x.drawVariants(o.Dir, all, seeds)
	return out, outcomes, err
}
