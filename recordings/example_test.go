package recordings_test

import (
	"bytes"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	. "github.com/burstplex/burstplex/recordings"
)

// example writes the file that FORMAT.md explains byte by byte.
func example(t testing.TB) []byte {
	h := Header{Program: "x", Seed: 1, Resolution: spike.Microsecond,
		Populations: []Population{{Population: spike.Population{Name: "a", First: 10, Size: 3}}}}
	ms := spike.Millisecond
	path := filepath.Join(t.TempDir(), "example")
	w, err := Create(path, h)
	if err != nil {
		t.Fatal(err)
	}
	err = w.WriteSpikes(spike.Window{From: 0, To: 100 * ms}, []spike.Event{
		{At: 20 * ms, Src: 10, Kind: spike.Onset}, {At: 30 * ms, Src: 10, Kind: spike.Burst},
		{At: 45 * ms, Src: 12, Kind: spike.Burst}, {At: 50 * ms, Src: 12, Kind: spike.Tail}, {At: 99*ms + 1999, Src: 10,
			Kind: spike.Onset},
	})
	if err == nil {
		err = w.Close()
	}
	b, rerr := os.ReadFile(path)
	if err != nil || rerr != nil {
		t.Fatal(err, rerr)
	}
	return b
}

// The example of FORMAT.md is what the writer writes.
func TestFormatExample(t *testing.T) {
	text, err := os.ReadFile("FORMAT.md")
	if err != nil {
		t.Fatal(err)
	}
	var got []byte
	for _, line := range strings.Split(string(text), "\n") {
		// Lines of the example: "0010  f5 42 ...  |comment"
		if len(line) < 7 || line[4:6] != "  " {
			continue
		}
		digits, _, ok := strings.Cut(line[6:], "|")
		if !ok {
			continue
		}
		if at := fmt.Sprintf("%04x", len(got)); line[:4] != at {
			t.Fatalf("line at %s, want %s", line[:4], at)
		}
		b, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(digits), " ", ""))
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		got = append(got, b...)
	}
	if want := example(t); !bytes.Equal(got, want) {
		t.Errorf("the example of FORMAT.md is not this file:\n%s", hex.Dump(want))
	}
}

var update = flag.Bool("update", false, "rewrite the golden file of this version")

// golden is a file of every code and type of column.
func golden(t testing.TB, path string) {
	h := network(0, 300, 4, 0)
	h.Experiment, h.Metadata = "# golden\n", map[string]string{"note": "kept for ever"}
	h.Populations[1].Recorded = []Range{{0, 2, 1}, {3, 1, 1}}
	w, err := Create(path, h, Compact(), Replace()) // codes in context, and Rice for the small population
	if err != nil {
		t.Fatal(err)
	}
	evs := poisson(h, 8, .5, 600*spike.Millisecond, 12)
	feed(t, w, evs, 0, 100*spike.Millisecond, 600*spike.Millisecond)
	for i, c := range []Column{{"a", "mV", []float32{1.5, -2}}, {"b", "", []float64{3.25}}, {"c", "", []int64{-1}},
		{"d", "s", []uint32{7}}} {
		if err := w.WriteTable(fmt.Sprint("table ", i), spike.Tick(i), []Column{c}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

// Files of version 1 open for ever, with the spikes that they were written with.
func TestGoldenFile(t *testing.T) {
	path := filepath.Join("testdata", "v1.bspk")
	if *update {
		golden(t, path)
	}
	r := open(t, path)
	var b strings.Builder
	for e, err := range r.Spikes(Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&b, int64(e.At), e.Src, e.Kind)
	}
	tables, err := r.Tables()
	if err != nil {
		t.Fatal(err)
	}
	for _, info := range tables {
		table, err := r.Table(info.Name, info.At)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&b, info, table.Columns[0].Data)
	}
	want := filepath.Join("testdata", "v1.txt")
	if *update {
		store(t, want, []byte(b.String()))
	}
	text, err := os.ReadFile(want)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(text) {
		t.Error("the golden file reads otherwise")
	}
}
