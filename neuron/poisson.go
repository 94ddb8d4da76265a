package neuron

import "github.com/burstplex/burstplex/neuron/spike"

// Poisson is a population of independent Poisson sources of constant rate. It has no inputs. Intervals are exponential,
// or shifted exponential with a dead time d, which makes the rate r/(1+rd).
type Poisson struct {
	Rate Value `toml:"rate" unit:"Hz" allow:"[0, 1e6]" doc:"rate outside of dead times"`
	Dead Value `toml:"dead_time" unit:"ms" allow:"[0, 1e6]" doc:"no spike for this time after a spike"`
}

// DefaultPoisson returns sources of 10 Hz without dead time.
func DefaultPoisson() *Poisson { return &Poisson{Rate: Const(10)} }

// MeanRate implements Rated; dead times are not counted.
func (s *Poisson) MeanRate() float64 { return s.Rate.Mean() }

// Validate implements Spec.
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
	if s.Rate.IsConst() {
		return newPoissonSources(b, "spikes", most, nil, dead), nil
	}
	own := make([]float64, b.N)
	for i := range own {
		own[i] = most(i)
	}
	return newPoissonSources(b, "spikes", most, func(i int, _ spike.Tick) float64 { return own[i] }, dead), nil
}
