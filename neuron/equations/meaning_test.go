package equations

import (
	"math"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
)

// column returns a state variable of a population.
func column(t *testing.T, p neuron.Population, name string) neuron.Column {
	t.Helper()
	for _, c := range p.Columns() {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("no column %s", name)
	return neuron.Column{}
}

// ramp is a variable that grows by 1 mV/ms from 0, so that everything that happens can be foretold.
func ramp(change func(*Source)) *Source {
	s := &Source{Equations: Text{S: "dv/dt = 1 mV/ms : mV\nn : 1\nk : 1"}, Threshold: Text{S: "v > 5 mV"},
		Reset: texts("v = 0 mV", "n += 1")}
	if change != nil {
		change(s)
	}
	return s
}

// What happens at moments happens then, in both integrators.
func TestMoments(t *testing.T) {
	const ms, us = spike.Millisecond, spike.Microsecond
	for _, c := range []struct {
		name   string
		model  *Source
		spikes []float64 // ms
		column string
		value  float64 // at 22.05 ms
	}{
		{"plain", ramp(nil), []float64{5, 10, 15, 20}, "n", 4},
		{"start", ramp(func(s *Source) { s.Initial = named("v", "6 mV") }), []float64{0, 5, 10, 15, 20}, "v", 2.05},
		{"refractory", ramp(func(s *Source) { s.Refractory.S = "7.03 ms" }), []float64{5, 12.03, 19.06}, "n", 3},
		{"refractory of the state", ramp(func(s *Source) { s.Refractory.S = "n*6 ms" }), []float64{5, 11}, "n", 2},
		{"hold", ramp(func(s *Source) { s.Refractory.S, s.Hold = "2.5 ms", texts("v") }), []float64{5, 12.5, 20}, "v", 0},
		{"turn", ramp(func(s *Source) { s.Reset = texts("n += 1") }), []float64{5}, "n", 1},
		{"condition", ramp(func(s *Source) {
			s.Equations.S += "\ndw/dt = -1 mV/ms : mV"
			s.Refractory.S, s.Reset = "w > 0 mV", texts("v = 0 mV", "w = 7.5 mV")
		}), []float64{5}, "v", 17.05}, // the turn at 10 ms comes too early, and later there is none
		{"two turns", ramp(func(s *Source) {
			s.Threshold.S, s.Reset = "(v > 5 mV and v < 6 mV) or v > 9.55 mV",
				texts("n += 1")
		}), []float64{5, 9.55}, "n", 2},
		{"event", ramp(func(s *Source) {
			s.Events = []EventSource{{Name: "half", When: Text{S: "v > 2.525 mV"}, Do: texts("k += 1")}}
		}), []float64{5, 10, 15, 20}, "k", 4},
		{"event with rest", ramp(func(s *Source) {
			s.Events = []EventSource{{Name: "half", When: Text{S: "v > 2.525 mV"}, Refractory: Text{S: "6 ms"},
				Do: texts("k += 1")}}
		}), []float64{5, 10, 15, 20}, "k", 3}, // 2.525; still refractory at 7.525, true at 8.525; 17.525
		{"delayed", ramp(func(s *Source) {
			s.Events = []EventSource{{Name: "late", After: Text{S: "spike"}, Delay: Text{S: "2.03 ms"}, Do: texts("k += v/mV")}}
		}), []float64{5, 10, 15, 20}, "k", 4 * 2.03},
		{"delayed over several spikes", ramp(func(s *Source) {
			s.Events = []EventSource{{Name: "late", After: Text{S: "spike"}, Delay: Text{S: "12.03 ms"}, Do: texts("k += v/mV")}}
		}), []float64{5, 10, 15, 20}, "k", 2 * 2.03},
		{"other statements", ramp(func(s *Source) {
			s.Initial, s.Reset = named("k", "64"), texts("v = 0 mV", "k /= 4", "n -= 2", "k *= 2", "n += 1")
		}), []float64{5, 10, 15, 20}, "k", 4},
		{"part of the potential", ramp(func(s *Source) { s.Reset = texts("v /= 20", "v *= 2", "n += 1") }), []float64{5, 9.5,
			14, 18.5}, "n", 4},
		{"not", ramp(func(s *Source) { s.Threshold.S = "not (v < 5 mV or v > 20 mV)" }), []float64{5, 10, 15, 20}, "n", 4},
		{"crossed and left within a step", ramp(func(s *Source) {
			s.Equations.S = "dv/dt = -8 mV/ms^2*(t - 2.025 ms) : mV\nn : 1"
			s.Threshold.S, s.Reset = "v > 16.4009 mV", texts("n += 1") // 16.4025 mV at 2.025 ms
		}), []float64{2.005}, "n", 1},
		{"a definition in a function", ramp(func(s *Source) {
			s.Equations.S = "dv/dt = f(3) : mV\nD = q/(3 ms) : Hz\nf(q) = D*q*1 mV\nn : 1"
			s.Parameters = named("q", "1")
		}), []float64{5, 10, 15, 20}, "n", 4},
		{"pulse", ramp(func(s *Source) {
			s.Equations.S = "dv/dt = 1 mV/ms : mV\ndk/dt = P*1 1/ms : 1\nn : 1"
			s.Pulses = []PulseSource{{Name: "P", From: Text{S: "0.33 ms"}, To: Text{S: "1.04 ms"}}}
		}), []float64{5, 10, 15, 20}, "k", 4 * 0.71},
		{"merged", ramp(func(s *Source) {
			s.Equations.S = "dv/dt = 1 mV/ms : mV\ndk/dt = P*1 1/ms : 1\nn : 1"
			s.Pulses = []PulseSource{{Name: "P", To: Text{S: "6 ms"}, From: Text{S: "0 ms"}}}
		}), []float64{5, 10, 15, 20}, "k", 17.05},
		{"added", ramp(func(s *Source) {
			s.Equations.S = "dv/dt = 1 mV/ms : mV\ndk/dt = P*1 1/ms : 1\nn : 1"
			s.Pulses = []PulseSource{{Name: "P", To: Text{S: "6 ms"}, From: Text{S: "0 ms"}, Overlap: "add"}}
		}), []float64{5, 10, 15, 20}, "k", 3*6 + 2.05},
		{"after bursts", ramp(func(s *Source) {
			s.Equations.S = "dv/dt = 1 mV/ms : mV\ndk/dt = P*1 1/ms : 1\nn : 1"
			s.Pulses = []PulseSource{{Name: "P", To: Text{S: "1 ms"}, From: Text{S: "0 ms"}, After: Text{S: "burst"}}}
		}), []float64{5, 10, 15, 20}, "k", 1},
		{"second", ramp(func(s *Source) {
			s.Threshold.S = "v > 11 mV"
			s.Second = &SecondSource{Probability: Text{S: "if(v > 1 mV, 1, 0)"}, After: Text{S: "3.3 ms"},
				Reset: texts("k += 10")}
		}), []float64{11, 14.3, 22}, "k", 10},
		{"refractory from the second", ramp(func(s *Source) {
			s.Threshold.S, s.Refractory.S = "v > 10 mV", "8 ms"
			s.Second = &SecondSource{Probability: Text{S: "1"}, After: Text{S: "3.3 ms"}, Reset: texts("k += 1")}
		}), []float64{10, 13.3, 21.3}, "k", 1},
		{"refractory from the event", ramp(func(s *Source) {
			s.Threshold.S, s.Refractory.S, s.From.S = "v > 10 mV", "8 ms", "event"
			s.Second = &SecondSource{Probability: Text{S: "1"}, After: Text{S: "3.3 ms"}, Reset: texts("k += 1")}
		}), []float64{10, 13.3, 20}, "k", 1},
		{"pulse after the second", ramp(func(s *Source) {
			s.Equations.S, s.Threshold.S = "dv/dt = 1 mV/ms : mV\ndk/dt = P*1 1/ms : 1\nn : 1", "v > 10 mV"
			s.Pulses = []PulseSource{{Name: "P", From: Text{S: "0.1 ms"}, To: Text{S: "1 ms"}}}
			s.Second = &SecondSource{Probability: Text{S: "1"}, After: Text{S: "3.3 ms"}, Reset: texts("n += 1")}
		}), []float64{10, 13.3, 20}, "k", 3 * 0.9},
		{"time", ramp(func(s *Source) {
			s.Equations.S = "dv/dt = 1 mV/ms : mV\ndk/dt = 2*t/(1 ms)^2 : 1\nn : 1"
		}), []float64{5, 10, 15, 20}, "k", 22.05 * 22.05},
	} {
		for _, integrator := range []string{"off-grid", "reference"} {
			for _, parts := range []int{1, 3} {
				spec := compiled(t, c.model)
				spec.Integrator, spec.Substeps = integrator, parts
				s := setting{n: 3, step: 150 * us, duration: 22050 * us}
				trains, p := s.drive(t, spec)
				ok := len(trains[1]) == len(c.spikes)
				for k := range min(len(trains[1]), len(c.spikes)) {
					ok = ok && math.Abs(trains[1][k].Milliseconds()-c.spikes[k]) < 2e-4
				}
				if !ok {
					t.Errorf("%s, %s, %d parts: spikes at %v, want %v", c.name, integrator, parts, trains[1], c.spikes)
				}
				if got := column(t, p, c.column).Float(1); math.Abs(got-c.value) > 1e-3*max(1, math.Abs(c.value)) {
					t.Errorf("%s, %s, %d parts: %s = %g, want %g", c.name, integrator, parts, c.column, got, c.value)
				}
			}
		}
	}
}

// A hazard is spent as time goes by, also in the parts into which pulses and delayed events cut a step: the same
// exponential numbers make the same spikes in both integrators, and at a constant rate as many as it says.
func TestHazardInParts(t *testing.T) {
	s := &Source{Equations: Text{S: "n : 1\nk : 1"}, Hazard: Text{S: "0.08 1/ms + P*0.5 1/ms"}, Reset: texts("n += 1"),
		Pulses: []PulseSource{{Name: "P", From: Text{S: "0.33 ms"}, To: Text{S: "1.04 ms"}}},
		Events: []EventSource{{Name: "late", After: Text{S: "spike"}, Delay: Text{S: "0.52 ms"}, Do: texts("k += 1")}}}
	set := &setting{n: 200, step: 150 * spike.Microsecond, duration: 150 * spike.Millisecond}
	fast, _ := set.drive(t, compiled(t, s))
	slow, _ := set.drive(t, judge(t, s))
	median, q99, paired := compare(fast, slow)
	if !(q99 < 0.5) || paired < 0.999 {
		t.Errorf("%d spikes: 99 %% within %g us (median %g), %g paired", count(slow), q99, median, paired)
	}
	s.Hazard.S, s.Pulses = "0.2 1/ms", nil
	fast, _ = set.drive(t, compiled(t, s))
	if n, want := float64(count(fast)), 200*150*0.2; math.Abs(n-want) > 4*math.Sqrt(want) {
		t.Errorf("%g spikes at a hazard of which %g are expected", n, want)
	}
}

// A current that runs from one value to another within each step is integrated as it runs, also in steps that are
// taken in parts.
func TestCurrentInParts(t *testing.T) {
	s := ramp(func(s *Source) {
		s.Equations.S, s.Ports = "dv/dt = 1 mV/ms : mV\ndk/dt = I_p/(1 pA*ms) : 1\nn : 1", []PortSource{{Name: "p"}}
	})
	const step = 150 * spike.Microsecond
	set := &setting{n: 3, step: step, duration: 22050 * spike.Microsecond,
		current: func(_ int, at float64) float64 { return 100 * math.Cos(math.Pi*at/step.Milliseconds()) }}
	for _, integrator := range []string{"off-grid", "reference"} {
		spec := compiled(t, s)
		spec.Integrator = integrator
		trains, p := set.drive(t, spec)
		if k := column(t, p, "k").Float(1); math.Abs(k) > 0.01 || len(trains[1]) != 4 {
			t.Errorf("%s: the integral of a current that changes its sign within each step is %g; %d spikes", integrator, k,
				len(trains[1]))
		}
	}
}

// What arrives in the last tick of a step is not lost where the step is taken in parts.
func TestArrivalAtTheEndOfAStep(t *testing.T) {
	s := ramp(func(s *Source) {
		s.Ports = []PortSource{{Name: "p", Receptors: []ReceptorSource{{Name: "syn", Kind: "current", Tau: Text{S: "2 ms"}}}}}
	})
	const step = 150 * spike.Microsecond
	for _, rest := range []spike.Tick{1, 2, 7, 1000, step / 2, step} {
		_, p := (&setting{n: 1, step: step, duration: 33 * step}).drive(t, compiled(t, s))
		end, area := p.Channels()[0].Kernel.At(rest)
		in := &neuron.Input{Len: 1, Steps: 1, Step: step, Cells: []neuron.Cells{{Pairs: []neuron.Pair{{End: 3 * end,
			Area: 3 * area}}}},
			Drives: []neuron.Drive{{Start: []float32{0}, End: []float32{0}}}}
		var out spike.Buffer
		p.Advance(neuron.Range{Hi: 1}, spike.Window{From: 33 * step, To: 34 * step}, in, &out) // 4.95 ms to 5.1 ms
		if got, want := column(t, p, "g_p_syn").Float(0), 3*math.Exp(-rest.Milliseconds()/2); len(out.Events()) != 1 ||
			math.Abs(got-want) > 1e-5 {
			t.Errorf("%v before the end of a step with %d spikes a current of 3 pA arrives, of which %g are left, want %g",
				rest, len(out.Events()), got, want)
		}
	}
}

// Noise gives a variable that is linear in itself its exact stationary variance, also at steps as long as its time
// constant; xi of two equations is independent, xi_NAME is shared.
func TestNoise(t *testing.T) {
	s := &Source{Equations: Text{S: `
		dx/dt = -x/tau + 3 mV*xi*(2/tau)^0.5 : mV
		dy/dt = -y/tau + 3 mV*xi*(2/tau)^0.5 : mV
		da/dt = -a/tau + 2 mV*xi_c*(2/tau)^0.5 : mV
		db/dt = -b/tau - 2 mV*xi_c*(2/tau)^0.5 : mV`}, Parameters: named("tau", "2 ms")}
	for _, step := range []spike.Tick{100 * spike.Microsecond, 2 * spike.Millisecond} {
		set := setting{n: 20000, step: step, duration: 20 * spike.Millisecond}
		_, p := set.drive(t, compiled(t, s))
		moment := func(u, v string) (sum float64) {
			x, y := column(t, p, u), column(t, p, v)
			for i := range set.n {
				sum += x.Float(i) * y.Float(i) / float64(set.n)
			}
			return sum
		}
		for _, c := range []struct {
			u, v string
			want float64
		}{{"x", "x", 9}, {"y", "y", 9}, {"x", "y", 0}, {"a", "a", 4}, {"a", "b", -4}, {"a", "x", 0}} {
			if got := moment(c.u, c.v); math.Abs(got-c.want) > 0.4 { // 4 standard errors of the largest
				t.Errorf("step %v: <%s %s> = %g, want %g", step, c.u, c.v, got, c.want)
			}
		}
	}
}

// Delta receptors move the potential on the grid exactly as the built-in model does.
func TestDeltaReceptor(t *testing.T) {
	s := &Source{Equations: Text{S: "dv/dt = (e_l - v)/tau + I_soma/c : mV"}, Threshold: Text{S: "v >= theta"},
		Reset:      texts("v = e_l"),
		Refractory: Text{S: "2 ms"}, Hold: texts("v"), Initial: named("v", "0 mV"),
		Parameters: named("e_l", "0 mV", "tau", "20 ms", "c", "250 pF", "theta", "20 mV"),
		Ports: []PortSource{{Name: "soma", Potential: Text{S: "v"}, Receptors: []ReceptorSource{{Name: "delta",
			Kind: "delta"}}}}}
	built := neuron.DefaultLIFDelta()
	built.TauM, built.CM, built.Theta, built.Reset, built.TRef, built.EL = neuron.Const(20), neuron.Const(250),
		neuron.Const(20), neuron.Const(0), neuron.Const(2), 0
	built.Initial.V = neuron.Const(0)
	set := setting{n: 20, step: 100 * spike.Microsecond, duration: 300 * spike.Millisecond, rate: 2.2,
		weight: []float64{0.5}}
	a, _ := set.drive(t, built)
	b, _ := set.drive(t, compiled(t, s))
	same, total := 0, 0
	for i := range a {
		total += max(len(a[i]), len(b[i]))
		for k := range min(len(a[i]), len(b[i])) {
			if a[i][k] == b[i][k] {
				same++
			}
		}
	}
	if total < 100 || same < total*9/10 { // roundings differ
		t.Errorf("%d of %d spikes agree", same, total)
	}
}

// A stiff gate, with a time constant a thousandth of the step, goes to where it is drawn and nowhere else.
func TestStiffIsSafe(t *testing.T) {
	s := &Source{Equations: Text{
		S: "dv/dt = (E - v)/(10 ms) + g*m*(0 mV - v)/(1 pF) : mV\ndm/dt = (1/(1 + exp(-(v + 50 mV)/(2 mV))) - m)/(0.1 us) " +
			": 1\nE = -60 mV : mV"},
		Threshold: Text{S: "v > 10 mV"}, Initial: named("v", "-60 mV"), Parameters: named("g", "1 uS")}
	_, p := (&setting{n: 2, step: 100 * spike.Microsecond, duration: 50 * spike.Millisecond}).drive(t, compiled(t, s))
	v, m := column(t, p, "v").Float(0), column(t, p, "m").Float(0)
	if !(v > -60.1 && v < 0.1 && m >= 0 && m <= 1) {
		t.Errorf("v = %g, m = %g", v, m)
	}
}

// Parameters differ between neurons as distributions and tables say, in both precisions of both paths.
func TestParametersPerNeuron(t *testing.T) {
	spec := compiled(t, ramp(func(s *Source) {
		s.Threshold.S, s.Parameters = "v > theta", named("theta", "5 mV", "rate", "1 mV/ms")
		s.Equations.S = "dv/dt = rate*2/2 : mV\nn : 1\nk : 1"
	}))
	spec.Tables[0] = []float64{4, 5, 8}
	spec.Values[1] = neuron.Value{Shape: neuron.Uniform, A: 1, B: 1.0000001}
	for _, integrator := range []string{"off-grid", "reference"} {
		spec.Integrator = integrator
		trains, _ := (&setting{n: 3, step: 100 * spike.Microsecond, duration: 9 * spike.Millisecond}).drive(t, spec)
		for i, want := range []float64{4, 5, 8} {
			if len(trains[i]) == 0 || math.Abs(trains[i][0].Milliseconds()-want) > 1e-3 {
				t.Errorf("%s: neuron %d: %v, want %g ms", integrator, i, trains[i], want)
			}
		}
	}
}

// A state that has run away is reported, with the neuron and its variables, and not simulated on.
func TestRunawayIsAFault(t *testing.T) {
	s := &Source{Equations: Text{S: "dv/dt = v^2/(1 mV*ms) : mV"}, Initial: named("v", "1 mV")}
	_, p := (&setting{n: 70, step: 100 * spike.Microsecond, duration: 5 * spike.Millisecond}).drive(t, compiled(t, s))
	f := p.(neuron.Guarded).Fault()
	if f == nil || f.Neuron != 0 || f.Variable != "v" || f.At > 3*spike.Millisecond {
		t.Errorf("dv/dt = v^2 from 1 mV, which is infinite after 1 ms, gives fault %v", f)
	}
}
