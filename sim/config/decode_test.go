package config_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim/config"
	"github.com/google/go-cmp/cmp"
)

const network = `# a comment
title = "two populations"
step = "50 us"

[populations.pyr]
size = 1_000
model = "lif"
tau_m = "0.02 s"
v_start = "uniform(-0.07 V, -60 mV)"
levels = ["0.1 nA", "-20 pA"]
gain = "2 1/mV"

[populations.bg]
model = "poisson"
size = 0x10
rate = "0.5 kHz"

[projections.ff]
source = "bg"
target = "pyr"
delay = "1.5ms"
probability = "20 %"
stp.tau_d = "100 ms"

[projections.fb]
source = "pyr"
target = "pyr"
port = "apical"
weight = 0.37

[[stimuli]]
name = "first"
kind = "sine"
amplitude = "0.2 nA"
span = ["0 s", "1 min"]

[[stimuli]]
target = "pyr"

[protocol]
until = "4 s"
`

func parse(t *testing.T, text string) *config.Node {
	t.Helper()
	doc, err := config.Parse("net.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestDecode(t *testing.T) {
	x := newExperiment()
	if err := config.Decode(parse(t, network), x); err != nil {
		t.Fatal(err)
	}
	if x.Title != "two populations" || x.Seed != 1 || x.Step != 50*spike.Microsecond {
		t.Errorf("top level: %+v", x)
	}
	if got, want := x.Populations.Names(), []string{"pyr", "bg"}; !cmp.Equal(got, want) {
		t.Errorf("populations %v, want %v", got, want)
	}
	if got, want := x.Populations.Get("pyr").spec.(*lif), (&lif{leak: leak{EL: -70}, TauM: 20, Start: value{-70, -60},
		Levels: []float64{100, -20}, Gain: 2}); !cmp.Equal(got, want, cmp.AllowUnexported(lif{}, leak{}, value{})) {
		t.Errorf("pyr: %+v, want %+v", got, want)
	}
	if bg := x.Populations.Get("bg"); bg.Size != 16 || bg.spec.(*poisson).Rate != 500 {
		t.Errorf("bg: %+v", bg)
	}
	if ff, want := x.Projections.Get("ff"), (projection{Source: "bg", Target: "pyr", Port: "soma", Prob: 0.2,
		Delay: 1500 * spike.Microsecond, STP: &stp{U: 0.9, TauD: 100}}); !cmp.Equal(*ff, want) {
		t.Errorf("ff: %s", cmp.Diff(want, *ff))
	}
	if fb := x.Projections.Get("fb"); fb.STP != nil || fb.Weight != 0.37 || fb.Delay != 800*spike.Microsecond {
		t.Errorf("fb: %+v", fb)
	}
	want := []stimulus{{Name: "first", Kind: "sine", Amp: 200, Span: [2]spike.Tick{0, 60 * spike.Second}}, {Target: "pyr"}}
	if !cmp.Equal(x.Stimuli, want) {
		t.Errorf("stimuli: %s", cmp.Diff(want, x.Stimuli))
	}
	if x.Protocol.Until != 4*spike.Second {
		t.Errorf("until %v", x.Protocol.Until)
	}
}

// Every kind of mistake, with the exact line that the user sees. The base is line 1 to 9.
func TestErrors(t *testing.T) {
	const base = `seed = 3
[populations.pyr]
size = 10
model = "lif"
[projections.ff]
source = "pyr"
target = "pyr"
[[stimuli]]
name = "s"
`
	for _, c := range []struct{ name, text, want string }{
		// syntax
		{"no quotes", "step = 16 ms", `net.toml:1: step = 16 ms: a number with a unit is written in quotes: "16 ms"`},
		{"no quotes in a table", "[a.b]\nc = -5mV # x", `net.toml:2: a.b.c = -5mV: a number with a unit is written in quotes: "-5mV"`},
		{"bare word", "[a]\nmodel = lif", `net.toml:2: a.model = lif: text is written in quotes: "lif"`},
		{"capital", "record = True # yes", `net.toml:1: record = True: true and false are written in small letters`},
		{"two values", "seed = 1 2", `net.toml:1: seed = 1 2: expected the end of the line, found '2'`},
		{"no quotes in a list", "[a]\nx = [16 ms]", `net.toml:2: a.x = [16 ms]: expected ',' or ']' after array value; numbers with units are written in quotes`},
		{"no equals sign", "[a]\nx 3", `net.toml:2: expected '=' after key`},
		{"no closing bracket", "[a\nx = 3", `net.toml:1: expected ']' to close table name`},
		{"no value", "seed =", `net.toml:1: seed: expected value, not end of input`},
		{"unclosed string", "title = \"x\nseed = 1", `net.toml:1: title = "x: basic strings cannot have new lines`},
		{"unclosed array", "a = [1, 2", `net.toml:1: a = [1, 2: array is incomplete`},
		{"control character", "title = \"\x01\"", `net.toml:1: title = "\u0001": basic strings cannot have control characters`},
		{"not UTF-8", "title = \"\xff\"", `net.toml:1: title = "�": invalid UTF-8 character in basic string`},
		{"date", "title = 2024-01-01", `net.toml:1: title = "2024-01-01": is a date or a time of day, which no key takes; a duration is written "16 ms"`},
		{"64 bits", "seed = 9223372036854775808", `net.toml:1: seed = 9223372036854775808: does not fit in 64 bits`},
		{"large float", "x = 1e999", `net.toml:1: x = 1e999: is too large a number`},
		{"deep", "x = " + strings.Repeat("[", 40) + strings.Repeat("]", 40), `net.toml:1: nested too deeply (allowed: 32 levels)`},
		{"deep keys", strings.Repeat("x.", 40) + "x = 1", `net.toml:1: nested too deeply (allowed: 32 levels)`},
		{"duplicate key", base + "name = \"t\"", `net.toml:10: stimuli.s.name: given twice, first on line 9`},
		{"duplicate table", base + "[populations.pyr]", `net.toml:10: populations.pyr: given twice, first on line 2`},
		{"table and array", base + "[[populations]]", `net.toml:10: populations: given twice, first on line 2`},
		{"table over value", "seed = 1\n[seed]", `net.toml:2: seed: given twice, first on line 1`},
		{"key in a value", "seed = 1\nseed.x = 2", `net.toml:2: seed: given twice, first on line 1`},
		{"dotted key into a table", "[a.b]\n[a]\nb.c = 1", `net.toml:3: a.b: given twice, first on line 1`},
		{"duplicate inline", "p = { a = 1,\n a = 2 }", `net.toml:2: p.a: given twice, first on line 1`},

		// keys
		{"unknown key", base + "amplitud = \"1 pA\"", `net.toml:10: stimuli.s.amplitud = "1 pA": unknown key, did you mean "amplitude"? (allowed: name, target, kind, amplitude, span, gray)`},
		{"unknown table", "[poplations]", `net.toml:1: poplations: unknown key, did you mean "populations"? (allowed: title, seed, step, record, populations, projections, stimuli, protocol, nested)`},
		{"nothing near", base + "zzz = 1", `net.toml:10: stimuli.s.zzz = 1: unknown key (allowed: name, target, kind, amplitude, span, gray)`},
		{"missing key", "[projections.ff]\nsource = \"a\"", `net.toml:1: projections.ff.target: is required`},
		{"missing size", "[populations.a]\nmodel = \"lif\"", `net.toml:1: populations.a.size: is required (allowed: [1, 1000000])`},
		{"missing model", "[populations.a]\nsize = 1", `net.toml:1: populations.a.model: is required (allowed: lif, poisson)`},
		{"unknown model", "[populations.a]\nsize = 1\nmodel = \"liff\"", `net.toml:3: populations.a.model = "liff": is not one of the names, did you mean "lif"? (allowed: lif, poisson)`},
		{"key of another model", "[populations.a]\nsize = 1\nmodel = \"poisson\"\ntau_m = \"1 ms\"", `net.toml:4: populations.a.tau_m = "1 ms": unknown key (allowed: size, model, rate)`},
		{"name of an entry", "[populations.\"a b\"]\nsize = 1", `net.toml:1: populations."a b": is not a name (allowed: letters, digits, _ and -)`},
		{"entry is no table", "[populations]\npyr = 3", `net.toml:2: populations.pyr = 3: must be a table, found a whole number`},

		// types
		{"text for table", "populations = 1", `net.toml:1: populations = 1: must be a table of named entries, found a whole number`},
		{"table for number", "[seed]\nx = 1", `net.toml:1: seed: must be a whole number, found a table (allowed: [0, inf))`},
		{"table for list", "[stimuli]\nx = 1", `net.toml:1: stimuli: must be a list in square brackets, found a table`},
		{"number for table", "protocol = 1", `net.toml:1: protocol = 1: must be a table, found a whole number`},
		{"text for bool", "record = \"true\"", `net.toml:1: record = "true": must be true or false, without quotes, found text`},
		{"number for text", "title = 3", `net.toml:1: title = 3: must be text in quotes, found a whole number`},
		{"number for shape", base + "kind = 3", `net.toml:10: stimuli.s.kind = 3: must be text in quotes, found a whole number`},
		{"bad shape", base + "kind = \"square\"", `net.toml:10: stimuli.s.kind = "square": is not a shape`},
		{"float for int", "seed = 1e3", `net.toml:1: seed = 1e3: must be a whole number, without point or exponent (allowed: [0, inf))`},
		{"negative", "seed = -1", `net.toml:1: seed = -1: must be at least 0 (allowed: [0, inf))`},
		{"32 bits", "seed = 4294967296", `net.toml:1: seed = 4294967296: is too large or too small for this key (allowed: 0 to 4294967295)`},
		{"8 bits", base + "gray = 256", `net.toml:10: stimuli.s.gray = 256: is too large or too small for this key (allowed: 0 to 255)`},
		{"length", base + "span = [\"1 s\"]", `net.toml:10: stimuli.s.span = ["1 s"]: has 1 elements, must have 2`},
		{"element", base + "span = [\"1 s\",\n\"2 V\"]", `net.toml:11: stimuli.s.span[1] = "2 V": needs a unit of time such as ms, found one of voltage`},
		{"unnamed element", "[[stimuli]]\n[[stimuli]]\ngray = true", `net.toml:3: stimuli[1].gray = true: must be a whole number, found true or false`},
		{"oneof", base + "[projections.b]\nsource=\"\"\ntarget=\"\"\nport = \"Apical\"", `net.toml:13: projections.b.port = "Apical": is not one of the names, did you mean "apical"? (allowed: soma, apical)`},

		// quantities
		{"no unit", "step = 50", `net.toml:1: step = 50: needs a unit of time, for example "50 us" (allowed: [1, 1000] us)`},
		{"no unit in quotes", "step = \"50\"", `net.toml:1: step = "50": needs a unit of time, for example "50 us" (allowed: [1, 1000] us)`},
		{"wrong dimension", "step = \"50 mV\"", `net.toml:1: step = "50 mV": needs a unit of time such as us, found one of voltage (allowed: [1, 1000] us)`},
		{"unknown unit", "step = \"50 usec\"", `net.toml:1: step = "50 usec": unknown unit "usec", did you mean "us"? (allowed: [1, 1000] us)`},
		{"case of a unit", base + "amplitude = \"1 PA\"", `net.toml:10: stimuli.s.amplitude = "1 PA": unknown unit "PA", did you mean "pA"?`},
		{"unit where none belongs", "[projections.a]\nsource=\"a\"\ntarget=\"b\"\nweight = \"2 nS\"", `net.toml:4: projections.a.weight = "2 nS": takes no unit, found one of conductance`},
		{"text for a quantity", base + "amplitude = \"big\"", `net.toml:10: stimuli.s.amplitude = "big": must be a number with a unit, for example "1 pA"`},
		{"bool for a quantity", base + "amplitude = true", `net.toml:10: stimuli.s.amplitude = true: must be a number, found true or false`},
		{"nan", base + "amplitude = nan", `net.toml:10: stimuli.s.amplitude = nan: must be a finite number`},
		{"inf", base + "amplitude = \"-inf pA\"", `net.toml:10: stimuli.s.amplitude = "-inf pA": must be a finite number`},
		{"overflow", base + "amplitude = \"1e308 A\"", `net.toml:10: stimuli.s.amplitude = "1e308 A": is too large a number`},
		{"huge exponent", base + "amplitude = \"1e999999999 A\"", `net.toml:10: stimuli.s.amplitude = "1e999999999 A": is too large a number`},
		{"underflow", base + "amplitude = \"1e-400 A\"", `net.toml:10: stimuli.s.amplitude = "1e-400 A": is too small a number`},
		{"float32", "[populations.a]\nsize = 1\nmodel = \"lif\"\ngain = \"1e39 1/mV\"", `net.toml:4: populations.a.gain = "1e39 1/mV": is too large a number`},
		{"below", "step = \"0 ms\"", `net.toml:1: step = "0 ms": must be at least 1 (allowed: [1, 1000] us)`},
		{"open end", "[populations.a]\nsize = 1\nmodel = \"lif\"\ntau_m = \"0 ms\"", `net.toml:4: populations.a.tau_m = "0 ms": must be above 0 (allowed: (0, 1000] ms)`},
		{"above", "[populations.a]\nsize = 1\nmodel = \"lif\"\ntau_m = \"2 s\"", `net.toml:4: populations.a.tau_m = "2 s": must be at most 1000 (allowed: (0, 1000] ms)`},
		{"fraction of a tick", "step = \"1.0001 us\"", `net.toml:1: step = "1.0001 us": is not a whole number of nanoseconds (allowed: [1, 1000] us)`},
		{"100 years", "[protocol]\nuntil = \"53000000 min\"", `net.toml:2: protocol.until = "53000000 min": is too long a time; a simulation ends before 73 years (allowed: (0, inf) s)`},
		{"distribution", "[populations.a]\nsize = 1\nmodel = \"lif\"\nv_start = \"uniform(-70 mV, -60)\"", `net.toml:4: populations.a.v_start = "uniform(-70 mV, -60)": "-60" needs a unit of voltage, for example "-60 mV" (allowed: [-100, 0] mV)`},
		{"bounds", "[populations.a]\nsize = 1\nmodel = \"lif\"\nv_start = \"uniform(-70 mV, 10 mV)\"", `net.toml:4: populations.a.v_start = "uniform(-70 mV, 10 mV)": must be at most 0, it can be 10 (allowed: [-100, 0] mV)`},
		{"list element", "[populations.a]\nsize = 1\nmodel = \"lif\"\nlevels = [\n1,\n]", `net.toml:5: populations.a.levels[0] = 1: needs a unit of current, for example "1 pA"`},
		{"line breaks in text", base + "kind = \"a\\nb\\u001b[31m\"", `net.toml:10: stimuli.s.kind = "a\nb\x1b[31m": is not a shape`},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc, err := config.Parse("net.toml", []byte(c.text))
			if err == nil {
				err = config.Decode(doc, newExperiment())
			}
			if err == nil {
				t.Fatal("accepted")
			}
			first, _, _ := strings.Cut(err.Error(), "\n")
			if first != c.want {
				t.Errorf("\ngot  %s\nwant %s", first, c.want)
			}
			var e *config.Error
			if !errors.As(err, &e) {
				t.Errorf("%T holds no *config.Error", err)
			}
		})
	}
}

// Text in several lines says where it begins, and is written so that it reads the same.
func TestTextPosition(t *testing.T) {
	file := "a = \"x\"\nb = \"\"\"\n  one\n  t\\\"wo \\\\ \n\"\"\"\nc = '''y'''\n"
	tree, err := config.Parse("f.toml", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]config.Position{"a": {"f.toml", 1, 6}, "b": {"f.toml", 3, 1},
		"c": {"f.toml", 6, 8}} {
		if got := tree.Get(key).TextPos(); got != want {
			t.Errorf("%s begins at %v:%d, want %v:%d", key, got, got.Column, want, want.Column)
		}
	}
	again, err := config.Parse("f.toml", config.Format(tree))
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"a", "b", "c"} {
		if got, want := again.Get(key).Text(), tree.Get(key).Text(); got != want {
			t.Errorf("%s: %q is written as %q", key, want, got)
		}
	}
}
