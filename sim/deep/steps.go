package deep

import (
	"fmt"

	"github.com/burstplex/burstplex/neuron/ensemble"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/synapse/units"
)

// stepper draws how many events and bursts a unit has in every bin.
type stepper struct {
	net             *Network
	steps           *ensemble.Steps
	delay           int
	soma, own, late filter
	burst           filter
	keys            [2][]rng.Key // of events and bursts, by layer
	counts          []*units.Block
}

// layerKeys returns the random keys of the layers, the input first.
func layerKeys(net *Network, key rng.Key) (keys [2][]rng.Key) {
	for i := range len(net.Layers) + 1 {
		keys[0] = append(keys[0], key.Sub(fmt.Sprint("events of layer ", i)))
		keys[1] = append(keys[1], key.Sub(fmt.Sprint("bursts of layer ", i)))
	}
	return keys
}

func newStepper(net *Network, t *Timing, key rng.Key) *stepper {
	bins, _, delay := t.bins()
	s := &stepper{net: net, steps: ensemble.NewSteps(t.Ensemble(), t.Bin/1000), delay: delay, keys: layerKeys(net, key),
		soma: newFilter(t, t.TauSyn, 0), own: newFilter(t, t.TauOwn, 0), late: newFilter(t, t.TauDend, delay), burst: newFilter(t, t.TauDend, delay)}
	for _, l := range net.Layers {
		s.counts = append(s.counts, units.NewBlock(l.Units(), bins))
	}
	return s
}

func (s *stepper) events(a *activity, layer int, start []float32, number uint64) {
	e := a.events
	s.steps.Layer(e.Data, a.drive.Data, e.Stride, e.Rows, e.Cols, start, s.keys[0][layer], number<<24)
	for u := range e.Rows {
		s.soma.run(a.x.Row(u), e.Row(u), start[u])
		if a.own != nil {
			s.own.run(a.own.Row(u), e.Row(u), start[u])
		}
	}
}

func (s *stepper) bursts(a *activity, layer int, start []float32, number uint64) {
	pb, counts, e := s.net.PB, s.counts[layer-1], a.events
	s.steps.LayerBursts(counts.Data, e.Data, a.drive.Data, e.Stride, e.Rows, e.Cols, s.keys[1][layer], number<<24)
	for u := range e.Rows {
		bursts, events, signed := counts.Row(u), e.Row(u), a.signed.Row(u)
		clear(signed[:s.delay])
		for k := s.delay; k < len(signed); k++ {
			signed[k] = bursts[k-s.delay] - float32(pb*events[k-s.delay])
		}
		if layer > 1 {
			s.late.run(a.late.Row(u), events, start[u])
			s.burst.run(a.burst.Row(u), bursts, float32(pb*start[u]))
		}
	}
}
