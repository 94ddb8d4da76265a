package analysis_test

import (
	"math"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	. "github.com/burstplex/burstplex/recordings/analysis"
	"pgregory.net/rapid"
)

// TestMedianIsTheMiddleOfTheSortedIntervals, for trains of all lengths, few and many equal intervals, any unit.
func TestMedianIsTheMiddleOfTheSortedIntervals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		unit := spike.Tick(rapid.SampledFrom([]int{1, 1000, 12345}).Draw(t, "unit"))
		largest := rapid.SampledFrom([]int64{3, 1 << 14, 1 << 40}).Draw(t, "largest")
		isi := rapid.SliceOfN(rapid.Int64Range(0, largest), 0, 30).Draw(t, "intervals")
		at := []spike.Tick{5 * unit, 7 * unit} // of two neurons in turn, the second of another population
		events := []spike.Event{{At: at[0], Src: 0}, {At: at[1], Src: 1}}
		for i, d := range isi {
			at[i%2] += spike.Tick(d) * unit
			events = append(events, spike.Event{At: at[i%2], Src: spike.ID(i % 2)})
		}
		slices.SortStableFunc(events, spike.Compare)
		m := NewMedian([]spike.Population{{Size: 1}, {First: 1, Size: 1}}, slices.MaxFunc(events, spike.Compare).At, unit)
		for m.Next() {
			m.Add(events[:len(events)/2])
			m.Add(events[len(events)/2:])
		}
		for p := range 2 {
			var own []float64
			for i, d := range isi {
				if i%2 == p {
					own = append(own, float64(d))
				}
			}
			slices.Sort(own)
			n, want := len(own), math.NaN()
			if n > 0 {
				want = (own[(n-1)/2] + own[n/2]) / 2 * unit.Milliseconds()
			}
			if got := m.Milliseconds(p); !(got == want || math.IsNaN(got) && math.IsNaN(want)) {
				t.Fatalf("population %d: median %g ms of %v units of %v, want %g", p, got, own, unit, want)
			}
		}
	})
}
