package plasticity

import (
	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/spike"
)

// Estimator follows event rate, burst rate and burst probability of every neuron of a population while it runs, with
// exponential moving averages of time constant Tau (Payeur et al. 2021, Methods; BurstCCN, online estimators):
//
//	τ dE/dt = -E, E += 1 at an event onset;  τ dB/dt = -B, B += 1 at the second spike of a burst
//	event rate E/τ, burst rate B/τ, burst probability (B + k p_0)/(E + k)
//
// The pseudo-count k keeps silent neurons at the prior p_0 instead of 0/0. Averages decay lazily, at events and when
// they are read, so that a silent neuron costs nothing.
type Estimator struct {
	pop   spike.Population
	tau   float64 // ms
	prior float64
	count float64
	e, b  []float64
	last  []spike.Tick
}

// NewEstimator returns the estimator of a population. tau is in ms and above 0 (2000 is usual); prior is p_0 in [0, 1]
// and count is k, at least 0 (with 0 the probability of a silent neuron is p_0 as well).
func NewEstimator(pop spike.Population, tau, prior, count float64) *Estimator {
	if !(tau > 0) || !(prior >= 0 && prior <= 1) || !(count >= 0) {
		panic("plasticity: estimator needs tau > 0, prior in [0, 1] and count >= 0")
	}
	s := &Estimator{pop: pop, tau: tau, prior: prior, count: count,
		e: make([]float64, pop.Size), b: make([]float64, pop.Size), last: make([]spike.Tick, pop.Size)}
	return s
}

// Learn reads the spikes of a window; those of other populations are ignored.
func (s *Estimator) Learn(_ spike.Window, events []spike.Event) {
	for _, ev := range events {
		if !s.pop.Contains(ev.Src) || ev.Kind == spike.Tail {
			continue
		}
		i := ev.Src - s.pop.First
		f := s.decay(int(i), ev.At)
		s.e[i], s.b[i], s.last[i] = float64(s.e[i]*f), float64(s.b[i]*f), ev.At
		if ev.Kind == spike.Onset {
			s.e[i]++
		} else {
			s.b[i]++
		}
	}
}

func (s *Estimator) decay(i int, now spike.Tick) float64 {
	return numeric.Exp(-(now - s.last[i]).Milliseconds() / s.tau)
}

// EventRate returns the event rate of neuron i of the population, in Hz.
func (s *Estimator) EventRate(i int, now spike.Tick) float64 {
	return s.e[i] * s.decay(i, now) / s.tau * 1000
}

// BurstRate returns the burst rate of neuron i of the population, in Hz.
func (s *Estimator) BurstRate(i int, now spike.Tick) float64 {
	return s.b[i] * s.decay(i, now) / s.tau * 1000
}

// Probability returns the burst probability of neuron i of the population.
func (s *Estimator) Probability(i int, now spike.Tick) float64 {
	f := s.decay(i, now)
	return s.ratio(s.b[i]*f, s.e[i]*f, 1)
}

func (s *Estimator) ratio(b, e float64, neurons int) float64 {
	k := s.count * float64(neurons)
	if e+k == 0 {
		return s.prior
	}
	return (b + k*s.prior) / (e + k)
}

// Population returns event rate and burst rate (Hz, mean over neurons) and burst probability of the whole population,
// summed in the order of neurons.
func (s *Estimator) Population(now spike.Tick) (eventRate, burstRate, probability float64) {
	var e, b float64
	for i := range s.e {
		f := s.decay(i, now)
		e += float64(s.e[i] * f)
		b += float64(s.b[i] * f)
	}
	scale := 1000 / s.tau / float64(len(s.e))
	return e * scale, b * scale, s.ratio(b, e, len(s.e))
}

// Columns lists the whole state.
func (s *Estimator) Columns() []neuron.Column {
	return []neuron.Column{{Name: "events", Data: s.e}, {Name: "bursts", Data: s.b}, {Name: "last", Unit: "ms", Data: s.last}}
}

// Reset forgets all spikes.
func (s *Estimator) Reset() {
	clear(s.e)
	clear(s.b)
	clear(s.last)
}
