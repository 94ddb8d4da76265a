// Command burstplex simulates spiking networks whose neurons speak in events and bursts, from experiment files.
//
// Every subcommand is a few lines around a library function that a Go program could call too: package sim/experiment
// runs experiments, package recordings reads and repairs recordings, package recordings/export translates them.
//
// Exit codes: 0 done, 1 failed or interrupted, 2 bad input.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/recordings/export"
	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/experiment"
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// cli is the command line.
type cli struct {
	List    listCmd    `cmd:"" help:"List the built-in experiments."`
	Init    initCmd    `cmd:"" help:"Write a copy of a built-in experiment to edit."`
	Check   checkCmd   `cmd:"" help:"Check an experiment without running it."`
	Run     runCmd     `cmd:"" help:"Run an experiment."`
	Plot    plotCmd    `cmd:"" help:"Draw the figures of a result directory again."`
	Spikes  spikesCmd  `cmd:"" help:"Look into recordings."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

// output is where commands print.
type output struct{ out, err io.Writer }

// run is main with its surroundings as arguments. It returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	var c cli
	exit := -1
	parser, err := kong.New(&c, kong.Name("burstplex"), kong.Description("Event-driven simulator of networks that speak in events and bursts."),
		kong.Vars{"formats": strings.Join(export.Formats(), ",")}, kong.Writers(stdout, stderr), kong.Exit(func(code int) { exit = code }), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		panic(err)
	}
	k, err := parser.Parse(args)
	if exit >= 0 {
		return exit // --help
	}
	if err != nil {
		fmt.Fprintln(stderr, "burstplex:", err)
		return 2
	}
	err = k.Run(&output{stdout, stderr})
	switch {
	case err == nil:
		return 0
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "burstplex: interrupted; what was simulated is kept in valid files")
		return 1
	}
	bad := badInput(err)
	if l := (config.List)(nil); errors.As(err, &l) {
		for _, e := range l {
			fmt.Fprintln(stderr, "burstplex:", e)
		}
	} else {
		fmt.Fprintln(stderr, "burstplex:", err)
	}
	if bad {
		return 2
	}
	return 1
}

// inputError marks an error as the user's.
type inputError struct{ error }

func (e inputError) Unwrap() error { return e.error }

func badInput(err error) bool {
	var ie inputError
	var ce *config.Error
	var cl config.List
	return errors.As(err, &ie) || errors.As(err, &ce) || errors.As(err, &cl)
}

type listCmd struct {
	Models bool   `help:"List the neuron models."`
	Keys   string `help:"List the keys of a neuron model, or of an experiment file (--keys experiment)." placeholder:"MODEL"`
}

func (c *listCmd) Run(o *output) error {
	switch {
	case c.Keys == "experiment":
		return config.WriteKeys(o.out, config.Describe(&experiment.File{}))
	case c.Keys != "":
		var names []string
		for _, m := range neuron.Models() {
			if m.Name == c.Keys {
				return config.WriteKeys(o.out, config.Describe(m.Default()))
			}
			names = append(names, m.Name)
		}
		return inputError{fmt.Errorf("there is no neuron model %q (allowed: %q)", c.Keys, names)}
	case c.Models:
		for _, m := range neuron.Models() {
			fmt.Fprintf(o.out, "%-20s %s\n", m.Name, m.Doc)
		}
		return nil
	}
	for _, name := range experiment.Builtin() {
		x, err := experiment.Load(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(o.out, "%-22s %s (%s)\n", name, x.Experiment.Title, x.Experiment.Reproduces)
	}
	return nil
}

type initCmd struct {
	Name   string `arg:"" help:"Built-in experiment."`
	Output string `short:"o" help:"File to write; default NAME.toml." placeholder:"FILE"`
}

func (c *initCmd) Run(o *output) error {
	files, err := experiment.Copy(c.Name, c.Output)
	for _, f := range files {
		fmt.Fprintln(o.out, f)
	}
	return err
}

type checkCmd struct {
	Experiment string   `arg:"" help:"File, or name of a built-in experiment."`
	Set        []string `help:"Override a value: key=value." placeholder:"KEY=VALUE" sep:"none"`
}

func (c *checkCmd) Run(o *output) error {
	x, err := experiment.Load(c.Experiment, c.Set...)
	if err != nil {
		return err
	}
	if err := x.Check(); err != nil {
		return err
	}
	fmt.Fprintf(o.out, "%s: ok\n", c.Experiment)
	return nil
}

type runCmd struct {
	Experiment string   `arg:"" help:"File, or name of a built-in experiment."`
	Output     string   `short:"o" help:"Result directory; default results/NAME." placeholder:"DIR"`
	Seed       *uint64  `help:"First seed, in place of the file's."`
	Seeds      int      `help:"Number of seeds, in place of the file's."`
	Workers    int      `help:"Processors to use; default all."`
	Set        []string `help:"Override a value: key=value." placeholder:"KEY=VALUE" sep:"none"`
	Force      bool     `help:"Replace the files of an existing result directory."`
	Quiet      bool     `short:"q" help:"No progress."`
	CPUProfile string   `name:"cpuprofile" help:"Write a CPU profile." placeholder:"FILE"`
}

func (c *runCmd) Run(o *output) error {
	if c.Seeds < 0 || c.Workers < 0 {
		return inputError{fmt.Errorf("--seeds and --workers must not be negative")}
	}
	x, err := experiment.Load(c.Experiment, c.Set...)
	if err != nil {
		return err
	}
	dir := c.Output
	if dir == "" {
		dir = filepath.Join("results", x.Experiment.Name)
	}
	if c.CPUProfile != "" {
		f, err := os.Create(c.CPUProfile)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C aborts at once
	options := experiment.RunOptions{Dir: dir, Seed: c.Seed, Seeds: c.Seeds, Workers: c.Workers, Force: c.Force}
	if !c.Quiet {
		options.Log = o.err
	}
	s, err := x.Run(ctx, options)
	if err != nil {
		return err
	}
	s.Print(o.out)
	fmt.Fprintf(o.out, "\nresults in %s, figures in %s\n", dir, filepath.Join(dir, "figures"))
	return nil
}

type plotCmd struct {
	Dir     string   `arg:"" help:"Result directory."`
	Figures []string `arg:"" optional:"" help:"Names of figures; all by default."`
}

func (c *plotCmd) Run(o *output) error {
	if err := experiment.Draw(c.Dir, c.Figures...); err != nil {
		return err
	}
	fmt.Fprintln(o.out, filepath.Join(c.Dir, "figures"))
	return nil
}

type versionCmd struct{}

func (versionCmd) Run(o *output) error {
	fmt.Fprintln(o.out, experiment.Program())
	return nil
}
