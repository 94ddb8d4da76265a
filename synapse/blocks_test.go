package synapse

import (
	"math"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// drawnPairs counts how often a connector drew each pair (a row for each source), and degrees.
func drawnPairs(c Connector, g Geometry) (pairs []uint8, in, out []int) {
	pairs, in, out = make([]uint8, g.Sources*g.Targets), make([]int, g.Targets), make([]int, g.Sources)
	c.Connect(g, 0, g.Targets, func(s, t, _ int) {
		pairs[s*g.Targets+t]++
		in[t]++
		out[s]++
	})
	return pairs, in, out
}

// Over more than one block of 1024 targets, with a short one at the end, degrees, autapses and multapses are those of
// the connector's law, in every block: means within 5 standard errors, and what is excluded is never there.
func TestConnectorsOverBlocks(t *testing.T) {
	const n, k = 2500, 12 // two blocks and 452
	g := Geometry{Sources: n, Targets: n, Same: true, Key: rng.New(8, "p")}
	for _, c := range []struct {
		name                string
		c                   Connector
		in, out             int     // degree of everyone; -1: at random
		mean, variance      float64 // of the in-degree
		autapses, multapses float64 // expected
	}{
		{"in-degree", FixedInDegree{K: k}, k, -1, k, 0, 0, 0},
		{"in-degree, autapses", FixedInDegree{K: k, Autapses: true}, k, -1, k, 0, k, 0},
		{"in-degree, multapses", FixedInDegree{K: k, Multapses: true}, k, -1, k, 0, 0, n * k * (k - 1) / 2. / (n - 1)},
		{"in-degree, both", FixedInDegree{K: k, Multapses: true, Autapses: true}, k, -1, k, 0, k, k * (k - 1) / 2.},
		{"out-degree", FixedOutDegree{K: k}, -1, k, k, k, 0, 0},
		{"out-degree, autapses", FixedOutDegree{K: k, Autapses: true}, -1, k, k, k, k, 0},
		{"out-degree, multapses", FixedOutDegree{K: k, Multapses: true}, -1, k, k, k, 0, n * k * (k - 1) / 2. / (n - 1)},
		{"probability", FixedProbability{P: 0.005}, -1, -1, 0.005 * (n - 1), 0.005 * 0.995 * (n - 1), 0, 0},
		{"probability, autapses", FixedProbability{P: 0.005, Autapses: true}, -1, -1, 0.005 * n, 0.005 * 0.995 * n, 0.005 * n,
			0},
		{"total", FixedTotalNumber{K: n * k}, -1, -1, k, k, 0, k * k / 2.},
		{"total, autapses", FixedTotalNumber{K: n * k, Autapses: true}, -1, -1, k, k, k, k * k / 2.},
	} {
		pairs, in, out := drawnPairs(c.c, g)
		autapses, multapses := 0, 0
		for p, m := range pairs {
			if m > 0 && p/n == p%n {
				autapses += int(m)
			}
			if m > 1 {
				multapses += int(m) * (int(m) - 1) / 2
			}
		}
		about := func(what string, got int, want float64) {
			if want == 0 && got != 0 || want > 10 && got == 0 || math.Abs(float64(got)-want) > 5*math.Sqrt(want)+1e-9 {
				t.Errorf("%s: %d %s, expected %.1f", c.name, got, what, want)
			}
		}
		about("autapses", autapses, c.autapses)
		about("pairs of synapses between the same neurons", multapses, c.multapses)
		if c.in >= 0 && (slices.Min(in) != c.in || slices.Max(in) != c.in) || c.out >= 0 &&
			(slices.Min(out) != c.out || slices.Max(out) != c.out) {
			t.Errorf("%s: in-degrees %d to %d, out-degrees %d to %d", c.name, slices.Min(in), slices.Max(in), slices.Min(out),
				slices.Max(out))
		}
		for lo := 0; lo < n && c.in < 0; lo += 64 { // the parts that are drawn by themselves
			part := in[lo:min(lo+64, n)]
			sum := 0
			for _, x := range part {
				sum += x
			}
			if want := c.mean * float64(len(part)); math.Abs(float64(sum)-want) > 5*math.Sqrt(c.variance*float64(len(part))) {
				t.Errorf("%s: %d synapses onto targets %d to %d, expected %.0f", c.name, sum, lo, lo+len(part)-1, want)
			}
		}
		if c.in < 0 { // degrees vary as independent draws do
			variance := 0.0
			for _, x := range in {
				variance += (float64(x) - c.mean) * (float64(x) - c.mean) / n
			}
			if math.Abs(variance/c.variance-1) > 5*math.Sqrt(2./n)+0.02 {
				t.Errorf("%s: variance of in-degrees %.2f, expected %.2f", c.name, variance, c.variance)
			}
		}
		// Parts of rows, and rows, are drawn independently: as many targets are shared by chance as should be.
		shared := func(s, from, other, to int) (m int) {
			a, b := pairs[s*n+from:][:452], pairs[other*n+to:][:452]
			for t, x := range a {
				if x > 0 && b[t] > 0 {
					m++
				}
			}
			return m
		}
		total := 0
		for s := range n - 1 {
			total += shared(s, 2048, s+1, 0) + shared(s, 0, s+1, 0) + shared(s, 0, s, 1024) + shared(s, 0, s, 2048)
		}
		if want := 4 * 452 * float64(n) * (c.mean / n) * (c.mean / n); math.Abs(float64(total)-want) > 5*math.Sqrt(want) {
			t.Errorf("%s: %d targets are shared by neighbouring rows and blocks, %.0f are expected", c.name, total, want)
		}
	}
}

// Half-width rows deliver to targets over the whole range of their index, 65,536, and round weights to the nearest
// bfloat16, ties to even.
func TestHalfRowsOverTheWholeRange(t *testing.T) {
	list := &List{HasWeight: true}
	for k, target := range []int{0, 1, 32767, 32768, 40000, 65534, 65535} {
		list.Synapses = append(list.Synapses, Synapse{Source: k % 2, Target: target, Weight: 1 + float64(k)/256})
	}
	p, err := New(Spec{Connector: list, Weight: neuron.Const(1), Delay: neuron.Const(1), Half: true}, 0,
		Geometry{Sources: 2, Targets: MaxShard, Key: rng.New(1, "p")}, 100*spike.Microsecond)
	if err != nil {
		t.Fatal(err)
	}
	p.SetShards(1)
	if err := p.Connect(0, 0, MaxShard); err != nil {
		t.Fatal(err)
	}
	got := map[int]float64{}
	p.Each(func(_, target int, w float64, _ spike.Tick) { got[target] = w })
	for k, s := range list.Synapses {
		// 1 + k/128 fits into 8 bits; an odd k/256 is half way and goes to the even neighbour.
		want := math.RoundToEven(s.Weight*128) / 128
		if w, there := got[s.Target]; !there || w != want {
			t.Errorf("target %d: weight %v and not %v (%d)", s.Target, w, want, k)
		}
	}
}
