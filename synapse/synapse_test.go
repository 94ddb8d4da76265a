package synapse

import (
	"math"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

func connectors() map[string]Connector {
	return map[string]Connector{
		"all-to-all": AllToAll{}, "all-to-all with autapses": AllToAll{Autapses: true},
		"one-to-one":  OneToOne{Autapses: true},
		"probability": FixedProbability{P: 0.07}, "probability 1": FixedProbability{P: 1},
		"probability 0": FixedProbability{},
		"in-degree":     FixedInDegree{K: 20}, "in-degree with multapses": FixedInDegree{K: 20, Multapses: true,
			Autapses: true},
		"out-degree": FixedOutDegree{K: 20}, "out-degree with multapses": FixedOutDegree{K: 20, Multapses: true},
		"total": FixedTotalNumber{K: 9000}, "total with autapses": FixedTotalNumber{K: 9000, Autapses: true},
		"list": &List{Synapses: []Synapse{{Source: 3, Target: 4}, {Source: 3, Target: 2000}, {Source: 0, Target: 4},
			{Source: 3, Target: 4}}},
	}
}

type edge struct {
	source, target int
	weight         float64
	delay          spike.Tick
}

func edges(t *testing.T, c Connector, g Geometry, cuts ...int) map[edge]int {
	t.Helper()
	p, err := New(Spec{Connector: c, Weight: neuron.Value{Shape: neuron.LogNormal, A: 1, B: 0.4},
		Delay: neuron.Value{Shape: neuron.Uniform, A: 0.1, B: 3}}, 0, g, 100*spike.Microsecond)
	if err != nil {
		t.Fatal(err)
	}
	p.SetShards(len(cuts) - 1)
	for s := range len(cuts) - 1 {
		if err := p.Connect(s, cuts[s], cuts[s+1]); err != nil {
			t.Fatal(err)
		}
	}
	out := map[edge]int{}
	p.Each(func(s, tg int, w float64, d spike.Tick) { out[edge{s, tg, w, d}]++ })
	return out
}

// What a connector connects, with which weights and delays, does not depend on how the targets are divided.
func TestShardsDoNotMatter(t *testing.T) {
	g := Geometry{Sources: 2100, Targets: 2100, Same: true, Key: rng.New(1, "p")}
	for name, c := range connectors() {
		if name == "all-to-all" || name == "all-to-all with autapses" || name == "probability 1" {
			g.Sources, g.Targets, g.Same = 90, 2100, false
		} else {
			g.Sources, g.Same = 2100, true
		}
		whole, parts := edges(t, c, g, 0, g.Targets), edges(t, c, g, 0, 64, 128, 1024, 1088, 2048, g.Targets)
		if len(whole) != len(parts) {
			t.Fatalf("%s: %d synapses in one shard, %d in several", name, len(whole), len(parts))
		}
		for k, n := range whole {
			if parts[k] != n {
				t.Fatalf("%s: synapse %v is there %d times instead of %d", name, k, parts[k], n)
			}
		}
	}
}

// Degrees, autapses and multapses are as declared, and the number of synapses as expected.
func TestDegrees(t *testing.T) {
	g := Geometry{Sources: 500, Targets: 500, Same: true, Key: rng.New(2, "p")}
	for name, c := range connectors() {
		if name == "list" {
			continue
		}
		in, out, pairs, total := make([]int, 500), make([]int, 500), map[[2]int]int{}, 0
		c.Connect(g, 0, 500, func(s, tg, _ int) {
			in[tg]++
			out[s]++
			pairs[[2]int{s, tg}]++
			total++
		})
		autapses, multapses := 0, 0
		for p, n := range pairs {
			if p[0] == p[1] {
				autapses += n
			}
			multapses += n - 1
		}
		expected := c.Expected(500, 500) * 500
		if sd := math.Sqrt(expected); math.Abs(float64(total)-expected) > 5*sd+500 {
			t.Errorf("%s: %d synapses, expected %g", name, total, expected)
		}
		switch c := c.(type) {
		case FixedInDegree:
			for i, k := range in {
				if k != c.K {
					t.Fatalf("%s: target %d has %d inputs", name, i, k)
				}
			}
			if c.Multapses != (multapses > 0) || c.Autapses != (autapses > 0) {
				t.Errorf("%s: %d multapses, %d autapses", name, multapses, autapses)
			}
		case FixedOutDegree:
			for i, k := range out {
				if k != c.K {
					t.Fatalf("%s: source %d has %d outputs", name, i, k)
				}
			}
		case FixedProbability:
			if autapses > 0 || multapses > 0 {
				t.Errorf("%s: %d autapses, %d multapses", name, autapses, multapses)
			}
			if c.P == 1 && total != 500*499 {
				t.Errorf("%s: %d synapses", name, total)
			}
			// In-degrees are binomial.
			var variance float64
			mean := c.P * 499
			for _, k := range in {
				variance += (float64(k) - mean) * (float64(k) - mean) / 500
			}
			if want := mean * (1 - c.P); math.Abs(variance-want) > 0.35*want {
				t.Errorf("%s: variance of the in-degree %g, want %g", name, variance, want)
			}
		}
	}
}

// Impossible connectors are refused with the key at fault.
func TestRefusals(t *testing.T) {
	g := Geometry{Sources: 10, Targets: 10, Same: true, Key: rng.New(1)}
	delay := neuron.Const(1)
	for name, s := range map[string]Spec{
		"k: in-degree":           {Connector: FixedInDegree{K: 10}, Delay: delay},
		"connector: probability": {Connector: FixedProbability{P: 1.5}, Delay: delay},
		"connector: NaN":         {Connector: FixedProbability{P: math.NaN()}, Delay: delay},
		"file: list":             {Connector: &List{Synapses: []Synapse{{Source: 10}}}, Delay: delay},
		"delay: no whole step":   {Connector: AllToAll{}, Delay: neuron.Const(0.15)},
		"delay: zero":            {Connector: AllToAll{}, Delay: neuron.Const(0)},
	} {
		_, err := New(s, 0, g, 100*spike.Microsecond)
		if err == nil || FaultyKey(err) == "" || name[:len(FaultyKey(err))] != FaultyKey(err) {
			t.Errorf("%s: error %v about %q", name, err, FaultyKey(err))
		}
	}
}

// Short-term plasticity follows its equations: amplitudes against an independent integration in small steps.
func TestShortTermAgainstEuler(t *testing.T) {
	for name, spec := range map[string]ShortTerm{"depressing": Depressing(), "facilitating": Facilitating(),
		"published": {U: 0.9, J: 0.9, TauD: 20, TauF: 1000, U0: 0.01}} {
		s := newShortTermState(spec, 1)
		x, u, now := 1.0, spec.U0, 0.0
		const dt = 1e-4
		for _, at := range []float64{5, 15, 18, 60, 63, 66, 300, 301} {
			for ; now < at-dt/2; now += dt {
				x += dt * (1 - x) / spec.TauD
				u += dt * (spec.U - u) / spec.TauF
			}
			want := x * u
			x, u = x-want, u+spec.J*(1-u)
			if got := float64(s.spike(0, spike.Tick(at*1e6))); math.Abs(got-want) > 1e-5 {
				t.Errorf("%s: amplitude %g at %g ms, want %g", name, got, at, want)
			}
		}
	}
	// The doublet of 10 ms of the documentation.
	for spec, want := range map[ShortTerm][2]float64{Depressing(): {0.90, 0.41}, Facilitating(): {0.020, 0.107}} {
		s := newShortTermState(spec, 1)
		a, b := s.spike(0, spike.Second), s.spike(0, spike.Second+10*spike.Millisecond)
		if math.Abs(float64(a)-want[0]) > 0.006 || math.Abs(float64(b)-want[1]) > 0.006 {
			t.Errorf("doublet %g, %g, want %v", a, b, want)
		}
	}
}

// Ideal decoders pass what they should; delivery adds weight times kernel, in order.
func TestDelivery(t *testing.T) {
	for tr, want := range map[Transmit][3]bool{AllSpikes: {true, true, true}, EventsOnly: {true, false, false},
		BurstsOnly: {false, true, false}} {
		for k, w := range want {
			if tr.Passes(spike.Kind(k)) != w {
				t.Errorf("transmit %d, %v: %v", tr, spike.Kind(k), !w)
			}
		}
	}
	list := &List{HasWeight: true, Synapses: []Synapse{{Source: 1, Target: 0, Weight: 2},
		{Source: 1, Target: 2, Weight: 3}, {Source: 0, Target: 1, Weight: 5}}}
	p, err := New(Spec{Connector: list, Delay: neuron.Const(1)}, 0, Geometry{Sources: 2, Targets: 3}, spike.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	p.SetShards(1)
	if err := p.Connect(0, 0, 3); err != nil {
		t.Fatal(err)
	}
	amplitude, passes := p.Depart(1, spike.Event{At: 5})
	if amplitude != 1 || !passes || len(p.Delays()) != 1 || p.Delays()[0] != spike.Millisecond {
		t.Fatalf("amplitude %g, delays %v", amplitude, p.Delays())
	}
	cells, touched := make([]neuron.Pair, 3), make([]uint64, 1)
	p.Deliver(0, []Due{{Row: 1, End: 10, Area: 0.5}}, []int{0, 1}, cells, touched)
	if want := [3]neuron.Pair{{End: 20, Area: 1}, {}, {End: 30, Area: 1.5}}; [3]neuron.Pair(cells) != want ||
		touched[0] != 0b101 {
		t.Errorf("cells %v, touched %b", cells, touched[0])
	}
}
