package sweep

import (
	"math"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/sim/experiment"
	"github.com/burstplex/burstplex/sim/report"
)

func TestAxes(t *testing.T) {
	for _, c := range []struct{ text, want string }{ // values of a step joined by +, steps by |
		{"a=0.1,0.2,0.4", "0.1|0.2|0.4"},
		{"a=0 pA:400 pA:5", "0 pA|100 pA|200 pA|300 pA|400 pA"},
		{"a=0:0.3 mV:4", "0 mV|0.1 mV|0.2 mV|0.3 mV"},
		{"a=0.01:100:5:log", "0.01|0.1|1|10|100"},
		{"a,b=1,2", "1+1|2+2"},
		{"a=1,2; b=x:y,'z;=1'", ""},
		{"a=1,2; b=\"x,y\",z", "1+\"x,y\"|2+z"},
		{"a=normal(0 mV, 1 mV),5 mV", "normal(0 mV, 1 mV)|5 mV"},
		{"a=[1, 2],[3]", "[1, 2]|[3]"},
		{"a=1,2;b=1,2,3", ""},
		{"a=1:2", ""}, {"a=1:2:1", ""}, {"a=0:1:3:log", ""}, {"a=1 mV:2 pA:3", ""}, {"a=", ""}, {"a", ""}, {"=1", ""},
		{"a=1,,2", ""}, {"a=1:2:1e9", ""},
	} {
		a, err := ParseAxis(c.text, false)
		var steps []string
		for _, s := range a.Values {
			steps = append(steps, strings.Join(s, "+"))
		}
		if got := strings.Join(steps, "|"); got != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%s: %q, %v; want %q", c.text, got, err, c.want)
		}
		if err != nil && !strings.Contains(err.Error(), "--vary") {
			t.Errorf("%s: %v does not name the flag", c.text, err)
		}
	}
}

func small(t *testing.T) *experiment.Experiment {
	t.Helper()
	text, err := experiment.TemplateText("small")
	if err != nil {
		t.Fatal(err)
	}
	x, err := experiment.LoadText(report.NewRegistries(), "small.toml", text)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// A grid has every combination once; of n points of a Latin hypercube, each n-th part of every axis holds one.
func TestPoints(t *testing.T) {
	x := small(t)
	p, err := New("test", x, Spec{Vary: []string{"populations.pyr.size=10,20,30", "projections.*.weight=0.1:0.4:4"}})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, pt := range p.Points {
		seen[strings.Join(pt.Values, " ")] = true
	}
	if len(p.Points) != 12 || len(seen) != 12 || !seen["30 0.4"] {
		t.Errorf("%d points, %d of them different", len(p.Points), len(seen))
	}
	const n = 50
	spec := Spec{Vary: []string{"populations.pyr.backgrounds.apical.mean=0 pA:400 pA", "projections.*.weight=0.01:1:log"},
		Sample: "latin-hypercube", Samples: n, SampleSeed: 7}
	p, err = New("test", x, spec)
	if err != nil {
		t.Fatal(err)
	}
	for k, share := range []func(float64) float64{func(v float64) float64 { return v / 400 },
		func(v float64) float64 { return math.Log(v/0.01) / math.Log(100) }} {
		var parts []int
		for _, pt := range p.Points {
			v, _, _ := split(pt.Values[k])
			parts = append(parts, int(share(v)*n))
		}
		sort.Ints(parts)
		for i, part := range parts {
			if part != i {
				t.Fatalf("key %d: part %d of the axis is missing: %v", k, i, parts)
			}
		}
	}
	if p.Units[0] != "pA" || p.Units[1] != "" {
		t.Errorf("units %q", p.Units)
	}
	again, _ := New("test", x, spec)
	if spec.SampleSeed++; !p.same(again) {
		t.Error("the same seed draws other points")
	}
	if other, _ := New("test", x, spec); p.same(other) {
		t.Error("another seed draws the same points")
	}
	for _, bad := range []Spec{{}, {Vary: []string{"populations.pyr.sizes=1,2"}},
		{Vary: []string{"populations.pyr.size=1,2"}, Samples: 3},
		{Vary: []string{"populations.pyr.size=1:5"}, Sample: "random"},
		{Vary: []string{"populations.pyr.size=1,2", "populations.pyr.size=1,2"}},
		{Vary: []string{"populations.pyr.size=1,2"}, Measures: []string{"mean(pyr.rate)"}},
		{Vary: []string{"populations.pyr.size=1,2"}, Measures: []string{"median(pyr.spike_rate)"}},
		{Vary: []string{"populations.pyr.size=1,2"}, Measures: []string{"coherence(pyr.spike_rate, inh.spike_rate, 5 pA)"}},
		{File: "nowhere.csv"},
	} {
		if _, err := New("test", x, bad); err == nil || strings.Count(err.Error(), "\n") != 0 {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// Axes whose values have equal ratios are logarithmic, others not.
func TestLogarithmic(t *testing.T) {
	a, err := ParseAxis("a=0.01:100:5:log", false)
	if err != nil {
		t.Fatal(err)
	}
	var x []float64
	for _, v := range a.Values {
		n, _ := strconv.ParseFloat(v[0], 64)
		x = append(x, n)
	}
	if !logarithmic(x) || logarithmic([]float64{1, 2, 3}) || logarithmic([]float64{0, 1, 2}) || !slices.IsSorted(x) {
		t.Error(x)
	}
}
