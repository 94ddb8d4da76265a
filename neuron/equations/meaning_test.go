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
	s := &Source{Equations: Text{S: "dv/dt = 1 mV/ms : mV\nn : 1\nk : 1"}, Threshold: Text{S: "v > 5 mV"}, Reset: texts("v = 0 mV", "n += 1")}
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
		{"two turns", ramp(func(s *Source) { s.Threshold.S, s.Reset = "(v > 5 mV and v < 6 mV) or v > 9.55 mV", texts("n += 1") }), []float64{5, 9.55}, "n", 2},
		{"event", ramp(func(s *Source) {
			s.Events = []EventSource{{Name: "half", When: Text{S: "v > 2.525 mV"}, Do: texts("k += 1")}}
		}), []float64{5, 10, 15, 20}, "k", 4},
		{"event with rest", ramp(func(s *Source) {
			s.Events = []EventSource{{Name: "half", When: Text{S: "v > 2.525 mV"}, Refractory: Text{S: "6 ms"}, Do: texts("k += 1")}}
		}), []float64{5, 10, 15, 20}, "k", 3}, // 2.525; still refractory at 7.525, true at 8.525; 17.525
		{"delayed", ramp(func(s *Source) {
			s.Events = []EventSource{{Name: "late", After: Text{S: "spike"}, Delay: Text{S: "2.03 ms"}, Do: texts("k += v/mV")}}
		}), []float64{5, 10, 15, 20}, "k", 4 * 2.03},
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
			s.Second = &SecondSource{Probability: Text{S: "if(v > 1 mV, 1, 0)"}, After: Text{S: "3.3 ms"}, Reset: texts("k += 10")}
		}), []float64{11, 14.3, 22}, "k", 10},
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

// Noise gives a variable that is linear in itself its exact stationary variance, also at steps as long as its time constant; xi of
// two equations is independent, xi_NAME is shared.
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
	s := &Source{Equations: Text{S: "dv/dt = (e_l - v)/tau + I_soma/c : mV"}, Threshold: Text{S: "v >= theta"}, Reset: texts("v = e_l"),
		Refractory: Text{S: "2 ms"}, Hold: texts("v"), Initial: named("v", "0 mV"),
		Parameters: named("e_l", "0 mV", "tau", "20 ms", "c", "250 pF", "theta", "20 mV"),
		Ports:      []PortSource{{Name: "soma", Potential: Text{S: "v"}, Receptors: []ReceptorSource{{Name: "delta", Kind: "delta"}}}}}
	built := neuron.DefaultLIFDelta()
	built.TauM, built.CM, built.Theta, built.Reset, built.TRef, built.EL = neuron.Const(20), neuron.Const(250), neuron.Const(20), neuron.Const(0), neuron.Const(2), 0
	built.Initial.V = neuron.Const(0)
	set := setting{n: 20, step: 100 * spike.Microsecond, duration: 300 * spike.Millisecond, rate: 2.2, weight: []float64{0.5}}
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
	s := &Source{Equations: Text{S: "dv/dt = (E - v)/(10 ms) + g*m*(0 mV - v)/(1 pF) : mV\ndm/dt = (1/(1 + exp(-(v + 50 mV)/(2 mV))) - m)/(0.1 us) : 1\nE = -60 mV : mV"},
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
