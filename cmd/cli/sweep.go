package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/session"
	"github.com/burstplex/burstplex/sim/sweep"
)

type sweepCommand struct {
	Experiment string   `arg:"" optional:"" name:"file-or-name" help:"Experiment file, or name of a built-in experiment. What its [sweep] table says holds where no flag says otherwise."`
	Set        []string `help:"Set a key at all points; may be repeated." placeholder:"KEY=VALUE" sep:"none"`
	Vary       []string `help:"Vary a key: a list KEY=0.1,0.2,0.4, a range \"KEY=0 pA:400 pA:9\" (from:to:number), with equal ratios KEY=0.1:10:5:log. A * in a key stands for any name. Keys that move together: \"KEY=1,2; KEY=3,4\", or with the same values KEY,KEY=1,2. May be repeated: all combinations are run." placeholder:"KEY=VALUES" sep:"none"`
	From       string   `help:"CSV file of points: a header of keys, a line for each point." placeholder:"FILE"`
	Sample     string   `help:"Draw points in place of all combinations: random or latin-hypercube, from ranges \"KEY=0 pA:400 pA\" (or FROM:TO:log) and lists." placeholder:"HOW"`
	Samples    int      `help:"How many points are drawn."`
	SampleSeed uint64   `help:"Seed of the points that are drawn."`
	Seeds      *int     `help:"Seeds of each point, in place of the file's."`
	Seed       *uint64  `help:"First seed, in place of the file's."`
	Measure    []string `help:"Measure more of each seed, for example \"correlation(pyr.event_rate, stimuli.input)\"; may be repeated. help lists them." placeholder:"NAME(...)" sep:"none"`
	Output     string   `short:"o" help:"Directory of the sweep; default results/NAME-sweep. A sweep that is there is gone on with, and what is done is not run again." placeholder:"DIR"`
	workers
	Force   bool   `help:"Replace a sweep that is in the directory."`
	Points  string `help:"Run a share of the points: I/N, I from 1 to N, or slurm in a job of an array." placeholder:"I/N"`
	Collect string `help:"Join what shares have run: write sweep.csv, sweep.parquet and the figure of a directory." placeholder:"DIR"`
	Slurm   int    `help:"Print a script for an array of so many Slurm jobs that runs this sweep, and run nothing." placeholder:"N"`
	JSON    bool   `name:"json" help:"Print a line of JSON for each row as points end: for programs that search."`
	Quiet   bool   `short:"q" help:"Print nothing but errors."`
}

// Validate is called by the parser.
func (c *sweepCommand) Validate() error {
	switch {
	case len(c.Measure) == 1 && c.Measure[0] == "help":
		return nil
	case c.Collect == "" && c.Experiment == "":
		return errors.New("an experiment is needed, or --collect")
	case c.Collect != "" && c.Experiment != "":
		return errors.New("--collect takes the directory of a sweep and nothing else")
	case c.Seeds != nil && (*c.Seeds < 1 || *c.Seeds > 10000):
		return fmt.Errorf("--seeds=%d: must be between 1 and 10000", *c.Seeds)
	case c.Slurm < 0:
		return fmt.Errorf("--slurm=%d: must be above 0", c.Slurm)
	}
	return c.workers.validate()
}

func (c *sweepCommand) Run(ctx context.Context, t terminal) error {
	if len(c.Measure) == 1 && c.Measure[0] == "help" {
		_, err := fmt.Fprintln(t.out, strings.Join(sweep.Measures(), "\n"))
		return err
	}
	if c.Collect != "" {
		p, err := sweep.Load(c.Collect)
		if err != nil {
			return err
		}
		r, err := p.Collect(t.kinds, c.Collect)
		if err != nil {
			return err
		}
		return c.ended(t, p, r, c.Collect)
	}
	share, shares, err := c.share()
	if err != nil {
		return err
	}
	x, err := experiment.Load(t.kinds, c.Experiment, c.Set...)
	if err != nil {
		return err
	}
	spec := sweep.Spec{Vary: c.Vary, File: c.From, Sample: c.Sample, Samples: c.Samples, SampleSeed: c.SampleSeed,
		Seed: c.Seed, Measures: c.Measure}
	if c.Seeds != nil {
		spec.Seeds = *c.Seeds
	}
	p, err := sweep.New(session.Program(), x, spec)
	if err != nil {
		return err
	}
	if c.Output == "" {
		c.Output = filepath.Join("results", x.Experiment.Name+"-sweep")
	}
	if c.Slurm > 0 {
		return c.script(t.out, p)
	}
	o := sweep.Options{Dir: c.Output, Workers: c.number(), Share: share, Shares: shares, Force: c.Force, Log: t.err}
	if c.Quiet {
		o.Log = nil
	}
	if c.JSON {
		o.Each = func(rows []sweep.Row) {
			for _, r := range rows {
				text, _ := json.Marshal(jsonRow(p, r))
				fmt.Fprintf(t.out, "%s\n", text)
			}
		}
	}
	if err := p.Begin(x, o); err != nil {
		return err
	}
	return c.run(ctx, t, p, o)
}

// run runs a sweep that has begun.
func (c *sweepCommand) run(ctx context.Context, t terminal, p *sweep.Plan, o sweep.Options) error {
	if o.Log != nil {
		fmt.Fprintf(o.Log, "%d points, %d seeds each, in %s\n", len(p.Points), p.Seeds, o.Dir)
	}
	r, err := p.Run(ctx, t.kinds, o)
	if errors.Is(err, context.Canceled) {
		return &interruption{ctx, fmt.Sprintf("interrupted; points that are done are in %s; go on with: burstplex resume %s",
			o.Dir, o.Dir)}
	}
	if err != nil {
		return err
	}
	return c.ended(t, p, r, o.Dir)
}

