package neuron

import (
	"slices"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
)

func TestReplayIsExact(t *testing.T) {
	x, y := []spike.Tick{ms, 1500 * us}, []spike.Tick{250 * ms, 250 * ms}
	for _, c := range []struct {
		name string
		spec Replay
		want [][]spike.Tick
	}{
		{"as they are", Replay{Trains: [][]spike.Tick{x, nil, y}}, [][]spike.Tick{x, nil, {250 * ms, 250*ms + 1}}},
		{"start and scale", Replay{Trains: [][]spike.Tick{x, y}, Start: 0.0012, Scale: 2},
			[][]spike.Tick{{600 * us}, {497_600 * us, 497_600*us + 1}}},
		{"a spike at the start", Replay{Trains: [][]spike.Tick{{999_999, ms, 3 * ms}}, Start: 0.001},
			[][]spike.Tick{{0, 2 * ms}}},
		{"a spike at the period's end", Replay{Trains: [][]spike.Tick{{0, 200*ms - 1, 200 * ms}}, Repeat: 0.2,
			Outside: "drop"},
			[][]spike.Tick{{0, 200*ms - 1, 200 * ms, 400*ms - 1, 400 * ms, 600*ms - 1}}},
		{"repeat", Replay{Trains: [][]spike.Tick{x, nil}, Repeat: 0.2},
			[][]spike.Tick{{ms, 1500 * us, 201 * ms, 201_500 * us, 401 * ms, 401_500 * us}, nil}},
		{"beyond the period", Replay{Trains: [][]spike.Tick{x, y}, Repeat: 0.2, Outside: "drop"},
			[][]spike.Tick{{ms, 1500 * us, 201 * ms, 201_500 * us, 401 * ms, 401_500 * us}, nil}},
		{"before 0", Replay{Trains: [][]spike.Tick{{-ms, 3 * ms}}, Outside: "drop"}, [][]spike.Tick{{3 * ms}}},
		{"from a time before 0 on", Replay{Trains: [][]spike.Tick{{-ms, 3 * ms}}, Start: -0.002},
			[][]spike.Tick{{ms, 5 * ms}}},
	} {
		if c.spec.Scale == 0 {
			c.spec.Scale = 1
		}
		got := sourceTrains(t, &c.spec, len(c.want), pieces(600*ms, 300*us))
		if !slices.EqualFunc(got, c.want, slices.Equal) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestReplayFaultsAreOneLine(t *testing.T) {
	two := [][]spike.Tick{{ms}, {-2 * ms, 9 * ms}}
	for want, s := range map[string]Replay{
		"size = 3: there are 2 spike trains":              {Trains: [][]spike.Tick{{ms}, nil}},
		"file = 0: a replay needs":                        {},
		"file = 0: the file has not been read":            {File: "x.csv"},
		"time_scale = -1: ":                               {Trains: two, Scale: -1},
		"start = 0 s: 1 spikes are before it, the first":  {Trains: two},
		"repeat = 0.009 s: 1 spikes are beyond it":        {Trains: [][]spike.Tick{{ms}, {9 * ms}}, Repeat: 0.009},
		"spike train 0 to replay is not in order of time": {Trains: [][]spike.Tick{{5, 3}}},
	} {
		if s.Scale == 0 {
			s.Scale = 1
		}
		_, err := s.New(buildOf(3, 100*us))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
