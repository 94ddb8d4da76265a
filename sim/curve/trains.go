package curve

import (
	"slices"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/plasticity"
	"github.com/burstplex/burstplex/synapse"
)

// generator draws the spike times of one neuron.
type generator func(s *rng.Stream, end spike.Tick) []spike.Tick

// poisson returns Poisson trains with a dead time.
func poisson(rate float64, dead spike.Tick) generator {
	return func(s *rng.Stream, end spike.Tick) (at []spike.Tick) {
		free := 1 / rate
		if dead > 0 {
			free -= dead.Seconds() // so that the rate is what it says
		}
		for t := spike.Tick(0); ; {
			t += dead + spike.FromSeconds(s.Exp()*free) + 1
			if t >= end {
				return at
			}
			at = append(at, t)
		}
	}
}

// burstPoisson returns events at a rate, 20 ms apart at least, each followed with probability p by a second spike 2
// to 12 ms later.
func burstPoisson(rate, p float64) generator {
	events := poisson(rate, 20*spike.Millisecond)
	return func(s *rng.Stream, end spike.Tick) (at []spike.Tick) {
		for _, t := range events(s, end) {
			at = append(at, t)
			if s.Float64() < p {
				at = append(at, t+2*spike.Millisecond+spike.FromSeconds(0.01*s.Float64()))
			}
		}
		return at
	}
}

// periodic returns epochs of n spikes at a rate; epochs begin every gap.
func periodic(rate float64, n, epochs int, gap spike.Tick) []spike.Tick {
	var at []spike.Tick
	for e := range epochs {
		for k := range n {
			at = append(at, spike.Tick(e)*gap+spike.FromSeconds(float64(k)/rate)+spike.Millisecond)
		}
	}
	return at
}

// label returns the trains of neurons 0, 1, ... as labelled spikes in canonical order.
func label(d spike.Detector, trains [][]spike.Tick) (all []spike.Event) {
	for i, train := range trains {
		memory := spike.NewTrain()
		for _, t := range train {
			all = append(all, spike.Event{At: t, Src: spike.ID(i), Kind: d.Label(&memory, t)})
		}
	}
	slices.SortFunc(all, spike.Compare)
	return all
}

// pairs is n synapses from neuron i to neuron i, of weight 0 unless said, without bounds that matter.
func pairs(n int, w0 float64) (*synapse.Block, error) {
	p, err := synapse.New(synapse.Spec{Name: "pairs", Connector: synapse.OneToOne{}, Weight: neuron.Const(w0),
		Delay: neuron.Const(1), Plastic: true}, 0,
		synapse.Geometry{Sources: n, Targets: n, Key: rng.New(0, "pairs")}, spike.Millisecond)
	if err != nil {
		return nil, err
	}
	p.SetShards(1)
	if err := p.Connect(0, 0, n); err != nil {
		return nil, err
	}
	return p.Block(0, n), nil
}

// change returns how much the weights of n independent pairs have changed at the end: the rule sees the presynaptic
// trains without delay.
func change(s plasticity.Spec, pre, post [][]spike.Tick, end spike.Tick) ([]float64, error) {
	block, err := pairs(len(pre), 0)
	if err != nil {
		return nil, err
	}
	r, err := s.New(plasticity.Build{Block: block, Step: spike.Millisecond, Receptor: "ampa"})
	if err != nil {
		return nil, err
	}
	a, b := label(spike.DefaultDetector(), pre), label(spike.DefaultDetector(), post)
	const window = 100 * spike.Millisecond
	for from := spike.Tick(0); from < end; from += window {
		w := spike.Window{From: from, To: from + window}
		na, nb := until(a, w.To), until(b, w.To)
		r.Update(w, a[:na], b[:nb], true)
		a, b = a[na:], b[nb:]
	}
	changes := make([]float64, len(pre))
	for i := range changes {
		_, weights := block.Row(i)
		changes[i] = float64(weights[0])
	}
	return changes, nil
}

func until(events []spike.Event, t spike.Tick) int {
	n := 0
	for n < len(events) && events[n].At < t {
		n++
	}
	return n
}
