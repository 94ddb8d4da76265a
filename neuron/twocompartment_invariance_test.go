package neuron

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// Laws that no change of pieces, shards, neighbours or memory may break.

func noisy(neurons int, until spike.Tick) *frozen {
	f := freeze(neurons, until, 3, background(500, 500, .35, .35, 500, 500, .05, .05)...)
	f.current = [2]func(spike.Tick) float64{sine(0, 200, .1), constantCurrent(200)}
	return f
}

// variants are the parameter sets that take different paths through the code.
func variants() map[string]*TwoCompartment {
	vs := map[string]*TwoCompartment{}
	for _, name := range []string{"default", "soma", "2018", "hold", "various"} {
		vs[name] = DefaultTwoCompartment()
	}
	vs["soma"].Driving = "soma"
	s := vs["2018"]
	s.DTh, s.TRef, s.BapDelay, s.BapSum = Const(0), Const(3), .5, "add"
	s = vs["hold"]
	s.TRef, s.Hold, s.Driving = Const(2.05), true, "soma"
	s = vs["various"]
	for _, v := range []*Value{&s.TauS, &s.CS, &s.TauD, &s.CD, &s.TauTh, &s.GS, &s.GD, &s.DD, &s.TauWS, &s.TauWD, &s.C} {
		*v = Value{Shape: LogNormal, A: v.A, B: 0.1}
	}
	s.Theta, s.ED, s.A, s.B = Value{Shape: Uniform, A: -52, B: -48}, Value{Shape: Normal, A: -38, B: 1},
		Value{Shape: Normal, A: -13, B: 2}, Value{Shape: Normal, A: -200, B: 20}
	s.TRef, s.DTh = Value{Shape: Uniform, A: 0, B: 3}, Value{Shape: Uniform, A: 0, B: 3}
	s.Initial.VS, s.Initial.VD = Value{Shape: Normal, A: -70, B: 5, Lo: -80, Hi: -60},
		Value{Shape: Uniform, A: -75, B: -60}
	s.Initial.WS, s.Initial.WD = Value{Shape: Uniform, A: 0, B: 1}, Value{Shape: Uniform, A: 0, B: 1}
	return vs
}

func TestPiecesLeaveNoTrace(t *testing.T) {
	const n, until = 2, 90 * ms
	f := noisy(n, until)
	for name, s := range variants() {
		eachIntegrator(t, 0, 0, func(t *testing.T, integrator string, _ float64) {
			whole := build(t, s, integrator, n, 100*us)
			want := f.run(whole, 100*us, pieces(until, until))
			if len(want[0])+len(want[1]) == 0 {
				t.Fatal(name, ": no spikes")
			}
			rapid.Check(t, func(rt *rapid.T) {
				steps := rapid.SliceOfN(rapid.IntRange(1, 200), 1, 6).Draw(rt, "steps")
				var lengths []spike.Tick
				for _, k := range steps {
					lengths = append(lengths, spike.Tick(k)*100*us)
				}
				split := build(t, s, integrator, n, 100*us)
				if got := f.run(split, 100*us, pieces(until, lengths...)); !cmp.Equal(got, want) {
					rt.Fatalf("%s: spikes %v, want %v", name, got, want)
				}
				if err := sameState(whole, split); err != nil {
					rt.Fatal(name, err)
				}
			})
		})
	}
}

