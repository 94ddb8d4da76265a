package cli

import (
	"context"

	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/scaling"
)

// scaled makes another network of an experiment.
type scaled struct {
	Scale string `help:"Scale the network: N=0.1 for a tenth of the neurons, K=0.5 for half of the inputs of each, whose other half is replaced by private trains of equal mean and variance; rates=DIR names a run of the full network, which is simulated for 1.5 s otherwise. Prints what it does to rates and correlations." placeholder:"N=X,K=X"`
}

// load reads the experiment, scaled if that is asked for, and says what the scaling did.
func (c *source) load(ctx context.Context, t terminal, workers int) (*experiment.Experiment, error) {
	if c.Scale == "" {
		return experiment.Load(t.kinds, c.Experiment, c.Set...)
	}
	f, err := scaling.ParseFactors(c.Scale)
	if err != nil {
		return nil, err
	}
	x, change, err := scaling.Load(ctx, t.kinds, c.Experiment, c.Set, f, workers)
	if err != nil {
		if ctx.Err() != nil {
			err = &interruption{ctx, "interrupted while the rates of the full and the scaled network were measured"}
		}
		return nil, err
	}
	return x, change.Write(t.err)
}
