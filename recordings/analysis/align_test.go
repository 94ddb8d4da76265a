package analysis

import (
	"math/rand/v2"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
)

// What is counted around a moment is what Rates counts in bins of the recording that lie there, also where windows
// overlap.
func TestAlignedCountsWhatRatesCount(t *testing.T) {
	ms := spike.Millisecond
	pops := []spike.Population{{Name: "a", First: 0, Size: 3}, {Name: "b", First: 3, Size: 2}}
	r := rand.New(rand.NewPCG(5, 6))
	d := spike.Detector{Threshold: 16 * ms}
	trains := make([]spike.Train, 5)
	for i := range trains {
		trains[i] = spike.NewTrain()
	}
	var events []spike.Event
	for at := spike.Tick(0); at < 3*spike.Second; at += spike.Tick(r.Int64N(int64(5 * ms))) {
		n := r.IntN(5)
		events = append(events, spike.Event{At: at, Src: spike.ID(n), Kind: d.Label(&trains[n], at)})
	}
	moments := []spike.Tick{1500 * ms, 400 * ms, 450 * ms, 2 * spike.Second}
	bins := NewBins(spike.Window{From: -200 * ms, To: 500 * ms}, 20*ms)
	a := NewAligned(pops, moments, bins)
	a.Add(events)
	for trial, m := range moments {
		rates := NewRates(pops, NewBins(spike.Window{From: m - 200*ms, To: m + 500*ms}, 20*ms))
		rates.Add(events)
		for p, want := range rates.Courses() {
			got := a.Trials()[trial][p]
			for i := range want.Events {
				if got.Events[i] != want.Events[i] || got.Bursts[i] != want.Bursts[i] || got.Spikes[i] != want.Spikes[i] {
					t.Fatalf("trial %d, population %d, bin %d: %d %d %d, want %d %d %d", trial, p, i, got.Events[i], got.Bursts[i],
						got.Spikes[i], want.Events[i], want.Bursts[i], want.Spikes[i])
				}
			}
		}
	}
}
