package export

import (
	"encoding/binary"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"slices"

	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/recordings/internal/hdf5"
)

// A Report is a probe as a soma report of SONATA holds it: the same neurons at equal distances of time.
type Report struct {
	Population string
	Variable   string // what was sampled
	Unit       string
	Neurons    []uint64 // indices in the population
	From, Step int64    // ns
	Samples    int
	value      func(i int) float64 // by sample, then neuron
}

// ReportOf makes a report of the course of a probe: columns time (ns), neuron, and what was sampled. variable chooses
// among several columns; it may be empty where there is one.
func ReportOf(t *recordings.Table, population, variable string) (*Report, error) {
	fail := func(format string, args ...any) (*Report, error) {
		return nil, fmt.Errorf("table %s is not a probe that a SONATA report can hold: %s", t.Name,
			fmt.Sprintf(format, args...))
	}
	times, ok := columnOf[int64](t, "time")
	neurons, known := columnOf[uint32](t, "neuron")
	if !ok || !known || len(times) == 0 {
		return fail("it has no columns time and neuron, or no rows")
	}
	r := &Report{Population: population, From: times[0]}
	var names []string
	for i := range t.Columns {
		c := &t.Columns[i]
		if c.Name == "time" || c.Name == "neuron" {
			continue
		}
		names = append(names, c.Name)
		if variable != "" && c.Name != variable {
			continue
		}
		r.Variable, r.Unit = c.Name, c.Unit
		switch d := c.Data.(type) {
		case []float64:
			r.value = func(i int) float64 { return d[i] }
		case []float32:
			r.value = func(i int) float64 { return float64(d[i]) }
		default:
			return fail("column %s holds whole numbers", c.Name)
		}
	}
	if r.value == nil || variable == "" && len(names) > 1 {
		return fail("it has columns %v: choose one", names)
	}
	for i := 0; i < len(times) && times[i] == r.From; i++ {
		r.Neurons = append(r.Neurons, uint64(neurons[i]))
	}
	n := len(r.Neurons)
	r.Samples = len(times) / n
	if len(times) > n {
		r.Step = times[n] - r.From
	}
	for i, at := range times {
		if at != r.From+int64(i/n)*r.Step || uint64(neurons[i]) != r.Neurons[i%n] || len(times)%n != 0 {
			return fail("row %d is of neuron %d at %d ns, which is not the same neurons at equal distances of time", i+1,
				neurons[i], at)
		}
	}
	return r, nil
}

// columnOf returns the data of a column of a type.
func columnOf[T any](t *recordings.Table, name string) ([]T, bool) {
	c := t.Column(name)
	if c == nil {
		return nil, false
	}
	d, ok := c.Data.([]T)
	return d, ok
}

// Write writes the report: /report/<population>/data (float32, a row for each sample, a column for each neuron) and
// mapping. It is what SONATA prescribes, and besides the name of the variable as an attribute of data.
func (r *Report) Write(w io.WriterAt) error {
	le := binary.LittleEndian
	f := hdf5.NewWriter(w)
	n := len(r.Neurons)
	data := f.Matrix(hdf5.Float32(), n)
	for i := range r.Samples * n {
		data.Float(r.value(i))
	}
	list := func(name string, t hdf5.Type, count int, bits func(i int) uint64) hdf5.Member {
		d := f.Dataset(t)
		for i := range count {
			d.Uint(bits(i))
		}
		return hdf5.Member{Name: name, Address: d.Close()}
	}
	sorted := hdf5.Attribute{Name: "sorted", Type: hdf5.Uint8(), Data: []byte{0}}
	if slices.IsSorted(r.Neurons) {
		sorted.Data[0] = 1
	}
	nodes := f.Dataset(hdf5.Uint64())
	for _, id := range r.Neurons {
		nodes.Uint(id)
	}
	var times []byte
	for _, at := range []int64{r.From, r.From + int64(r.Samples)*max(1, r.Step), max(1, r.Step)} {
		times = le.AppendUint64(times, math.Float64bits(float64(at)/1e6))
	}
	mapping := f.Group([]hdf5.Member{
		{Name: "node_ids", Address: nodes.Close(sorted)},
		list("index_pointers", hdf5.Uint64(), n+1, func(i int) uint64 { return uint64(i) }),
		list("element_ids", hdf5.Uint32(), n, func(int) uint64 { return 0 }), // the soma
		list("element_pos", hdf5.Float32(), n, func(int) uint64 { return uint64(math.Float32bits(0.5)) }),
		{Name: "time", Address: f.Values(hdf5.Float64(), times, []int{3}, f.Text("units", "ms"))},
	})
	group := f.Group([]hdf5.Member{{Name: "mapping", Address: mapping},
		{Name: "data", Address: data.Close(f.Text("units", r.Unit), f.Text("variable", r.Variable))}})
	root := f.Group([]hdf5.Member{{Name: "report", Address: f.Group([]hdf5.Member{{Name: r.Population, Address: group}})}},
		hdf5.Attribute{Name: "magic", Type: hdf5.Uint32(), Data: le.AppendUint32(nil, 0x0A7A)},
		hdf5.Attribute{Name: "version", Type: hdf5.Uint32(), Rows: 2, Data: le.AppendUint32(le.AppendUint32(nil, 0), 1)})
	return f.Finish(root)
}

// File writes the report to a new file. A failed export leaves none.
func (r *Report) File(path string) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("export %s: %w", path, fs.ErrExist)
	}
	return create(path, func(f *os.File) error { return r.Write(f) })
}
