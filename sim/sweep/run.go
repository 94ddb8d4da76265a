package sweep

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/burstplex/burstplex/internal/parallel"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/session"
	"github.com/burstplex/burstplex/sim/task"
)

// Options says where and how a sweep is run. None of them changes a number.
type Options struct {
	Dir     string
	Workers int              // processors; 0: all
	Share   int              // which of Shares to run, from 1; 0: all points
	Shares  int              //
	Force   bool             // replace an earlier sweep
	Log     io.Writer        // progress and failures; nil: none
	Each    func(rows []Row) // is called with the rows of each point that ends; may be nil

	NoFigures bool
}

// Result is what a sweep ended with.
type Result struct {
	Rows   []Row
	Failed []error // of points, each with its name
	Busy   int     // points that other processes are running
}

// memoryShare is how much of the memory that is available the runs may take together.
const memoryShare = 0.8

// Begin makes the directory of a sweep, or finds the same sweep there, which is gone on with.
func (p *Plan) Begin(x *experiment.Experiment, o Options) (err error) {
	if err := os.MkdirAll(o.Dir, 0o777); err != nil {
		return err
	}
	var held *session.Lock
	for try := range 100 { // shares of a job array begin together
		if held, err = session.Hold(o.Dir); !errors.Is(err, session.ErrHeld) || o.Shares == 0 || try == 99 {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, held.Release()) }()
	old, err := Load(o.Dir)
	switch {
	case err == nil && !o.Force && !p.same(old):
		return &config.Error{File: o.Dir,
			Reason: "this directory holds another sweep; choose another with -o, or replace it with --force"}
	case err == nil && !o.Force:
		p.Measures = mergeMeasures(old.Measures, p.Measures)
		return task.ReplaceJSON(filepath.Join(o.Dir, planFile), p)
	case err == nil:
		for _, name := range []string{"points", "figures", "inputs", "sweep.csv", "sweep.parquet", planFile} {
			if err := os.RemoveAll(filepath.Join(o.Dir, name)); err != nil {
				return err
			}
		}
		shares, _ := filepath.Glob(filepath.Join(o.Dir, "points-*.csv"))
		for _, name := range shares {
			if err := os.Remove(name); err != nil {
				return err
			}
		}
	default:
		entries, err := os.ReadDir(o.Dir)
		if err != nil {
			return err
		}
		if len(entries) > 1 { // the lock is in it
			return &config.Error{File: o.Dir, Reason: "the directory exists and is not that of a sweep; choose another with -o"}
		}
	}
	_ = x.Check() // finds the files that it reads; only its points must be right
	if _, err := x.Save(o.Dir); err != nil {
		return err
	}
	return task.ReplaceJSON(filepath.Join(o.Dir, planFile), p)
}

func mergeMeasures(old, more []string) []string {
	all := slices.Clone(old)
	for _, m := range more {
		if !slices.Contains(all, m) {
			all = append(all, m)
		}
	}
	return all
}

