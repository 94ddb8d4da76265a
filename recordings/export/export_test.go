package export_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	. "github.com/burstplex/burstplex/recordings/export"
	"github.com/burstplex/burstplex/recordings/trains"
)

// inh is the first neuron of the second population with spikes, beyond 2^16.
const inh = 100_080

// sample records n spikes of two populations, from before time 0 on, and returns the reader and the spikes.
func sample(t testing.TB, n int, res spike.Tick) (*recordings.Reader, []spike.Event) {
	t.Helper()
	h := recordings.Header{Resolution: res, Experiment: "# none", Populations: []recordings.Population{
		{Population: spike.Population{Name: "exc, \"x\"", First: 0, Size: 70}},
		{Population: spike.Population{Name: "none", First: 70, Size: inh - 70}, Recorded: []recordings.Range{}},
		{Population: spike.Population{Name: "inh", First: inh, Size: 20}, Recorded: recordings.EveryNth(20, 3)},
	}}
	path := filepath.Join(t.TempDir(), "run.bspk")
	w, err := recordings.Create(path, h)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(5, 5))
	trains := make([]spike.Train, 100)
	for i := range trains {
		trains[i] = spike.NewTrain()
	}
	var evs, kept []spike.Event
	from := -3 * spike.Second
	at := from
	for range n {
		at += res * spike.Tick(1+r.Int64N(max(1, int64(2*spike.Millisecond/res))))
		k := r.IntN(100)
		id := spike.ID(k)
		if k >= 80 {
			id += inh - 80
		}
		e := spike.Event{At: at, Src: id, Kind: spike.DefaultDetector().Label(&trains[k], at)}
		evs = append(evs, e)
		if k < 70 || k >= 80 && (k-80)%3 == 0 {
			kept = append(kept, e)
		}
	}
	if err := w.WriteSpikes(spike.Window{From: from, To: at + 1}, evs); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	reader, err := recordings.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { reader.Close() })
	return reader, kept
}

// trainsOf returns what import must give: times by population and unit name.
func trainsOf(evs []spike.Event, local bool) map[string][]spike.Tick {
	out := map[string][]spike.Tick{}
	for _, e := range evs {
		key := "/" + strconv.Itoa(int(e.Src))
		if local {
			key = "exc, \"x\"/" + strconv.Itoa(int(e.Src))
			if e.Src >= inh {
				key = "inh/" + strconv.Itoa(int(e.Src-inh))
			}
		}
		out[key] = append(out[key], e.At)
	}
	return out
}

// What is exported and imported again is the same trains, to the nanosecond.
func TestTrainsSurvive(t *testing.T) {
	for _, res := range []spike.Tick{1, spike.Microsecond, 100 * spike.Microsecond, 25} {
		r, evs := sample(t, 3000, res)
		for _, format := range []string{"csv", "ras", "nest", "sonata", "npz", "parquet"} {
			path := filepath.Join(t.TempDir(), "x."+format)
			if err := Named(format).File(path, r, recordings.Query{}); err != nil {
				t.Fatal(err)
			}
			if err := Named(format).File(path, r, recordings.Query{}); err == nil {
				t.Errorf("%s: overwritten", format)
			}
			f, err := trains.Read(nil, path, trains.Options{})
			if err != nil {
				t.Fatal(err)
			}
			want := trainsOf(evs, format != "ras" && format != "nest")
			if len(f.Trains) != len(want) {
				t.Errorf("%s: %d trains, want %d", format, len(f.Trains), len(want))
			}
			for _, train := range f.Trains {
				unit := train.Unit
				if n, _ := strconv.Atoi(unit); format == "nest" {
					unit = strconv.Itoa(n - f.FirstID)
				}
				if !slices.Equal(train.Times, want[train.Recording+"/"+unit]) {
					t.Fatalf("%s at %v: unit %s/%s differs", format, res, train.Recording, train.Unit)
				}
			}
		}
	}
}

func TestTextIsAsDocumented(t *testing.T) {
	r, evs := sample(t, 3, 100*spike.Microsecond)
	for _, c := range []struct {
		write func(*bytes.Buffer) error
		head  string
		line  string
	}{
		{func(b *bytes.Buffer) error { return WriteCSV(b, r, recordings.Query{}) }, "time_s,population,neuron,kind",
			"%.4[1]f,"},
		{func(b *bytes.Buffer) error { return WriteRaster(b, r, recordings.Query{}) }, "", "%.4[1]f %[2]d"},
		{func(b *bytes.Buffer) error { return WriteNEST(b, r, recordings.Query{}) }, "#", "%[3]d\t%.1[4]f"},
	} {
		var b bytes.Buffer
		if err := c.write(&b); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(b.String(), c.head) {
			t.Errorf("begins with %q, want %q", b.String()[:20], c.head)
		}
		for _, e := range evs {
			// A format need not use every argument.
			want, _, _ := strings.Cut(fmt.Sprintf(c.line, e.At.Seconds(), e.Src, e.Src+1, e.At.Milliseconds()), "%!(EXTRA")
			if !strings.Contains(b.String(), want) {
				t.Errorf("no %q in %q", want, b.String())
			}
		}
	}
}

