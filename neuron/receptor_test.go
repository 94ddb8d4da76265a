package neuron

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
)

// conductanceOf is the textbook's conductance of a receptor, without a block, by time (ms) since a unit arrival,
// and its reversal potential, from the definitions alone.
func conductanceOf(s ReceptorSpec) (g func(t float64) float64, reversal float64) {
	switch s := s.(type) {
	case *Exponential:
		return func(t float64) float64 { return math.Exp(-t / s.Tau) }, s.Reversal
	case *Alpha:
		return func(t float64) float64 { return t / s.Tau * math.Exp(1-t/s.Tau) }, s.Reversal
	case *BiExponential:
		shape := func(t float64) float64 { return math.Exp(-t/s.TauDecay) - math.Exp(-t/s.TauRise) }
		peak := 0.0 // by search
		for k := range 200_000 {
			peak = max(peak, shape(float64(k)*1e-3))
		}
		return func(t float64) float64 { return shape(t) / peak }, s.Reversal
	case *NMDA:
		return conductanceOf(&s.BiExponential)
	}
	panic("unknown")
}

// receptorCourse computes by the classical Runge-Kutta method, in steps of 1 us, how a passive membrane with an
// added receptor goes: potentials at the ends of milliseconds, and when a threshold is crossed first.
func receptorCourse(s ReceptorSpec, tau, leak, current, theta float64, arrivals []Arrival,
	until float64) (v []float64, cross float64) {
	h, x := 1e-3, -60.0
	at := make([]float64, len(arrivals))
	for k, a := range arrivals {
		at[k] = a.At.Milliseconds()
	}
	shape, e := conductanceOf(s)
	mg := 0.0
	if m, ok := s.(*NMDA); ok {
		mg = m.Mg / 3.57
	}
	slope := func(half int, v float64) float64 {
		g, t := 0.0, float64(half)*h/2
		for k, a := range arrivals {
			if t >= at[k]-1e-9 {
				g += float64(a.Weight) * shape(max(0, t-at[k]))
			}
		}
		return (-60 - v + g/(1+mg*math.Exp(-0.062*v))*(e-v) + current/leak) / tau
	}
	cross = math.Inf(1)
	for k := range int(until / h) {
		a := slope(2*k, x)
		b := slope(2*k+1, x+h/2*a)
		c := slope(2*k+1, x+h/2*b)
		d := slope(2*k+2, x+h*c)
		next := x + h/6*(a+2*b+2*c+d)
		if next >= theta && x < theta && math.IsInf(cross, 1) {
			cross = h * (float64(k) + (theta-x)/(next-x))
		}
		if x = next; (k+1)%1000 == 0 {
			v = append(v, x)
		}
	}
	return v, cross
}

// The peak of a conductance is 1, and a membrane follows that of the textbook, with an error of second order in the
// step (a quarter of the step leaves less than a fifth of it, arrivals lying anywhere); so does the time of a
// spike.
func TestReceptorsConverge(t *testing.T) {
	kinds := []ReceptorSpec{&Exponential{Tau: 3, Reversal: 0}, &Alpha{Tau: 2, Reversal: 0},
		&BiExponential{TauRise: 0.7, TauDecay: 8, Reversal: -80}, &NMDA{BiExponential{TauRise: 2, TauDecay: 60}, 1}}
	arrivals := []Arrival{{At: 2030 * us, Weight: 0.8, Channel: 2}, {At: 2070 * us, Weight: 0.5, Channel: 2},
		{At: 9990 * us, Weight: 1.1, Channel: 2}}
	for _, kind := range kinds {
		t.Run(fmt.Sprintf("%T", kind), func(t *testing.T) {
			const until, current = 40, 95.0
			known, cross := receptorCourse(kind, 20, 10, current, -51, arrivals, until)
			var worst, late []float64
			for _, step := range []spike.Tick{200 * us, 100 * us, 50 * us} {
				pop := withReceptor(t, kind, step, 900)
				f := &script{n: 1, arrivals: [][]Arrival{arrivals}, current: func(spike.Tick) float64 { return current }}
				off := 0.0
				for k, w := range pieces(until*ms, ms) {
					f.play(pop, 1, step, []spike.Window{w})
					off = max(off, math.Abs(pop.(Membrane).Potential(0, 0)-known[k]))
				}
				worst = append(worst, off)
				trains := f.play(withReceptor(t, kind, step, -51), 1, step, pieces(until*ms, ms))
				if len(trains[0]) == 0 != math.IsInf(cross, 1) {
					t.Fatalf("spikes at %v, the first one is at %g ms", trains[0], cross)
				}
				if len(trains[0]) > 0 {
					late = append(late, math.Abs(trains[0][0].Milliseconds()-cross)*900)
				}
			}
			t.Logf("mV off: %.3g, us off: %.3g", worst, late)
			if worst[1] > 3e-3 || worst[2] > max(worst[0]/5, 3e-5) {
				t.Errorf("in steps of 200, 100, 50 us the potential is %.3g mV off", worst)
			}
			if len(late) > 0 && late[1] > 5 {
				t.Errorf("in steps of 200, 100, 50 us the first spike is %.3g us off", late)
			}
		})
	}
}

