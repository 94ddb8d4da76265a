package export

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
)

// TestTrainsInParts brings spikes into the order of neurons a few at a time, as recordings do that do not fit into
// memory.
func TestTrainsInParts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.bspk")
	w, err := recordings.Create(path, recordings.Header{Populations: []recordings.Population{
		{Population: spike.Population{Name: "a", Size: 30}}}})
	if err != nil {
		t.Fatal(err)
	}
	var evs []spike.Event
	for i := range 1000 {
		evs = append(evs, spike.Event{At: spike.Tick(i) * spike.Millisecond, Src: spike.ID(i * i % 29)})
	}
	if err := w.WriteSpikes(spike.Window{To: spike.Second}, evs); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := recordings.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	mine := []spike.ID{28, 16, 9, 1, 5}
	for _, most := range []uint64{1, 100, 1 << 20} {
		for _, q := range []recordings.Query{{}, {Neurons: mine}} {
			chosen := func(id spike.ID) bool { return q.Neurons == nil || slices.Contains(mine, id) }
			rows, err := unitsOf(r, recordings.Query{}, r.Header().Populations)
			if err != nil {
				t.Fatal(err)
			}
			rows = slices.DeleteFunc(rows, func(u unit) bool { return !chosen(u.id) })
			var got []spike.Event
			if err := trainsOf(r, q, rows, most, func(e spike.Event) { got = append(got, e) }); err != nil {
				t.Fatal(err)
			}
			want := slices.DeleteFunc(slices.Clone(evs), func(e spike.Event) bool { return !chosen(e.Src) })
			slices.SortStableFunc(want, func(a, b spike.Event) int { return int(a.Src) - int(b.Src) })
			if !slices.EqualFunc(got, want, func(a, b spike.Event) bool { return a.Src == b.Src && a.At == b.At }) {
				t.Errorf("at most %d: %d spikes in another order, want %d", most, len(got), len(want))
			}
		}
	}
	if !slices.Equal(mine, []spike.ID{28, 16, 9, 1, 5}) {
		t.Errorf("the query of the caller was changed: %v", mine)
	}
}
