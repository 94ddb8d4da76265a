package synapse

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// chiSquare fails if counts are not those of an experiment with the expected numbers (those below 10 are put together).
func chiSquare(t *testing.T, name string, counts, expected []float64) {
	t.Helper()
	var obs, exp []float64
	var restObs, restExp float64
	for i, e := range expected {
		if e < 10 {
			restObs, restExp = restObs+counts[i], restExp+e
			continue
		}
		obs, exp = append(obs, counts[i]), append(exp, e)
	}
	if restExp > 10 {
		obs, exp = append(obs, restObs), append(exp, restExp)
	}
	if p := 1 - (distuv.ChiSquared{K: float64(len(obs) - 1)}).CDF(stat.ChiSquare(obs, exp)); p < 1e-4 || p > 1-1e-4 {
		t.Errorf("%s: chi-square probability %g over %d classes", name, p, len(obs))
	}
}

func TestJumpsAreGeometric(t *testing.T) {
	for _, p := range []float64{1e-4, 0.003, 0.1, 0.5, 0.97} {
		const n = 300_000
		var w words
		w.start(rng.New(3, "jumps"), 1, 256)
		j := newJumps(p)
		counts, expected := make([]float64, block+1), make([]float64, block+1)
		for range n {
			counts[j.draw(&w)]++
		}
		rest := 1.0
		for i := range block {
			expected[i] = n * rest * p
			rest *= 1 - p
		}
		expected[block] = n * rest
		chiSquare(t, "jumps", counts, expected)
	}
}

func TestWords(t *testing.T) {
	key := rng.New(3, "words")
	for _, about := range []int{0, 1, 5, 17, 100, 1000} {
		var w words
		w.start(key, 9, about)
		for n := range uint64(700) {
			if got, want := w.next(), key.Word(9, n); got != want {
				t.Fatalf("about %d: word %d is %x, want %x", about, n, got, want)
			}
		}
	}
	for _, n := range []int{1, 2, 7, 64, 1000} {
		var w words
		w.start(key, uint64(n), 256)
		counts, expected := make([]float64, n), make([]float64, n)
		for range 1000 * n {
			counts[w.below(n)]++
		}
		for i := range expected {
			expected[i] = 1000
		}
		if n > 1 {
			chiSquare(t, "below", counts, expected)
		}
	}
	// Just above half the range of a word, where every second word would be biased.
	var w words
	w.start(key, 0, 256)
	const n = 1<<31 + 1<<30
	counts := make([]float64, 3)
	for range 300_000 {
		counts[w.below(n)>>30]++
	}
	chiSquare(t, "below 3 2^30", counts, []float64{1e5, 1e5, 1e5})
}

// Weights and delays have the distributions that are asked for and are independent of each other, and of the
// neighbours'.
func TestDrawnValues(t *testing.T) {
	const sources, targets = 400, 500
	g := Geometry{Sources: sources, Targets: targets, Key: rng.New(4, "p")}
	step := 100 * spike.Microsecond
	truncated := func(v neuron.Value, x float64) float64 {
		cdf := distuv.Normal{Mu: v.A, Sigma: v.B}.CDF
		return (cdf(x) - cdf(v.Lo)) / (cdf(v.Hi) - cdf(v.Lo))
	}
	values := []struct {
		neuron.Value
		cdf func(v neuron.Value, x float64) float64
	}{
		{neuron.Value{Shape: neuron.Normal, A: 3, B: 0.5},
			func(v neuron.Value, x float64) float64 { return distuv.Normal{Mu: v.A, Sigma: v.B}.CDF(x) }},
		{neuron.Value{Shape: neuron.Normal, A: 1, B: 1, Lo: 0.5, Hi: 1.5}, truncated},
		{neuron.Value{Shape: neuron.Uniform, A: 1, B: 4},
			func(v neuron.Value, x float64) float64 { return distuv.Uniform{Min: v.A, Max: v.B}.CDF(x) }},
		{neuron.Value{Shape: neuron.LogNormal, A: 2, B: 0.5}, func(v neuron.Value, x float64) float64 {
			return distuv.LogNormal{Mu: math.Log(v.A), Sigma: v.B}.CDF(x)
		}},
	}
	for _, weight := range values {
		for _, delay := range values {
			p, err := New(Spec{Connector: AllToAll{}, Weight: weight.Value, Delay: delay.Value}, 0, g, step)
			if err != nil {
				t.Fatal(err)
			}
			p.SetShards(1)
			if err := p.Connect(0, 0, targets); err != nil {
				t.Fatal(err)
			}
			var w, d, neighbour []float64
			p.Each(func(_, _ int, weight float64, delay spike.Tick) {
				w, d = append(w, weight), append(d, delay.Milliseconds())
			})
			neighbour = append(slices.Clone(w[1:]), w[0])
			n := float64(len(w))
			classes := make([]float64, 50)
			for _, x := range w {
				classes[min(49, int(50*weight.cdf(weight.Value, x)))]++
			}
			equal := make([]float64, 50)
			for i := range equal {
				equal[i] = n / 50
			}
			chiSquare(t, "weights", classes, equal)
			classes, equal = make([]float64, len(p.delays)), make([]float64, len(p.delays))
			for _, x := range d {
				classes[int(math.Round((x-p.delays[0].Milliseconds())/0.1))]++
			}
			for i, at := range p.delays {
				lo, hi := delay.cdf(delay.Value, at.Milliseconds()-0.05), delay.cdf(delay.Value, at.Milliseconds()+0.05)
				if i == 0 {
					lo = 0
				}
				if i == len(p.delays)-1 {
					hi = 1
				}
				equal[i] = n * (min(1, hi) - max(0, lo))
			}
			chiSquare(t, "delays", classes, equal)
			for name, other := range map[string][]float64{"delay": d, "weight of the next": neighbour} {
				if c := stat.Correlation(w, other, nil); math.Abs(c) > 4.5/math.Sqrt(n) {
					t.Errorf("correlation of weight and %s: %g", name, c)
				}
			}
		}
	}
}

