package neuron

import (
	"io/fs"

	"github.com/burstplex/burstplex/neuron/spike"
)

// Poisson is a population of independent Poisson sources of constant rate, which a distribution or a file gives to each
// source. It has no inputs. Intervals are exponential, or shifted exponential with a dead time d, which makes the rate
// r/(1+rd).
type Poisson struct {
	Rate Value  `toml:"rate" unit:"Hz" allow:"[0, 1e6]" doc:"rate outside of dead times"`
	Dead Value  `toml:"dead_time" unit:"ms" allow:"[0, 1e6]" doc:"no spike for this time after a spike"`
	File string `toml:"file" doc:"CSV file with a column rate_Hz, a row for each neuron, in place of rate; plain or .gz"`

	FS fs.FS `toml:"-"` // where File is; nil is the file system
}

// DefaultPoisson returns sources of 10 Hz without dead time.
func DefaultPoisson() *Poisson { return &Poisson{Rate: Const(10)} }

// MeanRate implements Rated; dead times are not counted.
func (s *Poisson) MeanRate() float64 {
	if s.File == "" {
		return s.Rate.Mean()
	}
	rates, _ := readOwnRates(s.FS, s.File) // its faults are New's
	sum := 0.0
	for _, r := range rates {
		sum += r
	}
	return sum / float64(max(1, len(rates)))
}

// Reads implements Reader.
func (s *Poisson) Reads() (file *string, fsys *fs.FS) { return &s.File, &s.FS }

// Validate implements Spec. It does not read the file.
func (s *Poisson) Validate() error {
	return declared(s)
}

// New implements Spec.
func (s *Poisson) New(b Build) (Population, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	rates, deadTimes := b.Key.Sub("rate"), b.Key.Sub("dead_time")
	most := func(i int) float64 { return s.Rate.Draw(rates, i) }
	dead := make([]spike.Tick, 1)
	if !s.Dead.IsConst() {
		dead = make([]spike.Tick, b.N)
	}
	for i := range dead {
		dead[i] = ticksOf(s.Dead.Draw(deadTimes, i))
	}
	if s.File == "" && s.Rate.IsConst() {
		return newPoissonSources(b, "spikes", most, nil, dead), nil
	}
	own := make([]float64, b.N)
	if s.File != "" {
		var err error
		if own, err = readOwnRates(s.FS, s.File); err != nil {
			return nil, err
		}
		if len(own) != b.N {
			return nil, csvError(s.File, 1, "rate_Hz: the number of rates, %d, is not that of neurons, %d", len(own), b.N)
		}
		most = func(i int) float64 {
			if i < len(own) {
				return own[i]
			}
			return 0
		}
	} else {
		for i := range own {
			own[i] = most(i)
		}
	}
	return newPoissonSources(b, "spikes", most, func(i int, _ spike.Tick) float64 { return own[i] }, dead), nil
}

// readOwnRates reads a rate for each neuron, Hz, from a CSV file.
func readOwnRates(fsys fs.FS, name string) (rates []float64, err error) {
	err = readCSV(fsys, name, []string{"rate_Hz"}, func(line int, fields []string) error {
		rate, err := number(fields[0])
		switch {
		case err != nil:
			return csvError(name, line, "rate_Hz: %v", err)
		case rate < 0 || rate > highestRate:
			return csvError(name, line, "rate_Hz: %g is not between 0 and %g Hz", rate, highestRate)
		}
		rates = append(rates, rate)
		return nil
	})
	return rates, err
}