// A population with distributed parameters is what its neurons would be in populations of their own: exactly so in the
// reference; the off-grid step shares its kernels, which costs no more than the step does.
func TestDistributionsAreDraws(t *testing.T) {
	const n, until = 6, spike.Second
	f := noisy(n, until)
	eachIntegrator(t, 10, 0, func(t *testing.T, integrator string, tol float64) {
		s := variants()["various"]
		trains := f.run(build(t, s, integrator, n, 100*us), 100*us, pieces(until, 10*ms))
		total := 0
		for i, want := range trains {
			one := *s
			key := buildOf(n, 100*us).Key
			for name, v := range map[string]*Value{"tau_s": &one.TauS, "c_s": &one.CS, "tau_d": &one.TauD, "c_d": &one.CD,
				"threshold": &one.Theta, "threshold_jump": &one.DTh, "tau_threshold": &one.TauTh, "refractory": &one.TRef,
				"g_s": &one.GS, "g_d": &one.GD, "e_d": &one.ED, "d_d": &one.DD, "b": &one.B, "tau_ws": &one.TauWS, "a": &one.A,
				"tau_wd": &one.TauWD, "bap": &one.C, "initial.v_s": &one.Initial.VS, "initial.v_d": &one.Initial.VD,
				"initial.w_s": &one.Initial.WS, "initial.w_d": &one.Initial.WD} {
				*v = Const(v.Draw(key.Sub(name), i))
			}
			got := f.run(build(t, &one, integrator, n, 100*us), 100*us, pieces(until, 10*ms))[i]
			differences, lost := compare([][]spike.Tick{want}, [][]spike.Tick{got})
			if lost != 0 || len(differences) > 0 && quantile(differences, 1) > tol {
				t.Errorf("neuron %d: %d spikes lost, worst difference %g us", i, lost, quantile(differences, 1))
			}
			total += len(want)
		}
		if total < 20 {
			t.Errorf("only %d spikes", total)
		}
	})
}

// Neither neighbours nor shards matter.
func TestShardsLeaveNoTrace(t *testing.T) {
	const n, until = 130, 60 * ms
	f := noisy(n, until)
	eachIntegrator(t, 0, 0, func(t *testing.T, integrator string, _ float64) {
		s := variants()["various"]
		whole, sharded := build(t, s, integrator, n, 100*us), build(t, s, integrator, n, 100*us)
		var a, b spike.Buffer
		for _, w := range pieces(until, 3*ms) {
			all := Range{0, n}
			whole.Advance(all, w, f.input(whole, all, w, 100*us), &a)
			for _, r := range []Range{{64, 128}, {0, 64}, {128, n}} {
				sharded.Advance(r, w, f.input(sharded, r, w, 100*us), &b)
			}
		}
		x, y := slices.Clone(a.Events()), slices.Clone(b.Events())
		slices.SortFunc(x, spike.Compare)
		slices.SortFunc(y, spike.Compare)
		if len(x) == 0 || !cmp.Equal(x, y) {
			t.Errorf("spikes differ (%d and %d)", len(x), len(y))
		}
		if err := sameState(whole, sharded); err != nil {
			t.Error(err)
		}
	})
}

// The reference's sums do not depend on the order in which arrivals were delivered.
func TestReferenceSortsArrivals(t *testing.T) {
	const until = 40 * ms
	f := freeze(1, 0, 1)
	for k, w := range []float32{.3, .1, .7, .03} { // all at one tick
		f.arrivals = append(f.arrivals, Arrival{At: 5 * ms, Channel: uint32(k % 2 * 3), Weight: w})
	}
	a := build(t, DefaultTwoCompartment(), "reference", 1, 100*us)
	f.run(a, 100*us, pieces(until, ms))
	slices.Reverse(f.arrivals)
	b := build(t, DefaultTwoCompartment(), "reference", 1, 100*us)
	f.run(b, 100*us, pieces(until, ms))
	if err := sameState(a, b); err != nil {
		t.Error(err)
	}
}

func TestReset(t *testing.T) {
	const n = 5
	f := noisy(n, 100*ms)
	for name, s := range variants() {
		eachIntegrator(t, 0, 0, func(t *testing.T, integrator string, _ float64) {
			used, fresh := build(t, s, integrator, n, 100*us), build(t, s, integrator, n, 100*us)
			first := f.run(used, 100*us, pieces(100*ms, 10*ms))
			used.Reset()
			if err := sameState(used, fresh); err != nil {
				t.Error(name, err)
			}
			if again := f.run(used, 100*us, pieces(100*ms, 10*ms)); !cmp.Equal(first, again) {
				t.Error(name, ": another run after Reset gives other spikes")
			}
		})
	}
}

