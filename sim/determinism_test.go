package sim

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/plasticity"
	"github.com/burstplex/burstplex/synapse"
)

// randomNetwork makes a network with everything that could upset the order of events: several models' populations,
// recurrent projections with short-term plasticity, distributed delays and weights, ideal decoders, private noise.
func randomNetwork(seed uint64) *Network {
	r := rand.New(rand.NewPCG(seed, 1))
	net := &Network{Seed: seed, Step: 100 * spike.Microsecond}
	pops := 2 + r.IntN(2)
	for i := range pops {
		spec := neuron.DefaultTwoCompartment()
		spec.Initial.VS = neuron.Value{Shape: neuron.Uniform, A: -70, B: -51}
		if r.IntN(3) == 0 {
			spec.TauS = neuron.Value{Shape: neuron.Uniform, A: 12, B: 20}
		}
		if r.IntN(4) == 0 {
			spec.Integrator = "reference"
		}
		net.Populations = append(net.Populations, Population{Name: fmt.Sprint("p", i), Size: 60 + r.IntN(150), Spec: spec})
		net.Stimuli = append(net.Stimuli,
			Stimulus{Name: fmt.Sprint("s", i), Population: fmt.Sprint("p", i), Port: "soma",
				Amplitude: neuron.Value{Shape: neuron.Uniform, A: 200, B: 700}, Wave: Constant{}},
			Stimulus{Name: fmt.Sprint("d", i), Population: fmt.Sprint("p", i), Port: "apical",
				Amplitude: neuron.Const(200), Wave: Sine{Period: 37}, From: 10 * spike.Millisecond})
	}
	connectors := []synapse.Connector{synapse.FixedProbability{P: 0.1}, synapse.FixedInDegree{K: 12, Multapses: true},
		synapse.FixedOutDegree{K: 10}, synapse.AllToAll{}}
	channels := [][2]string{{"soma", "ampa"}, {"soma", "gaba"}, {"apical", "ampa"}, {"apical", "gaba"}, {"apical", "nmda"}}
	for i := range 3 + r.IntN(4) {
		ch := channels[r.IntN(len(channels))]
		spec := synapse.Spec{Name: fmt.Sprint("c", i), Connector: connectors[r.IntN(len(connectors))],
			Weight: neuron.Const(0.02 + 0.05*r.Float64()), Delay: neuron.Const(float64(5+r.IntN(20)) / 10),
			Transmit: synapse.Transmit(r.IntN(3))}
		if r.IntN(2) == 0 {
			stp := synapse.Depressing()
			spec.ShortTerm = &stp
		}
		if r.IntN(2) == 0 {
			spec.Weight = neuron.Value{Shape: neuron.LogNormal, A: 0.03, B: 0.5}
		}
		if r.IntN(2) == 0 {
			spec.Delay = neuron.Value{Shape: neuron.Normal, A: 1.5, B: 0.5, Lo: 0.3, Hi: 4}
		}
		p := Projection{Source: fmt.Sprint("p", r.IntN(pops)), Target: fmt.Sprint("p", r.IntN(pops)), Port: ch[0],
			Receptor: ch[1], Spec: spec}
		if spec.Delay.IsConst() {
			p.Rule = randomRule(r)
		}
		net.Projections = append(net.Projections, p)
	}
	return net
}

// randomRule makes a rule with its defaults but a high learning rate, or none.
func randomRule(r *rand.Rand) plasticity.Spec {
	kinds := plasticity.Kinds()
	k := r.IntN(len(kinds) + 1)
	if k == len(kinds) {
		return nil
	}
	switch s := kinds[k].Default().(type) {
	case *plasticity.BurstDependent:
		s.Eta, s.EMin, s.EMax = 0.02, 8, 30
		return s
	case *plasticity.ApicalBalance:
		s.Eta = 0.005
		if r.IntN(2) == 0 {
			s.Signal = "apical"
		}
		return s
	case *plasticity.KolenPollack:
		s.Decay = 1
		return s
	case *plasticity.STDP:
		s.APlus, s.AMinus = 0.01, 0.01
		return s
	}
	return kinds[k].Default()
}