// withReceptor is a LIF neuron with one more receptor, number 2.
func withReceptor(t *testing.T, kind ReceptorSpec, step spike.Tick, threshold float64) Population {
	t.Helper()
	s := DefaultLIF()
	s.Theta = Const(threshold)
	b := buildOf(1, step)
	p, err := s.New(b)
	if err == nil {
		p, err = WithReceptors(p, b, Added{Name: "own", Port: "soma", Spec: kind})
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Every model that takes receptors gives the same spikes in any shards and pieces, while others of its inputs go
// on; one that equals a receptor of the model does what that one does.
func TestReceptorsOfModels(t *testing.T) {
	const n, step = 70, 100 * us
	for name, c := range map[string]struct {
		spec    Spec
		port    string
		current float64
	}{
		"lif": {DefaultLIF(), "soma", 80}, "lif-delta": {DefaultLIFDelta(), "soma", 700}, "adex": {DefaultAdEx(), "soma",
			400},
		"two-compartment": {DefaultTwoCompartment(), "apical", 500}, "burst-poisson": {DefaultBurstPoisson(), "apical", 300},
	} {
		t.Run(name, func(t *testing.T) {
			build := func() Population {
				b := buildOf(n, step)
				p, err := c.spec.New(b)
				if err == nil {
					p, err = WithReceptors(p, b, Added{"a", c.port, DefaultNMDA()}, Added{"b", "soma", DefaultAlpha()})
				}
				if err != nil {
					t.Fatal(err)
				}
				return p
			}
			pop := build()
			own := len(pop.Channels()) - 2
			rates, weights := make([]float64, own+2), make([]float64, own+2)
			rates[own], weights[own], rates[own+1], weights[own+1] = 300, 0.02, 500, 0.05
			f := scriptOf(n, 100*ms, rates, weights)
			f.current = func(spike.Tick) float64 { return c.current }
			want := f.play(pop, 64, step, pieces(100*ms, ms))
			total := 0
			for _, train := range want {
				total += len(train)
			}
			if total == 0 {
				t.Fatal("no spikes")
			}
			again := f.play(build(), 128, step, pieces(100*ms, 3*ms, step, 7*ms))
			for i := range want {
				if !slices.Equal(want[i], again[i]) {
					t.Fatalf("neuron %d spikes at other times in other pieces", i)
				}
			}
			pop.Reset()
			if trains := f.play(pop, 64, step, pieces(100*ms, ms)); !slices.EqualFunc(trains, want, slices.Equal) {
				t.Error("after Reset the spikes are others")
			}
		})
	}
}

// Too strong for the step, unknown ports, names that are taken, and models that have no membrane are refused.
func TestReceptorsAreRefused(t *testing.T) {
	pop := withReceptor(t, &Exponential{Tau: 5}, 100*us, 900)
	f := &script{n: 1, arrivals: [][]Arrival{{{At: ms, Weight: 60, Channel: 2}}},
		current: func(spike.Tick) float64 { return 0 }}
	f.play(pop, 1, 100*us, pieces(3*ms, ms))
	if fault := pop.(Guarded).Fault(); fault == nil || fault.At != 1100*us || fault.Neuron != 0 {
		t.Errorf("60 leaks in steps of a 200th of tau: %v", fault)
	}
	b := buildOf(1, 100*us)
	for key, a := range map[string]Added{"port": {"x", "apical", DefaultAlpha()}, "": {"ampa", "soma", DefaultAlpha()},
		"tau": {"x", "soma", &Alpha{}}} {
		_, err := WithReceptors(made(t, DefaultLIF(), 1, b.Step), b, a)
		var re *ReceptorError
		if !errors.As(err, &re) || re.Name != a.Name || re.Key != key {
			t.Errorf("%+v: %v", a, err)
		}
	}
	if _, err := WithReceptors(made(t, DefaultPoisson(), 1, b.Step), b, Added{"x", "soma", DefaultAlpha()}); err == nil {
		t.Error("a Poisson source takes a receptor")
	}
}

// An added receptor that equals one of the model does what that one does, also beside currents of each neuron's own
// that change from step to step.
func TestAddedReceptorIsTheModels(t *testing.T) {
	const n, step, until = 20, 100 * us, 250 * ms
	s := DefaultLIF()
	f := scriptOf(n, until, []float64{400, 0}, []float64{0.35, 0})
	f.private = func(i int, k int64) float32 {
		return 40 + 6*float32(i) + 150*float32(math.Sin(float64(k)/40+float64(i)))
	}
	own, err := s.New(buildOf(n, step))
	if err != nil {
		t.Fatal(err)
	}
	want := f.play(own, 64, step, pieces(until, ms))
	s2 := *s
	p, err := s2.New(buildOf(n, step))
	if err == nil {
		p, err = WithReceptors(p, buildOf(n, step), Added{"x", "soma", &Exponential{Tau: s.TauExc, Reversal: s.EExc}})
	}
	if err != nil {
		t.Fatal(err)
	}
	for i := range f.arrivals {
		for k := range f.arrivals[i] {
			f.arrivals[i][k].Channel = uint32(len(own.Channels()))
		}
	}
	var got [][]spike.Tick
	for range n {
		got = append(got, nil)
	}
	known := -1
	for k, c := range p.Columns() {
		if c.Name == "before_known_soma" {
			known = k
		}
	}
	for at := spike.Tick(0); at < until; at += step {
		trains := f.play(p, 64, step, []spike.Window{{From: at, To: at + step}})
		for i, train := range trains { // nothing may be extrapolated over a spike
			if c := p.Columns()[known]; (c.Float(i) == 0) != (len(train) > 0) {
				t.Fatalf("neuron %d after %v with %d spikes: known is %g", i, at, len(train), c.Float(i))
			}
			got[i] = append(got[i], train...)
		}
	}
	var late []float64
	spikes := 0
	for i := range want {
		spikes += len(want[i])
		if d := len(want[i]) - len(got[i]); d > 1 || d < -1 {
			t.Errorf("neuron %d has %d spikes, want %d", i, len(got[i]), len(want[i]))
		}
		for k := range min(len(want[i]), len(got[i])) {
			late = append(late, math.Abs((want[i][k]-got[i][k]).Milliseconds())*1e3)
		}
	}
	slices.Sort(late)
	if m := late[len(late)/2]; spikes < 15*n || m > 4 {
		t.Errorf("%d spikes, of which half are more than %.3g us off, the worst %.3g us", spikes, m, late[len(late)-1])
	}
	t.Logf("%d spikes; off: median %.3g us, 99 %% %.3g us", spikes, late[len(late)/2], late[len(late)*99/100])
}
