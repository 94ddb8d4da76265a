package trains_test

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	. "github.com/burstplex/burstplex/recordings/trains"
)

// recorded writes spikes of a population p of the given size at multiples of a ms and returns the file.
func recorded(t *testing.T, size int, neurons ...int) *File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "run.bspk")
	w, err := recordings.Create(path,
		recordings.Header{Populations: []recordings.Population{{Population: spike.Population{Name: "p", Size: size}}}})
	if err != nil {
		t.Fatal(err)
	}
	var evs []spike.Event
	for k, n := range neurons {
		evs = append(evs, spike.Event{At: spike.Tick(k+1) * spike.Millisecond, Src: spike.ID(n)})
	}
	if err := errors.Join(w.WriteSpikes(spike.Window{To: spike.Second}, evs), w.Close()); err != nil {
		t.Fatal(err)
	}
	f, err := Read(nil, path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// who says which neurons spike, by the ms of their first spike.
func who(trains [][]spike.Tick) []int {
	out := make([]int, len(trains))
	for i, train := range trains {
		if len(train) > 0 {
			out[i] = int(train[0] / spike.Millisecond)
		}
	}
	return out
}

// One rule for all formats: units 4, 2 and 7 spike at 1, 2 and 3 ms.
func TestUnitsBecomeNeurons(t *testing.T) {
	read := func(name, text string) *File {
		f, err := readText(name, text, Options{})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	for name, f := range map[string]*File{
		"csv":    read("x.csv", "time_ms,neuron,population\n1,4,p\n2,2,p\n3,7,p\n"),
		"raster": read("x.ras", "0.001 4\n0.002 2\n0.003 7\n"),
		"nest":   read("x.gdf", "4 1\n2 2\n7 3\n"),
		"bspk":   recorded(t, 8, 4, 2, 7),
	} {
		for _, c := range []struct {
			s    Selection
			want []int // ms of the spike of each neuron; 0: silent
		}{
			{Selection{}, []int{0, 0, 2, 0, 1, 0, 0, 3}},
			{Selection{Size: 10}, []int{0, 0, 2, 0, 1, 0, 0, 3, 0, 0}},
			{Selection{Size: 6, Numbering: Numbering{FirstID: 2}}, []int{2, 0, 1, 0, 0, 3}},
			{Selection{Units: []string{"3-7"}}, []int{0, 1, 0, 0, 3}},
			{Selection{Units: []string{"7", "1-2", "4"}, Size: 4}, []int{3, 0, 2, 1}},
		} {
			if name == "bspk" && c.s.FirstID != 0 {
				continue // units 0 and 1 are there, though silent
			}
			got, err := f.Select(c.s)
			if err != nil || !slices.Equal(who(got), c.want) {
				t.Errorf("%s %+v: %v (%v), want %v", name, c.s, who(got), err, c.want)
			}
		}
		for _, c := range []struct {
			s         Selection
			key, want string
		}{
			{Selection{Size: 7}, "size", "unit 7 of "},
			{Selection{Size: 4, Numbering: Numbering{FirstID: 2}}, "size", "is neuron 5"},
			{Selection{Numbering: Numbering{FirstID: 3}}, "first_id", "which is below it"},
			{Selection{Units: []string{"4", "3-5"}}, "units", `"4" is listed twice`},
			{Selection{Units: []string{"99"}}, "units", `there is no unit "99"`},
			{Selection{Units: []string{"4", "7"}, Size: 3}, "size", "units names 2"},
			{Selection{Recording: "q"}, "recording", `there is no recording "q"`},
			{Selection{Units: []string{"2"}, Numbering: Numbering{FirstID: 1}}, "units", "mean nothing beside them"},
		} {
			if name == "bspk" && c.s.FirstID != 0 && c.s.Units == nil {
				continue
			}
			_, err := f.Select(c.s)
			var e *SelectionError
			if !errors.As(err, &e) || e.Key != c.key || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s %+v: %v, want %s: %q", name, c.s, err, c.key, c.want)
			}
		}
		if name == "bspk" {
			continue
		}
		got, err := f.Select(Selection{Numbering: Numbering{IDs: "renumber"}})
		if err != nil || !slices.Equal(who(got), []int{2, 1, 3}) {
			t.Errorf("%s renumbered: %v %v", name, who(got), err)
		}
	}
	// Neurons beyond the size that never spiked are not missed.
	if got, err := recorded(t, 100, 0, 1).Select(Selection{Size: 2}); err != nil || len(got) != 2 {
		t.Errorf("%v %v", got, err)
	}
}

func TestNamesAreNumberedAsTheyCome(t *testing.T) {
	f, err := readText("x.csv", "time_ms,unit\n3,b\n1,a\n2,c10\n", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := f.Select(Selection{Size: 3}); err != nil || !slices.Equal(who(got), []int{3, 1, 2}) {
		t.Errorf("%v %v", who(got), err)
	}
	if got, err := f.Select(Selection{Units: []string{"a", "b"}}); err != nil || !slices.Equal(who(got), []int{1, 3}) {
		t.Errorf("%v %v", who(got), err)
	}
	for _, size := range []int{2, 4} {
		if _, err := f.Select(Selection{Size: size}); err == nil {
			t.Errorf("%d neurons of 3 names", size)
		}
	}
}

// A name among numbers, or a number among names, would change what all numbers mean: somebody has to say so.
func TestNumbersAndNamesAreNotMixedSilently(t *testing.T) {
	f, err := readText("x.csv", "time_ms,unit\n3,7\n1,4\n2,x9\n", Options{})
	if err != nil {
		t.Fatal(err)
	}
	var wrong *SelectionError
	if got, err := f.Select(Selection{}); !errors.As(err, &wrong) || wrong.Key != "ids" {
		t.Errorf("%v %v", got, err)
	}
	if got, err := f.Select(Selection{Numbering: Numbering{IDs: "renumber"}}); err != nil || len(got) != 3 {
		t.Errorf("%v %v", got, err)
	}
	if got, err := f.Select(Selection{Units: []string{"4", "7"}}); err != nil || len(got) != 2 {
		t.Errorf("%v %v", got, err)
	}
}

// Numbers that are far apart are kept, or refused where no population could hold them; never given to others silently.
func TestFarApartUnits(t *testing.T) {
	f, err := readText("x.csv", "time_ms,unit\n3,5\n1,1000000\n", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if p, err := f.Place("", 0, Numbering{}); err != nil || p.Size != 1_000_001 ||
		!slices.Equal(p.Neurons, []int{5, 1_000_000}) {
		t.Errorf("%+v %v", p, err)
	}
	f, err = readText("x.csv", "time_ms,unit\n3,5\n1,3000000000\n", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Place("", 0, Numbering{}); err == nil || !strings.Contains(err.Error(), `unit 3000000000`) {
		t.Error(err)
	}
	if p, err := f.Place("", 0, Numbering{IDs: "renumber"}); err != nil || p.Size != 2 {
		t.Errorf("%+v %v", p, err)
	}
}
