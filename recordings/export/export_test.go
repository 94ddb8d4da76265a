package export_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	. "github.com/burstplex/burstplex/recordings/export"
)

// sample records n spikes of two populations and returns the reader and the spikes.
func sample(t testing.TB, n int, res spike.Tick) (*recordings.Reader, []spike.Event) {
	t.Helper()
	h := recordings.Header{Resolution: res, Experiment: "# none", Populations: []recordings.Population{
		{Population: spike.Population{Name: "exc, \"x\"", First: 0, Size: 70}},
		{Population: spike.Population{Name: "none", First: 70, Size: 10}, Recorded: []recordings.Range{}},
		{Population: spike.Population{Name: "inh", First: 80, Size: 20}, Recorded: recordings.EveryNth(20, 3)},
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
	at := spike.Tick(0)
	for range n {
		at += res * spike.Tick(1+r.Int64N(max(1, int64(2*spike.Millisecond/res))))
		id := spike.ID(r.IntN(100))
		e := spike.Event{At: at, Src: id, Kind: spike.DefaultDetector().Label(&trains[id], at)}
		evs = append(evs, e)
		if id < 70 || id >= 80 && (id-80)%3 == 0 {
			kept = append(kept, e)
		}
	}
	if err := w.WriteSpikes(spike.Window{From: 0, To: at + 1}, evs); err != nil {
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
			if e.Src >= 80 {
				key = "inh/" + strconv.Itoa(int(e.Src-80))
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
		for _, format := range []string{"csv", "ras", "nest", "sonata"} {
			path := filepath.Join(t.TempDir(), "x."+format)
			if err := File(path, format, r, recordings.Query{}); err != nil {
				t.Fatal(err)
			}
			if err := File(path, format, r, recordings.Query{}); err == nil {
				t.Errorf("%s: overwritten", format)
			}
			trains, err := ReadTrains(path)
			if err != nil {
				t.Fatal(err)
			}
			want := trainsOf(evs, format == "csv" || format == "sonata")
			if len(trains) != len(want) {
				t.Errorf("%s: %d trains, want %d", format, len(trains), len(want))
			}
			for _, train := range trains {
				unit := train.Unit
				if format == "nest" {
					n, _ := strconv.Atoi(unit)
					unit = strconv.Itoa(n - 1)
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
		{func(b *bytes.Buffer) error { return WriteCSV(b, r, recordings.Query{}) }, "time_s,population,neuron,kind", "%.4[1]f,"},
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
	if err := File(path, "parquet", r, recordings.Query{}); err != nil {
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
		if e.Src >= 80 {
			want.Population, want.Neuron = "inh", uint32(e.Src-80)
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
	if err := File(path, "csv", r, recordings.Query{}); err != nil {
		t.Fatal(err)
	}
	got := run(t, py, `
import pandas, sys
f = pandas.read_csv(sys.argv[1])
base = {'exc, "x"': 0, 'inh': 80}
for t, p, n, k in zip(f.time_s, f.population, f.neuron, f.kind): print(round(t * 1e9), base[p] + n, k)`, path)
	if got != lines(evs, true) {
		t.Error("pandas reads other spikes")
	}
}

func TestNumpyReadsNPZ(t *testing.T) {
	py := python(t, "numpy")
	r, evs := sample(t, 5000, 1)
	path := filepath.Join(t.TempDir(), "x.npz")
	if err := File(path, "npz", r, recordings.Query{}); err != nil {
		t.Fatal(err)
	}
	got := run(t, py, `
import numpy, sys
z = numpy.load(sys.argv[1])
assert list(z['population']) == ['exc, "x"', 'none', 'inh'] and list(z['first']) == [0, 70, 80] and list(z['size']) == [70, 10, 20] and z['resolution_ns'] == 1
for t, n, k in zip(z['time_ns'], z['neuron'], z['kind']): print(t, n, ['onset', 'burst', 'tail'][k])`, path)
	if got != lines(evs, true) {
		t.Error("numpy reads other spikes")
	}
}

func TestH5pyReadsSONATA(t *testing.T) {
	py := python(t, "h5py")
	r, evs := sample(t, 90000, spike.Microsecond) // several chunks
	path := filepath.Join(t.TempDir(), "x.h5")
	if err := File(path, "sonata", r, recordings.Query{}); err != nil {
		t.Fatal(err)
	}
	got := run(t, py, `
import h5py, numpy, sys
f = h5py.File(sys.argv[1], 'r')
assert f.attrs['magic'] == 0x0A7A and list(f.attrs['version']) == [0, 1], dict(f.attrs)
assert sorted(f['spikes']) == ['exc, "x"', 'inh'], list(f['spikes'])
rows = []
for name, base in (('exc, "x"', 0), ('inh', 80)):
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

// SONATA files of other tools: every layout and type of number that h5py writes by default.
func TestReadsWhatH5pyWrites(t *testing.T) {
	py := python(t, "h5py")
	dir := t.TempDir()
	run(t, py, `
import h5py, numpy as np, sys
t = np.arange(30000) * 0.25
n = np.arange(30000) % 7
for name, kw, tt, nt in (('plain', {}, 'f8', 'u8'), ('zip', dict(compression='gzip', chunks=(100,)), 'f4', 'i4'), ('shuffle', dict(compression=9, shuffle=True, chunks=True), '>f8', '>u2'), ('grow', dict(maxshape=(None,)), 'f8', 'u1'), ('sums', dict(compression='gzip', shuffle=True, fletcher32=True, chunks=(999,)), 'f8', 'u1'), ('only', dict(fletcher32=True, chunks=(333,)), 'f4', 'u1')):
    f = h5py.File(sys.argv[1] + '/' + name + '.h5', 'w')
    g = f.create_group('spikes/a')
    g.attrs['sorting'] = 'by_time'
    g.create_dataset('timestamps', data=t.astype(tt), **kw)
    g.create_dataset('node_ids', data=n.astype(nt), **kw)
    for i in range(40): f.create_group('spikes/z%d' % i).create_dataset('timestamps', data=t[:0]); f['spikes/z%d' % i]['node_ids'] = n[:0]
    f.close()
f = h5py.File(sys.argv[1] + '/latest.h5', 'w', libver='latest'); f.create_group('spikes'); f.close()`, dir)
	for _, name := range []string{"plain", "zip", "shuffle", "grow", "sums", "only"} {
		trains, err := ReadTrains(filepath.Join(dir, name+".h5"))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if len(trains) != 7 || trains[3].Unit != "3" || len(trains[3].Times) != 4286 || trains[3].Times[1] != 10*250*spike.Microsecond {
			t.Errorf("%s: %d trains, %v", name, len(trains), trains[3].Times[:3])
		}
	}
	b, err := os.ReadFile(filepath.Join(dir, "only.h5"))
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	if err := os.WriteFile(filepath.Join(dir, "only.h5"), b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadTrains(filepath.Join(dir, "only.h5")); err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("a flipped bit: %v", err)
	}
	if _, err := ReadTrains(filepath.Join(dir, "latest.h5")); err == nil || !strings.Contains(err.Error(), "superblock") {
		t.Errorf("the newest structures: %v", err)
	}
}

func TestRealRecordings(t *testing.T) {
	path := filepath.Join("..", "..", "..", "shared", "data", "spikes", "mea_retina_hippocampus.csv.gz")
	if _, err := os.Stat(path); err != nil {
		t.Skip("recorded spikes are not here: ", err)
	}
	trains, err := ReadTrains(path)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, train := range trains {
		n += len(train.Times)
		if !slices.IsSorted(train.Times) || train.Recording == "" {
			t.Fatalf("train %s/%s", train.Recording, train.Unit)
		}
	}
	if len(trains) != 26+59 || n < 235000 {
		t.Errorf("%d trains, %d spikes", len(trains), n)
	}
}

// Bad files name the line or the place.
func TestBadImportsAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":                        "line 1",
		"a,b\n1,2\n":              "line 1: columns",
		"time_s,unit\n1,a\nx,b\n": "line 3: column time_s: \"x\"",
		"time_s,unit\n1,a\n1\n":   "line 3",
		"time_s,unit\nNaN,a\n":    "line 2",
		"time_s,unit\n1e300,a\n":  "line 2",
		"0.1 1\n0.2\n":            "line 2",
		"0.1 1\n0.2 x\n":          "line 2",
		"foo bar\n0.2 1\n":        "line 1",
		"time_s,unit,kind\n1,a,b": "\"b\" is not onset, burst or tail",
		"PK\x03\x04 and so on":    "npz",
		"time_s,unit\n1,\"" + strings.Repeat("a\n", 1<<20):  "longer than",
		"time_s," + strings.Repeat("x", 1<<21) + "\n1,2\n":  "longer than",
		"0.1 " + strings.Repeat("1", 1<<21) + "\n":          "too long",
		recordings.Magic + strings.Repeat("\x00", 100):      "no intact header",
		"\x89HDF\r\n\x1a\n":                                 "HDF5",
		"\x89HDF\r\n\x1a\n\x00\x00\x00\x00\x00\x08\x08\x00": "end of the file",
	} {
		path := filepath.Join(t.TempDir(), "x")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		trains, err := ReadTrains(path)
		if text == "" {
			if len(trains) != 0 {
				t.Errorf("an empty file has trains")
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

// Labels survive in recordings and CSV, also those that no rule would give; silent units of recordings are units.
func TestLabelsSurvive(t *testing.T) {
	path := filepath.Join(t.TempDir(), "run.bspk")
	w, err := recordings.Create(path, recordings.Header{Populations: []recordings.Population{{Population: spike.Population{Name: "p", Size: 3}, Recorded: []recordings.Range{{First: 0, Count: 2, Stride: 2}}}}})
	if err != nil {
		t.Fatal(err)
	}
	var evs []spike.Event
	want := Train{Recording: "p", Unit: "2"}
	for i, kind := range []spike.Kind{spike.Tail, spike.Onset, spike.Onset, spike.Burst, spike.Onset, spike.Tail} {
		at := spike.Tick(5-i%2) * spike.Tick(1+i) * spike.Millisecond // out of order for CSV
		evs = append(evs, spike.Event{At: at, Src: 2, Kind: kind})
	}
	slices.SortFunc(evs, spike.Compare)
	for _, e := range evs {
		want.Times, want.Kinds = append(want.Times, e.At), append(want.Kinds, e.Kind)
	}
	if err := w.WriteSpikes(spike.Window{From: 0, To: spike.Second}, evs); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	trains, err := ReadTrains(path)
	if diff := cmp.Diff([]Train{{Recording: "p", Unit: "0"}, want}, trains); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	slices.Reverse(evs)
	var text strings.Builder
	text.WriteString("kind,neuron,population,time_ns\n")
	for _, e := range evs {
		fmt.Fprintf(&text, "%v,%d,p,%d\n", e.Kind, e.Src, int64(e.At))
	}
	trains, err = ReadCSV(strings.NewReader(text.String()))
	if diff := cmp.Diff([]Train{want}, trains); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	// As a replay population takes them.
	all := []Train{{Recording: "p", Unit: "0", Times: []spike.Tick{}}, want, {Recording: "q", Unit: "2"}}
	if got, err := Select(all, "p", []string{"2"}); err != nil || !cmp.Equal(got, [][]spike.Tick{want.Times}) {
		t.Errorf("%v %v", got, err)
	}
	if got, err := Select(all, "p", nil); err != nil || len(got) != 2 {
		t.Errorf("%v %v", got, err)
	}
	for _, bad := range [][2]string{{"", "2"}, {"r", "2"}, {"q", "3"}} {
		if got, err := Select(all, bad[0], bad[1:]); err == nil {
			t.Errorf("%q: %v", bad, got)
		}
	}
	if csv, err := IsCSV(path); csv || err != nil {
		t.Errorf("a recording passes for CSV: %v", err)
	}
}

// No text makes the readers of trains panic or hang, and times are in order.
func FuzzTrains(f *testing.F) {
	f.Add([]byte("time_s,unit,recording,kind\n0.1,a,r,onset\n0.05,b,r,tail\n"))
	f.Add([]byte("# NEST\nsender\ttime_ms\n1\t2.5\n"))
	f.Add([]byte("0.1 3\n0.05 3\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, read := range []func(io.Reader) ([]Train, error){ReadCSV, ReadRaster} {
			trains, err := read(bytes.NewReader(text))
			for _, train := range trains {
				if err != nil || !slices.IsSorted(train.Times) || train.Kinds != nil && len(train.Kinds) != len(train.Times) {
					t.Fatalf("%v %+v", err, train)
				}
			}
		}
	})
}

// No HDF5 file makes the reader panic, hang or take memory without bound.
func FuzzSONATA(f *testing.F) {
	r, _ := sample(f, 300, 1000)
	path := filepath.Join(f.TempDir(), "x.h5")
	if err := File(path, "sonata", r, recordings.Query{}); err != nil {
		f.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "x.h5")
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		ReadSONATA(path, "")
	})
}
