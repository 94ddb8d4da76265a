package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/burstplex/burstplex/internal/plural"
	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/report"
	"github.com/burstplex/burstplex/sim/session"
	"github.com/burstplex/burstplex/sim/sweep"
)

type initCommand struct {
	Name     string `arg:"" optional:"" help:"Built-in experiment."`
	Model    string `help:"Write an experiment with a built-in model written as equations instead." placeholder:"MODEL"`
	Template string `help:"Write an experiment to start from instead: small, a network of two populations." placeholder:"NAME"`
	Output   string `short:"o" help:"File to write, - for standard output; default NAME.toml. An existing file is never overwritten." placeholder:"FILE"`
}

// Validate is called by the parser.
func (c *initCommand) Validate() error {
	n := 0
	for _, given := range []string{c.Name, c.Model, c.Template} {
		if given != "" {
			n++
		}
	}
	if n != 1 {
		return errors.New("one of NAME, --model and --template is needed")
	}
	return nil
}

func (c *initCommand) Run(t terminal) error {
	read, copied, name := experiment.Text, (func(name, path string) (string, error))(nil), c.Name
	switch {
	case c.Model != "":
		read, copied, name = experiment.WrittenText, experiment.CopyWritten, c.Model
	case c.Template != "":
		read, copied, name = experiment.TemplateText, experiment.CopyTemplate, c.Template
	}
	if c.Output == standard {
		text, err := read(name)
		if err != nil {
			return err
		}
		_, err = t.out.Write(text)
		return err
	}
	if copied != nil {
		file, err := copied(name, c.Output)
		if err == nil {
			fmt.Fprintf(t.out, "wrote %s\n", file)
		}
		return err
	}
	written, err := experiment.Copy(t.kinds, c.Name, c.Output)
	for _, file := range written {
		fmt.Fprintf(t.out, "wrote %s\n", file)
	}
	return err
}

// source names an experiment and what is to be different in it.
type source struct {
	Experiment string   `arg:"" name:"file-or-name" help:"Experiment file, or name of a built-in experiment."`
	Set        []string `help:"Set a key of the experiment, for example --set projections.pyr2_pyr1.weight=0.2; may be repeated." placeholder:"KEY=VALUE" sep:"none"`
	scaled
}

type checkCommand struct {
	source
	Accuracy bool `help:"Also run the models written as equations for a moment and compare spike times with the reference integrator: median, 99 %, order, and substeps that would do."`
}

func (c *checkCommand) Run(ctx context.Context, t terminal) error {
	x, err := c.load(ctx, t, 0)
	if err != nil {
		return err
	}
	if err := x.CheckAll(); err != nil {
		return err
	}
	if err := warn(t, x, checkBudget); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "%s: ok\n", c.Experiment)
	if c.Accuracy {
		lines, err := x.Accuracies()
		if err != nil {
			return err
		}
		for _, l := range lines {
			fmt.Fprintln(t.out, l)
		}
	}
	return requirements(ctx, t.out, x)
}

// requirements says what an experiment will take: a check is asked before hours of runs.
func requirements(ctx context.Context, w io.Writer, x *experiment.Experiment) error {
	if x.Task != nil {
		_, err := fmt.Fprintf(w, "a task, %s; what it takes is not estimated\n", x.Task.Kind)
		return err
	}
	memory, disk, err := x.Estimate()
	if err != nil {
		return err
	}
	about := &x.Experiment
	seconds, how := estimatedSeconds(ctx, x, memory)
	fmt.Fprintln(w, memory)
	if x.Record.Spikes {
		fmt.Fprintln(w, disk)
	} else {
		fmt.Fprintln(w, "no spikes on disk: record.spikes is false")
	}
	_, err = fmt.Fprintf(w, "%g s of model time, %s; for each seed about %s of one processor (%s)\n",
		about.Duration.Seconds(),
		plural.Of(about.Seeds, "seed"), duration(seconds), how)
	return err
}

// duration prints a number of seconds for people.
func duration(seconds float64) string {
	switch {
	case seconds < 9.5:
		return fmt.Sprintf("%.1g s", seconds)
	case seconds < 100:
		return fmt.Sprintf("%.0f s", seconds)
	case seconds < 2*3600:
		return fmt.Sprintf("%.0f min", seconds/60)
	}
	return fmt.Sprintf("%.1f h", seconds/3600)
}

// large is the memory or space on disk from which an experiment is announced before it begins.
const large = 1 << 30

