package python_test

import (
	"crypto/sha256"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
)

func python(t *testing.T, modules string) string {
	t.Helper()
	for _, name := range []string{"python3", "/usr/bin/python3"} {
		if exec.Command(name, "-c", "import "+modules).Run() == nil {
			return name
		}
	}
	t.Skipf("no python3 with %s here (Debian: python3-numpy python3-pandas python3-neo python3-quantities)", modules)
	return ""
}

// script prints spikes, tables and problems of files as Go does below.
const script = `
import sys, builtins, hashlib
import burstplex_spikes as b
for path in sys.argv[1:]:
    r = b.open(path)
    t, n, k = r.spikes()
    print(len(t), hashlib.sha256(b"".join(b"%d %d %d\n" % x for x in zip(t.tolist(), n.tolist(), k.tolist()))).hexdigest(), *r.window, r.finished, len(r.problems) > 0)
    for name, at in r.tables:
        for c, a in r.table(name, at).items(): print(name, at, c, a.dtype.str, *["%g" % x for x in a[:5].tolist()], "%.9g" % a.sum(dtype='f8'))
`

func describe(t *testing.T, path string) string {
	t.Helper()
	r, err := recordings.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var b, lines strings.Builder
	n, bad := 0, len(r.Problems()) > 0
	for e, err := range r.Spikes(recordings.Query{}) {
		if err != nil {
			bad = true
			continue
		}
		n++
		fmt.Fprintf(&lines, "%d %d %d\n", e.At, e.Src, e.Kind)
	}
	yes := map[bool]string{false: "False", true: "True"}
	fmt.Fprintf(&b, "%d %s %d %d %s %s\n", n, sum(lines.String()), r.Window().From, r.Window().To, yes[r.Finished()],
		yes[bad])
	infos, err := r.Tables()
	if err != nil {
		t.Fatal(err)
	}
	for _, info := range infos {
		table, err := r.Table(info.Name, info.At)
		if err != nil {
			t.Fatal(err)
		}
		for i, c := range table.Columns {
			x := floats(c.Data)
			total := 0.0
			fmt.Fprint(&b, info.Name, " ", int64(info.At), " ", c.Name, " <", info.Columns[i].Type)
			for _, v := range x[:min(5, len(x))] {
				fmt.Fprintf(&b, " %s", strings.Replace(fmt.Sprintf("%.6g", v), "e+0", "e+0", 1))
			}
			for _, v := range x {
				total += v
			}
			fmt.Fprintf(&b, " %.9g\n", total)
		}
	}
	return b.String()
}

func floats(data any) (out []float64) {
	switch d := data.(type) {
	case []float32:
		for _, x := range d {
			out = append(out, float64(x))
		}
	case []float64:
		return d
	case []int64:
		for _, x := range d {
			out = append(out, float64(x))
		}
	case []uint32:
		for _, x := range d {
			out = append(out, float64(x))
		}
	}
	return out
}

// TestPythonReadsWhatGoReads goes through all codes, resolutions, selections, tables and kinds of damage.
func TestPythonReadsWhatGoReads(t *testing.T) {
	py := python(t, "numpy")
	dir := t.TempDir()
	var paths []string
	add := func(name string, h recordings.Header, rate, grid float64, seconds int, opts ...recordings.Option) string {
		path := filepath.Join(dir, name)
		w, err := recordings.Create(path, h, opts...)
		if err != nil {
			t.Fatal(err)
		}
		record(t, w, h, rate, grid, spike.Tick(seconds)*spike.Second)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
		return path
	}
	pops := func(sizes ...int) (out []recordings.Population) {
		first := 5
		for i, n := range sizes {
			out = append(out, recordings.Population{Population: spike.Population{Name: fmt.Sprint("p", i),
				First: spike.ID(first), Size: n}})
			first += n
		}
		return out
	}
	whole := add("live", recordings.Header{Populations: pops(400, 0, 30)}, 40, 1, 2)
	add("compact", recordings.Header{Populations: pops(400, 0, 30)}, 40, 1, 2, recordings.Compact())
	add("lattice", recordings.Header{Populations: pops(100, 20)}, 30, 1e5, 2)
	add("sampled", recordings.Header{Populations: pops(100, 20)}, 30, 1e9/30000, 4)
	add("ns", recordings.Header{Populations: pops(50), Resolution: 1}, 30, 1, 1)
	add("ms", recordings.Header{Populations: pops(300), Resolution: spike.Millisecond}, 60, 1, 2, recordings.Compact())
	add("few", recordings.Header{Populations: pops(3)}, 3, 1, 1)
	add("none", recordings.Header{Populations: pops(3)}, 0, 1, 1)
	h := recordings.Header{Populations: pops(100, 100)}
	h.Populations[0].Recorded = []recordings.Range{{First: 1, Count: 5, Stride: 3}, {First: 20, Count: 40, Stride: 2}}
	h.Populations[1].Recorded = []recordings.Range{}
	add("some", h, 30, 1, 1)
	paths = append(paths, filepath.Join("..", "testdata", "v1.bspk"))

	b, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	for i, at := range []int{2, 30, len(b) / 2, len(b) - 200} {
		c := slices.Clone(b)
		c[at] ^= 4
		path := filepath.Join(dir, fmt.Sprint("flipped", i))
		os.WriteFile(path, c, 0o600)
		paths = append(paths, path)
	}
	path := filepath.Join(dir, "cut")
	os.WriteFile(path, b[:len(b)*2/3], 0o600)
	paths = append(paths, path)

	cmd := exec.Command(py, append([]string{"-c", script}, paths...)...)
	cmd.Env = append(os.Environ(), "PYTHONPATH=.", "PYTHONDONTWRITEBYTECODE=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var want strings.Builder
	for _, p := range paths {
		want.WriteString(describe(t, p))
	}
	if got := string(out); got != want.String() {
		t.Errorf("Python reads\n%sGo reads\n%s", got, want.String())
	}
}

// record writes bursting trains on a lattice of ns, and tables.
func record(t *testing.T, w *recordings.Writer, h recordings.Header, rate, grid float64, until spike.Tick) {
	t.Helper()
	r := rand.New(rand.NewPCG(3, 4))
	var evs []spike.Event
	for _, p := range h.Populations {
		for i := range p.Size {
			train := spike.NewTrain()
			for slot := 0.0; rate > 0; {
				gap := r.ExpFloat64() / rate * 1e9
				if r.IntN(3) == 0 {
					gap = 3e6 + 1e7*r.Float64()
				}
				slot += 1 + math.Floor(gap/grid)
				at := spike.Tick(slot * grid)
				if at >= until {
					break
				}
				kind := spike.DefaultDetector().Label(&train, at)
				if r.IntN(50) == 0 {
					kind = spike.Kind(r.IntN(3)) // labels that no rule gives
				}
				evs = append(evs, spike.Event{At: at, Src: p.First + spike.ID(i), Kind: kind})
			}
		}
	}
	slices.SortFunc(evs, spike.Compare)
	if err := w.WriteSpikes(spike.Window{From: 0, To: until}, evs); err != nil {
		t.Fatal(err)
	}
	noise, walk, text := make([]float32, 5000), make([]float64, 3000), make([]uint32, 70000)
	x := 0.0
	for i := range noise {
		noise[i] = r.Float32()
	}
	for i := range walk {
		x += math.Round(r.NormFloat64())
		walk[i] = x
	}
	for i := range text {
		text[i] = uint32(i/7) % 301 * uint32(1+i%3)
	}
	for i, c := range []recordings.Column{{Name: "noise", Data: noise}, {Name: "walk", Unit: "mV", Data: walk},
		{Name: "text", Data: text}, {Name: "int", Data: []int64{-3, 4}}, {Name: "none", Data: []int64{}}} {
		if err := w.WriteTable(fmt.Sprint("t", i), spike.Tick(i), []recordings.Column{c}); err != nil {
			t.Fatal(err)
		}
	}
}

func sum(s string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(s))) }

