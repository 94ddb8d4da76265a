package plasticity

import (
	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
)

// Estimator follows event rate, burst rate and burst probability of every neuron of a population while it runs, with
// exponential moving averages of time constant τ (Payeur et al. 2021, Methods; BurstCCN, online estimators):
//
//	τ dE/dt = -E, E += 1 at an event onset;  τ dB/dt = -B, B += 1 at the second spike of a burst
//	event rate E/τ, burst rate B/τ, burst probability (B + k p_0)/(E + k)
//
// The pseudo-count k keeps silent neurons at the prior p_0 instead of 0/0. A silent neuron costs nothing. These are
// causal estimates: a burst counts when it becomes one, while the analysis of results counts it when its event began.
type Estimator struct {
	pop   spike.Population
	prior float64
	count float64
	e, b  traces
}

// NewEstimator returns the estimator of a population. tau is in ms and above 0 (2000 is usual); prior is p_0 in [0, 1]
// and count is k, at least 0 (with 0 the probability of a silent neuron is p_0 as well).
func NewEstimator(pop spike.Population, tau, prior, count float64) *Estimator {
	if !(tau > 0) || !(prior >= 0 && prior <= 1) || !(count >= 0) {
		panic("plasticity: estimator needs tau > 0, prior in [0, 1] and count >= 0")
	}
	return &Estimator{pop: pop, prior: prior, count: count, e: newTraces(pop.Size, tau), b: newTraces(pop.Size, tau)}
}

// Learn reads the spikes of a window; those of other populations are ignored.
func (s *Estimator) Learn(w spike.Window, events []spike.Event) {
	s.e.rebase(w.From)
	s.b.rebase(w.From)
	for _, ev := range events {
		switch {
		case !s.pop.Contains(ev.Src):
		case ev.Kind == spike.Onset:
			s.e.bump(int(ev.Src-s.pop.First), ev.At, 1)
		case ev.Kind == spike.Burst:
			s.b.bump(int(ev.Src-s.pop.First), ev.At, 1)
		}
	}
}

// perHz turns a trace into a rate.
func (s *Estimator) perHz() float64 { return 1000 / s.e.tau }

// EventRate returns the event rate of neuron i of the population, in Hz.
func (s *Estimator) EventRate(i int, now spike.Tick) float64 {
	return float64(s.e.at(i, now)) * s.perHz()
}

// BurstRate returns the burst rate of neuron i of the population, in Hz.
func (s *Estimator) BurstRate(i int, now spike.Tick) float64 {
	return float64(s.b.at(i, now)) * s.perHz()
}

// Probability returns the burst probability of neuron i of the population.
func (s *Estimator) Probability(i int, now spike.Tick) float64 {
	return s.ratio(float64(s.b.at(i, now)), float64(s.e.at(i, now)), 1)
}

// Each calls f with event rate (Hz) and burst probability of every neuron.
func (s *Estimator) Each(now spike.Tick, f func(i int, rate, probability float64)) {
	fade, other := float64(s.e.factor(now)), float64(s.b.factor(now))
	for i := range s.e.value {
		e := float64(s.e.value[i]) * fade
		f(i, e*s.perHz(), s.ratio(float64(s.b.value[i])*other, e, 1))
	}
}

func (s *Estimator) ratio(b, e float64, neurons int) float64 {
	k := s.count * float64(neurons)
	if e+k == 0 {
		return s.prior
	}
	return (b + float64(k*s.prior)) / (e + k)
}

// Population returns event rate and burst rate (Hz, mean over neurons) and burst probability of the whole population,
// summed in the order of neurons.
func (s *Estimator) Population(now spike.Tick) (eventRate, burstRate, probability float64) {
	var e, b float64
	for i := range s.e.value {
		e += float64(s.e.value[i])
		b += float64(s.b.value[i])
	}
	e *= float64(s.e.factor(now))
	b *= float64(s.b.factor(now))
	scale := s.perHz() / float64(s.pop.Size)
	return e * scale, b * scale, s.ratio(b, e, s.pop.Size)
}

// Columns lists the whole state.
func (s *Estimator) Columns() []neuron.Column {
	return append(s.e.columns("events"), s.b.columns("bursts")...)
}

// Reset forgets all spikes.
func (s *Estimator) Reset() {
	s.e.fill(0)
	s.b.fill(0)
}
