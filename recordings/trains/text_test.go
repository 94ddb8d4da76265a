package trains_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	. "github.com/burstplex/burstplex/recordings/trains"
)

// readText reads a text as a file of the given name.
func readText(name, text string, o Options) (*File, error) {
	return Read(fstest.MapFS{name: {Data: []byte(text)}}, name, o)
}

// spikes lists what a file holds as "recording/unit time_ns", in order.
func spikes(f *File) string {
	var out []string
	for _, t := range f.Trains {
		for _, at := range t.Times {
			out = append(out, fmt.Sprintf("%s/%s %d", t.Recording, t.Unit, int64(at)))
		}
	}
	return strings.Join(out, ", ")
}

// Two spikes, of neuron 3 at 1.5 ms and of neuron 12 at 20 ms, in the forms in which programs and people write them.
func TestFormsOfText(t *testing.T) {
	const want = "/3 1500000, /12 20000000"
	for _, c := range []struct {
		name, text string
		o          Options
	}{
		{"comment.txt", "# time_ms id\n1.5 3\n20 12\n", Options{}},
		{"brackets.txt", "# made by hand\n% time (ms)  neuron\n1.5  3\n20\t12\n", Options{}},
		{"nest3.dat", "# NEST version: 3.6\n# RecordingBackendASCII version: 2\nsender\ttime_ms\n3\t1.500\n12\t20.000\n",
			Options{}},
		{"nest2.gdf", "3\t1.5\n12\t20\n", Options{}},
		{"nest2-tabs.gdf", "3\t1.500\t\n12\t20.000\t\n", Options{}},
		{"header-tabs.dat", "sender\ttime_ms\n3\t1.500\t\n12\t20.000\n", Options{}},
		{"integers.gdf", "3 1500\n12 20000\n", Options{TimeUnit: "us"}},
		{"steps.gdf", "3 15\n12 200\n", Options{TimeUnit: "0.1 ms"}},
		{"auryn.ras", "0.0015 3\n0.02 12\n", Options{}},
		{"brian.csv", "t,i\n0.0015,3\n0.02,12\n", Options{}},
		{"brian.txt", "i t\n3 0.0015\n12 0.02\n", Options{}},
		{"events.csv", "senders,times\n12,20.0\n3,1.5\n", Options{}},
		{"gid.csv", "gid,time\n3,1.5\n12,20\n", Options{}},
		{"names.csv", "neuron_id,time_ms\n3,1.5\n12,20\n", Options{}},
		{"bom.csv", "\ufeffTime [ms], Unit\r\n1.5, 3\r\n20, 12\r\n", Options{}},
		{"slash.csv", "t/us,cell\n1500,3\n20000,12\n", Options{}},
		{"quoted.csv", "\"time_s\",\"unit\"\n\"0.0015\",\"3\"\n0.02,12\n", Options{}},
		{"aside.csv", "amplitude_uV,unit,time_s\n5,3,0.0015\n4,12,0.02\n", Options{}},
		{"semicolon.csv", "time_ms;neuron\n1,5;3\n20;12\n", Options{}},
		{"points.csv", "time_ms;neuron\n1.5;3\n20;12\n", Options{}},
		{"bmtk.csv", "timestamps population node_ids\n1.5 \"\" 3\n20 \"\" 12\n", Options{PopulationColumn: "population"}},
		{"savetxt.txt", "1.500000000000000000e+00 3.000000000000000000e+00\n2.000000000000000000e+01 " +
			"1.200000000000000000e+01\n", Options{TimeUnit: "ms"}},
		{"headless.csv", "3,1.5\n12,20\n", Options{TimeUnit: "ms"}},
		{"whole.txt", "1500 3\n20000 12\n", Options{TimeUnit: "us", TimeColumn: "1"}},
		{"whole.csv", "3;1500\n12;20000\n", Options{TimeUnit: "us", UnitColumn: "1"}},
		{"three.txt", "7 1500 3\n7 20000 12\n", Options{TimeUnit: "us", TimeColumn: "2", UnitColumn: "3"}},
		{"own.csv", "when,who\n1.5,3\n20,12\n", Options{TimeUnit: "ms", TimeColumn: "when", UnitColumn: "who"}},
		{"which.csv", "time_s,time_ms,unit\n9,1.5,3\n9,20,12\n", Options{TimeColumn: "time_ms"}},
		{"pipe.txt", "time_ms|id\n1.5|3\n20|12\n", Options{Delimiter: "|"}},
		{"unit.csv", "time,neuron\n1500000,3\n20000000,12\n", Options{TimeUnit: "ns"}},
	} {
		f, err := readText(c.name, c.text, c.o)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := strings.ReplaceAll(spikes(f), `""`, ""); got != want {
			t.Errorf("%s: %s, want %s (%s)", c.name, got, want, f.How)
		}
	}
}

