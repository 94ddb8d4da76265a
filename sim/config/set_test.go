package config_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim/config"
)

// set applies overrides "path=value" to the network of decode_test.go.
func set(t *testing.T, overrides ...string) (*experiment, error) {
	t.Helper()
	doc := parse(t, network)
	for _, o := range overrides {
		path, value, _ := strings.Cut(o, "=")
		if err := doc.Set(path, value); err != nil {
			return nil, err
		}
	}
	x := newExperiment()
	return x, config.Decode(doc, x)
}

func TestSet(t *testing.T) {
	x, err := set(t, "projections.fb.weight=0.2", "projections.ff.delay=2 ms", "projections.ff.stp.U=0.5",
		"projections.fb.stp.tau_d=50 ms",
		"populations.pyr.v_start=uniform(-60 mV, -50 mV)", "populations.pyr.levels=['1 pA']", "stimuli.first.amplitude=7 pA",
		"stimuli.1.kind=step", "stimuli[1].gray=200", "seed=9", "title=true story", "record=true",
		"projections.new={ source = 'bg', target = 'pyr' }")
	if err != nil {
		t.Fatal(err)
	}
	fb, ff, lif := x.Projections.Get("fb"), x.Projections.Get("ff"), x.Populations.Get("pyr").spec.(*lif)
	if fb.Weight != 0.2 || ff.Delay != 2*spike.Millisecond || ff.STP.U != 0.5 || ff.STP.TauD != 100 ||
		fb.STP.TauD != 50 || fb.STP.U != 0.9 {
		t.Errorf("ff %+v %+v, fb %+v %+v", ff, ff.STP, fb, fb.STP)
	}
	if lif.Start != (value{-60, -50}) || len(lif.Levels) != 1 || x.Stimuli[0].Amp != 7 || x.Stimuli[1].Kind != "step" ||
		x.Stimuli[1].Gray != 200 {
		t.Errorf("lif %+v, stimuli %+v", lif, x.Stimuli)
	}
	if x.Seed != 9 || x.Title != "true story" || !x.Record || x.Projections.Get("new").Port != "soma" {
		t.Errorf("%+v", x)
	}
}

func TestSetPatterns(t *testing.T) {
	x, err := set(t, "projections.f*.weight=0.3", "projections.*.stp.tau_d=40 ms", "proj*ions.?b.delay=3 ms")
	if err != nil {
		t.Fatal(err)
	}
	fb, ff := x.Projections.Get("fb"), x.Projections.Get("ff")
	if fb.Weight != 0.3 || ff.Weight != 0.3 || fb.STP.TauD != 40 || ff.STP.TauD != 40 || fb.Delay != 3*spike.Millisecond {
		t.Errorf("%+v %+v", fb, ff)
	}
}

func TestSetErrors(t *testing.T) {
	for _, c := range []struct{ override, want string }{
		{"projections.fb.weight=16 mV", `--set projections.fb.weight = "16 mV": takes no unit, found one of voltage`},
		{"projections.fb.wieght=1", `--set projections.fb.wieght = 1: unknown key, did you mean "weight"? (allowed: source, target, port, probability, weight, delay, stp)`},
		{"projections.fbb.weight=1", `--set projections.fbb.weight: there is no "fbb" in projections, did you mean "fb"? (allowed: ff, fb)`},
		{"projectons.fb.weight=1", `--set projectons.fb.weight: unknown key "projectons", did you mean "projections"? (allowed: title, seed, step, record, populations, projections, stimuli, protocol, nested)`},
		{"projections.fb=1", `--set projections.fb = 1: must be a table, found a whole number`},
		{"projections.new={ source = 'bg' }", `--set projections.new: projections.new.target: is required`},
		{"seed.x=1", `--set seed.x: seed: must be a whole number, found a table (allowed: [0, inf))`},
		{"step.x=1", `--set step.x = 1: step is text, not a table`},
		{"stimuli.2.gray=1", `--set stimuli.2.gray = 1: stimuli has no element 2 (allowed: first, 1)`},
		{"stimuli.frist.gray=1", `--set stimuli.frist.gray = 1: stimuli has no element frist, did you mean "first"? (allowed: first, 1)`},
		{"stimuli.first.span=[1]", `--set stimuli.first.span = [1]: has 1 elements, must have 2`},
		{"stimuli.first.span=['1 s', 2]", `--set stimuli.first.span: stimuli.first.span[1] = 2: needs a unit of time, for example "2 ms"`},
		{"projections.g*.weight=1", `--set projections.g*.weight = 1: nothing matches g*`},
		{"nothing.*.weight=1", `--set nothing.*.weight = 1: nothing matches *`},
		{"seed=", `--set seed: needs a value; empty text is written ''`},
		{"seed=[1", `--set seed = [1: is not a TOML value: array is incomplete`},
		{"title=a\nb = 1", `--set title = a\nb = 1: has control characters`},
		{"se ed=1", `--set se ed = 1: not a path: "se ed" is not a key; keys have letters, digits, _ and -, or quotes (allowed: a path such as projections.fb.weight)`},
		{"=1", `--set  = 1: not a path: "" is not a key; keys have letters, digits, _ and -, or quotes (allowed: a path such as projections.fb.weight)`},
		{"a[x]=1", `--set a[x] = 1: not a path: [ must be followed by a number and ] (allowed: a path such as projections.fb.weight)`},
		{`"a=1`, `--set "a = 1: not a path: a quote is not closed (allowed: a path such as projections.fb.weight)`},
	} {
		_, err := set(t, c.override)
		if err == nil {
			t.Errorf("%s: accepted", c.override)
			continue
		}
		if got, _, _ := strings.Cut(err.Error(), "\n"); got != c.want {
			t.Errorf("%s\ngot  %s\nwant %s", c.override, got, c.want)
		}
	}
}

