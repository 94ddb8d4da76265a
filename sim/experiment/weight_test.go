package experiment

import (
	"math"
	"strings"
	"testing"
)

const weighted = `
[experiment]
name = "w"
duration = "100 ms"
[models.cell]
equations = "dv/dt = (g_l*(e_l - v) + I_soma + I_far)/c_m : mV"
threshold = "v > -50 mV"
parameters = { g_l = "8 nS", e_l = "-70 mV", c_m = "100 pF" }
[models.cell.ports]
soma = { potential = "v", leak = "g_l", receptors = ["ampa"] }
far = { potential = "v", receptors.syn = { kind = "current", tau = "2 ms" }, receptors.ampa = {} }
[populations.source]
model = "poisson"
size = 2
[populations.target]
model = "TARGET"
size = 3
[projections.p]
source = "source"
target = "target"
port = "soma"
receptor = "ampa"
connector = "all-to-all"
weight = WEIGHT
`

// Weights in leaks and siemens are those that the receptor counts in.
func TestUnitsOfWeights(t *testing.T) {
	for _, c := range []struct {
		target, weight, set string
		want                float64
		wrong               string
	}{
		{"lif", "0.35", "", 0.35, ""},
		{"lif", `"0.35 leak"`, "", 0.35, ""},
		{"lif", `"3 nS"`, "", 0.3, ""}, // 200 pF / 20 ms
		{"two-compartment", `"3 nS"`, `projections.p.port="apical"`, 3. / 170 * 7, ""},
		{"adex", `"normal(2 nS, 500 pS, 0 nS, 4 nS)"`, "", 0.2, ""},
		{"cell", `"2 nS"`, "", 0.25, ""},
		{"cell", `"2 nS"`, `projections.p.port="far"`, 2, ""},
		{"cell", `"2 nS"`, `populations.target.g_l="4 nS"`, 0.5, ""},
		{"cell", `"2 nS"`, `populations.target.g_l="uniform(4 nS, 5 nS)"`, 0, "differs or is not known"},
		{"lif", `"2 nS"`, `populations.target.tau_m="uniform(10 ms, 20 ms)"`, 0, "differs or is not known"},
		{"lif", `"2 nS"`, `populations.target.synapses="current"`, 0, "the target has a current synapse"},
		{"lif", `"normal(2 nS, 0.1)"`, "", 0, "have one unit"},
		{"lif", `"2 pA"`, "", 0, "projections.p.weight"},
	} {
		text := strings.NewReplacer("TARGET", c.target, "WEIGHT", c.weight).Replace(weighted)
		var set []string
		if c.set != "" {
			set = append(set, c.set)
		}
		x, err := LoadText(NewRegistries(), "w.toml", []byte(text), set...)
		got := 0.0
		if err == nil {
			net, fails := x.Network(1)
			if err = fails; err == nil {
				got = net.Projections[0].Spec.Weight.Mean()
			}
		}
		if c.wrong != "" {
			if err == nil || !strings.Contains(err.Error(), c.wrong) {
				t.Errorf("%s, %s, %s: error %v lacks %q", c.target, c.weight, c.set, err, c.wrong)
			}
		} else if err != nil || math.Abs(got/c.want-1) > 1e-9 {
			t.Errorf("%s, %s, %s: %g, want %g: %v", c.target, c.weight, c.set, got, c.want, err)
		}
	}
}
