package equations

import (
	"math"
	"strings"
	"testing"
)

// named makes an ordered list of texts.
func named(pairs ...string) (out []Named) {
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, Named{pairs[i], Text{S: pairs[i+1]}})
	}
	return out
}

func texts(ss ...string) (out []Text) {
	for _, s := range ss {
		out = append(out, Text{S: s})
	}
	return out
}

// pyramid is the example of the documentation: a two-compartment neuron with an h-current.
func pyramid() *Source {
	return &Source{Name: "pyramid-h",
		Equations: Text{S: `
      dv_s/dt   = (e_l - v_s)/tau_s + (g_s*f(v_d) + b*w_s + I_soma)/c_s                                 : mV
      dv_d/dt   = (e_l - v_d)/tau_d + (g_d*f(v_d) + a*w_d + bap*K + g_h*m*(e_h - v_d) + I_apical)/c_d   : mV
      dw_s/dt   = -w_s/tau_ws                                                                           : 1
      dw_d/dt   = (v_d - e_l - w_d)/tau_wd                                                              : mV
      ddelta/dt = -delta/tau_threshold                                                                  : mV
      dm/dt     = (1/(1 + exp((v_d + 80 mV)/(7 mV))) - m)/tau_m                                         : 1
      f(v)      = 1/(1 + exp(-(v - e_d)/d_d))
    `},
		Threshold: Text{S: "v_s > theta + delta"}, Reset: texts("v_s = e_l", "w_s += 1", "delta += threshold_jump"),
		Refractory: Text{S: "0 ms"},
		Pulses:     []PulseSource{{Name: "K", From: Text{S: "0.5 ms"}, To: Text{S: "2.5 ms"}, Overlap: "merge"}},
		Initial:    named("v_s", "-70 mV", "v_d", "-70 mV", "m", "0.2"),
		Parameters: named("tau_s", "16 ms", "c_s", "370 pF", "tau_d", "7 ms", "c_d", "170 pF", "e_l", "-70 mV", "theta",
			"-50 mV",
			"threshold_jump", "2 mV", "tau_threshold", "27 ms", "g_s", "1300 pA", "g_d", "1200 pA", "e_d", "-38 mV", "d_d",
			"6 mV",
			"b", "-200 pA", "tau_ws", "100 ms", "a", "-13 nS", "tau_wd", "30 ms", "bap", "2600 pA", "g_h", "8 nS", "e_h",
			"-45 mV", "tau_m", "40 ms"),
		Ports: []PortSource{
			{Name: "soma", Potential: Text{S: "v_s"}, Leak: Text{S: "c_s/tau_s"},
				Receptors: []ReceptorSource{{Name: "ampa"}, {Name: "gaba"}}},
			{Name: "apical", Potential: Text{S: "v_d"}, Leak: Text{S: "c_d/tau_d"},
				Receptors: []ReceptorSource{{Name: "ampa"}, {Name: "gaba"}}},
		},
	}
}

func TestExampleCompiles(t *testing.T) {
	m, err := Compile(pyramid())
	if err != nil {
		t.Fatal(err)
	}
	if len(m.Warnings) != 0 {
		t.Errorf("warnings: %v", m.Warnings)
	}
}

func TestQuantities(t *testing.T) {
	for text, want := range map[string]float64{
		"16 ms": 16, "-70 mV": -70, "0.067 1/ms": 0.067, "3 uF/cm^2": 0.03, "1 uF/cm^2": 0.01, "50 uS/cm^2": 5e-4,
		"150 ohm cm": 1.5e-3, "2 s": 2000,
		"5 mM": 5, "1e3 Hz": 1, "1 V": 1000, "96485 C/mol": 96.485, "8.314 J/K/mol": 8.314, "20 %": 0.2, "1 ms^-1/2": 1,
		"0.1 m/s": 100,
		"1 kohm":  1e-6, "3 mV/ms": 3,
	} {
		x, _, err := Quantity(text)
		if err != nil || math.Abs(x/want-1) > 1e-12 {
			t.Errorf("%q = %.15g, %v, want %g", text, x, err, want)
		}
	}
}

