package synapse

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/sbinet/npyio/npz"
)

func TestLists(t *testing.T) {
	two := []Synapse{{0, 2, 0, 0}, {1, 0, 0, 0}}
	with := func(weight, delay float64) []Synapse {
		out := slices.Clone(two)
		for i := range out {
			out[i].Weight, out[i].Delay = weight, delay
		}
		return out
	}
	for text, want := range map[string][]Synapse{
		"source,target\n0,2\n1,0\n":                                    two,
		"# by hand\n target , source \n2,0\n0,1\n":                     two,
		"source,target,weight\n0,2,.5\n1,0,.5\n":                       with(.5, 0),
		"delay_ms,source,target,weight\n1.5,0,2,-2\n1.5,1,0,-2\n":      with(-2, 1.5),
		"source,target,delay\n0,2,1.5\n1,0,1.5\n":                      with(0, 1.5),
		"source,target,delay_s\n0,2,0.0015\n1,0,15e-4\n":               with(0, 1.5),
		"\ufeffSource,Target,Delay_us\r\n0,2,1500\r\n1.0,0e0,1500\r\n": with(0, 1.5),
	} {
		l, err := ReadList("x.csv", []byte(text))
		if err != nil || !slices.Equal(l.Synapses, want) || l.HasWeight != (want[0].Weight != 0) ||
			l.HasDelays != (want[0].Delay != 0) {
			t.Errorf("%q: %+v %v, want %v", text, l, err, want)
		}
	}
}

func TestBadLists(t *testing.T) {
	for text, want := range map[string]string{
		"":                                      "x.csv:1: the header is missing",
		"source,weight\n1,2\n":                  `x.csv:1: the column "target" is missing`,
		"source,target,conductance\n1,2,3\n":    `x.csv:1: the column "conductance" would be ignored`,
		"source,target,delay_min\n1,2,3\n":      `the column "delay_min" would be ignored`,
		"source,target,delay,delay_ms\n1,2,3,4": `"delay" and "delay_ms" are both the delay`,
		"source,target\n1,2\n1,x\n":             `x.csv:3: target = "x" is not a finite number`,
		"source,target\n1,2\n\n# c\n1,NaN\n":    `x.csv:5: target = "NaN"`,
		"source,target\n1,2\n1.5,2\n":           "x.csv:3: source and target must be whole numbers",
		"source,target\n-1,2\n":                 "x.csv:2: source and target must be whole numbers from 0",
		"source,target\n1\n":                    "x.csv:2: ",
		"source,target,delay_ms\n1,2,0\n":       "x.csv:2: delay_ms = 0 (allowed: (0, 10000])",
		"source,target,delay_s\n1,2,11\n":       "x.csv:2: delay_ms = 11000",
	} {
		if _, err := ReadList("x.csv", []byte(text)); err == nil || !strings.Contains(err.Error(), want) ||
			strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestListsOfArrays(t *testing.T) {
	pack := func(columns map[string]any) []byte {
		var b bytes.Buffer
		w := npz.NewWriter(&b)
		for name, data := range columns {
			if err := w.Write(name, data); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for _, columns := range []map[string]any{
		{"source": []int64{0, 1}, "target": []int32{2, 0}, "weight": []float32{.5, .5}, "delay_ms": []float64{2, 2}},
		{"source": []uint8{0, 1}, "target": []float64{2, 0}, "weight": []float64{.5, .5}, "delay": []int16{2, 2}},
	} {
		l, err := ReadList("x.npz", pack(columns))
		if err != nil || !slices.Equal(l.Synapses, []Synapse{{0, 2, .5, 2}, {1, 0, .5, 2}}) {
			t.Errorf("%v: %+v %v", columns, l, err)
		}
	}
	for want, columns := range map[string]map[string]any{
		`"kind" would be ignored`: {"source": []int64{0}, "target": []int64{0}, "kind": []int64{0}},
		"differ in length":        {"source": []int64{0}, "target": []int64{0, 1}},
		"must be whole numbers":   {"source": []int64{0}, "target": []float64{.5}},
	} {
		if _, err := ReadList("x.npz", pack(columns)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", columns, err, want)
		}
	}
}
