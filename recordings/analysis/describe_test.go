package analysis_test

import (
	"math"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	. "github.com/burstplex/burstplex/recordings/analysis"
	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// describe feeds single spikes and stops where Describe says, so that it must not stop too early.
func describe(t *testing.T, pops []Source, span spike.Window, width spike.Tick, events ...spike.Event) []Description {
	t.Helper()
	slices.SortFunc(events, spike.Compare)
	all, err := Describe(pops, span, width, spike.Microsecond, func(over func(spike.Tick) bool, to ...Accumulator) error {
		for i, e := range events {
			for _, a := range to {
				a.Add(events[i : i+1])
			}
			if over(e.At) {
				break
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestDescribeByHand: every number of a train of 89 spikes, nine alone and 80 in one burst in the last bin, which is
// shorter than the others; and of four intervals 1, 5, 38, 40 ms.
func TestDescribeByHand(t *testing.T) {
	var ms []float64
	for i := range 9 {
		ms = append(ms, 100*float64(i))
	}
	for i := range 80 {
		ms = append(ms, 910+float64(i))
	}
	pops := []Source{{spike.Population{Name: "a", Size: 1}, spike.DefaultDetector(), 1},
		{spike.Population{Name: "b", First: 1, Size: 9}, spike.DefaultDetector(), 2}}
	events := append(hand(0, ms...), hand(5, 10, 11, 16, 54, 94)...)
	// CV of 8 intervals of 100 ms, one of 110 and 79 of 1; CV2 has two terms that are not 0.
	mean, square := (800+110+79)/88., (8*100*100.+110*110+79)/88
	cv := math.Sqrt((square-mean*mean)*88/87) / mean
	cv2 := (2*10./210 + 2*109./111) / 87
	// 5 spikes in bins of 300 ms of one neuron: 5, 0, 0.
	want := []Description{
		{Spikes: 89, Code: Code{EventRate: 10, BurstRate: 1, BurstProbability: .1, SpikeRate: 89}, Lowest: 10, Highest: 800,
			MedianInterval: 1, WithinBursts: 79. / 88, SpikesPerEvent: 8.9, CV: cv, CV2: cv2, Fano: 0},
		{Spikes: 5, Code: Code{EventRate: 1.5, BurstRate: .5, BurstProbability: 1. / 3, SpikeRate: 2.5}, Lowest: 0,
			Highest:        5 / .6,
			MedianInterval: 21.5, WithinBursts: .5, SpikesPerEvent: 5. / 3, CV: math.Sqrt((20*20+16*16+17*17+19*19)/3.) / 21,
			CV2: (2*4./6 + 2*33./43 + 2*2./78) / 3, Fano: 5},
	}
	got := describe(t, pops, seconds(1), 300*spike.Millisecond, events...)
	if d := gocmp.Diff(want, got, cmpopts.EquateApprox(1e-12, 0)); d != "" {
		t.Error(d)
	}
}

// TestDescribeASpan: a burst that begins before its end is whole, one that began before its start is not an event
// of it, intervals and spikes are those inside.
func TestDescribeASpan(t *testing.T) {
	pop := []Source{{spike.Population{Size: 1}, spike.DefaultDetector(), 1}}
	span := spike.Window{From: 100 * spike.Millisecond, To: 200 * spike.Millisecond}
	d := describe(t, pop, span, 100*spike.Millisecond, hand(0, 99, 101, 150, 198, 205, 215, 260, 270)...)[0]
	want := Description{Spikes: 3, Code: Code{EventRate: 20, BurstRate: 10, BurstProbability: .5, SpikeRate: 30},
		Lowest: 30, Highest: 30,
		MedianInterval: 48.5, SpikesPerEvent: 2, CV: math.Sqrt(.5) / 48.5, CV2: 2 * 1. / 97, Fano: math.NaN()}
	if diff := gocmp.Diff(want, d, cmpopts.EquateNaNs(), cmpopts.EquateApprox(1e-12, 0)); diff != "" {
		t.Error(diff)
	}
	none := describe(t, pop, spike.Window{}, 100*spike.Millisecond)[0]
	if none.Spikes != 0 || !math.IsNaN(none.SpikeRate+none.BurstProbability+none.MedianInterval+none.Lowest) {
		t.Errorf("an empty recording has %+v", none)
	}
}
