package cli

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/recordings/export"
)

// try runs a command line and returns its exit code and what it prints.
func try(args ...string) (exit int, stdout, stderr string) {
	var out, errs bytes.Buffer
	exit = run(args, &out, &errs)
	return exit, out.String(), errs.String()
}

// must runs a command line that has to work.
func must(t *testing.T, args ...string) string {
	t.Helper()
	exit, out, errs := try(args...)
	if exit != 0 {
		t.Fatalf("burstplex %s: exit %d: %s", strings.Join(args, " "), exit, errs)
	}
	return out
}

func digestOf(t *testing.T, file string) string {
	t.Helper()
	sum, _, _ := strings.Cut(must(t, "spikes", "digest", file), " ")
	return sum
}

// record writes spikes of a network whose populations are silent, not recorded, named awkwardly and not in the
// order of their first spikes, at a resolution.
func record(t *testing.T, path string, resolution spike.Tick, pops ...recordings.Population) {
	t.Helper()
	w, err := recordings.Create(path, recordings.Header{Resolution: resolution, Populations: pops})
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, uint64(resolution)))
	var evs []spike.Event
	for at := resolution; len(evs) < 2000; at += resolution * spike.Tick(1+r.IntN(300)) {
		p := pops[r.IntN(len(pops))]
		if p.Size > 0 && !strings.HasPrefix(p.Name, "silent") {
			evs = append(evs, spike.Event{At: at, Src: p.First + spike.ID(r.IntN(p.Size)), Kind: spike.Kind(r.IntN(3))})
		}
	}
	err = w.WriteSpikes(spike.Window{To: evs[len(evs)-1].At + spike.Second}, evs)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
}

func population(name string, first, size int) recordings.Population {
	return recordings.Population{Population: spike.Population{Name: name, First: spike.ID(first), Size: size}}
}

// Every export that can carry a recording gives the same digest when it is imported again, the formats that keep
// them the same labels and times as well; for the others the export says what is lost.
func TestExportsComeBack(t *testing.T) {
	dir := t.TempDir()
	unrecorded := population("not recorded", 30, 10)
	unrecorded.Recorded = []recordings.Range{}
	some := population("some", 200, 50)
	some.Recorded = recordings.EveryNth(50, 7)
	networks := map[string][]recordings.Population{
		"several": {population("silent first", 0, 30), unrecorded, population(`b, "x"; Ünï`, 100, 70), population("a", 170, 20), some, population("silent", 300, 9)},
		"one":     {population("units", 0, 12)},
	}
	for name, pops := range networks {
		for _, resolution := range []spike.Tick{1, 25, spike.Microsecond, 100 * spike.Microsecond} {
			original := filepath.Join(dir, name+".bspk")
			record(t, original, resolution, pops...)
			want, info := digestOf(t, original), must(t, "spikes", "info", original)
			from := strconv.Itoa(int(resolution)*1000) + "ns"
			for _, f := range export.All() {
				format := f.Name
				file, back := filepath.Join(dir, "x"+f.Endings[0]), filepath.Join(dir, "back.bspk")
				said := must(t, "spikes", "export", original, "-o", file)
				must(t, "spikes", "import", file, "-o", back)
				populations := format == "ras" || format == "nest"
				if lost := strings.Contains(said, "not in "+format+": "); lost != (f.Loses != "") {
					t.Errorf("%s: the export says %q", format, said)
				}
				if same := digestOf(t, back) == want; !same && !(populations && name == "several") {
					t.Errorf("%s of %s at %v: another digest", format, name, resolution)
				}
				table := func(info string) string { _, rows, _ := strings.Cut(info, "\n\n"); return rows }
				if got := must(t, "spikes", "info", back); f.Loses == "" && table(got) != table(info) {
					t.Errorf("%s of %s at %v: after import\n%s\nbefore\n%s", format, name, resolution, got, info)
				}
				// A part keeps the places of its populations and neurons.
				if !populations && name == "several" {
					os.Remove(file)
					os.Remove(back)
					part := filepath.Join(dir, "part.bspk")
					must(t, "spikes", "export", original, "-p", "a", "--from", from, "-o", file)
					must(t, "spikes", "import", file, "-o", back)
					must(t, "spikes", "cut", original, "-p", "a", "--from", from, "-o", part)
					if digestOf(t, back) != digestOf(t, part) {
						t.Errorf("%s: the export of a population is not what cut gives", format)
					}
					os.Remove(part)
				}
				os.Remove(file)
				os.Remove(back)
			}
			os.Remove(original)
		}
	}
}