// value evaluates an expression of literals.
func TestExpressions(t *testing.T) {
	for text, want := range map[string]float64{
		"-2^2": -4, "2^3^2": 512, "2^-1": 0.5, "1 - 2 - 3": -4, "8/4/2": 1, "1 + 2*3": 7, "(1 + 2)*3": 9, "-3*-2": 6,
		"10 mV/(5 mV)": 2,
		"10 mV/5 mV":   2, "1/2 ms*ms": 0.5, "3 ms*2": 6, "1e-3*1e3": 1, ".5 + 1.": 1.5,
	} {
		n, err := parseExpression(&Text{S: text}, func(string) bool { return false })
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if x, ok := constant(units(n)); !ok || math.Abs(x-want) > 1e-12 {
			t.Errorf("%q = %g, want %g", text, x, want)
		}
	}
}

// units replaces names of units by their sizes.
func units(n *node) *node {
	if n.kind == nodeName {
		_, size, _ := lookUpUnit(n.name)
		return &node{kind: nodeNumber, x: size}
	}
	m := *n
	m.args = nil
	for _, a := range n.args {
		m.args = append(m.args, units(a))
	}
	return &m
}

// Each mistake in a model is reported where it is, with what is needed.
func TestMistakes(t *testing.T) {
	model := func(equations string, change func(*Source)) *Source {
		s := &Source{Name: "x", Equations: Text{S: equations, Key: "models.x.equations", File: "net.toml", Line: 10,
			Column: 1},
			Threshold:  Text{S: "v > -50 mV", Key: "models.x.threshold", File: "net.toml", Line: 30, Column: 13},
			Reset:      texts("v = -70 mV"),
			Parameters: named("tau", "10 ms", "g", "5 nS", "c", "100 pF")}
		if change != nil {
			change(s)
		}
		return s
	}
	const good = "dv/dt = -v/tau + g*v/c : mV"
	for _, c := range []struct {
		name   string
		source *Source
		want   []string
	}{
		{"term", model("dv/dt = -v/tau + g*v : mV", nil),
			[]string{"net.toml:10:16: models.x.equations: + needs the same unit on both sides, found mV/ms and pA",
				"                 ^"}},
		{"derivative", model("dv/dt = -v : mV", nil), []string{"net.toml:10:9:", "dv/dt: needs mV/ms, found mV"}},
		{"second line", model("dv/dt = -v/tau : mV\n  dw/dt = -w/tua : 1", nil), []string{"net.toml:11:14:", `unknown name tua, did you mean "tau"?`, "  dw/dt = -w/tua : 1\n             ^"}},
		{"function", model("dv/dt = -v/tau*exp(v) : mV", nil), []string{"exp takes a plain number, found mV"}},
		{"missing unit", model("dv/dt = -v/tau", nil), []string{"the unit of v is missing"}},
		{"unknown unit", model("dv/dt = -v/tau : mv", nil), []string{`unknown unit "mv", did you mean "mV"?`}},
		{"bracket", model("dv/dt = -(v/tau : mV", nil), []string{`")" is needed`}},
		{"condition as number", model("dv/dt = -v/tau*(v > 0 mV) : mV", nil), []string{"takes numbers, found a condition"}},
		{"chain", model(good, func(s *Source) { s.Threshold.S = "-80 mV < v < -50 mV" }),
			[]string{"comparisons are joined by and"}},
		{"threshold unit", model(good, func(s *Source) { s.Threshold.S = "v > -50" }),
			[]string{"net.toml:30:15:", "> needs the same unit on both sides, found mV and a plain number"}},
		{"threshold number", model(good, func(s *Source) { s.Threshold.S = "v + 50 mV" }),
			[]string{"threshold: needs a condition"}},
		{"reset", model(good, func(s *Source) { s.Reset = texts("u = -70 mV") }), []string{"no variable u"}},
		{"reset unit", model(good, func(s *Source) { s.Reset = texts("v += 1 pA") }), []string{"v +=: needs mV, found pA"}},
		{"two statements", model(good, func(s *Source) { s.Reset = texts("v = 0 mV v = 1 mV") }),
			[]string{"each statement is a text of its own"}},
		{"cycle", model(good+"\na = b : 1\nb = a : 1", nil), []string{"a is defined by itself: a -> b -> a"}},
		{"self call", model("dv/dt = -v/tau*f(1) : mV\nf(x) = f(x - 1)", nil), []string{"f calls itself"}},
		{"twice", model(good+"\nv = 1 mV : mV", nil), []string{"v is defined twice"}},
		{"reserved", model(good+"\nexp = 1 : 1", nil), []string{"the name exp cannot be used"}},
		{"multiplied", model("dv/dt = -v/tau(2) : mV", nil), []string{"tau is a parameter, not a function"}},
		{"arguments", model("dv/dt = -v/tau*f(1, 2) : mV\nf(x) = x", nil), []string{"f(x) takes 1 argument(s), found 2"}},
		{"power", model("dv/dt = -v^2/tau : mV", nil), []string{"dv/dt: needs mV/ms, found mV^2/ms"}},
		{"variable power", model("dv/dt = -v^(g/nS)/tau : mV", nil), []string{"must be written as a number"}},
		{"stars", model("dv/dt = -v**2/tau : mV", nil), []string{"powers are written x^y"}},
		{"noise in reset", model(good, func(s *Source) { s.Reset = texts("v = xi*mV*ms^0.5") }),
			[]string{"noise can only be added"}},
		{"multiplicative noise", model("dv/dt = -v/tau + v*xi/tau^0.5 : mV", nil),
			[]string{"noise that depends on the state"}},
		{"squared noise", model("dv/dt = -v/tau + mV*xi^2 : mV", nil), []string{"noise that depends on the state"}},
		{"random in step", model("dv/dt = -v/tau*uniform() : mV", nil), []string{"not here"}},
		{"parameter", model(good, func(s *Source) { s.Parameters = append(s.Parameters, named("d", "3 mVV")...) }), []string{`d = "3 mVV": unknown unit "mVV", did you mean "mV"?`}},
		{"refractory", model(good, func(s *Source) { s.Refractory.S = "3 mV" }),
			[]string{"needs a time or a condition, found mV"}},
		{"receptor", model(good, func(s *Source) {
			s.Ports = []PortSource{{Name: "soma", Receptors: []ReceptorSource{{Name: "ampa"}}}}
		}), []string{"needs the port's potential"}},
		{"initial", model(good, func(s *Source) { s.Initial = named("v", "-70") }),
			[]string{"initial v: needs mV, found a plain number"}},
		{"pulse", model(good, func(s *Source) { s.Pulses = []PulseSource{{Name: "K", To: Text{S: "2 ms"}, After: Text{S: "brst"}}} }), []string{`no "brst", did you mean "burst"?`}},
	} {
		_, err := Compile(c.source)
		if err == nil {
			t.Errorf("%s: compiles", c.name)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error\n%v\nlacks\n%s", c.name, err, want)
			}
		}
	}
}

