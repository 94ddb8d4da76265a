package synapse

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// The kernels of this machine have the bits of the scalar ones, for rows of any length, also none, repeated targets and
// rows in any order.
func TestKernelsAreTheScalarOnes(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for trial := range 200 {
		n := r.IntN(60)
		all := &rows{first: []uint32{0}}
		for range n {
			for range r.IntN(40) * r.IntN(2) {
				all.target = append(all.target, uint16(r.IntN(50)))
				all.weight = append(all.weight, float32(r.NormFloat64()))
			}
			all.first = append(all.first, uint32(len(all.target)))
		}
		switch trial % 3 {
		case 0:
			all.weight = nil
		case 1:
			for k, t := range all.target {
				all.packed = append(all.packed, pack(t, all.weight[k]))
			}
			all.target, all.weight = nil, nil
		}
		var due []Due
		for range r.IntN(2 * (n + 1)) {
			if n > 0 {
				due = append(due, Due{uint32(r.IntN(n)), float32(r.NormFloat64()), float32(r.NormFloat64())})
			}
		}
		pairs, sums := make([]neuron.Pair, 50), make([]float32, 50)
		for i := range pairs {
			pairs[i] = neuron.Pair{End: float32(r.NormFloat64()), Area: float32(r.NormFloat64())}
			sums[i] = pairs[i].End
		}
		wantPairs, wantSums := append([]neuron.Pair(nil), pairs...), append([]float32(nil), sums...)
		want := addPairsGo(wantPairs, due, all)
		if got := addPairs(pairs, due, nil, all); got != want || addSums(sums, due, nil, all) != want ||
			addSumsGo(wantSums, due, all) != want {
			t.Fatalf("%d synapses, scalar %d", got, want)
		}
		for i := range pairs {
			if pairs[i] != wantPairs[i] || sums[i] != wantSums[i] {
				t.Fatalf("cell %d is %v and %g, scalar %v and %g", i, pairs[i], sums[i], wantPairs[i], wantSums[i])
			}
		}
		// Three steps at once are one step after the other.
		cuts := []int{0, r.IntN(len(due) + 1), r.IntN(len(due) + 1), len(due)}
		slices.Sort(cuts)
		p := &Projection{shards: []rows{*all}}
		pairs, sums = make([]neuron.Pair, 150), make([]float32, 150)
		wantPairs, wantSums = make([]neuron.Pair, 150), make([]float32, 150)
		if got := p.Deliver(0, due, cuts, pairs, nil); got != want || p.DeliverSums(0, due, cuts, sums, nil) != want {
			t.Fatalf("%d synapses in three steps, scalar %d", got, want)
		}
		for k := range 3 {
			addPairsGo(wantPairs[50*k:50*k+50], due[cuts[k]:cuts[k+1]], all)
			addSumsGo(wantSums[50*k:50*k+50], due[cuts[k]:cuts[k+1]], all)
		}
		if !slices.Equal(pairs, wantPairs) || !slices.Equal(sums, wantSums) {
			t.Fatal("three steps at once differ from one after the other")
		}
	}
}

