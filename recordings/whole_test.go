package recordings_test

import (
	"bytes"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/burstplex/burstplex/neuron/spike"
	. "github.com/burstplex/burstplex/recordings"
)

func digest(t *testing.T, path string) string {
	t.Helper()
	d, err := open(t, path).Digest()
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Pieces in time, and the pieces of a run that was resumed, join to the whole.
func TestMergeOfPiecesIsTheWhole(t *testing.T) {
	const until = 3 * spike.Second
	for _, res := range []spike.Tick{spike.Microsecond, spike.Millisecond} {
		h := network(res, 100, 40)
		evs := poisson(h, 30, .3, until, 4)
		path := write(t, h, evs, spike.Millisecond, until)
		whole := open(t, path)
		dir := t.TempDir()
		var parts []*Reader
		// Segments that overlap as those of a run that was killed after its checkpoint.
		for i, w := range []spike.Window{{From: 2 * spike.Second, To: until}, {From: 0, To: 1200 * spike.Millisecond},
			{From: spike.Second, To: 2 * spike.Second}} {
			p := filepath.Join(dir, string(rune('a'+i)))
			if err := Cut(p, whole, Query{Window: w}); err != nil {
				t.Fatal(err)
			}
			parts = append(parts, open(t, p))
		}
		if err := Merge(filepath.Join(dir, "m"), parts); err != nil {
			t.Fatal(err)
		}
		if err := Recompact(filepath.Join(dir, "r"), whole); err != nil {
			t.Fatal(err)
		}
		m := open(t, filepath.Join(dir, "m"))
		if !slices.Equal(read(t, m, Query{}), read(t, whole, Query{})) || m.Window() != whole.Window() {
			t.Error("merged pieces are not the whole")
		}
		if err := Recompact(filepath.Join(dir, "again"), whole); err != nil {
			t.Fatal(err)
		}
		small, _ := os.ReadFile(filepath.Join(dir, "r"))
		if again, err := os.ReadFile(filepath.Join(dir, "again")); err != nil || !bytes.Equal(small, again) {
			t.Errorf("the same spikes are not the same file: %v", err)
		}
		if digest(t, filepath.Join(dir, "r")) != digest(t, path) {
			t.Error("the recompacted file holds other spikes")
		}
		if err := Merge(filepath.Join(dir, "m"), parts); !errors.Is(err, fs.ErrExist) {
			t.Errorf("an existing file was overwritten: %v", err)
		}
	}
}

// What no segment covers was not silent: joining needs to be told so.
func TestMergeRefusesGaps(t *testing.T) {
	h := network(0, 10)
	whole := open(t, write(t, h, poisson(h, 30, 0, spike.Second, 4), spike.Millisecond, spike.Second))
	dir := t.TempDir()
	var parts []*Reader
	for i, w := range []spike.Window{{From: 0, To: 200 * spike.Millisecond}, {From: 500 * spike.Millisecond,
		To: spike.Second}, {From: 200 * spike.Millisecond, To: 300 * spike.Millisecond}} {
		p := filepath.Join(dir, string(rune('a'+i)))
		if err := Cut(p, whole, Query{Window: w}); err != nil {
			t.Fatal(err)
		}
		parts = append(parts, open(t, p))
	}
	dst := filepath.Join(dir, "m")
	if err := Merge(dst, parts); err == nil || !strings.Contains(err.Error(), "300ms to 500ms") {
		t.Errorf("a gap from 300 to 500 ms: %v", err)
	}
	if _, err := os.Stat(dst); err == nil {
		t.Error("what was refused left a file")
	}
	if err := Merge(dst, parts, SilentGaps()); err != nil {
		t.Fatal(err)
	}
	if got := open(t, dst).Header().Metadata["silence"]; got != "300ms to 500ms" {
		t.Errorf("the file says %q of its silence", got)
	}
}

// A summary counts a burst for its event: not where the event began before the file, as in a part of a recording.
func TestSummaryCountsBurstsOfEvents(t *testing.T) {
	h := network(0, 10)
	ms := func(at ...float64) (evs []spike.Event) {
		train := spike.NewTrain()
		for _, m := range at {
			e := spike.Event{At: spike.Tick(m * 1e6), Src: 3}
			e.Kind = spike.DefaultDetector().Label(&train, e.At)
			evs = append(evs, e)
		}
		return evs
	}
	whole := open(t, write(t, h, ms(99, 101, 150, 199, 201), spike.Millisecond, spike.Second))
	path := filepath.Join(t.TempDir(), "part")
	if err := Cut(path, whole, Query{Window: spike.Window{From: 100 * spike.Millisecond,
		To: 200 * spike.Millisecond}}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		r      *Reader
		events uint64
		bursts uint64
	}{{whole, 3, 2}, {open(t, path), 2, 0}} {
		s := Summarize(c.r).Populations[0]
		if s.Events != c.events || s.Bursts != c.bursts || s.BurstProbability != float64(c.bursts)/float64(c.events) {
			t.Errorf("%d events, %d bursts, probability %g; want %d and %d", s.Events, s.Bursts, s.BurstProbability, c.events,
				c.bursts)
		}
	}
}

func TestCutBySelection(t *testing.T) {
	h := network(0, 100, 40)
	evs := poisson(h, 30, .3, spike.Second, 4)
	r := open(t, write(t, h, evs, spike.Millisecond, spike.Second))
	dst := filepath.Join(t.TempDir(), "cut")
	q := Query{Neurons: []spike.ID{3, 5, 7, 9, 50, 51, 139, 200}, Window: spike.Window{From: 100 * spike.Millisecond,
		To: spike.Second}}
	if err := Cut(dst, r, q); err != nil {
		t.Fatal(err)
	}
	c := open(t, dst)
	if !slices.Equal(read(t, c, Query{}), read(t, r, q)) {
		t.Error("the part has other spikes")
	}
	want := [][]Range{{{3, 4, 2}, {50, 2, 1}}, {{39, 1, 1}}}
	for i, p := range c.Header().Populations {
		if !slices.Equal(p.Recorded, want[i]) {
			t.Errorf("%s: recorded %v, want %v", p.Name, p.Recorded, want[i])
		}
	}
	if err := Cut(filepath.Join(t.TempDir(), "x"), r, Query{Populations: []string{"q"}}); err == nil || !strings.Contains(err.Error(), `"q"`) {
		t.Errorf("unknown population: %v", err)
	}
}

func TestTables(t *testing.T) {
	path := filepath.Join(t.TempDir(), "t")
	w, err := Create(path, network(0, 1))
	if err != nil {
		t.Fatal(err)
	}
	big := make([]float32, 3<<20) // several parts
	for i := range big {
		big[i] = float32(math.Sqrt(float64(i)))
	}
	probe := func(from float64) []Column {
		return []Column{{"t", "s", []float64{from, from + 1}}, {"V", "mV", []float32{-70, float32(math.NaN())}},
			{"n", "", []int64{-1, math.MaxInt64}}, {"i", "", []uint32{0, math.MaxUint32}}}
	}
	for i, c := range [][]Column{probe(0), {{"w", "nS", big}}, probe(2), {{"empty", "", []float64{}}}} {
		if err := w.WriteTable([]string{"probe", "weights", "probe", "none"}[i], spike.Tick(i), c); err != nil {
			t.Fatal(err)
		}
	}
	for _, bad := range [][]Column{nil, {{"a", "", []int{1}}}, {{"a", "", []int64{1}}, {"b", "", []int64{}}}} {
		if err := w.WriteTable("bad", 0, bad); err == nil {
			t.Errorf("%v was accepted", bad)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r := open(t, path)
	infos, err := r.Tables()
	if err != nil || len(infos) != 4 || infos[1].Rows != int64(len(big)) ||
		infos[0].Columns[1] != (ColumnInfo{"V", "mV", "f4"}) {
		t.Fatalf("%v %v", infos, err)
	}
	got, err := r.Table("weights", 1)
	if err != nil || !slices.Equal(got.Columns[0].Data.([]float32), big) {
		t.Fatalf("weights differ: %v", err)
	}
	s, err := r.Series("probe")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(s.Column("t").Data.([]float64), []float64{0, 1, 2, 3}) ||
		!slices.Equal(s.Column("n").Data.([]int64), []int64{-1, math.MaxInt64, -1, math.MaxInt64}) ||
		!math.IsNaN(float64(s.Column("V").Data.([]float32)[3])) || s.Column("i").Data.([]uint32)[1] != math.MaxUint32 {
		t.Errorf("series %+v", s)
	}
	if e, err := r.Table("none", 3); err != nil || e.Columns[0].Len() != 0 {
		t.Errorf("empty table: %+v %v", e, err)
	}
	if err := Cut(path+"2", r, Query{}); err != nil {
		t.Fatal(err)
	}
	again, err := open(t, path+"2").Tables()
	if err != nil || cmp.Diff(infos, again) != "" {
		t.Errorf("%v: %s", err, cmp.Diff(infos, again))
	}
}

func TestSummary(t *testing.T) {
	h := network(0, 400, 10)
	h.Populations[1].Recorded = []Range{}
	evs := poisson(h, 50, .5, 5*spike.Second, 9)
	s := Summarize(open(t, write(t, h, evs, spike.Millisecond, 5*spike.Second)))
	p := s.Populations[0]
	var n [3]float64
	for _, e := range evs {
		if e.Src < 400 {
			n[e.Kind]++
		}
	}
	if p.Rate != float64(p.Spikes)/5/400 || p.BurstProbability != n[1]/n[0] || float64(p.Spikes) != n[0]+n[1]+n[2] ||
		p.Spikes != s.Spikes ||
		math.Abs(p.EventRate-n[0]/2000) > 1e-9 || math.Abs(p.BurstRate-n[1]/2000) > 1e-9 {
		t.Errorf("%+v", p)
	}
	if p.BytesPerSpike > p.Bound {
		t.Errorf("bursts take %g bytes a spike, Poisson %g", p.BytesPerSpike, p.Bound)
	}
	if q := s.Populations[1]; q.Recorded != 0 || q.Spikes != 0 || !math.IsNaN(q.BurstProbability) {
		t.Errorf("%+v", q)
	}
}

func TestHeaderSurvives(t *testing.T) {
	h := Header{Experiment: "x = \"\u00e4\u2028\"\n", Seed: math.MaxUint64, Program: "p", Segment: 3, Resolution: 7,
		Populations: []Population{{spike.Population{Name: "p \"q\"", First: 5, Size: 9}, spike.Detector{Threshold: 5,
			Accumulate: true}, []Range{{1, 2, 3}}},
			{spike.Population{Name: "\u00fc", First: 100, Size: 0}, spike.DefaultDetector(), []Range{}}},
		Metadata: map[string]string{"k": "v<>&"}}
	if d := cmp.Diff(h, open(t, write(t, h, nil, 1, 0)).Header()); d != "" {
		t.Error(d)
	}
}

func TestBadHeadersAreRefused(t *testing.T) {
	pop := func(ps ...Population) Header { return Header{Populations: ps} }
	at := func(name string, first spike.ID, size int, r ...Range) Population {
		return Population{Population: spike.Population{Name: name, First: first, Size: size}, Recorded: r}
	}
	for want, h := range map[string]Header{
		"resolution": {Resolution: spike.Second},
		"UTF-8":      {Experiment: "\xff"},
		"negative":   pop(at("a", 0, -1)),
		"taken":      pop(at("a", 0, 1), at("a", 1, 1)),
		"overlaps":   pop(at("a", 0, 2), at("b", 1, 1)),
		"32 bits":    pop(at("a", math.MaxUint32, 2)),
		"count 0":    pop(at("a", 0, 2, Range{0, 0, 1})),
		"stride 4":   pop(at("a", 0, 8, Range{0, 3, 4})),
		"first 2":    pop(at("a", 0, 8, Range{0, 3, 1}, Range{2, 1, 1})),
		"threshold": pop(Population{Population: spike.Population{Name: "a", Size: 1},
			Detector: spike.Detector{Threshold: -1}}),
		"stride 2^62": pop(at("a", 0, 8, Range{0, 1 << 40, 1 << 62})),
	} {
		path := filepath.Join(t.TempDir(), "x")
		_, err := Create(path, h)
		if err == nil || !strings.Contains(err.Error(), strings.Split(want, " 2^")[0]) {
			t.Errorf("%s: %v", want, err)
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%s: a file was made", want)
		}
	}
}

func TestBadSpikesAreRefused(t *testing.T) {
	w, err := Create(filepath.Join(t.TempDir(), "x"), network(0, 10))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	win := spike.Window{From: 10, To: 20}
	for name, evs := range map[string][]spike.Event{
		"before": {{At: 9}}, "after": {{At: 20}}, "order": {{At: 12}, {At: 11}}, "neurons": {{At: 12, Src: 1}, {At: 12}},
		"unknown neuron": {{At: 12, Src: 10}}, "label": {{At: 12, Kind: 3}},
	} {
		if err := w.WriteSpikes(win, evs); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := w.WriteSpikes(win, []spike.Event{{At: 10}, {At: 19, Src: 9}}); err != nil {
		t.Error(err)
	}
	if err := w.WriteSpikes(win, nil); err == nil {
		t.Error("a window was accepted twice")
	}
	w.Close()
	if err := w.WriteSpikes(spike.Window{From: 20, To: 21}, nil); !errors.Is(err, ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func TestWriteSpikesAllocatesNothing(t *testing.T) {
	h := network(0, 1000)
	h.Populations[0].Recorded = EveryNth(1000, 2)
	w, err := Create(filepath.Join(t.TempDir(), "x"), h)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	evs := make([]spike.Event, 500)
	at := spike.Tick(0)
	step := func() {
		for i := range evs {
			evs[i] = spike.Event{At: at + spike.Tick(i), Src: spike.ID(i)}
		}
		if err := w.WriteSpikes(spike.Window{From: at, To: at + spike.Millisecond}, evs); err != nil {
			t.Fatal(err)
		}
		at += spike.Millisecond
	}
	for range 2000 {
		step()
	}
	if n := testing.AllocsPerRun(2000, step); n >= 1 {
		t.Errorf("%g allocations per window", n)
	}
}
