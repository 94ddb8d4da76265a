package scaling

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/burstplex/burstplex/recordings/figure"
	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/machine"
	"github.com/burstplex/burstplex/sim/session"
	"github.com/burstplex/burstplex/sim/task"
)

// Names of the files in a directory of results.
const (
	planFile    = "plan.json"   // what is measured, with machine and program
	rowsFile    = "scaling.csv" // a row per point and seed
	summaryFile = "summary.csv" // a row per point: means and standard deviations over the seeds
	figureFile  = "figure"      // .png, .svg, .csv
	popFile     = "populations.csv"
)

// identity is what a directory of results belongs to: rows of other machines or programs are not comparable.
type identity struct {
	Plan
	Digest  string `json:"experiment_sha256"` // of its keys: a file that was edited is another experiment
	Program string `json:"program"`
	Machine string `json:"machine"`
}

// Run measures all points of a plan that are not in the directory yet, seed after seed, so that a run that is
// interrupted has something of every point; it goes on where an earlier one of the same plan, program and machine
// ended. Progress goes to log.
func (p *Plan) Run(ctx context.Context, dir string, log io.Writer) ([]Row, error) {
	rows, err := p.open(dir)
	if err != nil {
		return nil, err
	}
	var activity []Activity
	if p.NeedsRates() {
		fmt.Fprintf(log, "rates of %s are measured first\n", p.base.Experiment.Name)
		if activity, err = observe(ctx, p.base, p.Workers); err != nil {
			return nil, err
		}
	}
	points, err := p.Make(activity)
	if err != nil {
		return nil, err
	}
	meter := p.meter(points, rows, log)
	for k := range p.Seeds {
		seed := p.base.Experiment.Seed + uint64(k)
		for _, q := range points {
			if q.TooLarge != "" || done(rows, q, seed) {
				continue
			}
			meter.begin(q, seed)
			r, err := p.Measure(ctx, q, seed, meter.part)
			if err != nil {
				return rows, err
			}
			r.Program = session.Program()
			if err := r.appendPopulations(filepath.Join(dir, popFile)); err != nil {
				return rows, err
			}
			rows = append(rows, r)
			meter.end(&r)
			if err := task.ReplaceBy(filepath.Join(dir, rowsFile),
				func(w io.Writer) error { return WriteRows(w, rows) }); err != nil {
				return rows, err
			}
		}
	}
	slices.SortStableFunc(rows, func(a, b Row) int {
		switch {
		case a.X < b.X:
			return -1
		case a.X > b.X:
			return 1
		}
		return int(a.Seed) - int(b.Seed)
	})
	s := Summarise(rows)
	if err := task.ReplaceBy(filepath.Join(dir, rowsFile),
		func(w io.Writer) error { return WriteRows(w, rows) }); err != nil {
		return rows, err
	}
	if err := task.ReplaceBy(filepath.Join(dir, summaryFile), s.WriteCSV); err != nil {
		return rows, err
	}
	return rows, figure.Save(filepath.Join(dir, figureFile), p.Drawing(s))
}

// open prepares the directory and returns the rows that are in it.
func (p *Plan) open(dir string) ([]Row, error) {
	mine, err := json.MarshalIndent(identity{*p, fmt.Sprintf("%x", sha256.Sum256(p.base.Resolved())), session.Program(),
		machine.Name()}, "", "  ")
	if err != nil {
		return nil, err
	}
	mine = append(mine, '\n')
	file := filepath.Join(dir, planFile)
	theirs, err := os.ReadFile(file)
	switch {
	case err == nil && !bytes.Equal(mine, theirs):
		return nil, &config.Error{File: file,
			Reason:  "another series was measured into this directory (another plan, program or machine)",
			Allowed: "the same command, or another -o"}
	case err != nil:
		if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
			return nil, &config.Error{File: dir, Reason: "exists and is not the directory of a scaling", Allowed: "another -o"}
		}
		if info, err := os.Stat(filepath.Dir(dir)); err != nil || !info.IsDir() {
			return nil, &config.Error{File: "--output " + dir, Reason: "there is no directory " + filepath.Dir(dir)}
		}
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return nil, err
		}
		if err := os.WriteFile(file, mine, 0o666); err != nil {
			return nil, err
		}
	}
	return ReadRows(filepath.Join(dir, rowsFile))
}

func done(rows []Row, q Point, seed uint64) bool {
	return slices.ContainsFunc(rows, func(r Row) bool { return r.X == q.X && r.Seed == seed && r.Workers == q.Workers })
}

// meter says what is measured and how long it will take. Time left follows from the time that points took for their
// guessed work.
type meter struct {
	log         io.Writer
	plan        *Plan
	left, spent float64 // work
	point       Point
	started     time.Time // of the point
	busy        time.Duration
	last        time.Time // line
}

func (p *Plan) meter(points []Point, rows []Row, log io.Writer) *meter {
	m := &meter{log: log, plan: p}
	runs := 0
	for _, q := range points {
		if q.TooLarge != "" {
			fmt.Fprintf(log, "left out: %s = %.6g: %s\n", p.Vary, q.X, q.TooLarge)
			continue
		}
		for k := range p.Seeds {
			if !done(rows, q, p.base.Experiment.Seed+uint64(k)) {
				m.left += q.work
				runs++
			}
		}
	}
	d := p.Durations()
	kind := "quick: an impression, no figures to publish (--publish)"
	if p.Publish {
		kind = "for publication"
	}
	fmt.Fprintf(log, "%d measurements of %g s of model time after %g s, %s; %d are there already\n", runs,
		d.Measure.Seconds(), d.Discard.Seconds(), kind, len(rows))
	return m
}

func (m *meter) begin(q Point, seed uint64) {
	m.point, m.started, m.last = q, time.Now(), time.Now()
	fmt.Fprintf(m.log, "%s = %.6g, seed %d: building %d neurons, %.3g synapses%s\n", m.plan.Vary, q.X, seed,
		q.Estimate.Neurons, q.Estimate.Synapses, m.remaining(0))
}

// remaining says how long all that is left will take, from 0 to 1 of the current point being done.
func (m *meter) remaining(part float64) string {
	spent, took := m.spent+part*m.point.work, m.busy+time.Since(m.started)
	rate := 1.0 // seconds of work are seconds until something is known
	if spent > 0 && took > time.Second {
		rate = took.Seconds() / spent
	}
	left := time.Duration(rate * (m.left - part*m.point.work) * float64(time.Second))
	return fmt.Sprintf(", about %v left", left.Round(time.Second))
}

// linesEvery is the wall time between two lines about one point.
const linesEvery = 10 * time.Second

func (m *meter) part(part float64) {
	simulated := part
	part = m.point.build + part*(1-m.point.build)
	if time.Since(m.last) < linesEvery {
		return
	}
	m.last = time.Now()
	fmt.Fprintf(m.log, "  %.0f %% simulated%s\n", 100*simulated, m.remaining(part))
}

func (m *meter) end(r *Row) {
	m.busy += time.Since(m.started)
	m.spent, m.left = m.spent+m.point.work, m.left-m.point.work
	fmt.Fprintf(m.log, "  built in %.3g s, real-time factor %.3g, %.3g processor s per s, %s, %.3g Hz\n",
		r.Create+r.Connect, r.RealTime, r.CPUSim/r.Model,
		kilobytes(r.Peak), r.Rate)
}
