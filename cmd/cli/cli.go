// Package cli holds the commands of Burstplex, so that a program with models, rules or figures of its own has them too:
//
//	kinds := report.NewRegistries()
//	kinds.Models.Add(...)
//	os.Exit(cli.Main(kinds, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
//
// Every command is thin: it calls a library function that a Go program could call too.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/alecthomas/kong"

	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/images"
	"github.com/burstplex/burstplex/sim/session"
)

// Exit codes.
const (
	done     = 0
	failed   = 1
	badInput = 2
)

type commands struct {
	List    listCommand    `cmd:"" help:"List the built-in experiments, or models and keys."`
	Init    initCommand    `cmd:"" help:"Copy a built-in experiment to a file to edit."`
	Check   checkCommand   `cmd:"" help:"Check an experiment without simulating it."`
	Run     runCommand     `cmd:"" help:"Simulate an experiment and write a directory of results."`
	Sweep   sweepCommand   `cmd:"" help:"Run an experiment at many points: keys varied, with seeds, into one table and figure."`
	Resume  resumeCommand  `cmd:"" help:"Go on with a run that was interrupted or killed."`
	Compare compareCommand `cmd:"" help:"What differs between runs: keys, rates with their scatter, digests."`
	Plot    plotCommand    `cmd:"" help:"Draw the figures of a directory of results again."`
	Bench   benchCommands  `cmd:"" help:"Measure how fast networks are simulated."`
	Spikes  spikesCommands `cmd:"" help:"Look into a recording of spikes."`
	Version versionCommand `cmd:"" help:"Print the version."`

	Completion completionCommand `cmd:"" help:"Print what makes a shell complete commands, flags and names: bash, zsh or fish."`
	Man        manCommand        `cmd:"" help:"Print the manual, or write a page for each command into a directory."`

	ShowVersion versionFlag `name:"version" help:"Print the version, with the commit." short:"V"`
}

// terminal is where a command writes, and what it knows.
type terminal struct {
	out, err io.Writer
	kinds    *experiment.Registries // what files can name
}

// exit leaves the parser after it has printed help.
type exit int

// Main executes a command line, without the name of the program, and returns the exit code. What experiment files can
// name is in kinds. No command reads stdin yet.
func Main(kinds *experiment.Registries, args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case exit:
			code = int(r)
		default:
			panic(r)
		}
	}()
	ctx, stop := interruptible(stderr)
	defer stop()
	parser, err := newParser(
		kong.Writers(stdout, stderr), kong.Exit(func(code int) { panic(exit(code)) }),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(terminal{stdout, stderr, kinds}),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		panic(err)
	}
	switch {
	case len(args) == 0:
		args = []string{"--help"}
	case args[0] == "help": // help COMMAND
		args = append(args[1:len(args):len(args)], "--help")
	}
	if n := len(args); args[0] == "list" && (args[n-1] == "--keys" || args[n-1] == "--keys=") {
		args = append(args[:n-1:n-1], "--keys="+allKeys)
	}
	parsed, err := parser.Parse(args)
	if err == nil {
		err = parsed.Run()
	}
	return complain(stderr, err)
}

// newParser returns the parser of all commands.
func newParser(options ...kong.Option) (*kong.Kong, error) {
	return kong.New(&commands{}, append([]kong.Option{kong.Name("burstplex"),
		kong.Description("Simulates networks of neurons that speak in events and bursts. More on a command: burstplex help " +
			"COMMAND.")}, options...)...)
}

// versionFlag prints the version in place of a command.
type versionFlag bool

// BeforeReset is called by the parser.
func (versionFlag) BeforeReset(app *kong.Kong) error {
	fmt.Fprintln(app.Stdout, session.Program())
	app.Exit(done)
	return nil
}

// complain prints an error, one line for each mistake, and returns the exit code.
func complain(w io.Writer, err error) int {
	if err == nil {
		return done
	}
	for line := range strings.Lines(err.Error()) {
		fmt.Fprintf(w, "burstplex: %s\n", strings.TrimRight(line, " \r\n")) // a caret stays below its place
	}
	var stopped *interruption
	if errors.As(err, &stopped) {
		return stopped.code()
	}
	var one *config.Error
	var many config.List
	var usage *kong.ParseError
	var input *inputError
	var data *images.DataError
	if errors.As(err, &one) || errors.As(err, &many) || errors.As(err, &usage) || errors.As(err, &input) ||
		errors.As(err, &data) {
		return badInput
	}
	return failed
}

// inputError marks an error as the user's: a file that is not what the command takes.
type inputError struct{ error }

func (e *inputError) Unwrap() error { return e.error }

func bad(err error) error {
	if err == nil {
		return nil
	}
	return &inputError{err}
}

// notAmong is the error of a flag whose value names something that does not exist.
func notAmong(flag, name string, valid []string) error {
	e := &config.Error{File: flag, Value: strconv.Quote(name), Reason: "there is none of this name",
		Allowed: strings.Join(valid, ", ")}
	if near := config.Nearest(name, valid); near != "" {
		e.Reason += fmt.Sprintf("; did you mean %q?", near)
	}
	return e
}

// interruptible returns a context that ends at the first interrupt. The second one ends the process at once.
func interruptible(stderr io.Writer) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		select {
		case s := <-signals:
			signal.Stop(signals) // from now on an interrupt has its usual effect
			fmt.Fprintln(stderr, "\nburstplex: ending after the current window; interrupt again to abort")
			cancel(signalled{s})
		case <-ctx.Done():
		}
	}()
	return ctx, func() { signal.Stop(signals); cancel(nil) }
}

// signalled is why a context ended: a signal came.
type signalled struct{ os.Signal }

func (s signalled) Error() string { return s.String() }

// interruption is the error of a command that was interrupted and has left what it had.
type interruption struct {
	ctx  context.Context
	text string
}

func (e *interruption) Error() string { return e.text }

// code is the exit code that shells expect of a program that a signal ended: 128 and the signal's number.
func (e *interruption) code() int {
	var s signalled
	if number, ok := syscall.SIGINT, errors.As(context.Cause(e.ctx), &s); ok {
		if own, ok := s.Signal.(syscall.Signal); ok {
			number = own
		}
		return 128 + int(number)
	}
	return failed
}
