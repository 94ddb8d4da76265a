package session

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/task"
)

const planFile = "plan.json"

// begin makes the result directory of a run, which this process alone writes into until it releases the lock, and
// writes down what a resumed or repeated run needs: the experiment with everything that it reads, and the plan. It
// returns the experiment as it will be read from there, so that this run and every later one of the directory are
// of the same experiment. variants are those that the plan names.
func begin(x *experiment.Experiment, o Options, variants ...*experiment.Experiment) (saved *experiment.Experiment,
	held *Lock, err error) {
	if held, err = makeDir(x, o); err != nil {
		return nil, nil, err
	}
	if saved, err = x.Save(o.Dir, variants...); err == nil {
		err = writePlan(o, plan{*o.Seed, o.Seeds, namesOf(variants), x.VariantName})
	}
	if err != nil {
		return nil, nil, errors.Join(err, held.Release())
	}
	return saved, held, nil
}

// reload reads the experiment of a result directory, and makes sure that its inputs are those that its run began with.
func reload(kinds *experiment.Registries, dir string) (*experiment.Experiment, error) {
	if err := experiment.VerifyInputs(dir); err != nil {
		return nil, err
	}
	return experiment.Load(kinds, filepath.Join(dir, "experiment.toml"))
}

// makeDir makes and locks the result directory. It never overwrites one silently: with o.Force, what an earlier run
// left is removed.
func makeDir(x *experiment.Experiment, o Options) (*Lock, error) {
	if err := os.MkdirAll(filepath.Dir(o.Dir), 0o777); err != nil {
		return nil, err
	}
	err := os.Mkdir(o.Dir, 0o777)
	switch {
	case err == nil:
		return Hold(o.Dir)
	case !errors.Is(err, os.ErrExist):
		return nil, err
	case !o.Force:
		return nil, &config.Error{File: o.Dir,
			Reason: "the result directory exists already; choose another with -o, or replace it with --force"}
	}
	held, err := Hold(o.Dir)
	if err != nil {
		return nil, err
	}
	if err := empty(x, o.Dir); err != nil {
		return nil, errors.Join(err, held.Release())
	}
	return held, nil
}

// empty removes what is in the result directory of an earlier run, all of it: figures and recordings of one run
// beside the summary of another would be taken for its. A directory that is no run's is left alone, and so is one
// that the experiment itself is read from.
func empty(x *experiment.Experiment, dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, planFile)); err != nil && len(entries) > 1 { // the lock is in it
		return &config.Error{File: dir,
			Reason: "this is not the result directory of a run: --force would remove what is in it"}
	}
	sources := []string{x.Source()}
	for _, in := range x.Inputs() {
		if in.FS == nil {
			sources = append(sources, in.Path)
		}
	}
	for _, path := range sources {
		if within, err := inside(dir, path); within || err != nil {
			return errors.Join(err, &config.Error{File: dir,
				Reason: fmt.Sprintf("--force would remove %s, which the experiment is read from", path)})
		}
	}
	for _, e := range entries {
		if e.Name() != lockFile {
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, e.Name())))
		}
	}
	return err
}

// inside reports whether a file ("" is in no directory) lies in a directory.
func inside(dir, path string) (bool, error) {
	if path == "" {
		return false, nil
	}
	d, err := filepath.Abs(dir)
	if err != nil {
		return false, err
	}
	p, err := filepath.Abs(path)
	if err != nil {
		return false, err
	}
	relative, err := filepath.Rel(d, p)
	return err == nil && relative != ".." && !strings.HasPrefix(relative, ".."+string(filepath.Separator)), nil
}

func writePlan(o Options, p plan) error {
	return task.ReplaceJSON(filepath.Join(o.Dir, planFile), p)
}

// own returns the experiment that a run in o.Dir simulates, and the lock on the directory: a new run begins one, a
// resumed run goes on with the one that it was given.
func own(x *experiment.Experiment, o Options, variants ...*experiment.Experiment) (*experiment.Experiment, *Lock,
	error) {
	if !o.resume {
		return begin(x, o, variants...)
	}
	held, err := Hold(o.Dir)
	return x, held, err
}