// Flags of import reach the reader, and its questions name them.
func TestImportAsks(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, c := range []struct {
		text, flags string
		exit        int
		want        string // of spikes head, or of the error
	}{
		{"1.5 3\n20 4\n", "", 2, "--time-unit"},
		{"1.5 3\n20 4\n", "--time-unit=ms", 0, "1.500000 units 3 onset 20.000000 units 4 onset"},
		{"1 3\n20 4\n", "--time-unit=ms", 2, "--time-column"},
		{"1 3\n20 4\n", "--time-unit=ms --time-column=1 --name=v1", 0, "1.000000 v1 3 onset 20.000000 v1 4 onset"},
		{"a;b;c;d\n1,5;3;x;9\n", "--time-unit=ms --time-column=a --unit-column=b --population-column=c --delimiter=semicolon",
			0, "1.500000 x 3 onset"},
		{"time_ms,unit\n1.5,7\n", "--first-id=5", 0, "1.500000 units 2 onset"},
		{"time_ms,unit\n1.5,7\n", "--first-id=8", 2, "--first-id: "},
		{"time_ms,unit\n1.5,7\n", "--size=7", 2, "--size: "},
		{"time_ms,unit\n1.5,5000000000\n", "", 2, "--ids: "},
		{"time_ms,unit\n1.5,5000000000\n", "--ids=renumber", 0, "1.500000 units 0 onset"},
		{"time_ms,unit\n1.5,7\n", "--duration=1ms", 2, "--duration"},
		{"time_ms,unit\n1.5,7\n", "--duration=1s --size=9", 0, "1.500000 units 7 onset"},
		{"time_ns,unit\n1,7\n", "", 0, "0.000001 units 7 onset"},
		{"time_ns,unit\n1,7\n", "--resolution=1us", 0, "0.000000 units 7 onset"},
		{"\x93NUMPY\x01\x00", "", 2, "the head of the array is cut off"},
		{"MATLAB 5.0 MAT-file\x00", "", 2, "MATLAB (version 5 to 7.2) file"},
		{"time_ms,unit\n1.5,7\n", "-o -", 2, "standard output"},
	} {
		if err := os.WriteFile("x.txt", []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		os.Remove("x.bspk")
		exit, _, errs := try(append([]string{"spikes", "import", "x.txt", "-o", "x.bspk"}, strings.Fields(c.flags)...)...)
		if exit != c.exit || exit != 0 && (!strings.Contains(errs, c.want) || strings.Count(errs, "\n") != 1) {
			t.Errorf("%q %s: exit %d, %s", c.text, c.flags, exit, errs)
		}
		if _, err := os.Stat("x.bspk"); (err == nil) != (exit == 0) {
			t.Errorf("%q %s: exit %d, and a file: %v", c.text, c.flags, exit, err == nil)
		}
		if exit == 0 {
			_, rows, _ := strings.Cut(must(t, "spikes", "head", "x.bspk"), "\n")
			if got := strings.Join(strings.Fields(rows), " "); got != c.want {
				t.Errorf("%q %s: %s, want %s", c.text, c.flags, got, c.want)
			}
		}
	}
	info := func(flags ...string) string {
		os.Remove("x.bspk")
		must(t, append([]string{"spikes", "import", "x.txt", "-o", "x.bspk"}, flags...)...)
		return must(t, "spikes", "info", "x.bspk")
	}
	if err := os.WriteFile("x.txt", []byte("time_ms,unit\n1.5,7\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	// 1 spike, 10 neurons, 2 s
	if got := info("--duration=2s", "--size=10"); !strings.Contains(got, "0ns to 2s") || !strings.Contains(got, "0.05") {
		t.Error(got)
	}
}

// - is standard output, whatever the format, and nothing else is written there.
func TestExportToStandardOutput(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	record(t, "x.bspk", spike.Microsecond, population("a", 0, 5), population("b", 5, 5))
	for _, f := range export.All() {
		format := f.Name
		exit, out, errs := try("spikes", "export", "x.bspk", "--to", format, "-o", "-")
		must(t, "spikes", "export", "x.bspk", "-o", "y"+f.Endings[0])
		want, err := os.ReadFile("y" + f.Endings[0])
		if exit != 0 || err != nil || out != string(want) {
			t.Errorf("%s: exit %d, %d bytes for %d: %s", format, exit, len(out), len(want), errs)
		}
	}
	for _, args := range []string{"cut x.bspk", "merge x.bspk", "repair x.bspk", "recompact x.bspk",
		"relabel x.bspk --threshold=5ms", "import y.csv"} {
		if exit, _, errs := try(append([]string{"spikes"}, strings.Fields(args+" -o -")...)...); exit != 2 ||
			!strings.Contains(errs, "standard output") {
			t.Errorf("spikes %s -o -: exit %d: %s", args, exit, errs)
		}
	}
	if _, err := os.Stat("-"); err == nil {
		t.Error("there is a file called -")
	}
	// Several recordings go into a directory.
	record(t, "z.bspk", spike.Microsecond, population("a", 0, 5))
	if err := os.Mkdir("out", 0o700); err != nil {
		t.Fatal(err)
	}
	must(t, "spikes", "export", "x.bspk", "z.bspk", "--to", "csv", "-o", "out")
	for _, name := range []string{"out/x.csv", "out/z.csv"} {
		if _, err := os.Stat(name); err != nil {
			t.Error(err)
		}
	}
	for _, args := range []string{"x.bspk z.bspk -o both.csv", "x.bspk -o x.unknown", "x.bspk -o -",
		"x.bspk --to tape -o x.csv", "x.bspk -o out"} {
		if exit, _, errs := try(append([]string{"spikes", "export"}, strings.Fields(args)...)...); exit != 2 ||
			strings.Count(errs, "\n") != 1 {
			t.Errorf("export %s: exit %d: %s", args, exit, errs)
		}
	}
}

// A probe becomes a SONATA report, and a report a table with the same values to single precision.
func TestReportsOfProbes(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	must(t, "init", "--template", "small")
	text, err := os.ReadFile("small.toml")
	if err != nil {
		t.Fatal(err)
	}
	text = append(text, "[probes.voltage]\npopulation = \"inh\"\nvariable = \"v\"\nlast = 3\n"...)
	if err := os.WriteFile("small.toml", text, 0o600); err != nil {
		t.Fatal(err)
	}
	must(t, "run", "small.toml", "-q", "-o", "r", "--seeds", "1", "--set", "experiment.duration=20 ms",
		"--set", "experiment.settle=0 s", "--set", "experiment.bin=5 ms")
	must(t, "spikes", "table", "r/spikes-1.bspk", "voltage", "-o", "voltage.h5")
	said := must(t, "spikes", "import", "voltage.h5", "-o", "back.bspk")
	if !strings.Contains(said, "SONATA report of inh: table voltage, 21 samples of 3 elements, every 1ms from 0ns") {
		t.Error(said)
	}
	want := strings.Fields(must(t, "spikes", "table", "r/spikes-1.bspk", "voltage"))
	got := strings.Fields(must(t, "spikes", "table", "back.bspk", "voltage"))
	if len(got) != 1+21*3 || len(want) != len(got) || got[0] != want[0] {
		t.Fatalf("%d rows %q, want %d %q", len(got), got[0], len(want), want[0])
	}
	for i := 1; i < len(got); i++ {
		a, b := strings.Split(got[i], ","), strings.Split(want[i], ",")
		x, _ := strconv.ParseFloat(a[2], 64)
		y, err := strconv.ParseFloat(b[2], 64)
		if err != nil || a[0] != b[0] || a[1] != b[1] || x != float64(float32(y)) {
			t.Errorf("row %d: %s, want %s", i, got[i], want[i])
		}
	}
	for _, c := range []struct{ args, want string }{
		{"table r/spikes-1.bspk voltage -o v.h5 --population x", "--population"},
		{"table r/spikes-1.bspk voltage -o v.h5 --column x", "choose one"},
		{"table r/spikes-1.bspk voltage -o v.txt", ".csv, .npz, .h5"},
		{"table r/spikes-1.bspk voltage -o v.csv --column v", "for a report"},
		{"import voltage.h5 -o again.bspk --size 9", "takes no options"},
		{"import voltage.h5 -o back.bspk", "exists"},
	} {
		exit, _, errs := try(append([]string{"spikes"}, strings.Fields(c.args)...)...)
		if exit != 2 || !strings.Contains(errs, c.want) || strings.Count(errs, "\n") != 1 {
			t.Errorf("%s: exit %d: %s", c.args, exit, errs)
		}
	}
}
