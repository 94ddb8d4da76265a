package neuron

import (
	"cmp"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// Where arrivals are kept, trains depend neither on shards and pieces nor on the order in which arrivals are delivered.
func TestKeptArrivalsDoNotDependOnPieces(t *testing.T) {
	const n, h, until = 70, ms, 60 * ms
	for name, spec := range map[string]Spec{"two-compartment": DefaultTwoCompartment(), "lif": DefaultLIF(),
		"adex": DefaultAdEx(), "burst-poisson": DefaultBurstPoisson()} {
		rates, weights := []float64{3000, 300}, []float64{3, 3}
		f := scriptOf(n, until, rates, weights)
		want := f.play(made(t, spec, n, h), n, h, pieces(until, until))
		spikes := 0
		for _, train := range want {
			spikes += len(train)
		}
		if spikes < n {
			t.Errorf("%s: %d spikes", name, spikes)
		}
		for i, train := range f.arrivals { // those at the same time are delivered the other way round
			for k := 1; k < len(train); k++ {
				if train[k].At == train[k-1].At {
					train[k-1], train[k] = train[k], train[k-1]
				}
			}
			f.arrivals[i] = train
		}
		if got := f.play(made(t, spec, n, h), 64, h, pieces(until, 3*h, h)); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: trains depend on shards, pieces or the order of delivery", name)
		}
	}
}

// A background whose arrivals are kept lists those that it adds to the cells.
func TestBackgroundsKeepArrivals(t *testing.T) {
	const n, h = 100, ms
	for _, rate := range []float64{100, 5000} {
		b := poissonBackground(t, n, rate, 1, h, exponentialChannel.Kernel)
		w := spike.Window{From: 3 * ms, To: 7 * ms}
		in := blank([]Channel{exponentialChannel}, 0, Range{0, n}, w, h)
		in.Kept = true
		b.Fill(Range{0, n}, w, in)
		for s := range in.Steps {
			for i := range n {
				var sum Pair
				for _, a := range in.keptAt(s, i, w.From+spike.Tick(s)*h) {
					rest := w.From + spike.Tick(s+1)*h - a.At
					if rest <= 0 || rest > h || int(a.Target) != i {
						t.Fatalf("%g Hz: %v is not of neuron %d, step %d", rate, a, i, s)
					}
					end, area := exponentialChannel.Kernel.At(rest)
					sum.End, sum.Area = sum.End+end*a.Weight, sum.Area+area*a.Weight
				}
				got := in.Cells[0].Pairs[s*n+i]
				near(t, "end", float64(got.End), float64(sum.End), 2e-5*(1+math.Abs(float64(sum.End))))
				near(t, "area", float64(got.Area), float64(sum.Area), 2e-5*(1+math.Abs(float64(sum.Area))))
			}
		}
	}
}

// A neuron that begins above its threshold spikes at once, though the first step takes it below.
func TestNeuronsThatBeginAboveThresholdSpike(t *testing.T) {
	const n, h = 20, 100 * us
	lif, two, burst, adex := DefaultLIF(), DefaultTwoCompartment(), DefaultBurstPoisson(), DefaultAdEx()
	lif.Initial.V, lif.Initial.GInh, lif.EInh = Const(-49.9), Const(60), -80
	two.Initial.VS, burst.Initial.VS, adex.Initial.V = Const(-49.9), Const(-49.9), Const(adex.Peak+0.1)
	for name, spec := range map[string]Spec{"lif": lif, "two-compartment": two, "burst-poisson": burst, "adex": adex} {
		f := &script{n: n, arrivals: make([][]Arrival, n), current: func(spike.Tick) float64 { return -1e4 }}
		for i, train := range f.play(made(t, spec, n, h), n, h, pieces(h, h)) {
			if len(train) != 1 || train[0] > 1 {
				t.Fatalf("%s: neuron %d spikes at %v", name, i, train)
			}
		}
	}
}