// A drawn weight or delay stays in its range: what has bounds is drawn again, what has none and would leave it is
// refused with its share, by one rule for all shapes.
func TestDrawnWithinRange(t *testing.T) {
	const normal, lognormal, uniform = neuron.Normal, neuron.LogNormal, neuron.Uniform
	for _, c := range []struct {
		weight, delay neuron.Value
		lo, hi        float64 // allowed weights
		fault         string  // "" if it fits
	}{
		{neuron.Value{Shape: normal, A: 0.05, B: 0.05, Hi: 1}, neuron.Const(1), 0, 1e30, ""},
		{neuron.Value{Shape: normal, A: 0.05, B: 0.05}, neuron.Const(1), 0, 1e30, "weight: 15.9 %"},
		{neuron.Value{Shape: normal, A: 0.05, B: 0.05, Lo: -1, Hi: 1}, neuron.Const(1), 0, 1e30,
			"weight: -1 is out of range"},
		{neuron.Value{Shape: normal, A: 0.5, B: 0.05}, neuron.Const(1), 0, 1e30, ""},
		{neuron.Value{Shape: normal, A: -0.5, B: 0.05}, neuron.Const(1), 0, 1e30, "weight: 100 %"},
		{neuron.Value{Shape: normal, A: -0.5, B: 0.05}, neuron.Const(1), -1e30, 0, ""},
		{neuron.Value{Shape: normal, A: 0, B: 1}, neuron.Const(1), 0, 0, ""}, // any weight
		{neuron.Value{Shape: uniform, A: -0.1, B: 1}, neuron.Const(1), 0, 1e30, "weight: -0.1"},
		{neuron.Value{Shape: uniform, A: 2, B: 3}, neuron.Const(1), 0, 1, "weight: 3"},
		{neuron.Value{Shape: lognormal, A: 0.5, B: 0.5}, neuron.Const(1), 0, 1e30, ""},
		{neuron.Value{Shape: lognormal, A: 0.5, B: 0.5}, neuron.Const(1), 0, 1, "weight: 8.28 %"},
		{neuron.Value{Shape: lognormal, A: 0.5, B: 0.5, Lo: 0.1, Hi: 1}, neuron.Const(1), 0, 1, ""},
		{neuron.Const(-0.3), neuron.Const(1), 0, 1e30, "weight: -0.3"},
		{neuron.Const(1), neuron.Value{Shape: normal, A: 2, B: 1}, 0, 0, "delay: 6.68 %"},
		{neuron.Const(1), neuron.Value{Shape: normal, A: 2, B: 1, Lo: 0.2, Hi: 4}, 0, 0, "delay: 0.2"},
		{neuron.Const(1), neuron.Value{Shape: normal, A: 2, B: 1, Lo: 0.5, Hi: 4}, 0, 0, ""},
		{neuron.Const(1), neuron.Value{Shape: normal, A: 9, B: 1}, 0, 0, ""},
		{neuron.Const(1), neuron.Value{Shape: uniform, A: 0, B: 4}, 0, 0, "delay: 0"},
		{neuron.Const(1), neuron.Value{Shape: lognormal, A: 1, B: 0.5}, 0, 0, "delay: 8.28 %"},
		{neuron.Const(1), neuron.Value{Shape: lognormal, A: 10, B: 0.5}, 0, 0, ""},
	} {
		p, err := New(Spec{Connector: FixedProbability{P: 0.4}, Weight: c.weight, WeightMin: c.lo, WeightMax: c.hi,
			Delay: c.delay}, 0,
			Geometry{Sources: 50, Targets: 50, Key: rng.New(4, "p")}, spike.Millisecond)
		if err != nil {
			if c.fault == "" || !strings.HasPrefix(err.Error(), c.fault) {
				t.Errorf("%+v, %+v in %g to %g: %v, want %q", c.weight, c.delay, c.lo, c.hi, err, c.fault)
			}
			continue
		}
		if c.fault != "" {
			t.Errorf("%+v, %+v in %g to %g is accepted", c.weight, c.delay, c.lo, c.hi)
			continue
		}
		p.SetShards(1)
		if err := p.Connect(0, 0, 50); err != nil {
			t.Fatal(err)
		}
		lo, hi := c.weight.Bounds()
		ends := 0
		p.Each(func(_, _ int, w float64, d spike.Tick) {
			if lo < hi && (w < c.lo && c.lo != c.hi || w > c.hi && c.lo != c.hi || w < lo-1e-7 || w > hi+1e-7) {
				t.Fatalf("%+v: the weight %g", c.weight, w)
			}
			if lo < hi && (w == float64(float32(lo)) || w == float64(float32(hi))) {
				ends++
			}
		})
		if ends > 0 {
			t.Errorf("%+v: %d weights lie on a bound", c.weight, ends)
		}
	}
}

