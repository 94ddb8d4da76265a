package neuron

import (
	"fmt"
	"io/fs"
	"math"
	"sort"

	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/spike"
)

// ModulatedPoisson is a population of independent Poisson sources that share a rate which changes in time. It has no
// inputs.
//
//	shape = "sine"   r(t) = mean + amplitude sin(2π (t/period + phase)), at least 0
//	shape = "steps"  r(t) = rates[k] from times[k] on, 0 before times[0]
//	shape = "table"  r(t) linear between the points of a CSV file with columns time_s and rate_Hz, constant beyond them
//
// Spikes are what is left of a Poisson train of the largest rate when each is kept with probability r(t)/max r
// ("thinning", Lewis & Shedler 1979), which is exact. Candidates within the dead time after a spike are dropped.
type ModulatedPoisson struct {
	Shape     string    `toml:"shape" oneof:"sine|steps|table" doc:"how the rate changes"`
	Mean      float64   `toml:"mean" unit:"Hz" doc:"mean rate (sine)"`
	Amplitude float64   `toml:"amplitude" unit:"Hz" doc:"amplitude of the rate (sine)"`
	Period    float64   `toml:"period" unit:"ms" doc:"period (sine)"`
	Phase     float64   `toml:"phase" doc:"phase at time 0, in periods (sine)"`
	Times     []float64 `toml:"times" unit:"ms" range:"[-1e12, 1e12]" doc:"when the rate changes, ascending (steps)"`
	Rates     []float64 `toml:"rates" unit:"Hz" range:"[0, 1e6]" doc:"the rate from each of the times on (steps)"`
	File      string    `toml:"file" doc:"CSV file with columns time_s and rate_Hz; plain or .gz (table)"`
	Dead      float64   `toml:"dead_time" unit:"ms" doc:"no spike for this time after a spike"`

	FS fs.FS `toml:"-"` // where File is; nil is the file system
}

// DefaultModulatedPoisson returns sources of 10 Hz on average whose rate goes to 0 and back every 500 ms.
func DefaultModulatedPoisson() *ModulatedPoisson {
	return &ModulatedPoisson{Shape: "sine", Mean: 10, Amplitude: 10, Period: 500}
}

const highestRate = 1e6 // Hz

// Validate implements Spec. It does not read the file.
func (s *ModulatedPoisson) Validate() error {
	if err := Const(s.Dead).require("dead_time", "ms", 0, 1e6, false); err != nil {
		return err
	}
	switch s.Shape {
	case "steps":
		if len(s.Times) != len(s.Rates) || len(s.Times) == 0 {
			return &ParameterError{Key: "rates", Value: float64(len(s.Rates)),
				Reason: fmt.Sprintf("there must be one rate for each of the times, and at least one; there are %d times",
					len(s.Times)), Allowed: "as many as times"}
		}
		for k, rate := range s.Rates {
			if err := Const(rate).require("rates", "Hz", 0, highestRate, false); err != nil {
				return err
			}
			if k > 0 && !(s.Times[k] > s.Times[k-1]) {
				return &ParameterError{Key: "times", Value: s.Times[k], Unit: "ms", Reason: "times must ascend",
					Allowed: interval(s.Times[k-1], math.Inf(1), true) + " ms"}
			}
		}
		return Const(s.Times[0]).require("times", "ms", -1e12, 1e12, false)
	case "table":
		if s.File == "" {
			return &ParameterError{Key: "file", Reason: "a rate from a table needs a file", Allowed: "the name of a CSV file"}
		}
		return nil
	}
	return first(
		Choices(s),
		Const(s.Mean).require("mean", "Hz", 0, highestRate/2, false),
		Const(s.Amplitude).require("amplitude", "Hz", -highestRate/2, highestRate/2, false),
		Const(s.Period).require("period", "ms", 0, 1e12, true), Const(s.Phase).require("phase", "", -1e6, 1e6, false),
	)
}

// Reads implements Reader.
func (s *ModulatedPoisson) Reads() (file *string, fsys *fs.FS) {
	if s.Shape != "table" {
		return new(string), new(fs.FS)
	}
	return &s.File, &s.FS
}

// New implements Spec.
func (s *ModulatedPoisson) New(b Build) (Population, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	rate, most := func(spike.Tick) float64 { return 0 }, 0.0
	switch s.Shape {
	case "steps":
		steps := stepRate{rates: s.Rates}
		for k, t := range s.Times {
			steps.times = append(steps.times, ticksOf(t))
			most = max(most, s.Rates[k])
		}
		rate = steps.at
	case "table":
		table, err := readRates(s.FS, s.File)
		if err != nil {
			return nil, err
		}
		for _, rate := range table.rates {
			most = max(most, rate)
		}
		rate = table.at
	default:
		period, mean, amplitude, phase := ticksOf(s.Period), s.Mean, s.Amplitude, s.Phase
		most = mean + max(amplitude, -amplitude)
		rate = func(t spike.Tick) float64 {
			sin, _ := numeric.SinCosTurn(float64(t%period)/float64(period) + phase)
			return numeric.Madd(amplitude, sin, mean)
		}
	}
	return newPoissonSources(b, "candidates", func(int) float64 { return most },
		func(_ int, at spike.Tick) float64 { return rate(at) },
		[]spike.Tick{ticksOf(s.Dead)}), nil
}

// stepRate is a rate that changes in steps.
type stepRate struct {
	times []spike.Tick
	rates []float64
}

func (s *stepRate) at(t spike.Tick) float64 {
	k := sort.Search(len(s.times), func(k int) bool { return s.times[k] > t })
	if k == 0 {
		return 0
	}
	return s.rates[k-1]
}

// tableRate is a rate that is linear between points.
type tableRate struct {
	times []spike.Tick
	rates []float64
}

func (s *tableRate) at(t spike.Tick) float64 {
	k := sort.Search(len(s.times), func(k int) bool { return s.times[k] > t })
	switch {
	case k == 0:
		return s.rates[0]
	case k == len(s.times):
		return s.rates[k-1]
	}
	part := float64(t-s.times[k-1]) / float64(s.times[k]-s.times[k-1])
	return numeric.Madd(part, s.rates[k]-s.rates[k-1], s.rates[k-1])
}

// readRates reads a rate over time from a CSV file.
func readRates(fsys fs.FS, name string) (*tableRate, error) {
	table := &tableRate{}
	err := readCSV(fsys, name, []string{"time_s", "rate_Hz"}, func(line int, fields []string) error {
		at, err := seconds(fields[0])
		if err != nil {
			return csvError(name, line, "time_s: %v", err)
		}
		rate, err := number(fields[1])
		switch last := len(table.times) - 1; {
		case err != nil:
			return csvError(name, line, "rate_Hz: %v", err)
		case rate < 0 || rate > highestRate:
			return csvError(name, line, "rate_Hz: %g is not between 0 and %g Hz", rate, highestRate)
		case last >= 0 && at <= table.times[last]:
			return csvError(name, line, "time_s: times must ascend, %s follows %v", fields[0], table.times[last])
		}
		table.times, table.rates = append(table.times, at), append(table.rates, rate)
		return nil
	})
	if err == nil && len(table.times) == 0 {
		err = fmt.Errorf("%s holds no rates", name)
	}
	return table, err
}
