package experiment

import (
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
)

// A population has its own definition of a burst; absent keys are those of [burst].
func TestBurstsPerPopulation(t *testing.T) {
	const text = `
[experiment]
name = "b"
duration = "100 ms"
[burst]
threshold = "12 ms"
min_spikes = 3
[populations.a]
model = "lif"
size = 1
[populations.b]
model = "lif"
size = 1
burst = { min_spikes = 2, continue = "20 ms", max_duration = "50 ms" }
[populations.c]
model = "lif"
size = 1
burst = { accumulate = true }
`
	x, err := LoadText(NewRegistries(), "b.toml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	net, err := x.Network(1)
	if err != nil {
		t.Fatal(err)
	}
	ms := spike.Millisecond
	for i, want := range []spike.Detector{{Threshold: 12 * ms, MinSpikes: 3},
		{Threshold: 12 * ms, Continue: 20 * ms, MaxDuration: 50 * ms}, {Threshold: 12 * ms, Accumulate: true}} {
		if got := net.Populations[i].Detector; got != want {
			t.Errorf("population %d: %+v, want %+v", i, got, want)
		}
	}
	for _, c := range []struct{ old, new, want string }{
		{"accumulate = true", "accumulate = true, min_spikes = 3",
			"populations.c.burst.min_spikes = 3: means nothing with accumulate = true"},
		{"min_spikes = 2", "min_spikes = 1", "populations.b.burst.min_spikes = 1"},
		{"min_spikes = 2", "min_spike = 2", `did you mean "min_spikes"?`},
	} {
		_, err := LoadText(NewRegistries(), "b.toml", []byte(strings.Replace(text, c.old, c.new, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error\n%v\nlacks\n%s", err, c.want)
		}
	}
}
