package ensemble

import (
	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/rng"
)

// lot is how many random words are drawn at a time: 16 blocks.
const lot = 64

// source reads the random words of an entity in lots. Eight blocks make a group, in which the first words of all
// come first.
type source struct {
	key      rng.Key
	schedule [20]uint32
	entity   uint64
	block    uint64 // next one
	words    [lot]uint32
}

// start begins with the first words of an entity.
func (s *source) start(key rng.Key, entity uint64) {
	if s.key != key || s.schedule == [20]uint32{} {
		s.key, s.schedule = key, key.Schedule()
	}
	s.entity, s.block = entity, 0
}

// read replaces the words by the next ones.
func (s *source) read() {
	first := s.block
	s.block += lot / 4
	if s.vector(first) {
		return
	}
	for b := range uint64(lot / 4) {
		for k, w := range s.key.Block(s.entity, first+b) {
			s.words[b/8*32+b%8+uint64(8*k)] = w
		}
	}
}

// exponentials writes exponential numbers of mean 1.
func (s *source) exponentials(x *[lot]float32) {
	s.read()
	if s.vectorExponentials(x) {
		return
	}
	for i, w := range s.words {
		x[i] = exponential(w)
	}
}

// exponential returns the exponential number of a word.
func exponential(w uint32) float32 {
	return -numeric.Log32(float32((float32(int32(w>>1)) + 0.5) * (1.0 / (1 << 31))))
}

// word returns word number n of an entity, in the order in which source reads them.
func word(key rng.Key, entity, n uint64) uint32 {
	return key.Block(entity, n/lot*(lot/4)+n%lot/32*8+n%8)[n%32/8]
}

// drawn returns how many of the unit's exponential numbers have been taken.
func (u *Unit) drawn() uint64 { return (u.random.block/(lot/4)-1)*lot + uint64(u.next) }

// seek goes on after the first n exponential numbers of an entity.
func (u *Unit) seek(key rng.Key, entity, n uint64) {
	u.random.start(key, entity)
	u.random.block = n / lot * (lot / 4)
	u.random.exponentials(&u.clocks)
	u.next = int(n % lot)
}
