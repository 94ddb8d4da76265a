package scaling

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/experiment"
)

// Change is what a scaling did to a network.
type Change struct {
	Factors
	Scaled
	Full, Small  sim.Estimate // what both take
	Before       []Activity   // nil if the full network was not simulated
	After        []Activity
	WhyNotBefore string
}

// Load reads an experiment and scales it. The full network is simulated for Discarded and ObservedTime, unless f says
// where its rates stand or it does not fit into memory; and so is the scaled one, so that both can be compared.
func Load(ctx context.Context, kinds *experiment.Registries, name string, set []string, f Factors,
	workers int) (*experiment.Experiment, *Change, error) {
	full, err := experiment.Load(kinds, name, set...)
	if err != nil {
		return nil, nil, err
	}
	c := &Change{Factors: f}
	if _, err := f.Scale(full, ofOneHz(full)); err != nil { // before minutes of work
		return nil, nil, err
	}
	if c.Full, _, err = full.Estimate(); err != nil {
		return nil, nil, err
	}
	switch have := sim.AvailableMemory(); {
	case f.Rates != "":
		if c.Before, err = ReadRates(f.Rates); err != nil {
			return nil, nil, err
		}
		for i := range c.Before {
			c.Before[i].Correlation = math.NaN() // a summary has none
			if p := full.Populations.Get(c.Before[i].Population); p != nil {
				c.Before[i].Neurons = p.Neurons()
			}
		}
	case have > 0 && c.Full.Bytes > have:
		c.WhyNotBefore = fmt.Sprintf("the full network needs %s of memory, and %s are available", sim.Size(c.Full.Bytes),
			sim.Size(have))
		if f.K < 1 {
			return nil, nil, wrong(f.String(), "the rates of the full network are needed for K below 1: %s",
				c.WhyNotBefore).Allow("rates=DIRECTORY of a run's results")
		}
	default:
		if c.Before, err = observe(ctx, full, workers); err != nil {
			return nil, nil, err
		}
	}
	if c.Scaled, err = f.Scale(full, c.Before); err != nil {
		return nil, nil, err
	}
	x, err := experiment.Load(kinds, name, slices.Concat(set, c.Set)...)
	if err != nil {
		return nil, nil, err
	}
	if c.Small, _, err = x.Estimate(); err != nil {
		return nil, nil, err
	}
	c.After, err = observe(ctx, x, workers)
	return x, c, err
}

// observe is Observe with the experiment's seed and errors at their places.
func observe(ctx context.Context, x *experiment.Experiment, workers int) ([]Activity, error) {
	a, err := Observe(ctx, x, x.Experiment.Seed, workers)
	var placed *config.Error
	if err != nil && !errors.As(err, &placed) {
		err = fmt.Errorf("while rates were measured: %w", err)
	}
	return a, err
}

// ofOneHz returns rates that are not 0.
func ofOneHz(x *experiment.Experiment) (a []Activity) {
	for name := range x.Populations.All() {
		a = append(a, Activity{Population: name, Spikes: 1, Events: 1, Bursts: 1})
	}
	return a
}

// Write prints what a scaling did, for people.
func (c *Change) Write(out io.Writer) error {
	each := func(e sim.Estimate) float64 { return e.Synapses / max(1, float64(e.Neurons)) }
	fmt.Fprintf(out, "scaled by %v: %d to %d neurons, %.4g to %.4g synapses (%.4g to %.4g inputs a neuron)\n", c.Factors,
		c.Full.Neurons, c.Small.Neurons,
		c.Full.Synapses, c.Small.Synapses, each(c.Full), each(c.Small))
	if c.Replaced > 0 {
		fmt.Fprintf(out, "left out along %d projections: private Poisson trains of the same mean and variance stand for "+
			"these inputs\n", c.Replaced)
	}
	if len(c.Kept) > 0 {
		fmt.Fprintf(out, "one to one, and left so: %s\n", strings.Join(c.Kept, ", "))
	}
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(w, "population\tneurons\tscaled\trate, Hz\tscaled\tburst probability, %\tscaled\tcorrelation\tscaled\t\n")
	for _, after := range c.After {
		before := Activity{Population: after.Population, Spikes: math.NaN(), Bursts: math.NaN(), Correlation: math.NaN()}
		if i := slices.IndexFunc(c.Before, func(a Activity) bool { return a.Population == after.Population }); i >= 0 {
			before = c.Before[i]
		}
		full := "-"
		if before.Neurons > 0 {
			full = fmt.Sprint(before.Neurons)
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t\n", after.Population, full, after.Neurons,
			number(before.Spikes), number(after.Spikes),
			number(100*before.Probability()), number(100*after.Probability()), number(before.Correlation),
			number(after.Correlation))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if c.WhyNotBefore != "" {
		fmt.Fprintf(out, "not compared: %s\n", c.WhyNotBefore)
	}
	which := "both"
	if c.Before == nil || c.Rates != "" {
		which = "scaled"
	}
	_, err := fmt.Fprintf(out,
		"%s: %g s of model time after %g s, one seed; correlation: mean over all pairs, of spike counts in bins of %g ms\n",
		which, ObservedTime.Seconds(), Discarded.Seconds(), CountBin.Milliseconds())
	return err
}

// number prints three digits, - for what does not exist.
func number(x float64) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return "-"
	}
	return fmt.Sprintf("%.3g", x)
}
