package ensemble

import (
	"math"

	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/rng"
)

// Steps draws events in steps of time: in every bin a binomial number of the neurons that are not in their dead time has
// one. It costs bins, not events, at two prices: times are known to a bin only, and dead times are whole bins. The
// stationary rate is exact. A Steps may be shared by goroutines.
type Steps struct {
	p    Params
	rate float32 // events of a fully active neuron in a bin
	dead int     // bins from an event to the first one in which its neuron can have another
	q    *quantile
}

// NewSteps returns the generator of units in bins of the given length in seconds.
func NewSteps(p Params, bin float64) *Steps {
	return &Steps{p, float32(p.Rate * bin), max(1, int(math.Round(p.Dead/bin))), newQuantile()}
}

// words reads one word per bin of an entity: bins 4k to 4k+3 are block k.
type words struct {
	key    rng.Key
	entity uint64
	block  [4]uint32
}

func (s *words) at(k int) uint32 {
	if k&3 == 0 {
		s.block = s.key.Block(s.entity, uint64(k>>2))
	}
	return s.block[k&3]
}

// history is the number of bins before a presentation whose events may still keep neurons dead.
const history = 1 << 30

// Events writes the number of events in each bin for the drive in each bin (counts and drive may be the same slice). The unit
// starts in the mean state of an activation between 0 and 1. Random numbers are those of an entity of key.
func (s *Steps) Events(counts, drive []float32, start float32, key rng.Key, entity uint64) {
	n := float32(s.p.Neurons)
	var room [64]float32
	past := room[:]
	if s.dead > len(past) {
		past = make([]float32, s.dead)
	}
	past = past[:s.dead-1] // events of the last bins, a ring
	lost := float32(s.dead-1) * s.rate
	free := n
	w := words{key: key, entity: entity | history<<32}
	for k := range past {
		past[k] = s.q.binomial(n, float32(s.rate*start), w.at(k))
		free -= past[k]
	}
	free = max(0, free)
	w = words{key: key, entity: entity}
	at := 0
	for k, v := range drive[:len(counts)] {
		// Stationary: E = p F and F = N - (dead-1) E, so that this p gives E = N rate σ(v).
		e := numeric.Sigmoid32(v)
		p := float32(s.rate*e) / (1 - float32(lost*e))
		c := s.q.binomial(free, p, w.at(k))
		counts[k] = c
		free -= c
		if len(past) > 0 {
			free += past[at]
			past[at] = c
			if at++; at == len(past) {
				at = 0
			}
		} else {
			free += c
		}
	}
}

// Bursts writes how many of the events of each bin are followed by a second spike, each with the probability of its bin.
func (s *Steps) Bursts(bursts, events, probability []float32, key rng.Key, entity uint64) {
	w := words{key: key, entity: entity}
	for k, n := range events {
		u := w.at(k)
		bursts[k] = s.q.binomial(n, probability[k], u)
	}
}
