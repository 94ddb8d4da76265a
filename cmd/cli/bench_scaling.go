package cli

import (
	"context"
	"fmt"
	"runtime"

	"github.com/burstplex/burstplex/sim/bench"
	"github.com/burstplex/burstplex/sim/scaling"
)

type benchScaling struct {
	Experiment string   `arg:"" optional:"" name:"file-or-name" default:"balanced" help:"Experiment file, or name of a built-in experiment or of a workload of bench; default balanced."`
	Set        []string `help:"Set a key of the experiment; may be repeated." placeholder:"KEY=VALUE" sep:"none"`
	Vary       string   `enum:"workers,neurons,in-degree,rate" default:"workers" help:"What changes from point to point: workers, neurons (at constant inputs of each), in-degree, rate (of events: --controlled)."`
	Weak       bool     `help:"Weak scaling: neurons grow with the workers."`
	From       float64  `help:"First value; default: the experiment's own, or an eighth of the last." placeholder:"X"`
	To         float64  `help:"Last value: workers, neurons in all, inputs of a neuron, or events/s; points double from --from on. Default: all processors, or twice what the experiment has." placeholder:"X"`
	Points     int      `help:"So many points in place of doubling, at equal ratios." placeholder:"N"`
	Seeds      int      `default:"3" help:"Seeds, from the experiment's on: means and standard deviations are over them."`
	Workers    int      `default:"1" help:"Processors to use where they do not vary."`
	Controlled bool     `help:"Put ignore-and-fire neurons of the same event rates and burst probabilities in the place of all neurons: the activity, and with it the work, stays as it is."`
	Publish    bool     `help:"Measure 10 s of model time for each point, in place of 1 s: for figures that are published."`
	Output     string   `short:"o" help:"Directory of the results; default scaling-NAME-VARY. A series that was interrupted goes on there." placeholder:"DIR"`
	scaled
	profiled
}

// Validate is called by the parser.
func (c *benchScaling) Validate() error {
	switch {
	case c.Workers < 1:
		return fmt.Errorf("--workers=%d: must be above 0", c.Workers)
	case c.Seeds < 1 || c.Seeds > 1000:
		return fmt.Errorf("--seeds=%d: must be between 1 and 1000", c.Seeds)
	case c.Points < 0 || c.Points > 1000:
		return fmt.Errorf("--points=%d: must be between 1 and 1000", c.Points)
	case c.From < 0 || c.To < 0:
		return fmt.Errorf("--from, --to: must be above 0")
	case c.Vary == scaling.Workers && c.To > 4096:
		return fmt.Errorf("--to=%g: must be between 1 and 4096 workers", c.To)
	}
	return nil
}

func (c *benchScaling) Run(ctx context.Context, t terminal) error {
	w := bench.Find(c.Experiment)
	w.Set = append(w.Set[:len(w.Set):len(w.Set)], c.Set...)
	if err := c.rescale(ctx, t, &w, c.Workers); err != nil {
		return err
	}
	if c.Vary == scaling.Workers && c.To == 0 {
		c.To = float64(runtime.GOMAXPROCS(0))
	}
	plan, err := scaling.NewPlan(scaling.Plan{Experiment: w.Experiment, Set: w.Set, Vary: c.Vary, Weak: c.Weak,
		From: c.From, To: c.To,
		Points: c.Points, Seeds: c.Seeds, Workers: c.Workers, Controlled: c.Controlled, Publish: c.Publish}, t.kinds)
	if err != nil {
		return err
	}
	if c.Output == "" {
		c.Output = fmt.Sprintf("scaling-%s-%s", plan.Name(), c.Vary)
	}
	stop, err := c.profile()
	if err != nil {
		return err
	}
	defer stop()
	bench.NewReport().Head(t.out)
	rows, err := plan.Run(ctx, c.Output, t.err)
	if err != nil {
		if ctx.Err() != nil {
			return &interruption{ctx, resumable(len(rows), c.Output)}
		}
		return err
	}
	if len(rows) == 0 {
		return fmt.Errorf("no point of the series fits into memory")
	}
	if err := scaling.Summarise(rows).Write(t.out, c.Vary); err != nil {
		return err
	}
	_, err = fmt.Fprintf(t.out, "\nresults in %s: scaling.csv (a row per point and seed), summary.csv, figure.png\n",
		c.Output)
	return err
}