func TestWarnings(t *testing.T) {
	s := &Source{Equations: Text{S: "dv/dt = -v/tau : mV\ndw/dt = -w/tau : 1"},
		Parameters: named("tau", "10 ms", "g", "5 nS")}
	m, err := Compile(s)
	if err != nil {
		t.Fatal(err)
	}
	got := m.Warnings.Error()
	for _, want := range []string{"parameter g is not used", "nothing reads w", "never spikes"} {
		if !strings.Contains(got, want) {
			t.Errorf("warnings\n%s\nlack %s", got, want)
		}
	}
}

func TestHoleWarning(t *testing.T) {
	s := &Source{Equations: Text{S: "dv/dt = (v + 40 mV)/(exp((v + 40 mV)/(10 mV)) - 1)/tau : mV"},
		Threshold: Text{S: "v > 0 mV"},
		Initial:   named("v", "-40 mV"), Parameters: named("tau", "10 ms")}
	m, err := Compile(s)
	if err != nil || len(m.Warnings) != 1 || !strings.Contains(m.Warnings.Error(), "division by zero") {
		t.Errorf("a division of 0 by 0 at the start: %v, warnings %v", err, m.Warnings)
	}
}

// A gate may be called as a unit; right after a number the name is the unit all the same.
func TestNamesHideUnits(t *testing.T) {
	s := &Source{Equations: Text{S: "dv/dt = g*m*(2 mV - v)/c + 3 m/s*v/(1 m) : mV\ndm/dt = (1 - m)/tau : 1"},
		Threshold: Text{S: "v > 1 mV"}, Parameters: named("tau", "10 ms", "g", "5 nS", "c", "100 pF")}
	if _, err := Compile(s); err != nil {
		t.Error(err)
	}
}
