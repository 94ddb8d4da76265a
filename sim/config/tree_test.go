package config_test

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/sim/config"
	"github.com/google/go-cmp/cmp"
	"github.com/pelletier/go-toml/v2"
	"pgregory.net/rapid"
)

// plain is a tree as go-toml would decode it, without order and places.
func plain(n *config.Node) any {
	switch n.Kind() {
	case config.KindTable:
		m := make(map[string]any)
		for _, kid := range n.Kids() {
			m[kid.Key()] = plain(kid)
		}
		return m
	case config.KindArray:
		list := make([]any, len(n.Kids()))
		for i, kid := range n.Kids() {
			list[i] = plain(kid)
		}
		return list
	case config.KindInt:
		i, _ := strconv.ParseInt(n.Text(), 0, 64)
		return i
	case config.KindFloat:
		x, _ := strconv.ParseFloat(strings.ReplaceAll(n.Text(), "_", ""), 64)
		return x
	case config.KindBool:
		return n.Text() == "true"
	}
	return n.Text()
}

// order lists all paths with their kinds, in the order of the tree.
func order(n *config.Node) []string {
	paths := []string{fmt.Sprint(n.Path(), " is ", n.Kind())}
	for _, kid := range n.Kids() {
		paths = append(paths, order(kid)...)
	}
	return paths
}

var sameMaps = cmp.Comparer(func(a, b float64) bool {
	return a == b && math.Signbit(a) == math.Signbit(b) || a != a && b != b
})

// checkTree states the laws of a tree: it has what go-toml reads, every path leads to its node, and printing it
// loses nothing.
func checkTree(t interface{ Fatalf(string, ...any) }, doc *config.Node, text string) {
	var want map[string]any
	if err := toml.Unmarshal([]byte(text), &want); err != nil {
		t.Fatalf("Parse accepts what go-toml refuses: %v\n%s", err, text)
	}
	if diff := cmp.Diff(any(want), plain(doc), sameMaps); diff != "" {
		t.Fatalf("tree differs from go-toml's: %s\n%s", diff, text)
	}
	checkPaths(t, doc, doc)
	checkFormat(t, doc)
}

func checkFormat(t interface{ Fatalf(string, ...any) }, doc *config.Node) {
	printed := config.Format(doc)
	again, err := config.Parse("again.toml", printed)
	if err != nil {
		t.Fatalf("Format wrote what Parse refuses: %v\n%s", err, printed)
	}
	if diff := cmp.Diff(plain(doc), plain(again), sameMaps); diff != "" {
		t.Fatalf("Format changed a value: %s\n%s", diff, printed)
	}
	if diff := cmp.Diff(order(doc), order(again)); diff != "" {
		t.Fatalf("Format changed the order: %s\n%s", diff, printed)
	}
	if second := config.Format(again); string(second) != string(printed) {
		t.Fatalf("Format is not stable:\n%s\n%s", printed, second)
	}
}

func checkPaths(t interface{ Fatalf(string, ...any) }, root, n *config.Node) {
	for _, kid := range n.Kids() {
		if kid.Pos().Line < 1 || kid.Pos().Column < 1 {
			t.Fatalf("%s has no place", kid.Path())
		}
		if got := root.At(kid.Path()); got != kid {
			t.Fatalf("At(%q) is another node, %q", kid.Path(), got.Path())
		}
		checkPaths(t, root, kid)
	}
}

var (
	keyGen  = rapid.SampledFrom([]string{"a", "b", "c", "name", `"x y"`, `'q"t'`, `"\u00e9\t"`, "0", "1"})
	pathGen = rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(keyGen, 1, 3).Draw(t, "path"),
			".")
	})
	plainGen = rapid.SampledFrom([]string{"1", "0x0", "0b101", "1_000", "-5", "+7", "1.5", "-0.0", "1e-3", "inf",
		"-inf", "nan", "true",
		"false", `"a"`, `"16 ms"`, `'li"t'`, `"\\ \" \b \u007f é"`, `""`, "\"\"\"two\nlines\"\"\"", "[]", "{}"})
)

func valueGen(depth int) *rapid.Generator[string] {
	if depth == 0 {
		return plainGen
	}
	below := valueGen(depth - 1)
	array := rapid.Custom(func(t *rapid.T) string {
		return "[" + strings.Join(rapid.SliceOfN(below, 0, 4).Draw(t, "elements"), ",\n ") + "]"
	})
	table := rapid.Custom(func(t *rapid.T) string {
		var entries []string
		for range rapid.IntRange(0, 3).Draw(t, "n") {
			entries = append(entries, pathGen.Draw(t, "key")+" = "+below.Draw(t, "value"))
		}
		return "{" + strings.Join(entries, ", ") + "}"
	})
	return rapid.OneOf(plainGen, array, table)
}

