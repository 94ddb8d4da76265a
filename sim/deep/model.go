package deep

import (
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/sim/ensemble"
)

// newModel makes the memory of one worker.
func (t *Task) newModel(net *ensemble.Network, key rng.Key) ensemble.Model {
	switch t.Model {
	case "spikes":
		return ensemble.NewPresenter(net, t.Timing, t.constant(), key)
	case "counts":
		return ensemble.NewRates(net, t.Timing.EventsPerUnit(), false, key)
	case "rates":
		return ensemble.NewRates(net, 0, false, key)
	}
	return ensemble.NewRates(net, 0, true, key)
}

// constant reports whether the input does not change while an image is shown.
func (t *Task) constant() bool { return t.Input == "current" }
