package ensemble

import (
	"fmt"

	neurons "github.com/burstplex/burstplex/neuron/ensemble"
	"github.com/burstplex/burstplex/neuron/rng"
)

// stepper draws how many events and bursts a unit has in every bin. It takes a few units at a time through all that
// happens to them, so that they stay in the cache.
type stepper struct {
	net               *Network
	steps             *neurons.Steps
	delay             int
	soma, own, apical neurons.Filter
	keys              [2][]rng.Key // of events and bursts, by layer
	counts, start     []float32    // of some units: bursts in a bin, start of a trace
}

// some is how many units are taken at a time: a multiple of sixteen, which are drawn together.
const some = 64

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
	return &stepper{net: net, steps: neurons.NewSteps(t.Ensemble(), t.Bin/1000), delay: min(delay, bins),
		keys: layerKeys(net, key),
		soma: newFilter(t, t.TauSyn), own: newFilter(t, t.TauOwn), apical: newFilter(t, t.TauDend),
		start: make([]float32, some)}
}

func (s *stepper) events(a *activity, layer int, start []float32, number uint64) {
	stride, bins := a.events.Stride, a.events.Cols
	for u := 0; u < a.events.Rows; u += some {
		n := min(some, a.events.Rows-u)
		at, start := u*stride, start[u:]
		counts := a.events.Data[at:]
		if layer == 0 {
			s.input(a, u, n, start, number)
		} else {
			s.steps.Layer(counts, a.drive.Data[at:], stride, n, bins, start, s.keys[0][layer], number<<24|uint64(u))
		}
		s.soma.Layer(a.x.Data[at:], counts, stride, n, bins, start)
		if a.own != nil && a.own != a.x {
			s.own.Layer(a.own.Data[at:], counts, stride, n, bins, start)
		}
	}
}

// input draws the events of n input units from the given one on, but for as many as are drawn together that are all
// silent.
func (s *stepper) input(a *activity, from, n int, start []float32, number uint64) {
	const together = 16
	stride, bins := a.events.Stride, a.events.Cols
	for k := 0; k < n; k += together {
		m, silence := min(together, n-k), true
		for u := from + k; u < from+k+m; u++ {
			silence = silence && a.drive.Row(u)[0] <= silent
		}
		at := (from + k) * stride
		if silence {
			clear(a.events.Data[at : at+m*stride])
			continue
		}
		s.steps.Layer(a.events.Data[at:], a.drive.Data[at:], stride, m, bins, start[k:], s.keys[0][0], number<<24|
			uint64(from+k))
	}
}

func (s *stepper) bursts(a *activity, layer int, start []float32, number uint64) {
	stride, bins := a.events.Stride, a.events.Cols
	if len(s.counts) < some*stride {
		s.counts = make([]float32, some*stride)
	}
	feedback := s.net.Layers[layer-1]
	for u := 0; u < a.events.Rows; u += some {
		n := min(some, a.events.Rows-u)
		from, to := u*stride, (u+n)*stride
		counts, events, signed := s.counts[:n*stride], a.events.Data[from:to], a.signed.Data[from:to]
		s.steps.LayerBursts(counts, events, a.drive.Data[from:to], stride, n, bins, s.keys[1][layer], number<<24|uint64(u))
		// All rows are one here: what ends in the next row is cleared.
		neurons.Less(signed[s.delay:], counts, events, s.net.PB)
		for i := range n {
			clear(signed[i*stride:][:s.delay])
		}
		if layer == 1 {
			continue
		}
		if feedback.Q == nil {
			s.apical.Layer(a.burst.Data[from:], signed, stride, n, bins, nil)
			continue
		}
		s.delayed(a.late.Data[from:to], events, stride, n, bins, start[u:], 1)
		s.delayed(a.burst.Data[from:to], counts, stride, n, bins, start[u:], s.net.PB)
	}
}

// delayed writes traces for apical dendrites, which begin at the start times scale and see counts after the delay.
func (s *stepper) delayed(x, counts []float32, stride, n, bins int, start []float32, scale float32) {
	for u := range n {
		s.start[u] = float32(start[u] * scale)
	}
	s.apical.Layer(x, counts, stride, n, bins, s.start)
	copy(x[s.delay:], x)
	for u := range n {
		row := x[u*stride:][:s.delay]
		for k := range row {
			row[k] = s.start[u]
		}
	}
}