// ended says where the results are, and which points failed; these make the command fail.
func (c *sweepCommand) ended(t terminal, p *sweep.Plan, r *sweep.Result, dir string) error {
	if !c.Quiet && !c.JSON {
		if r.Busy > 0 {
			fmt.Fprintf(t.out, "%d points are being run by other processes\n", r.Busy)
		}
		if c.Points != "" {
			fmt.Fprintf(t.out, "rows of this share in %s; when all have ended: burstplex sweep --collect %s\n", dir, dir)
		} else {
			fmt.Fprintf(t.out, "%d rows in %s and .parquet\n", len(r.Rows), filepath.Join(dir, "sweep.csv"))
			if _, err := os.Stat(filepath.Join(dir, "figures", "sweep.png")); err == nil {
				fmt.Fprintf(t.out, "figure in %s\n", filepath.Join(dir, "figures", "sweep.png"))
			}
		}
	}
	if len(r.Failed) > 0 {
		text := fmt.Sprintf("%d of %d points failed; they are in column failure of the table", len(r.Failed), len(p.Points))
		if c.Quiet || c.Collect != "" { // else they have been printed when they ended
			text += "\n" + errors.Join(r.Failed...).Error()
		}
		return errors.New(text) // whatever a point failed of, the sweep did not: exit code 1
	}
	return nil
}

func jsonRow(p *sweep.Plan, r sweep.Row) row {
	out := row{{"point", r.Point}}
	for k, key := range p.Keys {
		if v, err := strconv.ParseFloat(r.Values[k], 64); err == nil {
			out = append(out, cell{key, v})
		} else {
			out = append(out, cell{key, r.Values[k]})
		}
	}
	out = append(out, cell{"seed", r.Seed}, cell{"population", r.Population})
	for i, name := range p.Columns() {
		out = append(out, cell{name, r.Numbers[i]})
	}
	return append(out, cell{"spike_digest_sha256", r.Digest}, cell{"failure", r.Failure})
}

// share reads --points.
func (c *sweepCommand) share() (i, n int, err error) {
	if c.Points == "" {
		return 0, 0, nil
	}
	fail := func(reason, allowed string) (int, int, error) {
		return 0, 0, &config.Error{File: "--points", Value: c.Points, Reason: reason, Allowed: allowed}
	}
	if c.Points == "slurm" {
		var v [4]int
		for k, name := range []string{"SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_MAX",
			"SLURM_ARRAY_TASK_COUNT"} {
			if v[k], err = strconv.Atoi(os.Getenv(name)); err != nil {
				return fail("this is no job of a Slurm array: "+name+" is not set", "")
			}
		}
		if v[3] != v[2]-v[1]+1 {
			return fail(fmt.Sprintf("the array has gaps: %d jobs from %d to %d; the points of the missing ones would not be run",
				v[3], v[1], v[2]), "an array such as 1-8")
		}
		return v[0] - v[1] + 1, v[3], nil
	}
	a, b, ok := strings.Cut(c.Points, "/")
	i, err1 := strconv.Atoi(a)
	n, err2 := strconv.Atoi(b)
	if !ok || err1 != nil || err2 != nil || i < 1 || i > n {
		return fail("is no share of the points", "I/N with I from 1 to N, for example 1/8; or slurm")
	}
	return i, n, nil
}

// script prints a job script for this sweep.
func (c *sweepCommand) script(w io.Writer, p *sweep.Plan) error {
	program, err := os.Executable()
	if err != nil {
		program = "burstplex"
	}
	args := []string{quoted(program), "sweep", quoted(c.Experiment)}
	add := func(flag string, values ...string) {
		for _, v := range values {
			args = append(args, flag, quoted(v))
		}
	}
	add("--set", c.Set...)
	add("--vary", c.Vary...)
	if c.From != "" {
		add("--from", c.From)
	}
	if c.Sample != "" {
		add("--sample", c.Sample)
		add("--samples", strconv.Itoa(c.Samples))
		add("--sample-seed", strconv.FormatUint(c.SampleSeed, 10))
	}
	if c.Seeds != nil {
		add("--seeds", strconv.Itoa(*c.Seeds))
	}
	if c.Seed != nil {
		add("--seed", strconv.FormatUint(*c.Seed, 10))
	}
	add("--measure", c.Measure...)
	_, err = fmt.Fprintf(w, `#!/bin/bash
#SBATCH --job-name=burstplex
#SBATCH --array=1-%d
#SBATCH --cpus-per-task=%d
#SBATCH --output=slurm-%%A-%%a.out
#SBATCH --signal=TERM@120
# %d points of %d seeds. Submit from the folder in which this was printed: sbatch SCRIPT. A job that is ended at its limit of time
# leaves checkpoints: submit the script again, and it goes on. When all jobs have ended:
#     %s sweep --collect %s
set -e
exec %s -o %s --points slurm --workers "${SLURM_CPUS_PER_TASK:-1}"
`, min(c.Slurm, len(p.Points)), max(1, c.number()), len(p.Points), p.Seeds, quoted(program), quoted(c.Output), strings.Join(args, " "), quoted(c.Output))
	return err
}

// quoted is a word as shells read it.
func quoted(word string) string {
	if word != "" && !strings.ContainsFunc(word, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' ||
			strings.ContainsRune("._-/=:,+@%", r))
	}) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