// docGen makes TOML of few different keys, so that they meet; much of it is invalid.
var docGen = rapid.Custom(func(t *rapid.T) string {
	var b strings.Builder
	for range rapid.IntRange(0, 12).Draw(t, "lines") {
		switch path := pathGen.Draw(t, "path"); rapid.IntRange(0, 5).Draw(t, "line") {
		case 0:
			fmt.Fprintf(&b, "[%s] # header\n", path)
		case 1:
			fmt.Fprintf(&b, "[[ %s ]]\r\n", path)
		default:
			fmt.Fprintf(&b, "%s = %s\n", path, valueGen(2).Draw(t, "value"))
		}
	}
	return b.String()
})

func TestParseAgreesWithTOML(t *testing.T) {
	accepted := 0
	rapid.Check(t, func(t *rapid.T) {
		text := docGen.Draw(t, "text")
		doc, err := config.Parse("x.toml", []byte(text))
		if err != nil {
			if toml.Unmarshal([]byte(text), new(map[string]any)) == nil {
				t.Fatalf("Parse refuses valid TOML: %v\n%s", err, text)
			}
			if strings.Contains(err.Error(), "\n") {
				t.Fatalf("more than one line: %s", err)
			}
			return
		}
		accepted++
		checkTree(t, doc, text)
	})
	if accepted == 0 {
		t.Error("no document was valid")
	}
}

func TestFormatAfterSet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		doc, err := config.Parse("x.toml", []byte(docGen.Draw(t, "text")))
		if err != nil {
			return
		}
		for range 3 {
			path, value := pathGen.Draw(t, "set"), valueGen(2).Draw(t, "to")
			if doc.Set(path, value) != nil {
				continue
			}
			text := doc.At(path)
			want, err := config.Parse("", []byte("v = "+value))
			if err != nil {
				t.Fatalf("Set accepted %q: %v", value, err)
			}
			if diff := cmp.Diff(plain(want.Get("v")), plain(text), sameMaps); diff != "" {
				t.Fatalf("Set(%q, %q): %s", path, value, diff)
			}
		}
		checkFormat(t, doc)
	})
}

func TestFormatReadable(t *testing.T) {
	doc := parse(t, "seed=0x10 # c\na.b.c='x'\n[p.q]\nx=[ 1,2 ]\ny={u=1,v={}}\n[[s]]\n[[s]]\nz=\"\"\n[s.t]\nw=1.50\n[e]\n")
	if err := doc.Set("p.r", `"2 ms"`); err != nil {
		t.Fatal(err)
	}
	if err := doc.Set("title", "a title"); err != nil {
		t.Fatal(err)
	}
	if err := doc.Set("levels", "["+strings.Repeat("1000000, ", 30)+"1]"); err != nil {
		t.Fatal(err)
	}
	const want = `seed = 16
title = "a title"
levels = [
	1000000, 1000000, 1000000, 1000000, 1000000, 1000000, 1000000, 1000000, 1000000, 1000000, 1000000,
	1000000, 1000000, 1000000, 1000000, 1000000, 1000000, 1000000, 1000000, 1000000, 1000000, 1000000,
	1000000, 1000000, 1000000, 1000000, 1000000, 1000000, 1000000, 1000000, 1,
]

[a.b]
c = "x"

[p]
r = "2 ms"

[p.q]
x = [1, 2]
y = { u = 1, v = {} }

[[s]]

[[s]]
z = ""

[s.t]
w = 1.50

[e]
`
	if got := string(config.Format(doc)); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	checkFormat(t, doc)
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(network))
	for _, s := range []string{"a = [{b = 1}, []]\n[c]\n[[d]]\n[d.e]\n", "a = 16 ms", "a.b = 1\n[a]", "[", "= 1",
		"\"\\u12\" = 1",
		strings.Repeat("[", 2000), strings.Repeat("a.", 2000) + "a=1", "x = \"1e99999 ms\"\ny = 2024-01-01T00:00:00Z",
		"\ufeffa=1", "a\r=1"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		doc, err := config.Parse("f.toml", data)
		if err != nil {
			if s := err.Error(); strings.ContainsAny(s, "\r\n") {
				t.Fatalf("more than one line: %q", s)
			}
			return
		}
		checkTree(t, doc, strings.TrimPrefix(string(data), "\ufeff"))
		if err := config.Decode(doc, newExperiment()); err != nil && strings.Count(err.Error(), "\n") >= config.MaxErrors {
			t.Fatalf("too many errors:\n%s", err)
		}
	})
}
