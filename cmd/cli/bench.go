package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/burstplex/burstplex/sim/bench"
)

type benchCommands struct {
	Mnist    benchImages   `cmd:"" help:"Time learning and answering images in spikes: generated digits, 784-256-256-10 units."`
	Networks benchNetworks `cmd:"" default:"withargs" help:"Time whole networks: NAME... is a workload, an experiment file or a built-in experiment."`
	Parts    benchParts    `cmd:"" help:"Time parts of the engine on one core: delivery, queue, steps, updates."`
	Compare  benchCompare  `cmd:"" help:"Compare two builds: reports of bench --json, measured in turn."`
	Scaling  benchScaling  `cmd:"" help:"Measure how a network scales over workers, neurons, inputs or rate: phases, memory, activity; a table and a figure."`
}

type benchImages struct {
	benchOutput
	Runs    int `short:"n" default:"5" help:"Rounds of 4 batches of 32 images to measure."`
	Workers int `default:"1" help:"Processors to use."`
}

func (c *benchImages) Run(t terminal) error {
	r, err := bench.MeasureImages(max(1, c.Runs), max(1, c.Workers))
	if err != nil {
		return err
	}
	if c.JSON {
		return r.WriteJSON(t.out)
	}
	return r.Write(t.out)
}

// benchOutput is what all benchmarks have.
type benchOutput struct {
	JSON bool `help:"Print JSON instead of a table."`
}

type benchNetworks struct {
	benchOutput
	Names   []string `arg:"" optional:"" name:"name" help:"propagation, plasticity, xor, coba, cuba, balanced, balanced-stdp, two-compartment, microcircuit (2 GiB, minutes), or an experiment. Default: all but microcircuit."`
	Set     []string `help:"Set a key of all these networks, for example experiment.step=0.2ms; may be repeated." placeholder:"KEY=VALUE" sep:"none"`
	Runs    int      `short:"n" default:"5" help:"Stretches of model time to measure."`
	Workers int      `default:"1" help:"Processors to use."`
	profiled
	scaled
	Publish   bool    `help:"The protocol of published tables: --seeds seeds, 500 ms discarded, 10 s without a recording for speed, 10 s with one for accuracy, as one row; goes on where it was interrupted."`
	Seeds     int     `default:"10" help:"Seeds of --publish."`
	Meter     float64 `help:"Mean power of the machine while it simulates, read from a meter: for the energy of --publish in place of the processor's own counters." placeholder:"WATTS"`
	Output    string  `short:"o" help:"Directory of --publish; default publish-NAME." placeholder:"DIR"`
	Recording bool    `help:"Measure what a recording costs: as many stretches with one, in turn."`
	Seed      uint64  `help:"Seed, in place of the experiment's."`
	Shard     int     `help:"Neurons per shard; default: as the engine chooses. Results do not depend on it." hidden:""`
}

// Validate is called by the parser.
func (c *benchNetworks) Validate() error {
	if c.Runs < 1 || c.Runs > 1000 {
		return fmt.Errorf("--runs=%d: must be between 1 and 1000", c.Runs)
	}
	if c.Workers < 1 {
		return fmt.Errorf("--workers=%d: must be above 0", c.Workers)
	}
	switch {
	case c.Seeds < 1 || c.Seeds > 1000:
		return fmt.Errorf("--seeds=%d: must be between 1 and 1000", c.Seeds)
	case c.Meter < 0 || c.Meter > 1e7:
		return fmt.Errorf("--meter=%g: must be between 0 and 10000000 W", c.Meter)
	case !c.Publish && (c.Meter > 0 || c.Output != ""):
		return errors.New("--meter and --output belong to --publish")
	case c.Publish && len(c.Names) != 1:
		return fmt.Errorf("--publish: %d networks are named; it measures one", len(c.Names))
	}
	return nil
}

func (c *benchNetworks) Run(ctx context.Context, t terminal) error {
	var all []bench.Workload
	for _, w := range bench.Workloads() {
		if len(c.Names) == 0 && !w.Large || slices.Contains(c.Names, "all") {
			all = append(all, w)
		}
	}
	for _, n := range c.Names {
		if n != "all" {
			all = append(all, bench.Find(n))
		}
	}
	for i := range all {
		all[i].Set = append(slices.Clip(all[i].Set), c.Set...)
		if err := c.rescale(ctx, t, &all[i], c.Workers); err != nil {
			return err
		}
	}
	if c.Publish {
		return c.publish(ctx, t, all[0])
	}
	stop, err := c.profile()
	if err != nil {
		return err
	}
	defer stop()
	report := bench.NewReport()
	if !c.JSON {
		report.Head(t.out)
	}
	for _, w := range all {
		r, err := bench.Measure(ctx, w, bench.Options{Stretches: c.Runs, Workers: c.Workers, Seed: c.Seed,
			Record: c.Recording, Shard: c.Shard})
		if err != nil {
			return err
		}
		report.Workloads = append(report.Workloads, r)
		if !c.JSON {
			r.Write(t.out)
		}
	}
	if c.JSON {
		return report.WriteJSON(t.out)
	}
	return report.WriteSummary(t.out)
}

type benchParts struct {
	benchOutput
	Words []string `arg:"" optional:"" name:"word" help:"Only parts whose group contains a word: sparse, delayed, dense, row-events, steps, plastic, allocation, activity."`
	Large bool     `help:"Also a network of a million neurons (0.5 GiB)."`
}

func (c *benchParts) Run(t terminal) error {
	report := bench.NewReport()
	err := bench.Parts(c.Words, c.Large, func(p bench.Part) {
		report.Parts = append(report.Parts, p)
		if !c.JSON {
			fmt.Fprintf(t.err, "\r%d parts measured", len(report.Parts))
		}
	})
	if err != nil {
		return err
	}
	if c.JSON {
		return report.WriteJSON(t.out)
	}
	fmt.Fprintln(t.err)
	report.Head(t.out)
	return bench.WriteParts(t.out, report.Parts)
}

type benchCompare struct {
	Reports []string `arg:"" name:"report" help:"OLD.json NEW.json, and more such pairs: each pair measured one after the other. Ten pairs make a ratio that can be trusted to 3 %."`
}

// Validate is called by the parser.
func (c *benchCompare) Validate() error {
	if len(c.Reports)%2 != 0 {
		return fmt.Errorf("%d reports: pairs of an old and a new one are needed", len(c.Reports))
	}
	return nil
}

func (c *benchCompare) Run(t terminal) error {
	var reports []*bench.Report
	for _, file := range c.Reports {
		r, err := bench.ReadReport(file)
		if err != nil {
			return bad(err)
		}
		reports = append(reports, r)
	}
	var pairs []bench.Pair
	for i := 0; i < len(reports); i += 2 {
		pairs = append(pairs, bench.Pair{Old: reports[i], New: reports[i+1]})
	}
	ratios, err := bench.Compare(pairs)
	if err != nil {
		return bad(err)
	}
	reports[0].Head(t.out)
	return bench.WriteRatios(t.out, ratios)
}
