package experiment

import (
	"fmt"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/sim/kind"
)

// Wave is a kind of time course of a stimulus, as a file says it.
type Wave interface {
	// Wave returns the course. Its error is a *neuron.ParameterError for a key that makes no sense.
	Wave(c Course) (sim.Wave, error)
	// Absolute reports whether it is a current in pA, which a stimulus may scale, and not a factor of its amplitude.
	Absolute() bool
}

// absolute and relative are parts of waves that are currents, or factors of one.
type absolute struct{}

func (absolute) Absolute() bool { return true }

type relative struct{}

func (relative) Absolute() bool { return false }

// Course is where a wave is needed.
type Course struct {
	From spike.Tick                        // when the stimulus begins
	Bare bool                              // it is a drive without unit, and no current
	Key  rng.Key                           // of the random numbers of this stimulus
	Read func(file string) ([]byte, error) // a file that the key "file" names
}

// patternWave is the name of the wave that a protocol sets.
const patternWave = "pattern"

func addWaves(r *Registries) {
	add := func(name, doc string, make func() Wave) {
		r.Waves.Add(kind.Of[Wave]{Name: name, Doc: doc, New: make})
	}
	add("constant", "a constant current", func() Wave { return &constant{} })
	add("sine", "a sine", func() Wave { return &sine{} })
	add("fluctuation", "a sum of sines of random phase, of variance 1, within a band of frequencies",
		func() Wave { return &fluctuation{Components: 64} })
	add("steps", "one level after the other", func() Wave { return &steps{} })
	add("table", "a file, linear between its samples", func() Wave { return &table{} })
	add(patternWave, "as the protocol says", func() Wave { return &pattern{} })
}

// LongestLevel returns how long the longest level of a stimulus holds; ok is false if its course has no levels.
func (x *Experiment) LongestLevel(s *Stimulus) (longest spike.Tick, ok bool) {
	switch w := s.Course.(type) {
	case *sine, *fluctuation, *table:
		return 0, false
	case *steps:
		if w.Hold > 0 {
			return w.Hold, true
		}
		for i, t := range w.Times {
			next := x.Experiment.Duration
			if i+1 < len(w.Times) {
				next = w.Times[i+1]
			}
			longest = max(longest, next-t)
		}
		return longest, true
	case *pattern:
		for _, stage := range x.Protocol.All() {
			longest = max(longest, stage.Hold)
		}
		return longest, true
	}
	return x.Experiment.Duration, true
}

type constant struct{ relative }

func (*constant) Wave(Course) (sim.Wave, error) { return sim.Constant{}, nil }

type pattern struct{ absolute }

func (*pattern) Wave(Course) (sim.Wave, error) { return &sim.Level{}, nil }

type sine struct {
	relative
	Period float64 `toml:"period" unit:"ms" range:"[0, inf)" doc:"period"`
	Phase  float64 `toml:"phase" doc:"phase at time 0, in turns"`
}

func (s *sine) Wave(Course) (sim.Wave, error) {
	if s.Period <= 0 {
		return nil, &neuron.ParameterError{Key: "period", Reason: "a sine needs a period above 0"}
	}
	return sim.Sine{Period: s.Period, Phase: s.Phase}, nil
}

type fluctuation struct {
	relative
	Band       []float64 `toml:"band" unit:"Hz" range:"[0, inf)" doc:"lowest and highest frequency"`
	Components int       `toml:"components" range:"[1, 10000]" doc:"number of sines"`
}

func (f *fluctuation) Wave(c Course) (sim.Wave, error) {
	if len(f.Band) != 2 || f.Band[0] < 0 || f.Band[1] <= f.Band[0] {
		return nil, &neuron.ParameterError{Key: "band", Reason: "must be the lowest and the highest frequency, ascending"}
	}
	return sim.NewFluctuation(c.Key, f.Components, f.Band[0], f.Band[1]), nil
}

// Spectrum returns the number of sines and the lowest and highest frequency, Hz.
func (f *fluctuation) Spectrum() (components int, low, high float64) {
	return f.Components, f.Band[0], f.Band[1]
}

type table struct {
	absolute
	File string `toml:"file" doc:"CSV with the columns time_UNIT (model time; s, ms, us) and current_UNIT (pA, nA, ...; into ensembles: drive): linear in between, 0 before, held at the end"`
}

func (t *table) Wave(c Course) (sim.Wave, error) {
	text, err := c.Read(t.File)
	if err != nil {
		return nil, err
	}
	w, err := readCurrent(t.File, text, c.Bare)
	if err != nil {
		return nil, &neuron.ParameterError{Key: "file", Reason: err.Error()}
	}
	return w, nil
}

type steps struct {
	absolute
	Levels []float64    `toml:"levels" unit:"pA" doc:"one current after the other"`
	Hold   spike.Tick   `toml:"hold" unit:"ms" range:"[0, inf)" doc:"how long each level lasts"`
	Times  []spike.Tick `toml:"times" unit:"ms" doc:"when each level starts, in model time, in place of hold"`
	Repeat bool         `toml:"repeat" doc:"start again after the last level (with hold); the first cycle starts at from"`
}

func (s *steps) Wave(c Course) (sim.Wave, error) {
	fault := func(key, format string, args ...any) (sim.Wave, error) {
		return nil, &neuron.ParameterError{Key: key, Reason: fmt.Sprintf(format, args...)}
	}
	w := &sim.Samples{Times: s.Times, Values: s.Levels}
	switch {
	case len(s.Levels) == 0:
		return fault("levels", "steps need at least one level")
	case s.Hold == 0 && len(s.Times) != len(s.Levels):
		return fault("times", "%d times for %d levels; or give hold", len(s.Times), len(s.Levels))
	case s.Hold == 0:
		for i := 1; i < len(s.Times); i++ {
			if s.Times[i] <= s.Times[i-1] {
				return fault(fmt.Sprintf("times[%d]", i), "times must ascend")
			}
		}
		return w, nil
	}
	w.Times = nil
	for i := range s.Levels {
		w.Times = append(w.Times, c.From+spike.Tick(i)*s.Hold)
	}
	if s.Repeat {
		for i := range w.Times {
			w.Times[i] -= c.From
		}
		w.Start = c.From
		w.Period = spike.Tick(len(s.Levels)) * s.Hold
	}
	return w, nil
}
