package equations

import (
	"math"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
)

// branched is a soma with a trunk, a tuft of thin branches that are coupled within 30 us, and a basal dendrite; with
// NMDA in the tuft.
func branched() *Source {
	part := func(name, parent, length, diameter string) CompartmentSource {
		return CompartmentSource{Name: name, Parent: Text{S: parent}, Length: Text{S: length}, Diameter: Text{S: diameter},
			Leak:     Text{S: "50 uS/cm^2"},
			Reversal: Text{S: "-70 mV"}, Axial: Text{S: "150 ohm cm"}, Spine: Text{S: "1.5"}}
	}
	soma := part("soma", "", "20 um", "20 um")
	soma.Axial, soma.Spine, soma.Capacitance = Text{}, Text{}, Text{S: "1 uF/cm^2"}
	return &Source{Name: "branched",
		Equations: Text{S: "i_tuft = g_ca*m*(120 mV - v_tuft) : pA\ndm/dt = (1/(1 + exp(-(v_tuft + 30 mV)/(5 mV))) - m)/(8 " +
			"ms) : 1"},
		Compartments: []CompartmentSource{part("twig", "tuft", "20 um", "0.8 um"), soma, part("trunk", "soma", "200 um",
			"3 um"),
			part("tuft", "trunk", "60 um", "1.5 um"), part("basal", "soma", "60 um", "3 um")},
		Threshold: Text{S: "v_soma > -50 mV"}, Reset: texts("v_soma = -62 mV"), Refractory: Text{S: "3 ms"},
		Hold:       texts("v_soma"),
		Parameters: named("g_ca", "0.3 nS"),
		Ports: []PortSource{{Name: "twig", Receptors: []ReceptorSource{{Name: "ampa"}}},
			{Name: "tuft", Receptors: []ReceptorSource{{Name: "nmda", Factor: Text{S: "1/(1 + exp(-v_tuft/(17 mV)))"}}}}}}
}

// The geometry gives capacitances, leaks and couplings, and a constant current the potentials of the resistive network.
func TestCompartments(t *testing.T) {
	src := branched()
	src.Threshold, src.Refractory, src.Reset, src.Hold = Text{}, Text{}, nil, nil
	src.Parameters[0].Text.S = "0 nS"
	src.Compartments[0].Axial.S = "300 ohm cm" // the twig, twice what its parent has
	m, err := Compile(src)
	if err != nil {
		t.Fatal(err)
	}
	value := func(name string) float64 {
		for _, p := range m.parameters {
			if p.Name == name {
				return p.Default.A
			}
		}
		t.Fatalf("no parameter %s", name)
		return 0
	}
	// By hand, in cm, ohm and S: half of a cylinder has the resistance r l/2 / (pi d^2/4).
	half := func(um, diameter float64) float64 {
		return 150 * um * 1e-4 / 2 / (math.Pi * diameter * diameter * 1e-8 / 4)
	}
	for name, want := range map[string]float64{
		"c_soma": math.Pi * 20 * 20 * 1e-8 * 1e6, "c_trunk": 1.5 * math.Pi * 200 * 3 * 1e-8 * 1e6, // pF at 1 uF/cm^2
		"g_tuft":       1.5 * math.Pi * 60 * 1.5 * 1e-8 * 50e-6 * 1e9,
		"g_trunk_soma": 1e9 / (half(200, 3) + half(20, 20)), "g_twig_tuft": 1e9 / (2*half(20, 0.8) + half(60, 1.5)),
	} {
		if got := value(name); math.Abs(got/want-1) > 1e-9 {
			t.Errorf("%s = %g, want %g", name, got, want)
		}
	}
	names := []string{"soma", "trunk", "tuft", "twig", "basal"}
	parent := []int{-1, 0, 1, 2, 0}
	var a [5][6]float64
	for i, name := range names {
		a[i][i] += value("g_" + name)
		if p := parent[i]; p >= 0 {
			g := value("g_" + name + "_" + names[p])
			a[i][i] += g
			a[p][p] += g
			a[i][p] -= g
			a[p][i] -= g
		}
	}
	a[3][5] = 20 // pA into the twig
	for i := range a {
		for j := range a {
			if j != i {
				f := a[j][i] / a[i][i]
				for k := range a[i] {
					a[j][k] -= f * a[i][k]
				}
			}
		}
	}
	port := -1
	for k, p := range m.ports {
		if p.name == "twig" {
			port = k
		}
	}
	s := &setting{n: 1, step: 100 * spike.Microsecond, duration: 600 * spike.Millisecond, window: 10,
		current: func(p int, _ float64) float64 { return map[bool]float64{true: 20}[p == port] }}
	_, p := s.drive(t, NewSpec(m))
	for _, c := range p.Columns() {
		for i, name := range names {
			if c.Name == "v_"+name {
				if got, want := float64(c.Data.([]float32)[0])+70, a[i][5]/a[i][i]; math.Abs(got/want-1) > 1e-4 {
					t.Errorf("%s rises by %g mV, want %g", name, got, want)
				}
			}
		}
	}
	if s := m.Whole(); !strings.Contains(s, "g_twig_tuft*(v_tuft - v_twig)") || !strings.Contains(s, "c_soma") {
		t.Errorf("written:\n%s", s)
	}
}

func TestMistakesInCompartments(t *testing.T) {
	for _, c := range []struct {
		change func(*Source)
		want   string
	}{
		{func(s *Source) { s.Compartments[0].Parent.S = "tufft" }, `no other compartment "tufft", did you mean "tuft"?`},
		{func(s *Source) { s.Compartments[2].Parent.S = "tuft" }, "is its own ancestor"},
		{func(s *Source) { s.Compartments[2].Parent.S = "" }, "only one is the root"},
		{func(s *Source) { s.Compartments[0].Length.S = "20 mV" }, "length: must be in um, found mV"},
		{func(s *Source) { s.Compartments[0].Length.S = "0 um" }, "length: must be above 0"},
		{func(s *Source) { s.Compartments[0].Axial.S = "" }, "needs r_axial"},
		{func(s *Source) { s.Compartments[0].Leak.S = "50 uS" }, "g_l: must be in nS/um^2"},
		{func(s *Source) { s.Equations.S += "\ndv_soma/dt = 0 mV/ms : mV" }, "v_soma is defined twice"},
		{func(s *Source) { s.Equations.S = "i_tuft = 3 nS : nS" }, "pA"},
	} {
		s := branched()
		c.change(s)
		if _, err := Compile(s); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v lacks %q", err, c.want)
		}
	}
}