func TestPandasFrame(t *testing.T) {
	py := python(t, "pandas")
	cmd := exec.Command(py, "-c", `
import burstplex_spikes as b
f = b.open("../testdata/v1.bspk").to_pandas(populations=["b"], start=0.1)
assert list(f.columns) == ["time_s", "population", "neuron", "kind"] and len(f) > 3
assert set(f.population) == {"b"} and f.neuron.max() <= 3 and f.time_s.min() >= 0.1`)
	cmd.Env = append(os.Environ(), "PYTHONPATH=.", "PYTHONDONTWRITEBYTECODE=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// to_neo gives a train for every recorded neuron of the query, silent ones too, with the labels of its spikes; the
// join of tables has their times.
func TestNeo(t *testing.T) {
	py := python(t, "numpy, neo, quantities")
	const program = `
import burstplex_spikes as b
r = b.open("../testdata/v1.bspk")
def show(s):
    print(len(s.spiketrains))
    for x in s.spiketrains:
        ms = x.rescale("ms").magnitude.round(3).tolist()
        print(x.annotations["population"], x.annotations["neuron"], *ms[:1], len(ms), x.array_annotations["kind"].sum(), float(x.t_stop))
show(r.to_neo())
show(r.to_neo(populations=["b"], stop=0.1, neurons=[p["first"] + i for p in r.populations for i in range(2)]))
`
	cmd := exec.Command(py, "-c", program)
	cmd.Env = append(os.Environ(), "PYTHONPATH=.", "PYTHONDONTWRITEBYTECODE=1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	r, err := recordings.Open("../testdata/v1.bspk")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	type train struct {
		first spike.Tick
		n     int
		kinds int
	}
	var want strings.Builder
	show := func(pops []string, until spike.Tick, wanted func(index int) bool) {
		var lines []string
		for _, p := range r.Header().Populations {
			if pops != nil && !slices.Contains(pops, p.Name) {
				continue
			}
			for i := range p.Size {
				if !wanted(i) || !slices.ContainsFunc(p.Recorded, func(r recordings.Range) bool { return r.Contains(i) }) {
					continue
				}
				var tr train
				for e, err := range r.Spikes(recordings.Query{Neurons: []spike.ID{p.First + spike.ID(i)},
					Window: spike.Window{From: spike.Never, To: until}}) {
					if err != nil {
						t.Fatal(err)
					}
					if tr.n == 0 {
						tr.first = e.At
					}
					tr.n, tr.kinds = tr.n+1, tr.kinds+int(e.Kind)
				}
				line := fmt.Sprintf("%s %d", p.Name, i)
				if tr.n > 0 {
					ms := strconv.FormatFloat(tr.first.Milliseconds(), 'f', -1, 64)
					if !strings.Contains(ms, ".") {
						ms += ".0"
					}
					line += " " + ms
				}
				lines = append(lines, fmt.Sprintf("%s %d %d %v", line, tr.n, tr.kinds, min(until, r.Window().To).Seconds()))
			}
		}
		fmt.Fprintf(&want, "%d\n%s\n", len(lines), strings.Join(lines, "\n"))
	}
	show(nil, spike.Forever, func(int) bool { return true })
	show([]string{"b"}, 100*spike.Millisecond, func(i int) bool { return i < 2 })
	if diff := cmp.Diff(want.String(), string(out)); diff != "" {
		t.Error(diff)
	}
}
