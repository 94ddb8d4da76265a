package deep

import (
	"github.com/burstplex/burstplex/neuron/ensemble"
	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/rng"
)

// exact draws every event at its own time, off the grid: drives are constant within bins, event times are not confined to
// them. What an event adds to a trace by the end of its bin depends on when it came.
type exact struct {
	net                *Network
	timing             *Timing
	unit               *ensemble.Unit
	keys               [2][]rng.Key
	times              [][][]float64 // of events, s, by layer and unit
	burst              [][][]bool    // which of them are bursts
	bin, delay, window float64       // s
	sums               [3][]float32
}

func newExact(net *Network, t *Timing, key rng.Key) *exact {
	bins, _, _ := t.bins()
	e := &exact{net: net, timing: t, unit: ensemble.NewUnit(t.Ensemble()), keys: layerKeys(net, key), bin: t.Bin / 1000, delay: t.Delay / 1000, window: float64(bins) * t.Bin / 1000}
	for i := range e.sums {
		e.sums[i] = make([]float32, bins)
	}
	for i := range len(net.Layers) + 1 {
		n := net.Input.Units()
		if i > 0 {
			n = net.Layers[i-1].Units()
		}
		e.times, e.burst = append(e.times, make([][]float64, n)), append(e.burst, make([][]bool, n))
	}
	return e
}

// stream returns the random numbers of a unit: even streams decide about events, odd ones about bursts.
func (e *exact) stream(key rng.Key, number uint64, u int) rng.Stream {
	return key.Stream(number<<24|uint64(u), 0)
}

func (e *exact) events(a *activity, layer int, start []float32, number uint64) {
	draw := func(u int) {
		s := e.stream(e.keys[0][layer], number, u)
		times := ensemble.Events(e.unit, e.times[layer][u][:0], a.drive.Row(u), float64(start[u]), e.bin, &s)
		e.times[layer][u] = times
		counts := a.events.Row(u)
		clear(counts)
		for _, t := range times {
			counts[e.binOf(t)]++
		}
		e.filter(a.x.Row(u), times, nil, 0, e.timing.TauSyn, start[u])
		if a.own != nil {
			e.filter(a.own.Row(u), times, nil, 0, e.timing.TauOwn, start[u])
		}
	}
	if a.active != nil {
		for u := range e.times[layer] {
			e.times[layer][u] = e.times[layer][u][:0]
		}
		for _, u := range a.active {
			draw(u)
		}
		return
	}
	for u := range a.events.Rows {
		draw(u)
	}
}

func (e *exact) binOf(t float64) int { return min(len(e.sums[0])-1, int(t/e.bin)) }

// filter writes the trace of events (those that are bursts, if burst is not nil) at the start of every bin, for arrivals at
// t + delay.
func (e *exact) filter(x []float32, times []float64, burst []bool, delay, tau float64, start float32) {
	arrived := e.sums[0]
	clear(arrived)
	for i, t := range times {
		if burst != nil && !burst[i] {
			continue
		}
		t += delay
		k := int(t / e.bin)
		if k >= len(arrived) {
			break
		}
		arrived[k] += numeric.Exp32(float32((t - float64(k+1)*e.bin) * 1000 / tau))
	}
	fade := numeric.Exp32(float32(-e.timing.Bin / tau))
	jump := float32(1000 / (float64(e.timing.Neurons) * e.timing.Rate * tau))
	v := start
	before := float32(start*(1-fade)) / jump // what arrives in a bin on average
	for k := range x {
		x[k] = v
		n := arrived[k]
		if end := float64(k+1) * e.bin; end <= delay {
			n = before
		}
		v = float32(fade*v) + float32(jump*n)
	}
}

func (e *exact) bursts(a *activity, layer int, start []float32, number uint64) {
	pb := e.net.PB
	for u := range a.events.Rows {
		s := e.stream(e.keys[1][layer], number, u)
		times, burst, p := e.times[layer][u], e.burst[layer][u][:0], a.drive.Row(u)
		signed := a.signed.Row(u)
		clear(signed)
		for _, t := range times {
			b := float32(rng.Unit(s.Uint32())) < p[e.binOf(t)]
			burst = append(burst, b)
			if k := int((t + e.delay) / e.bin); k < len(signed) {
				signed[k] -= pb
				if b {
					signed[k]++
				}
			}
		}
		e.burst[layer][u] = burst
		if layer > 1 {
			e.filter(a.late.Row(u), times, nil, e.delay, e.timing.TauDend, start[u])
			e.filter(a.burst.Row(u), times, burst, e.delay, e.timing.TauDend, float32(pb*start[u]))
			if e.net.Layers[layer-1].Q == nil {
				ensemble.Less(a.burst.Row(u), a.burst.Row(u), a.late.Row(u), pb)
			}
		}
	}
}