// What may be read in two ways names the option that settles it.
func TestAmbiguousTextIsRefused(t *testing.T) {
	for _, c := range []struct{ text, option string }{
		{"1.5 3\n2.5 4\n", "time_unit"},
		{"time,neuron\n1.5,3\n", "time_unit"},
		{"t,neuron\n1.5,3\n", "time_unit"},
		{"timestamps,unit\n1.5,3\n", "time_unit"},
		{"times,i\n1.5,3\n", "time_unit"},
		{"a,b\n1,2\n", "time_column"},
		{"time_s,time_ms,unit\n1,2,3\n", "time_column"},
		{"time_s,depth\n1,2\n", "unit_column"},
		{"time_s,unit,neuron\n1,2,3\n", "unit_column"},
		{"time_s,unit,recording,population\n1,2,a,b\n", "population_column"},
	} {
		_, err := readText("x.csv", c.text, Options{})
		var open *Unsettled
		if !errors.As(err, &open) || open.Option != c.option || open.File != "x.csv" || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: %v, want a question for %s", c.text, err, c.option)
		}
	}
	for _, c := range []struct {
		text string
		o    Options
		want string
	}{
		{"1 3\n2 4\n", Options{TimeUnit: "ms"}, "both columns hold whole numbers; say time_column"},
		{"1 3 9\n2 4 9\n", Options{TimeUnit: "ms"}, "say time_column (1 to 3)"},
		{"1 3 9\n2 4 9\n", Options{TimeUnit: "ms", TimeColumn: "1"}, "say unit_column"},
		{"1.5 3.5\n2 4\n", Options{TimeUnit: "ms"}, "neither holds whole numbers"},
	} {
		if _, err := readText("x.txt", c.text, c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.text, err, c.want)
		}
	}
}

// Bad files name the line or the place.
func TestBadTextIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"time_s,unit\n1,a\nx,b\n":                           `line 3: column time_s: "x"`,
		"time_s,unit\n1,a\n1\n":                             "line 3: 1 columns, want 2",
		"time_s,unit\n1,a,3\n":                              "line 2: 3 columns, want 2",
		"time_s,unit\nNaN,a\n":                              "line 2",
		"time_s,unit\n1e300,a\n":                            "line 2",
		"time_s,unit\n1,\n":                                 "line 2: a unit is empty",
		"time_s,unit\n1,2.5\n":                              "line 2: unit 2.5 is not a whole number",
		"time_s,unit\n1,-2\n":                               "line 2: unit -2 is negative",
		"time_s,unit\n1,1e17\n":                             "larger than what floating point",
		"time_s,unit\n1,7\n2,007\n":                         `written as "7" and as "007"`,
		"time_s,unit,kind\n1,a,b":                           `"b" is not onset, burst or tail`,
		"time_s,unit,population,population_number\n1,2,a,x": `"x" is not the number`,
		"time_s,unit,population,population_number\n1,2,a,1\n1,2,b,1\n": "the same number 1",
		"time_s,unit,population,population_number\n1,2,a,1\n1,2,a,2\n": "has the numbers 1 and 2",
		"time_step,time_offset,sender\n1,0,2\n":                        "time_in_steps",
		"PK\x03\x04 and so on":                                         "zip",
		"MATLAB 5.0 MAT-file, Platform: GLNXA64\x00\x01":               "MATLAB (version 5 to 7.2) file",
		"time_s,unit\n1,a\x00b\n":                                      "binary file",
		"\xff\xfet\x00,\x00i\x00":                                      "UTF-16",
		"time_s,unit\n1,\"" + strings.Repeat("a\n", 1<<20):             "longer than",
		"time_s," + strings.Repeat("x", 1<<21) + "\n1,2\n":             "longer than",
		recordings.Magic + strings.Repeat("\x00", 100):                 "no intact header",
		"\x89HDF\r\n\x1a\n":                                            "end of the file",
		"\x89HDF\r\n\x1a\n\x00\x00\x00\x00\x00\x08\x08\x00":            "end of the file",
	} {
		path := filepath.Join(t.TempDir(), "x.csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Read(nil, path, Options{})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.60q: %v, want %q", text, err, want)
		}
	}
	for o, want := range map[Options]string{
		{TimeUnit: "minutes"}:  `time_unit = "minutes"`,
		{TimeUnit: "-1 ms"}:    `time_unit = "-1 ms"`,
		{TimeColumn: "x"}:      `time_column = "x": there is no such column`,
		{UnitColumn: "3"}:      `unit_column = "3": there is no such column`,
		{Delimiter: "and"}:     `delimiter = "and"`,
		{UnitColumn: "time_s"}: "one column cannot be two things",
	} {
		if _, err := readText("x.csv", "time_s,unit\n1,2\n", o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %q", o, err, want)
		}
	}
}

