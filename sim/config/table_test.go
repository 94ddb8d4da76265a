package config_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/sim/config"
)

func TestTable(t *testing.T) {
	var table config.Table[stp]
	table.Add("given", stp{U: 0.5, TauD: 7})
	table.Add("given", stp{U: 0.4, TauD: 7})
	doc := parse(t, "[fast]\nU = 0.1\n[given]\nU = 0.2\n[a-b_1]\n")
	if err := doc.Set("given.tau_d", "8 ms"); err != nil {
		t.Fatal(err)
	}
	if err := config.Decode(doc, &table); err != nil {
		t.Fatal(err)
	}
	var got []string
	for name, v := range table.All() {
		got = append(got, fmt.Sprint(name, *v, table.Entry(name).Node.Pos()))
	}
	want := "given{0.2 8} net.toml:3 fast{0.1 20} net.toml:1 a-b_1{0.9 20} net.toml:5"
	if strings.Join(got, " ") != want || table.Len() != 3 {
		t.Errorf("got %s\nwant %s", strings.Join(got, " "), want)
	}
	for range table.All() {
		break
	}
	if table.Get("other") != nil || table.Entry("other") != nil {
		t.Error("found an entry that was never made")
	}
	if got := doc.Keys(); strings.Join(got, " ") != "fast given a-b_1" || doc.Get("fast").Get("U").Keys() != nil {
		t.Errorf("keys %v", got)
	}
}

// An override may set a key of an entry that the program made, though the file does not have it.
func TestTableOverrideOfGiven(t *testing.T) {
	var table config.Table[stp]
	table.Add("given", stp{U: 0.5, TauD: 7})
	doc := parse(t, "")
	if err := doc.Set("given.U", "0.1"); err != nil {
		t.Fatal(err)
	}
	if err := config.Decode(doc, &table); err != nil || *table.Get("given") != (stp{U: 0.1, TauD: 7}) {
		t.Errorf("%+v, %v", table.Get("given"), err)
	}
}

func TestSizeLimit(t *testing.T) {
	_, err := config.Parse("big.toml", []byte(strings.Repeat("# long\n", 1<<20)))
	if want := "big.toml:1: the file has 7340032 bytes (allowed: 4 MiB; long lists belong in CSV files)"; fmt.Sprint(
		err) != want {
		t.Errorf("got %v", err)
	}
}

// Errors of the program, as opposed to those of the file, panic.
func TestMisuse(t *testing.T) {
	for name, f := range map[string]func(){
		"not a pointer": func() { _ = config.Decode(parse(t, ""), stp{}) },
		"unit tag": func() {
			_ = config.Decode(parse(t, ""), &struct {
				X float64 `toml:"x" unit:"mv"`
			}{})
		},
		"range tag": func() {
			_ = config.Decode(parse(t, ""), &struct {
				X float64 `toml:"x" range:"[1, 0]"`
			}{})
		},
		"range without brackets": func() {
			_ = config.Decode(parse(t, ""), &struct {
				X float64 `toml:"x" range:"0, 1"`
			}{})
		},
		"option": func() {
			_ = config.Decode(parse(t, ""), &struct {
				X float64 `toml:"x,omitempty"`
			}{})
		},
		"type": func() {
			_ = config.Decode(parse(t, "x = 1"), &struct {
				X map[string]int `toml:"x"`
			}{})
		},
		"path": func() { parse(t, "").At("a b") },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("did not panic")
				}
			}()
			f()
		})
	}
}

// picky fails in its own way.
type picky struct{ err error }

func (p *picky) DecodeConfig(*config.Node, *config.Decoder) error { return p.err }

func TestHookErrors(t *testing.T) {
	doc := parse(t, "a = 1\nb = 2")
	for want, err := range map[string]error{
		"net.toml:1: a = 1: is odd":  errors.New("is odd"),
		"net.toml:2: b = 2: is even": doc.At("b").Errorf("is even"),
		"x\ny":                       config.List{{Reason: "x"}, {Reason: "y"}},
	} {
		x := struct {
			A picky `toml:"a"`
			B int   `toml:"b"`
		}{A: picky{err}}
		if got := config.Decode(doc, &x); fmt.Sprint(got) != want {
			t.Errorf("got %v, want %s", got, want)
		}
	}
}

func TestOpenEnds(t *testing.T) {
	for text, want := range map[string]string{"0": "must be above 0", "1": "must be below 1", "0.5": "",
		"-3": "must be above 0", "2": "must be below 1"} {
		var x struct {
			X float32 `toml:"x" range:"(0, 1)"`
		}
		err := config.Decode(parse(t, "x = "+text), &x)
		if want == "" && err != nil || want != "" && fmt.Sprint(err) != "net.toml:1: x = "+text+": "+want+
			" (allowed: (0, 1))" {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
