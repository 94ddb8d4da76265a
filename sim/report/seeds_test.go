package report

import (
	"math"
	"testing"
)

// Over seeds rates are means with their deviations, each in its place; the burst probability is all bursts over all
// events.
func TestOverRuns(t *testing.T) {
	f := func(x float64) *float64 { return &x }
	run := func(spikes, events, bursts, p, cv, cv2, fano float64) RunSummary {
		return RunSummary{Populations: []Rates{{Population: "a", SpikeRate: spikes, EventRate: events, BurstRate: bursts,
			BurstProbability: f(p),
			CV:               f(cv), CV2: f(cv2), Fano: f(fano)}, {Population: "silent"}}}
	}
	runs := []RunSummary{run(10, 8, 2, 0.25, 1, 0.5, 3), run(40, 20, 10, 0.5, 1.2, 0.9, 4)}
	runs[1].Populations[1].CV = f(0.7)
	all := (&Report{}).overRuns(runs)
	a := all[0]
	sd := func(x, y float64) float64 { return math.Abs(x-y) / math.Sqrt2 }
	for name, c := range map[string][2]float64{"spikes": {a.SpikeRate, 25}, "events": {a.EventRate, 14},
		"bursts":      {a.BurstRate, 6},
		"probability": {*a.BurstProbability, 12. / 28}, "cv": {*a.CV, 1.1}, "cv2": {*a.CV2, 0.7}, "fano": {*a.Fano, 3.5},
		"sd of spikes": {*a.SD.SpikeRate, sd(10, 40)}, "sd of events": {*a.SD.EventRate, sd(8, 20)},
		"sd of bursts":      {*a.SD.BurstRate, sd(2, 10)},
		"sd of probability": {*a.SD.BurstProbability, sd(0.25, 0.5)}, "sd of cv": {*a.SD.CV, sd(1, 1.2)},
		"sd of cv2":  {*a.SD.CV2, sd(0.5, 0.9)},
		"sd of fano": {*a.SD.Fano, sd(3, 4)}, "cv of one seed": {*all[1].CV, 0.7}} {
		if math.Abs(c[0]-c[1]) > 1e-12 {
			t.Errorf("%s: %g, want %g", name, c[0], c[1])
		}
	}
	if s := all[1]; s.BurstProbability != nil || s.CV2 != nil || s.SD.CV != nil || s.SpikeRate != 0 {
		t.Errorf("%+v", s)
	}
	if one := (&Report{}).overRuns(runs[:1])[0]; one.SD != nil || *one.BurstProbability != 0.25 {
		t.Errorf("%+v", one)
	}
}