// Run runs the points of a sweep that Begin has made, or goes on with them: those that are done are not run again. A
// point that fails is reported, and the others go on. If ctx ends, points stop with checkpoints, and the error is
// ctx.Err().
func (p *Plan) Run(ctx context.Context, kinds *experiment.Registries, o Options) (*Result, error) {
	base, err := experiment.Load(kinds, filepath.Join(o.Dir, "experiment.toml"))
	if err != nil {
		return nil, err
	}
	if o.Workers <= 0 {
		o.Workers = runtime.GOMAXPROCS(0)
	}
	if o.Shares == 0 { // two of these would write the same table
		held, err := session.Hold(o.Dir)
		if err != nil {
			return nil, err
		}
		defer held.Release()
	}
	var mine []Point
	for i, pt := range p.Points {
		if o.Shares == 0 || i%o.Shares == o.Share-1 {
			mine = append(mine, pt)
		}
	}
	t := &table{plan: p, path: filepath.Join(o.Dir, "sweep.csv"), each: o.Each}
	if o.Shares > 0 {
		t.path = filepath.Join(o.Dir, fmt.Sprintf("points-%d.csv", o.Share))
	}
	if err := t.begin(); err != nil {
		return nil, err
	}
	runs := min(o.Workers, len(mine)*p.Seeds)
	var work spike.Tick
	var need int64
	for i, pt := range mine {
		x, err := base.With(p.overrides(pt)...)
		if err != nil {
			continue // is reported when its turn comes
		}
		work += session.Work(x, p.Seeds)
		if i < runs { // a few say how large they are
			if e, _, err := x.Estimate(); err == nil {
				need = max(need, e.Bytes)
			}
		}
	}
	if have := sim.AvailableMemory(); have > 0 && need > 0 {
		runs = max(1, min(runs, int(memoryShare*float64(have)/float64(need))))
	}
	pool := session.NewPool(runs, max(work, 1), o.Log)
	defer pool.Close()
	var mu sync.Mutex
	result := &Result{}
	parallel.Each(runs, len(mine), func(_, i int) {
		if ctx.Err() != nil {
			return
		}
		pt := mine[i]
		err := p.point(ctx, kinds, base, pt, o, pool)
		if errors.Is(err, context.Canceled) {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if errors.Is(err, session.ErrHeld) {
			result.Busy++
			return
		}
		if err == nil {
			err = t.add(kinds, o.Dir, pt)
		}
		if err != nil {
			err = fmt.Errorf("%s: %w", p.name(pt), err)
			result.Failed = append(result.Failed, err)
			err = errors.Join(keepFailure(pt.dir(o.Dir), err), t.failed(pt, err))
			if o.Log != nil {
				fmt.Fprintf(o.Log, "burstplex: %v\n", result.Failed[len(result.Failed)-1])
			}
		}
		if err != nil {
			result.Failed = append(result.Failed, err)
		}
	})
	if err := ctx.Err(); err != nil {
		return result, errors.Join(t.close(), err)
	}
	if err := t.close(); err != nil {
		return result, err
	}
	result.Rows = t.rows
	if o.Shares > 0 {
		return result, nil
	}
	return result, p.conclude(o.Dir, t.rows, !o.NoFigures)
}

// failureFile holds the error of a point that failed; a sweep that is gone on with tries it again.
const failureFile = "failed.txt"

// point runs a point, or goes on with it, unless it is done.
func (p *Plan) point(ctx context.Context, kinds *experiment.Registries, base *experiment.Experiment, pt Point,
	o Options, pool *session.Pool) error {
	dir := pt.dir(o.Dir)
	x, err := base.With(p.overrides(pt)...)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(dir), 0o777); err != nil {
		return err
	}
	run := session.Options{Dir: dir, Seed: &p.Seed, Seeds: p.Seeds, Workers: o.Workers, Pool: pool}
	switch began, done := state(dir); {
	case done:
		pool.Done(session.Work(x, p.Seeds))
		return nil
	case began:
		if err := os.Remove(filepath.Join(dir, failureFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		_, _, _, err = session.Resume(ctx, kinds, dir, run)
		return err
	}
	if _, err := os.Stat(dir); err == nil {
		if _, err := os.Stat(filepath.Join(dir, failureFile)); err == nil {
			if err := os.RemoveAll(dir); err != nil { // it failed before it began
				return err
			}
		} else if held, err := session.Hold(
			dir); err != nil { // another process is about to begin, or was killed before it did
			return err
		} else if err := errors.Join(held.Release(), os.RemoveAll(dir)); err != nil {
			return err
		}
	}
	_, err = session.Run(ctx, x, run)
	return err
}

// state reports whether a point has begun, and whether it is done.
func state(dir string) (began, done bool) {
	if _, err := os.Stat(filepath.Join(dir, "plan.json")); err != nil {
		return false, false
	}
	var s struct {
		Interrupted bool `json:"interrupted"`
	}
	text, err := os.ReadFile(filepath.Join(dir, "summary.json"))
	return true, err == nil && json.Unmarshal(text, &s) == nil && !s.Interrupted
}

func keepFailure(dir string, failure error) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, failureFile), []byte(failure.Error()+"\n"), 0o666)
}