// warn prints what is suspicious in the models of an experiment, and which of them the step is too long for; budget
// bounds the steps of neurons that this may take.
func warn(t terminal, x *experiment.Experiment, budget int) error {
	inaccurate, err := x.Inaccuracies(budget)
	for _, w := range append(x.Warnings(), inaccurate...) {
		fmt.Fprintln(t.err, w)
	}
	return err
}

// Steps of neurons that a measurement of accuracy may take: in a check, and before a run.
const checkBudget, runBudget = 1_000_000, 100_000

// announce says what a large experiment will take.
func announce(w io.Writer, x *experiment.Experiment) error {
	memory, disk, err := x.Estimate()
	if err == nil && memory.Bytes >= large {
		fmt.Fprintln(w, memory)
	}
	if err == nil && disk.Bytes() >= large {
		fmt.Fprintln(w, disk)
	}
	return err
}

type runCommand struct {
	source
	Output string  `short:"o" help:"Directory for the results; default results/NAME. It must not exist." placeholder:"DIR"`
	Seed   *uint64 `help:"First seed, in place of the file's."`
	Seeds  *int    `help:"Number of runs with ascending seeds, in place of the file's."`
	workers
	Force    bool     `help:"Replace an existing result directory: all that an earlier run left in it is removed."`
	Variants []string `help:"Run variants of the experiment, each into a directory of its own: names, or all." placeholder:"NAME,..."`
	spoken
	profiled
}

// spoken is how a run speaks.
type spoken struct {
	Quiet bool `short:"q" help:"Print nothing but warnings and errors."`
	JSON  bool `name:"json" help:"Print the summary as JSON in place of tables: an object, or a list of them for variants."`
}

// log is where progress goes.
func (c spoken) log(t terminal) io.Writer {
	if c.Quiet {
		return nil
	}
	return t.err
}

// print prints what runs ended with, in the form that was asked for. used is the processor time that they took, s.
func (c spoken) print(t terminal, x *experiment.Experiment, all []*report.Summary, learned []report.Outcome, dir string,
	used, wall float64) error {
	switch {
	case c.JSON:
		var v any = all
		if len(all) == 1 {
			v = all[0]
		}
		text, err := json.MarshalIndent(v, "", "  ")
		if err == nil {
			_, err = t.out.Write(append(text, '\n'))
		}
		return err
	case c.Quiet:
		return nil
	}
	printResults(t.out, x, all, learned, dir)
	model := 0.0
	for _, s := range all {
		for _, r := range s.Runs {
			model += r.ModelTime
		}
	}
	switch {
	case model > 0 && used > 0:
		fmt.Fprintf(t.out, "%.4g s of model time in %.1f s; %.1f processor seconds, %.3g per second of model time\n", model,
			wall, used, used/model)
	case used > 0:
		fmt.Fprintf(t.out, "%.1f s; %.1f processor seconds\n", wall, used)
	}
	return nil
}

// Validate is called by the parser.
func (c *runCommand) Validate() error {
	if c.Seeds != nil && (*c.Seeds < 1 || *c.Seeds > 10000) {
		return fmt.Errorf("--seeds=%d: must be between 1 and 10000", *c.Seeds)
	}
	if c.Seed != nil && *c.Seed > math.MaxInt64 {
		return fmt.Errorf("--seed=%d: must be between 0 and %d", *c.Seed, uint64(math.MaxInt64))
	}
	return c.workers.validate()
}

func (c *runCommand) Run(ctx context.Context, t terminal) error {
	if c.Seed != nil { // so that the saved experiment, run again, has the same spikes
		c.Set = append(c.Set, fmt.Sprintf("experiment.seed=%d", *c.Seed))
	}
	if c.Seeds != nil {
		c.Set = append(c.Set, fmt.Sprintf("experiment.seeds=%d", *c.Seeds))
	}
	x, err := c.load(ctx, t, c.number())
	if err != nil {
		return err
	}
	if c.Output == "" {
		c.Output = filepath.Join("results", x.Experiment.Name)
	}
	if err := warn(t, x, runBudget); err != nil {
		return err
	}
	if err := announce(t.err, x); err != nil {
		return err
	}
	began, used := time.Now(), processorSeconds()
	stop, err := c.profile()
	if err != nil {
		return err
	}
	defer stop()
	o := session.Options{Dir: c.Output, Seed: c.Seed, Workers: c.number(), Force: c.Force, Log: c.log(t)}
	if c.Seeds != nil {
		o.Seeds = *c.Seeds
	}
	var all []*report.Summary
	var learned []report.Outcome
	if len(c.Variants) > 0 {
		if slices.Equal(c.Variants, []string{"all"}) {
			c.Variants = nil
		}
		all, learned, err = session.RunVariants(ctx, x, o, c.Variants...)
	} else {
		all = make([]*report.Summary, 1)
		if all[0], err = session.Run(ctx, x, o); err == nil {
			learned = all[0].Outcomes
		}
	}
	if errors.Is(err, context.Canceled) {
		return interrupted(ctx, c.Output)
	}
	if err != nil {
		return err
	}
	return c.print(t, x, all, learned, c.Output, processorSeconds()-used, time.Since(began).Seconds())
}

