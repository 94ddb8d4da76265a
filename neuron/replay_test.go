package neuron

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/burstplex/burstplex/neuron/spike"
)

const recorded = `recording,unit,time_s
a,x,0.0015
a,y,0.25
b,x,1
a,x,0.001
a,y,0.25
`

func gzipped(text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(text))
	z.Close()
	return b.Bytes()
}

func TestReplayIsExact(t *testing.T) {
	files := fstest.MapFS{"r.csv": {Data: []byte(recorded)}, "r.csv.gz": {Data: gzipped(recorded)}, "one.csv": {Data: []byte("time_s,unit\n2e-3,u\n")}}
	for _, c := range []struct {
		name string
		spec Replay
		want [][]spike.Tick
	}{
		{"all units", Replay{File: "r.csv", Recording: "a"}, [][]spike.Tick{{ms, 1500 * us}, {250 * ms, 250*ms + 1}}},
		{"gzip, chosen units", Replay{File: "r.csv.gz", Recording: "a", Units: []string{"y", "x"}}, [][]spike.Tick{{250 * ms, 250*ms + 1}, {ms, 1500 * us}}},
		{"start and scale", Replay{File: "r.csv", Recording: "a", Start: 0.0012, Scale: 2}, [][]spike.Tick{{600 * us}, {497_600 * us, 497_600*us + 1}}},
		{"repeat", Replay{File: "r.csv", Recording: "a", Repeat: 0.2}, [][]spike.Tick{{ms, 1500 * us, 201 * ms, 201_500 * us, 401 * ms, 401_500 * us}, nil}},
		{"no column of recordings", Replay{File: "one.csv"}, [][]spike.Tick{{2 * ms}}},
		{"trains", Replay{Trains: [][]spike.Tick{{5, 5, 9}, {}}}, [][]spike.Tick{{5, 6, 9}, nil}},
	} {
		c.spec.FS = files
		if c.spec.Scale == 0 {
			c.spec.Scale = 1
		}
		got := sourceTrains(t, &c.spec, len(c.want), pieces(600*ms, 300*us))
		if !slices.EqualFunc(got, c.want, slices.Equal) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestReplayFaultsAreOneLine(t *testing.T) {
	files := fstest.MapFS{"r.csv": {Data: []byte(recorded)}, "cut.csv.gz": {Data: gzipped(strings.Repeat(recorded, 100))[:60]}, "plain.csv.gz": {Data: []byte(recorded)},
		"empty.csv": {}, "columns.csv": {Data: []byte("unit,time\n")}, "word.csv": {Data: []byte("unit,time_s\nu,1\nu,soon\n")},
		"nan.csv": {Data: []byte("unit,time_s\nu,NaN\n")}, "fields.csv": {Data: []byte("unit,time_s\nu,1,2\n")}, "none.csv": {Data: []byte("unit,time_s\n")},
		"far.csv": {Data: []byte("unit,time_s\nu,1e300\n")}}
	for want, s := range map[string]Replay{
		"missing.csv":                                  {File: "missing.csv"},
		"cut.csv.gz cannot be read":                    {File: "cut.csv.gz"},
		"plain.csv.gz is not a gzip file":              {File: "plain.csv.gz"},
		"empty.csv is empty":                           {File: "empty.csv"},
		"columns.csv:1: there is no column time_s":     {File: "columns.csv"},
		`word.csv:3: time_s: "soon" is not a number`:   {File: "word.csv"},
		`nan.csv:2: time_s: "NaN" is not a number`:     {File: "nan.csv"},
		`far.csv:2: time_s: "1e300" is not between`:    {File: "far.csv"},
		"fields.csv:2: ":                               {File: "fields.csv"},
		"none.csv holds no spikes":                     {File: "none.csv"},
		"r.csv holds 2 recordings, choose one: a, b":   {File: "r.csv"},
		`r.csv: there is no recording "c", only a, b`:  {File: "r.csv", Recording: "c"},
		`r.csv: there is no unit "z" in recording "a"`: {File: "r.csv", Recording: "a", Units: []string{"x", "z"}},
		`r.csv: unit "x" is listed twice`:              {File: "r.csv", Recording: "a", Units: []string{"x", "x"}},
		"size = 3 : there are 2 spike trains":          {File: "r.csv", Recording: "a"},
		"file = 0 : a replay needs":                    {},
		"time_scale = -1":                              {File: "r.csv", Scale: -1},
	} {
		s.FS = files
		if s.Scale == 0 {
			s.Scale = 1
		}
		_, err := s.New(buildOf(3, 100*us))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if _, err := NewReplay([][]spike.Tick{{5, 3}}).Load(); err == nil {
		t.Error("a train that is not in order of time was accepted")
	}
}

// A real recording: the detector labels replayed trains as it does all others.
func TestReplayOfARecording(t *testing.T) {
	name := filepath.Join("..", "..", "shared", "data", "spikes", "mea_retina_hippocampus.csv.gz")
	if _, err := os.Stat(name); err != nil {
		t.Skip("no recorded data: ", err)
	}
	_, err := ReadTrains(nil, name, "", nil)
	if err == nil || !strings.Contains(err.Error(), "choose one: ") {
		t.Fatalf("several recordings: %v", err)
	}
	recording := strings.Split(strings.Split(err.Error(), "choose one: ")[1], ", ")[0]
	trains, err := ReadTrains(nil, name, recording, nil)
	if err != nil {
		t.Fatal(err)
	}
	spikes := len(slices.Concat(trains...))
	s := NewReplay(trains)
	pop := made(t, s, len(trains), 100*us)
	var out spike.Buffer
	end := slices.Max(slices.Concat(trains...)) + ms
	for _, w := range pieces(end, spike.Second) {
		pop.Advance(Range{0, len(trains)}, w, blank(nil, 0, Range{0, len(trains)}, w, 100*ms), &out)
	}
	kinds := map[spike.Kind]int{}
	for _, e := range out.Events() {
		kinds[e.Kind]++
	}
	if len(out.Events()) != spikes || kinds[spike.Burst] == 0 || kinds[spike.Onset] < kinds[spike.Burst] {
		t.Errorf("%d of %d spikes were replayed, kinds %v", len(out.Events()), spikes, kinds)
	}
	t.Logf("%s: %d units, %d spikes, %v", recording, len(trains), spikes, kinds)
}
