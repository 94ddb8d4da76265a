package recordings_test

import (
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	. "github.com/burstplex/burstplex/recordings"
)

// A recording of chosen neurons holds their spikes, all of them and no others, also where a window has more spikes than
// the queue takes and parts of it are passed on before the others.
func TestChosenNeuronsWithAFullQueue(t *testing.T) {
	const until = 6 * spike.Second
	h, evs, _ := reference(spike.Microsecond, 0, until)
	p := &h.Populations[0]
	p.Recorded = []Range{{First: 3, Count: p.Size / 3, Stride: 2}, {First: p.Size - 1, Count: 1, Stride: 1}}
	last := 3 + 2*(p.Size/3)
	var want []spike.Event
	for _, e := range evs {
		i := int(e.Src) - int(p.First)
		other := i < 0 || i >= p.Size // of the other populations all are recorded
		if other || i == p.Size-1 || i >= 3 && i < last && (i-3)%2 == 0 {
			e.At -= e.At % spike.Microsecond
			want = append(want, e)
		}
	}
	slices.SortStableFunc(want, spike.Compare)
	for _, queue := range []int{1024, 3000, 1 << 16} {
		for _, window := range []spike.Tick{until, 50 * spike.Millisecond} {
			var got []spike.Event
			for e, err := range open(t, write(t, h, evs, window, until, Queue(queue))).Spikes(Query{}) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, e)
			}
			if len(got) != len(want) ||
				!slices.EqualFunc(got, want, func(a, b spike.Event) bool { return a.At == b.At && a.Src == b.Src }) {
				t.Errorf("queue of %d, windows of %v: %d spikes, %d were chosen", queue, window, len(got), len(want))
			}
		}
	}
}