func TestAdvanceAllocatesNothing(t *testing.T) {
	const n = 64
	f := noisy(n, 20*ms)
	eachIntegrator(t, 0, 0, func(t *testing.T, integrator string, _ float64) {
		pop := build(t, variants()["2018"], integrator, n, 100*us)
		r, w := Range{0, n}, spike.Window{To: 20 * ms}
		in := f.input(pop, r, w, 100*us)
		var out spike.Buffer
		pop.Advance(r, w, in, &out)
		if len(out.Events()) == 0 {
			t.Fatal("no spikes")
		}
		if got := testing.AllocsPerRun(3, func() {
			w.From, w.To = w.To, w.To+w.Len() // the same input again
			for k := range in.Arrivals {
				in.Arrivals[k].At += w.Len()
			}
			out.Reset()
			pop.Advance(r, w, in, &out)
		}); got != 0 {
			t.Errorf("%g allocations", got)
		}
	})
}

// The integrators can be exchanged: same ports, same channels, same names of the variables of the model.
func TestIntegratorsLookAlike(t *testing.T) {
	fast, exact := build(t, DefaultTwoCompartment(), "off-grid", 1, 100*us),
		build(t, DefaultTwoCompartment(), "reference", 1, 100*us)
	has := map[string]string{}
	for _, c := range exact.Columns() {
		has[c.Name] = fmt.Sprint(c.Unit, " ", c.Float(0))
	}
	for _, c := range fast.Columns() {
		if got, ok := has[c.Name]; c.Name != "bap_edge" && (!ok || got != fmt.Sprint(c.Unit, " ", c.Float(0))) {
			t.Errorf("column %s is %q in the reference", c.Name, got)
		}
	}
	if !cmp.Equal(fast.Ports(), exact.Ports()) || len(fast.Channels()) != len(exact.Channels()) {
		t.Error("ports or channels differ")
	}
	if _, err := (&TwoCompartment{}).New(Build{N: 1, Key: rng.New(1), Step: 100 * us}); err == nil {
		t.Error("parameters of zero are accepted")
	}
}

// A part of a step takes a neuron where a step of its length would: the propagators' interpolation costs no more than
// rounding.
func TestPartialSteps(t *testing.T) {
	p := build(t, variants()["various"], "off-grid", 1, 100*us).(*twoCompartment)
	for _, c := range []struct{ h, bound float64 }{{0.025, 4e-6}, {0.1, 4e-6}, {0.2, 8e-6}, {0.5, 1e-4}} {
		d := p.spec.derive(p.build, 0, c.h)
		for _, part := range []float64{1e-5, 0.1, 1. / 3, 0.5, 0.7, 0.9, 1} {
			var got, want twoStep
			d.partial(part*c.h, &got)
			p.spec.coefficients(d, part*c.h, &want)
			end := func(c *twoStep) (u two) {
				u = two{x: 15, y: 30, ws: 2, wd: 10, th: 3, g: [twoChannels]float32{.5, .1, .5, .2, .1, .2}}
				d.step(p, c, &u, &twoInput{is0: 200, is1: 200 + 10*c.r, id0: 300, id1: 300 - 20*c.r, k: 1}, false)
				return u
			}
			a, b := end(&got), end(&want)
			for k, pair := range [][2]float32{{a.x, b.x}, {a.y, b.y}, {a.ws, b.ws}, {a.wd, b.wd}, {a.th, b.th}, {a.g[0], b.g[0]},
				{a.g[5], b.g[5]}} {
				near(t, fmt.Sprintf("variable %d after %g of %g ms", k, part, c.h), float64(pair[0]), float64(pair[1]), c.bound)
			}
			got.twoPropagators = want.twoPropagators
			if got != want {
				t.Errorf("%g of %g ms: constants differ: %+v, want %+v", part, c.h, got, want)
			}
		}
	}
}
