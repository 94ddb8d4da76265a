package session

import (
	"io"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim/experiment"
)

// Pool is the runs that may go on at a time, and the progress of all of them: experiments that are run side by side
// share one.
type Pool struct {
	tokens   chan struct{}
	progress *progress
}

// NewPool lets so many runs (one for each seed of an experiment) go on at a time, and shows the progress of work in all
// on log; nil for none.
func NewPool(runs int, work spike.Tick, log io.Writer) *Pool {
	return &Pool{make(chan struct{}, max(1, runs)), newTaskProgressOf(log, work)}
}

// Done says that some of the work need not be done, or will not be.
func (p *Pool) Done(work spike.Tick) { p.progress.skip(work) }

// Close ends the progress.
func (p *Pool) Close() { p.progress.finish() }

// Work is how much of the progress an experiment with some seeds is.
func Work(x *experiment.Experiment, seeds int) spike.Tick {
	if x.Task != nil {
		return whole
	}
	return x.Experiment.Duration * spike.Tick(seeds)
}
