package rng

import (
	"math"

	"github.com/burstplex/burstplex/neuron/numeric"
)

// sqrt is correctly rounded on every architecture (IEEE 754).
func sqrt(x float64) float64 { return math.Sqrt(x) }

// Stream reads the words of one entity in order. Its whole state is the number of the next draw, so code that
// keeps only that number can rebuild it with At.
type Stream struct {
	key    Key
	entity uint64
	n      uint64 // next draw
	block  [4]uint32
}

// Stream returns a reader of an entity's words that starts at draw n.
func (k Key) Stream(entity, n uint64) Stream {
	s := Stream{key: k, entity: entity, n: n}
	if n&3 != 0 {
		s.block = k.Block(entity, n>>2)
	}
	return s
}

// Pos returns the number of the next draw.
func (s *Stream) Pos() uint64 { return s.n }

// Uint32 returns the next word.
func (s *Stream) Uint32() uint32 {
	if s.n&3 == 0 {
		s.block = s.key.Block(s.entity, s.n>>2)
	}
	w := s.block[s.n&3]
	s.n++
	return w
}

// Float64 returns a double in (0, 1) from two words (53 bits).
func (s *Stream) Float64() float64 {
	hi, lo := uint64(s.Uint32()), uint64(s.Uint32())
	return (float64(hi<<21|lo>>11) + 0.5) / (1 << 53)
}

// IntN returns an integer in [0, n), n > 0, without bias (rejection of the incomplete interval).
func (s *Stream) IntN(n int) int {
	limit := math.MaxUint64 - math.MaxUint64%uint64(n)
	for {
		if w := uint64(s.Uint32())<<32 | uint64(s.Uint32()); w < limit {
			return int(w % uint64(n))
		}
	}
}

// Exp returns an exponential number of mean 1.
func (s *Stream) Exp() float64 { return -numeric.Log(s.Float64()) }

// Normal returns a standard normal number from two doubles (Box-Muller, cosine branch).
func (s *Stream) Normal() float64 {
	r := sqrt(-2 * numeric.Log(s.Float64()))
	_, c := numeric.SinCosTurn(s.Float64())
	return float64(r * c)
}

// Poisson draws integer counts of a fixed mean from one word each, by inversion of the cumulative distribution
// in a table. Probabilities are exact to 2^-32.
type Poisson struct {
	mean  float64
	from  int      // count of the first entry
	below []uint32 // below[i]: 2^32 P(count <= from+i), saturating
	guide [257]uint16
}

// NewPoisson returns the table of a mean between 0 and 1e4.
func NewPoisson(mean float64) *Poisson {
	p := &Poisson{mean: mean}
	if mean <= 0 {
		return p
	}
	sd := sqrt(mean)
	lo := max(0, int(mean-12*sd-12))
	// log P(lo) = lo log mean - mean - log lo!
	logP := float64(lo)*numeric.Log(mean) - mean
	for i := 2; i <= lo; i++ {
		logP -= numeric.Log(float64(i))
	}
	prob, sum := numeric.Exp(logP), 0.0
	p.from = lo
	for k := lo; ; k++ {
		sum += prob
		t := sum * (1 << 32)
		if t >= (1<<32)-1 || float64(k) > mean+14*sd+30 {
			break
		}
		p.below = append(p.below, uint32(t))
		prob = float64(prob * mean / float64(k+1))
	}
	i := 0
	for g := range p.guide {
		for i < len(p.below) && uint64(p.below[i]) < uint64(g)<<24 {
			i++
		}
		p.guide[g] = uint16(i)
	}
	return p
}

// Thresholds returns what Count compares words with: a word below the first threshold is a count of from, and each
// threshold that it reaches is one more.
func (p *Poisson) Thresholds() (from int, below []uint32) { return p.from, p.below }

// Count returns the count that a word stands for.
func (p *Poisson) Count(w uint32) int {
	i := int(p.guide[w>>24])
	for i < len(p.below) && w >= p.below[i] {
		i++
	}
	return p.from + i
}