// When an unbounded distribution, which fits, leaves its range all the same, it is drawn again.
func TestUnboundedIsDrawnAgain(t *testing.T) {
	v := neuron.Value{Shape: neuron.Normal, A: 1, B: 1}.Within(0.5, math.Inf(1))
	for i := range 1000 {
		if x := v.Draw(rng.New(1, "x"), i); x < 0.5 {
			t.Fatalf("drew %g", x)
		}
	}
}

// Weights of half width are the others, rounded to 8 significant bits without bias; what is delivered is theirs.
func TestHalfWeights(t *testing.T) {
	g := Geometry{Sources: 200, Targets: 300, Key: rng.New(4, "p")}
	for _, c := range []Connector{FixedProbability{P: 0.3}, FixedOutDegree{K: 90}} {
		var all [2][]edge
		for half := range all {
			p, err := New(Spec{Connector: c, Weight: neuron.Value{Shape: neuron.Normal, A: -1, B: 2}, Half: half == 1,
				Delay: neuron.Value{Shape: neuron.Uniform, A: 1, B: 3}}, 0, g, spike.Millisecond)
			if err != nil {
				t.Fatal(err)
			}
			err = p.ConnectAll([]int{0, 200, 300}, func(n int, f func(int)) {
				for i := range n {
					f(i)
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			p.Each(func(s, tg int, w float64, d spike.Tick) { all[half] = append(all[half], edge{s, tg, w, d}) })
			if want := []int{6, 4}[half] * len(all[half]); p.Synapses() != len(all[half]) || p.Bytes() != want+
				4*2*(200*len(p.Delays())+1) {
				t.Errorf("%d synapses of %d in %d bytes", p.Synapses(), len(all[half]), p.Bytes())
			}
			var arrivals []neuron.Arrival
			cells, touched, events := make([]neuron.Pair, 200), make([]uint64, 4), 0
			for row := range 200 * len(p.Delays()) {
				arrivals = p.DeliverSingly(0, row, neuron.Arrival{Weight: 1}, arrivals)
				events += p.Deliver(0, []Due{{Row: uint32(row), End: 1, Area: 2}}, []int{0, 1}, cells, touched)
			}
			for _, a := range arrivals {
				cells[a.Target].End -= a.Weight
				if touched[a.Target/64]>>(a.Target%64)&1 == 0 {
					t.Fatalf("target %d is not touched", a.Target)
				}
			}
			for i, c := range cells {
				if math.Abs(float64(c.End)) > 1e-4 {
					t.Fatalf("target %d received %g more than its single arrivals", i, c.End)
				}
			}
			if events != len(arrivals) || events == 0 {
				t.Errorf("%d events, %d single ones", events, len(arrivals))
			}
		}
		bias := 0.0
		for k, e := range all[0] {
			h := all[1][k]
			if relative := h.weight/e.weight - 1; math.Abs(relative) > 1.0/256 || h.source != e.source ||
				h.target != e.target || h.delay != e.delay {
				t.Fatalf("%v became %v", e, h)
			} else {
				bias += relative / float64(len(all[0]))
			}
		}
		if sd := 1.0 / 256 / math.Sqrt(3); math.Abs(bias) > 5*sd/math.Sqrt(float64(len(all[0]))) {
			t.Errorf("weights are on average %g too large", bias)
		}
	}
	if _, err := New(Spec{Connector: AllToAll{}, Half: true, Plastic: true, Delay: neuron.Const(1)}, 0, g,
		spike.Millisecond); FaultyKey(err) != "half_weights" {
		t.Errorf("half weights that learn: %v", err)
	}
}
