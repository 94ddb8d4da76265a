package sim

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/synapse"
)

// fanned is populations of which each sends to all others, and to itself, through projections that share a store:
// excitatory and inhibitory ones, with drawn or equal weights, of half or full width, and with one or many delays
// from so many steps on. Most neurons are silent without input.
func fanned(delta, drawn bool, shortest float64) *Network {
	net := &Network{Seed: 9, Step: 100 * spike.Microsecond}
	sizes := []int{300, 130, 65, 700, 41}
	for i, n := range sizes {
		lif := neuron.DefaultLIF()
		lif.Synapses, lif.WeightUnit = "current", "mV"
		lif.Initial.V = neuron.Value{Shape: neuron.Uniform, A: -65, B: -50}
		p := Population{Name: fmt.Sprint("p", i), Size: n, Spec: lif}
		if delta {
			d := neuron.DefaultLIFDelta()
			d.Initial.V = neuron.Value{Shape: neuron.Uniform, A: d.EL, B: d.Theta.A}
			p.Spec = d
		}
		net.Populations = append(net.Populations, p)
		if i == 0 {
			net.Stimuli = []Stimulus{{Name: "drive", Population: p.Name, Port: "soma",
				Amplitude: neuron.Value{Shape: neuron.Uniform, A: 100, B: 600}, Wave: Constant{}}}
		}
	}
	for i := range sizes {
		for j := range sizes {
			receptor, w := "ampa", 1.5
			switch {
			case delta:
				receptor, w = "delta", 0.7
			case i%2 == 1:
				receptor, w = "gaba", -2
			}
			s := synapse.Spec{Name: fmt.Sprintf("p%d_p%d", i, j), Connector: synapse.FixedProbability{P: 0.15},
				Weight: neuron.Const(w),
				Delay:  neuron.Const(shortest + 0.1*float64(j%3))}
			if drawn {
				s.Weight = neuron.Value{Shape: neuron.Normal, A: w, B: math.Abs(w) / 10}
				s.Delay = neuron.Value{Shape: neuron.Normal, A: shortest + 1 + float64(i), B: 0.5, Lo: shortest, Hi: 5 + float64(j)}
				s.Half = i == 4
			}
			if j == 2 {
				s.Connector = synapse.FixedInDegree{K: 30, Multapses: true}
			} else if j == 3 {
				s.Connector = synapse.FixedTotalNumber{K: 9000}
			}
			if i == 3 && j == 1 {
				stp := synapse.Depressing()
				s.ShortTerm = &stp
			}
			net.Projections = append(net.Projections, Projection{Source: fmt.Sprint("p", i), Target: fmt.Sprint("p", j),
				Port: "soma", Receptor: receptor, Spec: s})
		}
	}
	return net
}

func eachFanned(f func(name string, net *Network)) {
	for _, shortest := range []float64{0.1, 0.7} {
		for k := range 4 {
			f(fmt.Sprintf("delta %v, drawn %v, from %g ms", k&1 != 0, k&2 != 0, shortest), fanned(k&1 != 0, k&2 != 0, shortest))
		}
	}
}

