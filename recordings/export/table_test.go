package export_test

import (
	"bytes"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	. "github.com/burstplex/burstplex/recordings/export"
)

// Numbers of a table are read back as they were, from every type of column, and columns are headed by name and unit.
func TestTablesComeBack(t *testing.T) {
	table := &recordings.Table{Name: "x", At: spike.Second, Columns: []recordings.Column{
		{Name: "a", Unit: "mV", Data: []float32{0.1, -70.123456, 1e-30, float32(math.Inf(1)), 16777217}},
		{Name: "b, \"c\"", Data: []float64{0.1, 1. / 3, -5e-324, math.Pi, 1e300}},
		{Name: "time", Unit: "ns", Data: []int64{0, -5, 1 << 62, 7, 8}},
		{Name: "neuron", Data: []uint32{0, 1, 1<<32 - 1, 65536, 4}},
	}}
	var b bytes.Buffer
	if err := WriteTableCSV(&b, table); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	if lines[0] != `a_mV,"b, ""c""",time_ns,neuron` || len(lines) != 6 {
		t.Fatalf("%q", lines)
	}
	for i, line := range lines[1:] {
		row := strings.Split(line, ",")
		a, _ := strconv.ParseFloat(row[0], 32)
		c, _ := strconv.ParseFloat(row[1], 64)
		at, _ := strconv.ParseInt(row[2], 10, 64)
		n, _ := strconv.ParseUint(row[3], 10, 32)
		if float32(a) != table.Columns[0].Data.([]float32)[i] || c != table.Columns[1].Data.([]float64)[i] ||
			at != table.Columns[2].Data.([]int64)[i] || uint32(n) != table.Columns[3].Data.([]uint32)[i] {
			t.Errorf("row %d is %q", i, line)
		}
	}
	path := filepath.Join(t.TempDir(), "x.npz")
	table.Columns[1].Name = "b"
	if err := TableFile(path, table); err != nil {
		t.Fatal(err)
	}
	got := run(t, python(t, "numpy"), `
import numpy, sys
z = numpy.load(sys.argv[1])
print(sorted(z.files))
for name in ('a_mV', 'b', 'time_ns', 'neuron'): print(z[name].dtype, *[x.tobytes().hex() for x in z[name].astype('f8')])`, path)
	var want strings.Builder
	want.WriteString("['a_mV', 'b', 'neuron', 'time_ns']\n")
	hex := func(x float64) string {
		digits := strconv.FormatUint(math.Float64bits(x), 16)
		digits = strings.Repeat("0", 16-len(digits)) + digits
		var pairs []string
		for i := 0; i < 16; i += 2 {
			pairs = append(pairs, digits[i:i+2])
		}
		slices.Reverse(pairs)
		return " " + strings.Join(pairs, "")
	}
	for _, c := range []int{0, 1, 2, 3} {
		want.WriteString([]string{"float32", "float64", "int64", "uint32"}[c])
		for i := range 5 {
			var x float64
			switch d := table.Columns[c].Data.(type) {
			case []float32:
				x = float64(d[i])
			case []float64:
				x = d[i]
			case []int64:
				x = float64(d[i])
			case []uint32:
				x = float64(d[i])
			}
			want.WriteString(hex(x))
		}
		want.WriteString("\n")
	}
	if got != want.String() {
		t.Errorf("numpy reads\n%s, want\n%s", got, want.String())
	}
}
