package recordings

import (
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
)

// A recording with new labels has the same spikes, and the labels that a detector gives to the trains.
func TestRelabel(t *testing.T) {
	dir := t.TempDir()
	h := Header{Populations: []Population{
		{Population: spike.Population{Name: "a", Size: 20}},
		{Population: spike.Population{Name: "b", First: 30, Size: 5}}}}
	var events []spike.Event
	r := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		id := spike.ID(r.IntN(20))
		if r.IntN(4) == 0 {
			id = 30 + spike.ID(r.IntN(5))
		}
		events = append(events, spike.Event{At: spike.Tick(r.IntN(2_000_000)) * 1000, Src: id})
	}
	slices.SortFunc(events, spike.Compare)
	events = slices.CompactFunc(events, func(a, b spike.Event) bool { return a.At == b.At && a.Src == b.Src })
	w, err := Create(filepath.Join(dir, "old.bspk"), h)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.WriteSpikes(spike.Window{To: 2 * spike.Second}, events); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	old, err := Open(filepath.Join(dir, "old.bspk"))
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	ms := spike.Millisecond
	detectors := []spike.Detector{{Threshold: 12 * ms, MinSpikes: 3, Continue: 20 * ms, MaxDuration: 60 * ms},
		{Threshold: 16 * ms, Surprise: 3}}
	if err := Relabel(filepath.Join(dir, "new.bspk"), old, detectors); err != nil {
		t.Fatal(err)
	}
	got, err := Open(filepath.Join(dir, "new.bspk"))
	if err != nil {
		t.Fatal(err)
	}
	defer got.Close()
	for p, d := range got.Header().Populations {
		if d.Detector != detectors[p] {
			t.Errorf("the header holds %+v", d.Detector)
		}
	}
	trains := map[spike.ID][]spike.Tick{}
	for _, e := range events {
		trains[e.Src] = append(trains[e.Src], e.At)
	}
	want := map[spike.ID][]spike.Kind{}
	for id, train := range trains {
		if id >= 30 {
			want[id] = spike.Surprises(train, 2*spike.Second, 3)
			continue
		}
		memory := spike.NewTrain()
		for _, at := range train {
			want[id] = append(want[id], detectors[0].Label(&memory, at))
		}
	}
	k, bursts := 0, 0
	for e, err := range got.Spikes(Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		if e.At != events[k].At || e.Src != events[k].Src || e.Kind != want[e.Src][0] {
			t.Fatalf("spike %d: %+v, want %+v and %v", k, e, events[k], want[e.Src][0])
		}
		if want[e.Src] = want[e.Src][1:]; e.Kind == spike.Burst {
			bursts++
		}
		k++
	}
	if k != len(events) || bursts < 50 {
		t.Errorf("%d spikes of %d, %d bursts", k, len(events), bursts)
	}
}
