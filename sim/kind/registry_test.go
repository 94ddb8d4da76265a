package kind_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/sim/config"
	"github.com/burstplex/burstplex/sim/kind"
)

type shape interface{ area() float64 }

type square struct {
	Side float64 `toml:"side" unit:"mV" range:"(0, 10]" doc:"length of a side"`
}

type box struct {
	Side  float64 `toml:"side" unit:"mV"`
	Depth float64 `toml:"depth,required" unit:"mV"`
}

func (s *square) area() float64 { return s.Side * s.Side }
func (b *box) area() float64    { return b.Side * b.Depth }

func shapes() *kind.Registry[shape] {
	r := &kind.Registry[shape]{}
	r.Add(kind.Of[shape]{Name: "square", Doc: "four equal sides", New: func() shape { return &square{Side: 2} }},
		kind.Of[shape]{Name: "box", New: func() shape { return &box{Side: 3} }})
	return r
}

// common is what all shapes of a file have.
type common struct {
	Kind  string `toml:"kind"`
	Label string `toml:"label"`
}

func decode(t *testing.T, text, otherwise string) (shape, common, error) {
	t.Helper()
	tree, err := config.Parse("shapes.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var d config.Decoder
	var c common
	s := shapes().Decode(&d, tree, "kind", otherwise, &c)
	return s, c, d.Errors.Err()
}

// Kinds are listed in the order in which they were added, with the keys that their tags give them.
func TestListing(t *testing.T) {
	var l kind.Listing = shapes()
	if got := l.Names(); !slices.Equal(got, []string{"square", "box"}) {
		t.Errorf("names: %v", got)
	}
	if l.Doc("square") != "four equal sides" || l.Doc("circle") != "" || l.Keys("circle") != nil {
		t.Error("documentation of a kind, or of none")
	}
	keys := l.Keys("square")
	want := config.KeyDoc{Key: "side", Type: "number", Unit: "mV", Default: "2 mV", Range: "(0, 10]",
		Doc: "length of a side"}
	if len(keys) != 1 || keys[0] != want {
		t.Errorf("keys of square: %+v", keys)
	}
}

// What New returns is nobody else's: a change of one value leaves the defaults of the next.
func TestDecode(t *testing.T) {
	s, c, err := decode(t, "kind = \"square\"\nside = \"5 mV\"\nlabel = \"x\"", "")
	if err != nil || s.area() != 25 || c.Label != "x" || c.Kind != "square" {
		t.Errorf("%v %+v %v", s, c, err)
	}
	if s, _, err := decode(t, "label = \"x\"", "square"); err != nil || s.area() != 4 {
		t.Errorf("without a kind: %v %v", s, err)
	}
	for text, want := range map[string]string{
		"label = \"x\"": "shapes.toml:1: kind: is required (allowed: square, box)",
		"kind = \"squire\"": "shapes.toml:1: kind = \"squire\": is not one of the names, did you mean " +
			"\"square\"? (allowed: square, box)",
		"kind = \"square\"\nside = \"11 mV\"":    "must be at most 10",
		"kind = \"square\"\ndepth = \"1 mV\"":    "means nothing to the kind \"square\"",
		"kind = \"square\"\nsidee = \"1 mV\"":    "did you mean \"side\"?",
		"kind = \"box\"":                         "depth: is required",
		"kind = \"square\"\nside = \"1 second\"": "side",
	} {
		if _, _, err := decode(t, text, ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// Two kinds of one name, or half a kind, are a fault of the program.
func TestAddPanics(t *testing.T) {
	for name, k := range map[string]kind.Of[shape]{
		"a name twice":     {Name: "box", New: func() shape { return &box{} }},
		"no name":          {New: func() shape { return &box{} }},
		"nothing to build": {Name: "circle"},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			shapes().Add(k)
		}()
	}
}