func TestParquetRows(t *testing.T) {
	r, evs := sample(t, 20000, spike.Microsecond)
	path := filepath.Join(t.TempDir(), "x.parquet")
	if err := Named("parquet").File(path, r, recordings.Query{}); err != nil {
		t.Fatal(err)
	}
	type row struct {
		Time       int64  `parquet:"time_ns"`
		Population string `parquet:"population"`
		Neuron     uint32 `parquet:"neuron"`
		Kind       string `parquet:"kind"`
	}
	rows, err := parquet.ReadFile[row](path)
	if err != nil || len(rows) != len(evs) {
		t.Fatalf("%d rows, want %d (%v)", len(rows), len(evs), err)
	}
	for i, e := range evs {
		want := row{int64(e.At), "exc, \"x\"", uint32(e.Src), e.Kind.String()}
		if e.Src >= inh {
			want.Population, want.Neuron = "inh", uint32(e.Src-inh)
		}
		if rows[i] != want {
			t.Fatalf("row %d is %v, want %v", i, rows[i], want)
		}
	}
}

// python returns an interpreter that has the modules, or skips.
func python(t *testing.T, modules string) string {
	t.Helper()
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(name, "-c", "import "+modules).Run() == nil {
			return name
		}
	}
	t.Skipf("no python3 with %s here (Debian: python3-numpy python3-h5py python3-pandas)", modules)
	return ""
}

// run runs a script with arguments and returns what it prints.
func run(t *testing.T, python, script string, args ...string) string {
	t.Helper()
	out, err := exec.Command(python, append([]string{"-c", script}, args...)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return string(out)
}

// lines is what the scripts print of the spikes: ns, ID and label.
func lines(evs []spike.Event, kinds bool) string {
	var b strings.Builder
	for _, e := range evs {
		fmt.Fprint(&b, int64(e.At), " ", e.Src)
		if kinds {
			fmt.Fprint(&b, " ", e.Kind)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestPandasReadsCSV(t *testing.T) {
	py := python(t, "pandas")
	r, evs := sample(t, 5000, spike.Microsecond)
	path := filepath.Join(t.TempDir(), "x.csv")
	if err := Named("csv").File(path, r, recordings.Query{}); err != nil {
		t.Fatal(err)
	}
	got := run(t, py, `
import pandas, sys
f = pandas.read_csv(sys.argv[1])
base = {'exc, "x"': 0, 'inh': 100080}
for t, p, n, k in zip(f.time_s, f.population, f.neuron, f.kind): print(round(t * 1e9), base[p] + n, k)`, path)
	if got != lines(evs, true) {
		t.Error("pandas reads other spikes")
	}
}

func TestNumpyReadsNPZ(t *testing.T) {
	py := python(t, "numpy")
	r, evs := sample(t, 5000, 1)
	path := filepath.Join(t.TempDir(), "x.npz")
	if err := Named("npz").File(path, r, recordings.Query{}); err != nil {
		t.Fatal(err)
	}
	got := run(t, py, `
import numpy, sys
z = numpy.load(sys.argv[1])
assert list(z['population']) == ['exc, "x"', 'none', 'inh'] and list(z['first']) == [0, 70, 100080]
assert list(z['size']) == [70, 100010, 20] and z['resolution_ns'] == 1
for t, n, k in zip(z['time_ns'], z['neuron'], z['kind']): print(t, n, ['onset', 'burst', 'tail'][k])`, path)
	if got != lines(evs, true) {
		t.Error("numpy reads other spikes")
	}
}

func TestH5pyReadsSONATA(t *testing.T) {
	py := python(t, "h5py")
	r, evs := sample(t, 90000, spike.Microsecond) // several chunks
	path := filepath.Join(t.TempDir(), "x.h5")
	if err := Named("sonata").File(path, r, recordings.Query{}); err != nil {
		t.Fatal(err)
	}
	got := run(t, py, `
import h5py, numpy, sys
f = h5py.File(sys.argv[1], 'r')
assert f.attrs['magic'] == 0x0A7A and list(f.attrs['version']) == [0, 1], dict(f.attrs)
assert sorted(f['spikes']) == ['exc, "x"', 'inh'], list(f['spikes'])
rows = []
for name, base in (('exc, "x"', 0), ('inh', 100080)):
    g = f['spikes'][name]
    t = g['timestamps']
    assert t.dtype == 'f8' and g['node_ids'].dtype == 'u8' and t.compression == 'gzip' and t.shuffle
    assert t.attrs['units'] in ('ms', b'ms'), t.attrs['units']
    d = h5py.check_enum_dtype(g.attrs.get_id('sorting').dtype)
    assert d == {'none': 0, 'by_id': 1, 'by_time': 2} and g.attrs['sorting'] == 2
    rows += [(round(a * 1e6), base + int(b)) for a, b in zip(t[:], g['node_ids'][:])]
for row in sorted(rows): print(*row)`, path)
	if got != lines(evs, false) {
		t.Error("h5py reads other spikes")
	}
	if dump, err := exec.LookPath("h5dump"); err == nil {
		if out, err := exec.Command(dump, "-H", path).CombinedOutput(); err != nil {
			t.Errorf("h5dump: %v\n%s", err, out)
		}
	}
}
