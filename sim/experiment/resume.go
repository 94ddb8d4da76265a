package experiment

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
	"github.com/burstplex/burstplex/sim/task"
)

// plan is what a result directory remembers of how it was started: plan.json.
type plan struct {
	Seed     uint64   `json:"seed"`
	Seeds    int      `json:"seeds"`
	Variants []string `json:"variants,omitempty"` // directories of variants, each with a plan of its own
}

// begin makes the result directory and writes down what a resumed run needs.
func (x *Experiment) begin(o RunOptions) error {
	if err := makeDir(o); err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(o.Dir, "run-*.json"))
	if err != nil {
		return err
	}
	checkpoints, err := filepath.Glob(filepath.Join(o.Dir, "checkpoint-*.bin"))
	for _, name := range append(old, checkpoints...) { // of an earlier run that this one replaces
		err = errors.Join(err, os.Remove(name))
	}
	return errors.Join(err, task.Forget(o.Dir), x.writePlan(o, nil))
}

func (x *Experiment) writePlan(o RunOptions, variants []string) error {
	text, err := json.MarshalIndent(plan{*o.Seed, o.Seeds, variants}, "", "  ")
	if err != nil {
		return err
	}
	return errors.Join(task.Replace(filepath.Join(o.Dir, "experiment.toml"), x.Resolved()), task.Replace(filepath.Join(o.Dir, "plan.json"), append(text, '\n')))
}

// doneSeed is what is kept of a seed that is done: run-SEED.json.
type doneSeed struct {
	RunSummary
	Courses [][][]uint64 `json:"courses,omitempty"`
}

func doneName(seed uint64) string { return fmt.Sprintf("run-%d.json", seed) }

// finish notes that a seed is done; its checkpoint is not needed any more.
func (x *Experiment) finish(dir string, r RunSummary, obs *observation) error {
	d := doneSeed{RunSummary: r}
	if obs.onlyCounts() {
		d.Courses = obs.counts()
	}
	text, err := json.Marshal(d)
	if err != nil {
		return err
	}
	if err := task.Replace(filepath.Join(dir, doneName(r.Seed)), text); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(dir, checkpointName(r.Seed))); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// readDone returns what is kept of a seed that is done, nil if it is not.
func readDone(dir string, seed uint64) (*doneSeed, error) {
	path := filepath.Join(dir, doneName(seed))
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	d := &doneSeed{}
	if err == nil {
		err = json.Unmarshal(text, d)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return d, nil
}

// finished reports whether a seed of a resumed run was done already, and reads what it said.
func (x *Experiment) finished(o RunOptions, seed uint64, r *RunSummary, obs *observation) (bool, error) {
	if !o.resume {
		return false, nil
	}
	d, err := readDone(o.Dir, seed)
	if d == nil || err != nil {
		return false, err
	}
	*r = d.RunSummary
	if d.Courses != nil {
		return true, obs.setCounts(d.Courses)
	}
	if r.Recording == "" || x.Record.Neurons.Len() > 0 {
		return false, nil // what the figures show was not kept: this seed runs again
	}
	return true, obs.read(filepath.Join(o.Dir, r.Recording))
}

// restore brings the engine to the checkpoint of its seed; nil if there is none and the seed starts again.
func (s *saver) restore() (*saved, error) {
	state, engine, err := s.x.readCheckpoint(s.dir, s.state.Seed)
	if state == nil || err != nil {
		return nil, err
	}
	if err := s.engine.Restore(bytes.NewReader(engine)); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(s.dir, checkpointName(s.state.Seed)), err)
	}
	s.state.WallSecond = state.WallSecond
	return state, nil
}

// Resume goes on with the run of a result directory that was interrupted or killed, for any number of workers. What it ends
// with is what the run would have ended with. Of o it takes workers and progress.
func Resume(ctx context.Context, dir string, o RunOptions) (x *Experiment, all []*Summary, learned []Outcome, err error) {
	text, err := os.ReadFile(filepath.Join(dir, "plan.json"))
	if err != nil {
		return nil, nil, nil, &config.Error{File: dir, Reason: "this is not the result directory of a run: it has no plan.json"}
	}
	var p plan
	if err := json.Unmarshal(text, &p); err != nil {
		return nil, nil, nil, fmt.Errorf("%s: %w", filepath.Join(dir, "plan.json"), err)
	}
	if x, err = Load(filepath.Join(dir, "experiment.toml")); err != nil {
		return nil, nil, nil, err
	}
	x.variantName = ""
	o.Dir, o.Seed, o.Seeds, o.resume = dir, &p.Seed, p.Seeds, true
	if len(p.Variants) > 0 {
		all, learned, err = x.RunVariants(ctx, o, p.Variants...)
		return x, all, learned, err
	}
	s, err := x.Run(ctx, o)
	if s != nil {
		learned = s.Outcomes
	}
	return x, []*Summary{s}, learned, err
}