func TestPositions(t *testing.T) {
	doc := parse(t, network)
	if err := doc.Set("projections.fb.weight", "0.2"); err != nil {
		t.Fatal(err)
	}
	if err := doc.Set("projections.fb.stp.U", "0.2"); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"title":                   "net.toml:2",
		"populations.pyr":         "net.toml:5",
		"populations.pyr.tau_m":   "net.toml:8",
		"projections.ff.stp":      "net.toml:23",
		"stimuli.first.span[1]":   "net.toml:35",
		"stimuli[1].target":       "net.toml:38",
		"protocol.missing.deeper": "net.toml:40",
		"projections.fb.weight":   "--set projections.fb.weight",
		"projections.fb.stp":      "--set projections.fb.stp.U",
		"projections.fb.source":   "net.toml:26",
	} {
		n := doc.At(path)
		if n.Path() != path || n.Pos().String() != want {
			t.Errorf("At(%q) is %q at %s, want %s", path, n.Path(), n.Pos(), want)
		}
	}
	if p := doc.At("populations.pyr.tau_m").Pos(); p.Column != 9 {
		t.Errorf("column %d, want 9", p.Column)
	}
}

func TestErrorsAtNodes(t *testing.T) {
	doc := parse(t, network)
	pops := []string{"pyr", "bg"}
	for _, c := range []struct {
		err  error
		want string
	}{
		{doc.At("projections.ff.source").NotFound("population", pops), `net.toml:19: projections.ff.source = "bg": no population of this name, did you mean "bg"? (allowed: pyr, bg)`},
		{doc.At("projections.ff.weight").Errorf("%d is odd", 3), `net.toml:18: projections.ff.weight: 3 is odd`},
		{doc.At("stimuli[7].x").Errorf("no"), `net.toml:31: stimuli[7].x: no`},
		{doc.At("projections.ff.source").Errorf("a\nb").Allow("c"), `net.toml:19: projections.ff.source = "bg": a\nb (allowed: c)`},
	} {
		if c.err.Error() != c.want {
			t.Errorf("\ngot  %s\nwant %s", c.err, c.want)
		}
	}
}

// All errors of a file come in the order of its lines, overrides last, and not more than MaxErrors.
func TestList(t *testing.T) {
	doc := parse(t, "step = 1\n[populations.a]\nx = 1\nsize = 0\nmodel = \"lif\"\n[[stimuli]]\ngray = -1")
	if err := doc.Set("seed", "x"); err != nil {
		t.Fatal(err)
	}
	err := config.Decode(doc, newExperiment())
	var places []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		place, _, _ := strings.Cut(line, " =")
		places = append(places, place)
	}
	if got, want := strings.Join(places, "; "),
		"net.toml:1: step; net.toml:3: populations.a.x; net.toml:4: populations.a.size; net.toml:7: stimuli[0].gray; "+
			"--set seed"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}

	many := parse(t, "seed = 1\n"+strings.Repeat("[[stimuli]]\ngray = -1\n", 100))
	if got := strings.Count(config.Decode(many, newExperiment()).Error(), "\n") + 1; got != config.MaxErrors {
		t.Errorf("%d errors, want %d", got, config.MaxErrors)
	}

	twice := parse(t, "[populations.a]\nsize = 1\nmodel = 3")
	if err := config.Decode(twice, newExperiment()); strings.Contains(err.Error(), "\n") {
		t.Errorf("repeats itself: %v", err)
	}

	var list config.List
	list.Add(nil)
	if list.Err() != nil {
		t.Error("an empty list is an error")
	}
	list.Add(errors.Join(errors.New("one"), doc.At("step").Errorf("two")))
	list.Add(list.Err()) // says nothing new
	if len(list) != 2 || list[0].Error() != "one" {
		t.Errorf("joined errors: %v", list)
	}
}