// A burst-poisson neuron whose time constants are its own does what a neuron does of which they are everybody's,
// arrivals' share of their own step included (to first order in the step).
func TestBurstPoissonTimeConstantsOfItsOwn(t *testing.T) {
	const n, h, until = 40, 200 * us, 2 * ms
	for _, driving := range []string{"dendrite", "soma"} {
		spec := DefaultBurstPoisson()
		spec.Driving = driving
		spec.TauS, spec.TauD = Value{Shape: Uniform, A: 8, B: 24}, Value{Shape: Uniform, A: 3.5, B: 10.5}
		f := &script{n: n, arrivals: make([][]Arrival, n), current: func(spike.Tick) float64 { return 0 }}
		for i := range n {
			for _, c := range []int{somaAMPA, apicalAMPA, somaGABA} {
				f.arrivals[i] = append(f.arrivals[i], Arrival{At: 1_810_000, Target: uint32(i), Channel: uint32(c), Weight: 0.4})
			}
		}
		all := made(t, spec, n, h).(*burstPoisson)
		f.play(all, n, h, pieces(until, h))
		for i := range n {
			one := *spec
			b := buildOf(n, h)
			one.TauS, one.TauD = Const(spec.TauS.Draw(b.Key.Sub("tau_s"), i)), Const(spec.TauD.Draw(b.Key.Sub("tau_d"), i))
			p := made(t, &one, n, h).(*burstPoisson)
			f.play(p, n, h, pieces(until, h))
			near(t, "v_s", float64(all.x[i]), float64(p.x[i]), 0.015*math.Abs(float64(p.x[i])))
			near(t, "v_d", float64(all.y[i]), float64(p.y[i]), 0.015*math.Abs(float64(p.y[i])))
		}
	}
}

// A Value that nothing can be drawn from is refused, and drawing from it does not go on for ever.
func TestValuesWithoutInside(t *testing.T) {
	for _, v := range []Value{{Shape: Normal, A: -60, B: 5, Lo: -50, Hi: -70}, {Shape: LogNormal, A: 1, B: .1, Lo: 2,
		Hi: .5}, {Shape: Normal, A: -60, B: 1, Lo: 10, Hi: 20},
		{Shape: Uniform, A: -50, B: -70}, Const(math.NaN()), Const(2000)} {
		spec := DefaultLIF()
		spec.Initial.V = v
		if err := spec.Validate(); err == nil {
			t.Errorf("%+v is accepted", v)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("something was drawn between bounds that descend")
		}
	}()
	s := rng.New(1).Stream(0, 0)
	Value{Shape: Normal, A: 0, B: 1, Lo: 1, Hi: -1}.DrawFrom(&s)
}

// Kept arrivals are found by step and neuron, each once, in order of time, channel and weight, however they were
// delivered.
func TestKeptArrivalsAreFound(t *testing.T) {
	const n, steps, step = 7, 5, ms
	from := 40 * ms
	r := rand.New(rand.NewPCG(4, 4))
	for range 50 {
		in := &Input{Len: n, Steps: steps, Step: step, Kept: true}
		for range r.IntN(60) {
			in.Arrivals = append(in.Arrivals, Arrival{At: from + spike.Tick(r.Int64N(steps*4))*step/4, Target: uint32(r.IntN(n)),
				Channel: uint32(r.IntN(3)), Weight: float32(r.IntN(3))})
		}
		found := 0
		for s := range steps {
			for i := range n {
				var want []Arrival
				for _, a := range in.Arrivals {
					if int(a.Target) == i && a.At >= from+spike.Tick(s)*step && a.At < from+spike.Tick(s+1)*step {
						want = append(want, a)
					}
				}
				slices.SortFunc(want, func(a, b Arrival) int {
					return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Channel, b.Channel), cmp.Compare(a.Weight, b.Weight))
				})
				got := in.keptAt(s, i, from+spike.Tick(s)*step)
				if found += len(got); !slices.Equal(got, want) {
					t.Fatalf("step %d, neuron %d: %v, want %v", s, i, got, want)
				}
			}
		}
		if found != len(in.Arrivals) {
			t.Fatalf("%d of %d arrivals", found, len(in.Arrivals))
		}
	}
}
