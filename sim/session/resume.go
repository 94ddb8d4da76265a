package session

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/report"
)

// plan is what a result directory remembers of how it was started: plan.json.
type plan struct {
	Seed     uint64   `json:"seed"`
	Seeds    int      `json:"seeds"`
	Variants []string `json:"variants,omitempty"` // directories of variants, each with a plan of its own
	Variant  string   `json:"variant,omitempty"`  // which one this directory is
}

// finish notes that a seed is done; its checkpoint is not needed any more.
func finish(x *experiment.Experiment, dir string, r report.RunSummary, obs *report.Observation) error {
	if err := report.KeepDone(x, dir, r, obs); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(dir, checkpointName(r.Seed))); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// finished reports whether a seed of a resumed run was done already, and reads what it said.
func finished(x *experiment.Experiment, o Options, seed uint64, r *report.RunSummary, obs *report.Observation) (bool,
	error) {
	if !o.resume {
		return false, nil
	}
	d, err := report.ReadDone(o.Dir, seed)
	if d == nil || err != nil {
		return false, err
	}
	*r = *d
	return obs.ReadDone(x, o.Dir, r) // what was not kept: this seed runs again
}

// restore brings the engine to the checkpoint of its seed; nil if there is none and the seed starts again.
func (s *saver) restore() (*saved, error) {
	state, engine, err := readCheckpoint(s.x, s.dir, s.state.Seed)
	if state == nil || err != nil {
		return nil, err
	}
	if err := s.engine.Restore(bytes.NewReader(engine)); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(s.dir, checkpointName(s.state.Seed)), err)
	}
	s.state.WallSecond = state.WallSecond
	return state, nil
}

// Resume goes on with the run of a result directory that was interrupted or killed, for any number of workers. What
// it ends with is what the run would have ended with. Of o it takes workers and progress.
func Resume(ctx context.Context, kinds *experiment.Registries, dir string, o Options) (x *experiment.Experiment,
	all []*report.Summary, learned []report.Outcome, err error) {
	text, err := os.ReadFile(filepath.Join(dir, "plan.json"))
	if err != nil {
		return nil, nil, nil, &config.Error{File: dir,
			Reason: "this is not the result directory of a run: it has no plan.json"}
	}
	var p plan
	if err := json.Unmarshal(text, &p); err != nil {
		return nil, nil, nil, fmt.Errorf("%s: %w", filepath.Join(dir, "plan.json"), err)
	}
	if x, err = reload(kinds, dir); err != nil {
		return nil, nil, nil, err
	}
	x.VariantName = p.Variant
	o.Dir, o.Seed, o.Seeds, o.resume = dir, &p.Seed, p.Seeds, true
	if len(p.Variants) > 0 {
		all, learned, err = RunVariants(ctx, x, o, p.Variants...)
		return x, all, learned, err
	}
	s, err := Run(ctx, x, o)
	if s != nil {
		learned = s.Outcomes
	}
	return x, []*report.Summary{s}, learned, err
}
