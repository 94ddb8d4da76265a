package ensemble

import (
	"context"
	"math"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/burstplex/burstplex/neuron"
	neurons "github.com/burstplex/burstplex/neuron/ensemble"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/synapse/units"
)

// A population of ensembles in a network, and a layer of a presentation, with equal drives: with exact times and the
// same key all events and bursts are the same; counted in bins they agree in mean and variance.
func TestNetworkIsThePresentation(t *testing.T) {
	const n, seed, bins, until = 60, 7, 400, 400 * spike.Millisecond
	spec := neurons.Default()
	spec.Neurons, spec.PB = 100, 0.3
	timing := DefaultTiming()
	timing.Neurons, timing.Rate, timing.Dead, timing.Bin, timing.Delay = 100, 10, 25, 1, 4
	timing.Settle, timing.Learn, timing.Exact = 200, 200, true
	net := &Network{Input: units.Shape{Height: 1, Width: 1, Channels: 1}, PB: 0.3, Layers: []*Layer{{
		Projection: &units.Dense{Below: units.Shape{Height: 1, Width: 1, Channels: 1},
			Above: units.Shape{Height: 1, Width: 1, Channels: n}}, W: make([]float32, n), Bias: make([]float32, n)}}}
	drive := sim.Network{Seed: seed, Step: spike.Millisecond,
		Populations: []sim.Population{{Name: "before", Size: 5, Spec: neuron.DefaultPoisson()},
			{Name: "units", Size: n, Spec: spec}}}
	for u := range n {
		net.Layers[0].Bias[u] = float32(u)/20 - 2
		drive.Stimuli = append(drive.Stimuli, sim.Stimulus{Name: string(rune('a' + u)), Population: "units",
			Port:      neuron.Soma,
			Amplitude: neuron.Const(float64(net.Layers[0].Bias[u])), Wave: sim.Constant{}, First: u, Last: u + 1})
	}
	net.Pack(false)
	start := State{make([]float32, 1), slices.Repeat([]float32{0.5}, n)}
	p := NewPresenter(net, timing, true, rng.New(1))
	key := rng.New(seed, "population", "units")
	e := p.sampler.(*exact)
	e.keys[0][1], e.keys[1][1] = key.Sub("events"), key.Sub("bursts")
	p.Forward([]float32{1}, start, 0)
	p.Backward(nil, start, 0)
	var want []spike.Event
	for u, times := range p.Times().Events[1] {
		for k, at := range times {
			onset := spike.Event{At: spike.FromSeconds(at), Src: spike.ID(u)}
			want = append(want, onset)
			if onset.At += 4 * spike.Millisecond; p.Times().Burst[1][u][k] && onset.At < until {
				onset.Kind = spike.Burst
				want = append(want, onset)
			}
		}
	}
	slices.SortFunc(want, spike.Compare)

	s, err := sim.New(&drive, sim.Options{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var all sim.Collector
	s.AddSink(&all)
	if err := s.Run(context.Background(), until); err != nil {
		t.Fatal(err)
	}
	var got []spike.Event
	for _, e := range all.Events {
		if e.Src >= 5 {
			e.Src = (e.Src - 5) / 100
			got = append(got, e)
		}
	}
	slices.SortFunc(got, spike.Compare)
	if !slices.Equal(got, want) || len(want) < 10000 {
		t.Errorf("%d spikes in a network, %d in a presentation, which are not the same", len(got), len(want))
	}

	timing.Exact = false
	counted := NewPresenter(net, timing, true, rng.New(2))
	var mine, theirs []float64 // counts of a unit in 50 ms, less their mean
	for run := range 20 {
		counted.Forward([]float32{1}, start, uint64(run))
		for u := range n {
			mean := 0.05 * 100 * 10 * neurons.Activation(float64(net.Layers[0].Bias[u]))
			for from := 100; from < bins; from += 50 {
				sum := 0.0
				for _, c := range counted.layers[0].events.Row(u)[from : from+50] {
					sum += float64(c)
				}
				theirs = append(theirs, (sum-mean)/math.Sqrt(mean))
			}
		}
	}
	counts := map[[2]int]float64{}
	for _, e := range got {
		if e.Kind == spike.Onset && e.At >= 100*spike.Millisecond {
			counts[[2]int{int(e.Src), int(e.At / (50 * spike.Millisecond))}]++
		}
	}
	for u := range n {
		mean := 0.05 * 100 * 10 * neurons.Activation(float64(net.Layers[0].Bias[u]))
		for k := 2; k < 8; k++ {
			mine = append(mine, (counts[[2]int{u, k}]-mean)/math.Sqrt(mean))
		}
	}
	m1, v1 := stat.MeanVariance(mine, nil)
	m2, v2 := stat.MeanVariance(theirs, nil)
	if math.Abs(m1-m2) > 4*math.Sqrt(v1/float64(len(mine))) || math.Abs(math.Log(v1/v2)) > 0.35 {
		t.Errorf("counts in a network %.3f (variance %.3f), in bins %.3f (%.3f)", m1, v1, m2, v2)
	}

}