// printResults prints what runs ended with.
func printResults(out io.Writer, x *experiment.Experiment, all []*report.Summary, learned []report.Outcome,
	dir string) {
	for _, s := range all {
		if s.Variant != "" {
			fmt.Fprintf(out, "\n%s\n", s.Variant)
		}
		printSummary(out, s)
	}
	if x.Task == nil {
		fmt.Fprintln(out)
	}
	report.PrintOutcomes(x, out, learned)
	fmt.Fprintf(out, "results in %s\n", dir)
}

type resumeCommand struct {
	Dir string `arg:"" help:"Directory of a run or a sweep that was interrupted or killed."`
	workers
	spoken
}

// Validate is called by the parser.
func (c *resumeCommand) Validate() error { return c.workers.validate() }

// workers are the processors that a command may use.
type workers struct {
	Workers *int `help:"Processors to use; default all. Results do not depend on it."`
}

func (w workers) validate() error {
	if w.Workers != nil && *w.Workers < 1 {
		return fmt.Errorf("--workers=%d: must be above 0", *w.Workers)
	}
	return nil
}

// number returns how many they are, 0 for all.
func (w workers) number() int {
	if w.Workers == nil {
		return 0
	}
	return *w.Workers
}

func (c *resumeCommand) Run(ctx context.Context, t terminal) error {
	if sweep.Is(c.Dir) {
		p, err := sweep.Load(c.Dir)
		if err != nil {
			return err
		}
		return (&sweepCommand{Quiet: c.Quiet}).run(ctx, t, p, sweep.Options{Dir: c.Dir, Workers: c.number(), Log: c.log(t)})
	}
	began, used := time.Now(), processorSeconds()
	x, all, learned, err := session.Resume(ctx, t.kinds, c.Dir, session.Options{Workers: c.number(), Log: c.log(t)})
	if errors.Is(err, context.Canceled) {
		return interrupted(ctx, c.Dir)
	}
	if err != nil {
		return err
	}
	return c.print(t, x, all, learned, c.Dir, processorSeconds()-used, time.Since(began).Seconds())
}

func interrupted(ctx context.Context, dir string) error {
	return &interruption{ctx,
		fmt.Sprintf("interrupted; what was simulated so far is in %s; go on with: burstplex resume %s", dir, dir)}
}

func printSummary(out io.Writer, s *report.Summary) {
	if len(s.Runs) == 0 {
		for _, line := range s.Lines {
			fmt.Fprintln(out, line)
		}
		return
	}
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "seed\tneurons\tsynapses\tspikes\twall time\tper model s\tdigest\t")
	for _, r := range s.Runs {
		fmt.Fprintf(w, "%d\t%d\t%d\t%d\t%.2f s\t%.3f s\t%.12s\t\n", r.Seed, r.Neurons, r.Synapses, r.Spikes, r.WallSeconds,
			r.RealTimeFactor, r.Digest)
	}
	w.Flush()
	fmt.Fprintln(out)
	report.PrintRates(out, s)
	if len(s.Compared) > 0 {
		fmt.Fprintln(out)
		report.PrintComparison(out, s.Compared)
	}
}

type plotCommand struct {
	Dir   string   `arg:"" help:"Directory of results."`
	Names []string `arg:"" optional:"" name:"name" help:"Figures to draw; default all."`
}

func (c *plotCommand) Run(t terminal) error {
	if _, err := os.Stat(filepath.Join(c.Dir, "experiment.toml")); err != nil { // before a lock is left in it
		return &config.Error{File: c.Dir, Reason: "this is not the result directory of a run: it has no experiment.toml"}
	}
	held, err := session.Hold(c.Dir)
	if err != nil {
		return err
	}
	if err := errors.Join(report.Draw(t.kinds, c.Dir, c.Names...), held.Release()); err != nil {
		return err
	}
	fmt.Fprintf(t.out, "figures in %s\n", filepath.Join(c.Dir, "figures"))
	return nil
}

type versionCommand struct{}

func (versionCommand) Run(t terminal) error {
	_, err := fmt.Fprintln(t.out, session.Program())
	return err
}