// Rows of distributed delays deliver what a slow sum over all synapses says, to the shards and steps where it belongs.
func TestDeliveryIsTheSum(t *testing.T) {
	const steps = 64
	delay := neuron.Value{Shape: neuron.Normal, A: 1.5, B: 0.75, Lo: 0.05, Hi: 6}
	for name, weight := range map[string]neuron.Value{"equal weights": neuron.Const(0.7),
		"weights": {Shape: neuron.Normal, A: 1, B: 0.3}} {
		p, err := New(Spec{Connector: FixedProbability{P: 0.2}, Weight: weight, Delay: delay}, 0,
			Geometry{Sources: 300, Targets: 500, Key: rng.New(3)}, 100*spike.Microsecond)
		if err != nil {
			t.Fatal(err)
		}
		err = p.ConnectAll([]int{0, 256, 500}, func(n int, f func(int)) {
			for i := range n {
				f(i)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		var slow [steps * 500][2]float64
		p.Each(func(s, tg int, w float64, d spike.Tick) {
			cell := &slow[int(d/p.step)*500+tg]
			cell[0] += w * float64(s+1)
			cell[1] += w * float64(s+1) / 2
		})
		for shard, n := range []int{256, 244} {
			pairs, sums := make([]neuron.Pair, steps*n), make([]float32, steps*n)
			for g, d := range p.Delays() {
				var due []Due
				for s := range 300 {
					amplitude, _ := p.Depart(s, spike.Event{})
					due = append(due, Due{uint32(s*len(p.Delays()) + g), amplitude * float32(s+1), amplitude * float32(s+1) / 2})
				}
				lo := int(d/p.step) * n
				p.Deliver(shard, due, []int{0, len(due)}, pairs[lo:lo+n], nil)
				p.DeliverSums(shard, due, []int{0, len(due)}, sums[lo:lo+n], nil)
			}
			for i := range pairs {
				want := slow[i/n*500+256*shard+i%n]
				if math.Abs(float64(pairs[i].End)-want[0]) > 1e-5*(1+math.Abs(want[0])) ||
					math.Abs(float64(pairs[i].Area)-want[1]) > 1e-5*(1+math.Abs(want[1])) || sums[i] != pairs[i].End {
					t.Fatalf("%s: cell %d of shard %d is %v (sum %g), should be %v", name, i, shard, pairs[i], sums[i], want)
				}
			}
		}
	}
}

// A connector drawn by row makes what it makes shard by shard.
func TestRowsAreTheConnector(t *testing.T) {
	for name, c := range connectors() {
		if _, ok := c.(RowConnector); !ok {
			continue
		}
		g := Geometry{Sources: 2100, Targets: 2100, Same: true, Key: rng.New(1, "p")}
		p, err := New(Spec{Connector: c, Weight: neuron.Value{Shape: neuron.LogNormal, A: 1, B: 0.4},
			Delay: neuron.Value{Shape: neuron.Uniform, A: 0.1, B: 3}}, 0, g, 100*spike.Microsecond)
		if err != nil {
			t.Fatal(err)
		}
		err = p.ConnectAll([]int{0, 1024, 2048, 2100}, func(n int, f func(int)) {
			for i := n - 1; i >= 0; i-- {
				f(i)
			}
		})
		if err != nil {
			t.Fatal(err)
		}
		got := map[edge]int{}
		p.Each(func(s, tg int, w float64, d spike.Tick) { got[edge{s, tg, w, d}]++ })
		want := edges(t, c, g, 0, 1024, 2048, 2100)
		if len(got) != len(want) {
			t.Fatalf("%s: %d synapses by row, %d by shard", name, len(got), len(want))
		}
		for k := range want {
			if got[k] != want[k] {
				t.Fatalf("%s: synapse %v is missing", name, k)
			}
		}
	}
}

// Numbers drawn by comparing digits are binomial: mean, variance and ends.
func TestBinomial(t *testing.T) {
	for _, c := range []struct {
		n int
		p float64
	}{{1000, 0.5}, {1000, 0.25}, {77, 64. / 777}, {5, 0.9}, {100, 1}, {100, 0}, {0, 0.3}} {
		const draws = 20000
		var sum, squares float64
		for i := range draws {
			var w words
			w.start(rng.New(5, "binomial"), uint64(i), c.n/16)
			k := binomial(&w, c.n, c.p)
			if k < 0 || k > c.n {
				t.Fatalf("%d of %d", k, c.n)
			}
			sum += float64(k)
			squares += float64(k) * float64(k)
		}
		mean, want := sum/draws, float64(c.n)*c.p
		variance, wantVariance := squares/draws-mean*mean, want*(1-c.p)
		if math.Abs(mean-want) > 5*math.Sqrt(wantVariance/draws) || math.Abs(variance-wantVariance) > 0.06*wantVariance+1e-9 {
			t.Errorf("n %d, p %g: mean %g, variance %g; want %g, %g", c.n, c.p, mean, variance, want, wantVariance)
		}
	}
}

// A fixed total number is met exactly, and sources and targets are drawn with equal probability.
func TestFixedTotalNumber(t *testing.T) {
	const n, k = 500, 100_000
	in, out := make([]float64, n), make([]float64, n)
	total := 0
	FixedTotalNumber{K: k}.Connect(Geometry{Sources: n, Targets: n, Same: true, Key: rng.New(7)}, 0, n,
		func(s, tg, _ int) {
			if s == tg {
				t.Fatal("an autapse")
			}
			out[s]++
			in[tg]++
			total++
		})
	if total != k {
		t.Fatalf("%d synapses instead of %d", total, k)
	}
	for name, degrees := range map[string][]float64{"in": in, "out": out} {
		chi := 0.0
		for _, d := range degrees {
			chi += (d - k/n) * (d - k/n) / (k / n)
		}
		if chi < n-5*math.Sqrt(2*n) || chi > n+5*math.Sqrt(2*n) {
			t.Errorf("%s-degrees: chi-squared %g with %d degrees of freedom", name, chi, n-1)
		}
	}
	// The number for a probability is that of the cortical microcircuit: 20683^2 pairs at 0.1009.
	if got, pairs := TotalNumber(0.1009, 20683, 20683),
		20683.*20683; math.Abs(1-math.Exp(float64(got)*math.Log1p(-1/pairs))-0.1009) > 1e-8 {
		t.Errorf("%d synapses", got)
	}
}

// Dense rows have the bits of the scalar loop and touch every target, for any number of targets.
func TestDenseRows(t *testing.T) {
	for _, n := range []int{1, 7, 8, 9, 63, 64, 65, 200} {
		p, err := New(Spec{Connector: AllToAll{}, Weight: neuron.Value{Shape: neuron.Normal, A: 1, B: 0.4},
			Delay: neuron.Const(1)}, 0,
			Geometry{Sources: 3, Targets: n, Key: rng.New(8)}, 100*spike.Microsecond)
		if err != nil {
			t.Fatal(err)
		}
		p.SetShards(1)
		if err := p.Connect(0, 0, n); err != nil {
			t.Fatal(err)
		}
		if !p.shards[0].dense {
			t.Fatalf("%d targets: not dense", n)
		}
		pairs, sums := make([]neuron.Pair, n), make([]float32, n)
		wantPairs, wantSums := make([]neuron.Pair, n), make([]float32, n)
		touched := make([]uint64, (n+63)/64)
		for rows := range 11 {
			var due []Due
			for k := range rows {
				due = append(due, Due{uint32(k % 3), 0.3 + float32(k), -0.7 / float32(k+1)})
			}
			if got := p.Deliver(0, due, []int{0, len(due)}, pairs, touched) + p.DeliverSums(0, due, []int{0, len(due)}, sums,
				nil); got != 2*n*rows {
				t.Fatalf("%d events", got)
			}
			addPairsGo(wantPairs, due, &p.shards[0])
			addSumsGo(wantSums, due, &p.shards[0])
		}
		for i := range n {
			if pairs[i] != wantPairs[i] || sums[i] != wantSums[i] || touched[i/64]>>(i%64)&1 == 0 {
				t.Fatalf("%d targets: target %d has %v, %g; should be %v, %g", n, i, pairs[i], sums[i], wantPairs[i], wantSums[i])
			}
		}
		if n%64 != 0 && touched[n/64]>>(n%64) != 0 {
			t.Errorf("%d targets: others are touched", n)
		}
	}
}
