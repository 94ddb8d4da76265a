package synapse

import "github.com/burstplex/burstplex/neuron/rng"

// words reads the random words of one entity in order. It makes many at a time, which costs a fifth of one by one.
type words struct {
	key    rng.Key
	entity uint64
	block  uint64 // next one to make
	at     int    // next word of buf
	end    int    // of what is made
	ahead  int    // words to make at a time
	buf    [256]uint32
}

// start begins with the first word of an entity of which about so many words will be read.
func (w *words) start(key rng.Key, entity uint64, about int) {
	w.key, w.entity, w.block, w.at, w.end = key, entity, 0, 0, 0
	w.ahead = (about + 3) &^ 3
	if about > rng.GroupWords {
		w.ahead = min(len(w.buf), (about+rng.GroupWords-1)&^(rng.GroupWords-1))
	}
}

// next returns the next word.
func (w *words) next() uint32 {
	if w.at == w.end {
		w.make()
	}
	x := w.buf[w.at&(len(w.buf)-1)]
	w.at++
	return x
}

func (w *words) make() {
	w.at, w.end = 0, max(4, w.ahead)
	w.key.Fill(w.buf[:w.end], w.entity, w.block)
	w.block += uint64(w.end) / 4
}

// next64 returns the next two words.
func (w *words) next64() uint64 {
	hi := uint64(w.next()) << 32
	return hi | uint64(w.next())
}

// below returns a number from 0 to n-1, 0 < n < 2^32, without bias: the upper half of the product of a word and n,
// drawn again if it lies in the incomplete interval (Lemire 2019, "Fast random integer generation in an interval").
func (w *words) below(n int) int {
	m := uint64(w.next()) * uint64(n)
	if uint32(m) < uint32(n) {
		for incomplete := -uint32(n) % uint32(n); uint32(m) < incomplete; {
			m = uint64(w.next()) * uint64(n)
		}
	}
	return int(m >> 32)
}

// jumps draws how many pairs are passed over before the next one that is connected, if each is connected with
// probability p: a geometric number, by inversion of its cumulative distribution in a table that ends at block.
type jumps struct {
	below [block]uint64 // below[i]: 2^64 P(jump <= i)
	guide [1<<guideBits + 1]uint16
}

const guideBits = 10

func newJumps(p float64) *jumps {
	j := &jumps{}
	sum := 0.0
	for i := range j.below {
		sum += float64(p * (1 - sum))
		j.below[i] = uint64(min(sum, 1-0x1p-53) * 0x1p64)
	}
	i := 0
	for g := range j.guide {
		for i < block && j.below[i] < uint64(g)<<(64-guideBits) {
			i++
		}
		j.guide[g] = uint16(i)
	}
	return j
}

// draw returns the next jump; block stands for all that reach as far or beyond.
func (j *jumps) draw(w *words) int {
	u := w.next64()
	i := int(j.guide[u>>(64-guideBits)])
	for i < block && u >= j.below[i] {
		i++
	}
	return i
}