// count is a sink that only counts.
type count struct{ spikes int }

func (c *count) WriteSpikes(w spike.Window, events []spike.Event) error {
	for i, e := range events {
		if !w.Contains(e.At) || i > 0 && spike.Compare(events[i-1], e) >= 0 {
			return fmt.Errorf("spike %v is out of order or out of its window %v", e, w)
		}
	}
	c.spikes += len(events)
	return nil
}
func (*count) Close() error { return nil }

func digest(t *testing.T, net *Network, opt Options, sink Sink, pieces ...spike.Tick) (string, Counts) {
	t.Helper()
	s, err := New(net, opt)
	if err != nil {
		t.Fatal(err)
	}
	if sink != nil {
		s.AddSink(sink)
	}
	for _, until := range pieces {
		if err := s.Run(context.Background(), until); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Finish(); err != nil {
		t.Fatal(err)
	}
	return s.Digest(), s.Counts()
}

// Same seed, same spikes: for any workers, shards and pieces, with and without recording and sleep.
func TestSameSeedSameSpikes(t *testing.T) {
	const end = 150 * spike.Millisecond
	seeds := uint64(3)
	if os.Getenv("BURSTPLEX_LONG") != "" {
		seeds = 12
	}
	for seed := range seeds {
		net := randomNetwork(seed)
		want, counts := digest(t, net, Options{Workers: 1}, nil, end)
		if counts.Spikes < 100 {
			t.Errorf("seed %d: only %d spikes: the test sees too little", seed, counts.Spikes)
		}
		r := rand.New(rand.NewPCG(seed, 2))
		var pieces []spike.Tick
		for at := spike.Tick(0); at < end; {
			at = min(end, at+spike.Tick(1+r.IntN(90))*net.Step)
			pieces = append(pieces, at)
		}
		sink := &count{}
		for name, run := range map[string]func() string{
			"2 workers": func() string {
				d, _ := digest(t, net, Options{Workers: 2, ShardSize: 64}, nil,
					end)
				return d
			},
			"3 workers, 128 shards": func() string {
				d, _ := digest(t, net, Options{Workers: 3, ShardSize: 128}, nil,
					end)
				return d
			},
			"8 workers, 64 shards": func() string {
				d, _ := digest(t, net, Options{Workers: 8, ShardSize: 64}, nil,
					end)
				return d
			},
			"recording": func() string { d, _ := digest(t, net, Options{Workers: 2}, sink, end); return d },
			"no sleep": func() string {
				d, _ := digest(t, net, Options{Workers: 2, NoSleep: true}, nil,
					end)
				return d
			},
			"in pieces": func() string {
				d, _ := digest(t, net, Options{Workers: 2, ShardSize: 64}, nil,
					pieces...)
				return d
			},
		} {
			if got := run(); got != want {
				t.Errorf("seed %d, %s: digest %.12s instead of %.12s", seed, name, got, want)
			}
		}
		if int64(sink.spikes) != counts.Spikes {
			t.Errorf("seed %d: %d spikes reached the sink of %d", seed, sink.spikes, counts.Spikes)
		}
		other := *net
		other.Seed++
		if got, _ := digest(t, &other, Options{Workers: 1}, nil, end); got == want {
			t.Errorf("seed %d: another seed gives the same spikes", seed)
		}
	}
}

// The steady state allocates nothing.
func TestRunAllocatesNothing(t *testing.T) {
	s, err := New(randomNetwork(2), Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	now := 100 * spike.Millisecond
	s.Run(context.Background(), now)
	if n := testing.AllocsPerRun(20, func() {
		now += spike.Millisecond
		s.Run(context.Background(), now)
	}); n > 1 { // the lists of spikes and departures still grow now and then
		t.Errorf("%v allocations a millisecond", n)
	}
}