// scaled runs a network whose weights change now and then for some members of fans, and returns its digest; at a time
// it is stopped, written and goes on in another simulation.
func scaled(t *testing.T, net *Network, opt, later Options, stop spike.Tick) (string, Counts) {
	t.Helper()
	s := started(t, net, opt)
	if err := s.Run(context.Background(), stop); err != nil {
		t.Fatal(err)
	}
	if stop > 0 {
		var kept bytes.Buffer
		if err := s.Checkpoint(&kept); err != nil {
			t.Fatal(err)
		}
		s.Finish()
		s = started(t, net, later)
		if err := s.Restore(&kept); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Run(context.Background(), 60*spike.Millisecond); err != nil {
		t.Fatal(err)
	}
	if err := s.Finish(); err != nil {
		t.Fatal(err)
	}
	return s.Digest(), s.Counts()
}

// scales are changes of the weights of projections: in the middle of windows, too.
var scales = []struct {
	at   spike.Tick
	name string
	f    float64
}{{15200, "p0_p2", 0.5}, {20000, "p0_p3", 0.5}, {20100, "p1_p0", 3}, {24000, "p0_p1", 4}, {31000, "p0_p2", 1},
	{33300, "p0_p3", 1}, {40000, "p1_p0", 1}}

func started(t *testing.T, net *Network, opt Options) *Sim {
	t.Helper()
	s, err := New(net, opt)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range scales {
		if err := s.At(c.at*spike.Microsecond, func(now spike.Tick) error {
			s.Projection(c.name).SetScale(c.f,
				now)
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// Spikes are the same for any number of workers and size of shards, hence of pieces, with and without sleep, and
// after a checkpoint while spikes are on their way that concern some members of a fan.
func TestFansAreDeterministic(t *testing.T) {
	eachFanned(func(name string, net *Network) {
		want, counts := scaled(t, net, Options{Workers: 1}, Options{}, 0)
		if counts.Spikes < 1000 {
			t.Fatalf("%s: %d spikes are no test", name, counts.Spikes)
		}
		s := started(t, net, Options{Workers: 1})
		if len(s.fans) < 5 || len(s.senders) != len(s.fans)+1 && len(s.senders) > 12 {
			t.Fatalf("%s: %d fans of %d senders", name, len(s.fans), len(s.senders))
		}
		s.Finish()
		window := s.Window()
		for k, opt := range []Options{{Workers: 4, ShardSize: 64}, {Workers: 2, ShardSize: 192, NoSleep: true}, {Workers: 3,
			ShardSize: 128}} {
			stop := []spike.Tick{0, 22, 16}[k] * spike.Millisecond / window * window
			got, c := scaled(t, net, opt, Options{Workers: 1 + k}, stop)
			if c.NeuronSteps = counts.NeuronSteps; got != want || c != counts {
				t.Errorf("%s: digest %s and %+v with %+v, %s and %+v with one worker", name, got[:8], c, opt, want[:8], counts)
			}
		}
	})
}

// Synapses come in the same order whatever the pieces are, and there are as many as the projections say.
func TestFansListSynapsesInOneOrder(t *testing.T) {
	type row struct {
		source, target int
		weight         float64
		delay          spike.Tick
	}
	eachFanned(func(name string, net *Network) {
		var want []row
		for _, workers := range []int{1, 5} {
			s, err := New(net, Options{Workers: workers, ShardSize: 128})
			if err != nil {
				t.Fatal(err)
			}
			var got []row
			for _, p := range s.projections {
				before := len(got)
				p.Each(func(source, target int, w float64, d spike.Tick) { got = append(got, row{source, target, w, d}) })
				if len(got)-before != p.Synapses() {
					t.Fatalf("%s: %s has %d synapses and lists %d", name, p.Spec.Name, p.Synapses(), len(got)-before)
				}
				alone, err := synapse.New(p.Spec, 0, p.Geometry, net.Step)
				if err == nil {
					err = alone.ConnectAll(p.target.cuts(), s.workers.each)
				}
				if err != nil {
					t.Fatal(err)
				}
				var own []row
				alone.Each(func(source, target int, w float64, d spike.Tick) { own = append(own, row{source, target, w, d}) })
				if !slices.Equal(got[before:], own) {
					t.Fatalf("%s: %s is not what it is by itself", name, p.Spec.Name)
				}
			}
			if want == nil {
				want = got
			} else if !slices.Equal(got, want) {
				t.Fatalf("%s: another order with %d workers", name, workers)
			}
			s.Finish()
			s.Close()
		}
	})
}

// different makes projections differ in what does not go together in one fan: what they transmit, and an equal weight.
func different(net *Network, drawn bool) {
	for i := range net.Projections {
		switch p := &net.Projections[i]; p.Name {
		case "p0_p4":
			p.Transmit = synapse.EventsOnly
		case "p1_p3":
			p.Transmit = synapse.BurstsOnly
		case "p1_p4":
			if !drawn {
				p.Weight.A *= 1.5
			}
		}
	}
}

// Every spike arrives through every member of a fan after its delay, with the scale that its projection had when it
// was emitted, if its projection carries it: neurons that never fire sum up what a slow loop over all spikes and
// synapses says.
func TestFansArrive(t *testing.T) {
	for k := range 8 {
		delta, drawn, shortest := k&1 != 0, k&2 != 0, []float64{0.1, 0.7}[k>>2]
		net := fanned(delta, drawn, shortest)
		different(net, drawn)
		for i := range net.Populations {
			switch spec := net.Populations[i].Spec.(type) {
			case *neuron.LIF:
				if i > 1 {
					spec.Theta = neuron.Const(900)
				}
			case *neuron.LIFDelta:
				if i > 1 {
					spec.Theta, spec.Initial.V = neuron.Const(900), neuron.Const(spec.EL)
				}
			}
		}
		s := started(t, net, Options{Workers: 2, ShardSize: 64})
		all := &keep{}
		s.AddSink(all)
		const end = 42 * spike.Millisecond
		if err := s.Run(context.Background(), end); err != nil {
			t.Fatal(err)
		}
		if err := s.Finish(); err != nil {
			t.Fatal(err)
		}
		spikes := make([][]spike.Event, 430)
		for _, e := range all.events {
			spikes[e.Src] = append(spikes[e.Src], e)
		}
		for _, target := range []string{"p2", "p3", "p4"} {
			columns := map[string][]float64{}
			for c, receptor := range []string{"ampa", "gaba"} {
				name, column := fmt.Sprintf("p%d_%s", c, target), "g_"+receptor
				factor := func(at spike.Tick) float64 {
					f := 1.0
					for _, sc := range scales {
						if sc.name == name && at >= sc.at*spike.Microsecond {
							f = sc.f
						}
					}
					return f
				}
				left := func(at spike.Tick) float64 {
					spec := net.Populations[0].Spec.(*neuron.LIF)
					return math.Exp(-(end - at).Milliseconds() / []float64{spec.TauExc, spec.TauInh}[c])
				}
				if delta { // potentials jump at the ends of steps
					column = "v"
					left = func(at spike.Tick) float64 {
						steps := (end - at) / net.Step
						return math.Exp(-(steps * net.Step).Milliseconds() / net.Populations[0].Spec.(*neuron.LIFDelta).TauM.A)
					}
				}
				if columns[column] == nil {
					columns[column] = make([]float64, s.population(target).Len())
				}
				arrived := 0
				projection := s.Projection(name)
				projection.Each(func(source, target int, w float64, d spike.Tick) {
					for _, e := range spikes[source+300*c] {
						if e.At+d < end && projection.Spec.Transmit.Passes(e.Kind) {
							columns[column][target] += factor(e.At) * w * left(e.At+d)
							arrived++
						}
					}
				})
				if least := map[bool]int{false: 200, true: 20}[projection.Spec.Transmit != synapse.AllSpikes]; arrived < least {
					t.Fatalf("delta %v, drawn %v, %s: %d arrivals are no test", delta, drawn, name, arrived)
				}
			}
			for name, want := range columns {
				column, _, _ := s.Column(target, name)
				for i, got := range column.Data.([]float32) {
					if delta {
						got -= float32(net.Populations[0].Spec.(*neuron.LIFDelta).EL)
					}
					if math.Abs(float64(got)-want[i]) > 2e-4*math.Abs(want[i])+1e-5 {
						t.Fatalf("delta %v, drawn %v, from %g ms: %s of neuron %d of %s is %g, should be %g", delta, drawn, shortest,
							name, i,
							target, got, want[i])
					}
				}
			}
		}
		s.Close()
	}
}
