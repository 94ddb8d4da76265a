package ensemble

import (
	"math"

	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/rng"
)

//go:generate sh -c "cd ../internal/asm && go run ./steps -out ../../ensemble/steps_amd64.s -stubs ../../ensemble/steps_amd64.go -pkg ensemble"

// Steps draws events in steps of time: in every bin a binomial number of the neurons that are not in their dead
// time has one. It costs bins, not events, at two prices: times are known to a bin only, and dead times are whole
// bins. The stationary rate is exact. A Steps may be shared by goroutines.
type Steps struct {
	p    Params
	rate float32 // events of a fully active neuron in a bin
	dead int     // bins after an event in which its neuron can have no other

	memory memory
}

// NewSteps returns the generator of units in bins of the given length in seconds.
func NewSteps(p Params, bin float64) *Steps {
	return &Steps{p: p, rate: float32(p.Rate * bin), dead: max(1, int(math.Round(p.Dead/bin))) - 1}
}

// matrix is a row of numbers per unit, stride apart.
type matrix struct {
	x      []float32
	stride int
}

func (m matrix) row(u, bins int) []float32 { return m.x[u*m.stride:][:bins] }

// Layer draws the number of events in each of the bins of units 0 to n-1 of a layer, for the drive in each bin.
// Both are matrices of one row per unit, stride numbers apart, and may be the same memory; stride is a multiple of
// 8 and at least bins. What is in a row after its bins is left alone. A unit starts in the mean state of an
// activation start, between 0 and 1. Its random numbers are those of entity|u of key, u the number of the unit.
func (s *Steps) Layer(counts, drive []float32, stride, n, bins int, start []float32, key rng.Key, entity uint64) {
	c, d := matrix{counts, stride}, matrix{drive, stride}
	if n == 0 || bins == 0 || s.layer(c, d, n, bins, start, key, entity) {
		return
	}
	for u := range n {
		s.Events(c.row(u, bins), d.row(u, bins), start[u], key, entity|uint64(u))
	}
}

// LayerBursts draws how many of the events of each bin are followed by a second spike, each with the probability of
// its bin, for units 0 to n-1 of a layer. The matrices are those of Layer; bursts may be the memory of one of the
// others.
func (s *Steps) LayerBursts(bursts, events, probability []float32, stride, n, bins int, key rng.Key, entity uint64) {
	b, e, p := matrix{bursts, stride}, matrix{events, stride}, matrix{probability, stride}
	if n == 0 || bins == 0 || s.layerBursts(b, e, p, n, bins, key, entity) {
		return
	}
	for u := range n {
		s.Bursts(b.row(u, bins), e.row(u, bins), p.row(u, bins), key, entity|uint64(u))
	}
}

// words reads one word per bin of an entity: bins 4k to 4k+3 are block k, after the first one.
type words struct {
	key    rng.Key
	entity uint64
	first  uint64
	block  [4]uint32
}

func (s *words) at(k int) uint32 {
	if k&3 == 0 {
		s.block = s.key.Block(s.entity, s.first+uint64(k>>2))
	}
	return s.block[k&3]
}

// history is the first block of the random numbers of the bins before a presentation.
const history = 1 << 32

// Events writes the number of events in each bin of one unit (see Layer).
//
// Of F neurons that are not dead, each has an event with probability p. In the stationary state F = N - d E after
// events of mean E in each of the d bins of a dead time, so p = r σ / (1 - d r σ) makes E = N r σ(v), r the rate. A
// unit of which nothing is known has d = 0 in its first bin, 1 in the second, and so on: after d bins with the
// activation of the start it is in the stationary state of that, in which every neuron is dead for the same reason
// as any other, independently of it.
func (s *Steps) Events(counts, drive []float32, start float32, key rng.Key, entity uint64) {
	var room [64]float32
	past := room[:]
	if s.dead > len(past) {
		past = make([]float32, s.dead)
	}
	past = past[:s.dead] // events before the presentation
	free := float32(s.p.Neurons)
	// p = r / (1 + e^-v - d r); e^-v is (1-σ)/σ.
	rest := float32(1)
	x := (1 - start) / start
	w := words{key: key, entity: entity, first: history}
	for k := range past {
		past[k] = binomial(free, s.rate/(x+rest), w.at(k))
		free -= past[k]
		rest -= s.rate
	}
	w = words{key: key, entity: entity}
	for k, v := range drive[:len(counts)] {
		c := binomial(free, s.rate/(numeric.Exp32(-v)+rest), w.at(k))
		counts[k] = c
		free -= c
		if k < len(past) {
			free += past[k]
		} else {
			free += counts[k-len(past)]
		}
	}
}

// Bursts writes how many of the events of each bin of one unit are followed by a second spike (see LayerBursts).
func (s *Steps) Bursts(bursts, events, probability []float32, key rng.Key, entity uint64) {
	w := words{key: key, entity: entity}
	for k, n := range events {
		bursts[k] = binomial(n, probability[k], w.at(k))
	}
}

// Binomial returns a binomial number of n trials (n is rounded down) from one random word.
func (s *Steps) Binomial(n, probability float32, word uint32) float32 {
	return binomial(float32(int32(n)), probability, word)
}
