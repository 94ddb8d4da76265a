package sim

import (
	"context"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/synapse"
)

// silent is a network in which everybody is at rest, in windows of one step.
func silent(populations, size int) *Network {
	net := &Network{Seed: 1, Step: 100 * spike.Microsecond}
	for i := range populations {
		name := string(rune('a' + i))
		net.Populations = append(net.Populations, Population{Name: name, Size: size, Spec: neuron.DefaultLIFDelta()})
		net.Projections = append(net.Projections, Projection{Source: name, Target: "a", Port: "soma", Receptor: "delta",
			Spec: synapse.Spec{Name: name, Connector: synapse.FixedInDegree{K: 10}, Weight: neuron.Const(1),
				Delay: neuron.Const(0.1)}})
	}
	return net
}

// Shards at rest are not called: a network in which nobody moves makes no steps.
func TestSilenceIsNotSimulated(t *testing.T) {
	s, err := New(silent(3, 5000), Options{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Finish()
	const awake = 100 * spike.Millisecond // until all have been seen to be at rest
	if err := s.Run(context.Background(), awake); err != nil {
		t.Fatal(err)
	}
	before := s.Counts().NeuronSteps
	if err := s.Run(context.Background(), 2*spike.Second); err != nil {
		t.Fatal(err)
	}
	if n := s.Counts().NeuronSteps - before; n != 0 || len(s.called) != 0 {
		t.Errorf("%d steps of neurons at rest, %d shards in the last window", n, len(s.called))
	}
}

// pulses are rare spikes into a silent network.
func pulses() *Network {
	net := silent(2, 300)
	source := neuron.DefaultPoisson()
	source.Rate = neuron.Const(3)
	net.Populations = append(net.Populations, Population{Name: "source", Size: 5, Spec: source})
	net.Projections = append(net.Projections, Projection{Source: "source", Target: "b", Port: "soma", Receptor: "delta",
		Spec: synapse.Spec{Name: "source", Connector: synapse.FixedProbability{P: 0.2}, Weight: neuron.Const(30),
			Delay: neuron.Const(0.3)}})
	for i := range net.Populations[:2] {
		cells := neuron.DefaultLIFDelta()
		cells.Reset = neuron.Const(0) // rest
		net.Populations[i].Spec = cells
		net.Projections[i].Weight = neuron.Const(0) // arrives, and leaves them at rest
	}
	net.Stimuli = []Stimulus{{Name: "late", Population: "a", Port: "soma", Amplitude: neuron.Const(300),
		Wave: Constant{}, From: 4800 * spike.Millisecond, To: 4900 * spike.Millisecond}}
	return net
}

// windowsOf counts the windows that it is told of, which must follow each other.
type windowsOf struct {
	t  *testing.T
	to spike.Tick
	n  int
}

func (c *windowsOf) WriteSpikes(w spike.Window, _ []spike.Event) error {
	if w.From != c.to {
		c.t.Errorf("window %v follows one to %v", w, c.to)
	}
	c.to = w.To
	c.n++
	return nil
}
func (*windowsOf) Close() error { return nil }

// Idle windows are passed over at once, up to what ends the silence: a spike of a source, its arrival, a current.
// The spikes are those of a run that visits every window.
func TestIdleWindowsAreSkipped(t *testing.T) {
	const end = 5 * spike.Second
	every, some := &windowsOf{t: t}, &windowsOf{t: t}
	want, counts := digest(t, pulses(), Options{Workers: 1, NoSleep: true}, every, end)
	got, _ := digest(t, pulses(), Options{Workers: 2}, some, end/3/100_000*100_000, end/2, end)
	if got != want || counts.Spikes < 500 {
		t.Errorf("digest %.12s instead of %.12s, %d spikes", got, want, counts.Spikes)
	}
	if every.n < int(end/(100*spike.Microsecond)) || some.n > every.n/4 || some.to != end {
		t.Errorf("%d of %d windows were visited", some.n, every.n)
	}
}

// BenchmarkSilentWindow is what a window costs in which nothing happens.
func BenchmarkSilentWindow(b *testing.B) {
	s, err := New(silent(8, 5000), Options{Workers: 1})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Finish()
	s.Run(context.Background(), 100*spike.Millisecond)
	for b.Loop() {
		s.called = s.shards[:1] // or else all of them are passed over at once
		s.Run(context.Background(), s.Now()+s.Window())
	}
}

// Calls that take long are shared out and short ones are not, whatever one call among many takes.
func TestPace(t *testing.T) {
	var p pace
	calls := func(n int, took func(i int) bool) {
		for i := range n {
			if took(i) {
				p.vote(2 * sharedFrom)
			} else {
				p.vote(sharedTo / 2)
			}
		}
	}
	for _, c := range []struct {
		name   string
		long   func(i int) bool
		shares bool
	}{
		{"short", func(int) bool { return false }, false},
		{"short, but for every fifth", func(i int) bool { return i%5 == 0 }, false},
		{"long", func(int) bool { return true }, true},
		{"long, but for every fifth", func(i int) bool { return i%5 != 0 }, true},
	} {
		if calls(3*mostVotes, c.long); p.shares() != c.shares {
			t.Errorf("%s calls: shared %v", c.name, p.shares())
		}
	}
}
