package recordings_test

import (
	"slices"
	"testing"
	"time"

	"github.com/burstplex/burstplex/neuron/spike"
	. "github.com/burstplex/burstplex/recordings"
)

// A window that does not fit the queue is taken in parts. Syncs between the parts must not lose or misplace a spike.
func TestSyncWithinWindow(t *testing.T) {
	const until = 40 * spike.Second
	h, evs, _ := reference(spike.Microsecond, 0, until)
	path := write(t, h, evs, until, until, Queue(1024), SyncEvery(10*time.Millisecond))
	for i := range evs { // recorded times are floored, and sorted as such
		evs[i].At -= evs[i].At % spike.Microsecond
	}
	slices.SortStableFunc(evs, spike.Compare)
	r := open(t, path)
	i := 0
	for e, err := range r.Spikes(Query{}) {
		if err != nil {
			t.Fatal(err)
		}
		if i >= len(evs) || e.Src != evs[i].Src || e.At != evs[i].At {
			t.Fatalf("spike %d is %v", i, e)
		}
		i++
	}
	if i != len(evs) {
		t.Fatalf("%d spikes of %d", i, len(evs))
	}
}
