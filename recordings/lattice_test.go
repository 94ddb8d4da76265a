package recordings_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	. "github.com/burstplex/burstplex/recordings"
)

// Recordings that were sampled pay for the samples and not for the digits of their times, also at rates whose period is
// no whole number of units.
func TestSampledTimesAreCheap(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 9))
	for _, c := range []struct {
		hz  float64
		res spike.Tick
	}{{30000, spike.Microsecond}, {24414.0625, spike.Microsecond}, {1629.7, spike.Microsecond},
		{25000, spike.Microsecond}, {32000, spike.Microsecond}, {10000, spike.Microsecond}} {
		const neurons, seconds, rate = 50, 60, 10
		var evs []spike.Event
		for range neurons * seconds * rate {
			k := r.IntN(int(seconds * c.hz))
			at := spike.Tick(math.Round(float64(k)*1e9/c.hz/float64(c.res))) * c.res // as tables of times are rounded
			evs = append(evs, spike.Event{At: at, Src: spike.ID(r.IntN(neurons))})
		}
		slices.SortFunc(evs, spike.Compare)
		evs = slices.CompactFunc(evs, func(a, b spike.Event) bool { return a.At == b.At && a.Src == b.Src })
		detect := make([]spike.Train, neurons)
		for i := range detect {
			detect[i] = spike.NewTrain()
		}
		for i := range evs {
			evs[i].Kind = spike.DefaultDetector().Label(&detect[evs[i].Src], evs[i].At)
		}
		reader := open(t, write(t, network(c.res, neurons), evs, 100*spike.Millisecond, seconds*spike.Second+1000))
		if !slices.Equal(read(t, reader, Query{}), evs) {
			t.Fatalf("%g Hz at %v: other spikes", c.hz, c.res)
		}
		per := 8 * Summarize(reader).Populations[0].BytesPerSpike
		bound := math.Log2(math.E * c.hz / rate)
		t.Logf("%g Hz at %v: %.2f bits, bound of the samples %.2f", c.hz, c.res, per, bound)
		if per > 1.05*bound {
			t.Errorf("%g Hz at %v: %.2f bits per spike, bound of the samples %.2f", c.hz, c.res, per, bound)
		}
	}
}
