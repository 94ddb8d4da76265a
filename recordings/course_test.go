package recordings_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	. "github.com/burstplex/burstplex/recordings"
)

// A course keeps every row and its time, whatever the flushes between, through cuts and merges.
func TestCourse(t *testing.T) {
	const samples, neurons = 1000, 3
	dir := t.TempDir()
	w, err := Create(filepath.Join(dir, "all"), network(0, neurons))
	if err != nil {
		t.Fatal(err)
	}
	ids, values := []uint32{0, 1, 2}, make([]float32, neurons)
	for k := range samples {
		at := spike.Tick(k) * spike.Millisecond
		for i := range values {
			values[i] = float32(neurons*k + i)
		}
		if err := w.WriteRows("v", at, []Column{{"neuron", "", ids}, {"v", "mV", values}}); err != nil {
			t.Fatal(err)
		}
		if err := w.WriteSpikes(spike.Window{From: at, To: at + spike.Millisecond}, nil); err != nil {
			t.Fatal(err)
		}
		if k%300 == 299 { // as for a checkpoint
			if _, err := w.Flush(); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, bad := range []struct {
		at      spike.Tick
		columns []Column
		why     string
	}{
		{spike.Second, []Column{{"v", "mV", values}}, "other columns"},
		{0, []Column{{"neuron", "", ids}, {"v", "mV", values}}, "come after"},
		{spike.Second, nil, "0 columns"},
	} {
		if err := w.WriteRows("v", bad.at, bad.columns); err == nil || !strings.Contains(err.Error(), bad.why) {
			t.Errorf("error %v, want one with %q", err, bad.why)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}

	whole := open(t, filepath.Join(dir, "all"))
	check := func(r *Reader, from, to int) {
		t.Helper()
		s, err := r.Series("v")
		if err != nil {
			t.Fatal(err)
		}
		var times []int64
		var neuron []uint32
		var value []float32
		for k := from; k < to; k++ {
			for i := range neurons {
				times, neuron, value = append(times, int64(k)*int64(spike.Millisecond)), append(neuron, uint32(i)),
					append(value, float32(neurons*k+i))
			}
		}
		if !slices.Equal(s.Column("time").Data.([]int64), times) || !slices.Equal(s.Column("neuron").Data.([]uint32),
			neuron) || !slices.Equal(s.Column("v").Data.([]float32), value) {
			t.Errorf("%s: %d rows from %v", r.Path(), s.Columns[0].Len(), s.Columns[0].Data.([]int64)[:1])
		}
	}
	check(whole, 0, samples)
	// four, and one for every half second that the test lasts
	if tables, err := whole.Tables(); err != nil || len(tables) > 20 {
		t.Errorf("%d tables, %v", len(tables), err)
	}

	var parts []*Reader
	for i, win := range []spike.Window{{From: 0, To: 450 * spike.Millisecond}, {From: 400 * spike.Millisecond,
		To: spike.Second}} {
		name := filepath.Join(dir, string(rune('a'+i)))
		if err := Cut(name, whole, Query{Window: win}); err != nil {
			t.Fatal(err)
		}
		parts = append(parts, open(t, name))
	}
	check(parts[0], 0, 451) // the end of a window is a time to sample at
	check(parts[1], 400, samples)
	if err := Merge(filepath.Join(dir, "merged"), parts); err != nil {
		t.Fatal(err)
	}
	check(open(t, filepath.Join(dir, "merged")), 0, samples)
	if err := Recompact(filepath.Join(dir, "small"), whole); err != nil {
		t.Fatal(err)
	}
	check(open(t, filepath.Join(dir, "small")), 0, samples)
	if v, err := Verify(filepath.Join(dir, "merged")); err != nil || !v.OK() {
		t.Errorf("%v %+v", err, v)
	}
}

// More rows at once than a block holds.
func TestLongCourse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "long")
	w, err := Create(path, network(0, 1))
	if err != nil {
		t.Fatal(err)
	}
	long := make([]float64, 2_000_000)
	for i := range long {
		long[i] = float64(i)
	}
	for at := range spike.Tick(2) {
		if err := w.WriteRows("x", at, []Column{{"x", "", long}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := open(t, path).Series("x")
	if err != nil || !slices.Equal(s.Columns[1].Data.([]float64), slices.Concat(long, long)) ||
		s.Columns[0].Data.([]int64)[2_000_000] != 1 {
		t.Fatalf("%v", err)
	}
}