// Labels of a table survive, also out of order and those that no rule would give.
func TestLabelsOfTables(t *testing.T) {
	f, err := readText("x.csv", "kind,neuron,population,time_ns\nonset,2,p,50\ntail,2,p,10\nburst,2,p,9007199254740993\n",
		Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := Train{Recording: "p", Unit: "2", Times: []spike.Tick{10, 50, 9007199254740993},
		Kinds: []spike.Kind{spike.Tail, spike.Onset, spike.Burst}}
	if len(f.Trains) != 1 || !slices.Equal(f.Trains[0].Times, want.Times) || !slices.Equal(f.Trains[0].Kinds, want.Kinds) {
		t.Errorf("%+v, want %+v", f.Trains, want)
	}
}

func TestGzippedText(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte("3 12\n5 14\n"))
	z.Close()
	f, err := readText("x.gdf.gz", b.String(), Options{})
	if err != nil || spikes(f) != "/3 12000000, /5 14000000" {
		t.Errorf("%v %v", f, err)
	}
	if _, err := readText("x.gdf.gz", b.String()[:20], Options{}); err == nil {
		t.Error("a file that is cut off was accepted")
	}
}

func TestRealRecordings(t *testing.T) {
	path := filepath.Join("..", "..", "..", "shared", "data", "spikes", "mea_retina_hippocampus.csv.gz")
	if _, err := os.Stat(path); err != nil {
		t.Skip("recorded spikes are not here: ", err)
	}
	f, err := Read(nil, path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, train := range f.Trains {
		n += len(train.Times)
		if !slices.IsSorted(train.Times) || train.Recording == "" {
			t.Fatalf("train %s/%s", train.Recording, train.Unit)
		}
	}
	if len(f.Trains) != 26+59 || n < 235000 {
		t.Errorf("%d trains, %d spikes", len(f.Trains), n)
	}
}

// No text makes the readers of trains panic or hang, and times are in order.
func FuzzText(f *testing.F) {
	f.Add("x.csv", "time_s,unit,recording,kind\n0.1,a,r,onset\n0.05,b,r,tail\n", "")
	f.Add("x.dat", "# NEST\nsender\ttime_ms\n1\t2.5\n", "")
	f.Add("x.txt", "0.1 3\n0.05 3\n", "s")
	f.Add("x.csv", "time_ms,neuron,population,population_number\n0.1,3,\"a\nb\",2\n", "")
	f.Fuzz(func(t *testing.T, name, text, unit string) {
		file, err := Read(fstest.MapFS{"x": {Data: []byte(text)}}, "x", Options{TimeUnit: unit})
		if err != nil {
			return
		}
		for _, train := range file.Trains {
			if !slices.IsSorted(train.Times) || train.Kinds != nil && len(train.Kinds) != len(train.Times) {
				t.Fatalf("%+v", train)
			}
		}
		for _, r := range file.Recordings() {
			file.Select(Selection{Recording: r, Size: 10})
		}
	})
}
