package neuron

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/burstplex/burstplex/neuron/spike"
)

// The emitter keeps one detector's memory per neuron: interleaved trains get the labels that each has alone.
func TestEmitterLabelsEveryTrain(t *testing.T) {
	for _, detector := range []spike.Detector{spike.DefaultDetector(), {Threshold: 10 * ms, Accumulate: true}} {
		rapid.Check(t, func(t *rapid.T) {
			const n, first = 3, 100
			b := buildOf(n, 100*us)
			b.First, b.Detector = first, detector
			e := NewEmitter(b)
			var out spike.Buffer
			alone := [n]spike.Train{spike.NewTrain(), spike.NewTrain(), spike.NewTrain()}
			now := spike.Tick(0)
			for range 50 {
				now += spike.Tick(rapid.Int64Range(1, int64(15*ms)).Draw(t, "gap"))
				i := rapid.IntRange(0, n-1).Draw(t, "neuron")
				want := spike.Event{At: now, Src: first + spike.ID(i), Kind: detector.Label(&alone[i], now)}
				kind := e.Emit(&out, i, now)
				events := out.Events()
				if got := events[len(events)-1]; got != want || kind != want.Kind || e.Last(i) != now {
					t.Fatalf("%v, want %v", got, want)
				}
			}
		})
	}
}

func TestEmitterKeepsTicksApart(t *testing.T) {
	e := NewEmitter(buildOf(2, 100*us))
	var out spike.Buffer
	for range 3 {
		e.Emit(&out, 0, 5*ms)
	}
	e.Emit(&out, 1, 5*ms)
	var at []spike.Tick
	for _, ev := range out.Events() {
		at = append(at, ev.At)
	}
	if !cmp.Equal(at, []spike.Tick{5 * ms, 5*ms + 1, 5*ms + 2, 5 * ms}) {
		t.Errorf("spikes at %v", at)
	}
	e.Reset()
	if kind := e.Emit(&out, 0, 6*ms); kind != spike.Onset || e.Last(1) != spike.Never {
		t.Errorf("after Reset: %v, last spike of the other %v", kind, e.Last(1))
	}
}
