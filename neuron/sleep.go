package neuron

import (
	"math"

	"github.com/burstplex/burstplex/neuron/spike"
)

// sleep keeps track of neurons that need no work: no input, and a state that one more step would leave as it
// is, bit for bit. They are skipped until an input arrives or a current changes, so cost follows activity. A model
// with fluctuating currents or private background never sleeps.
//
// Shards are multiples of 64 neurons, so that each word of bits has one writer.
type sleep struct {
	off       bool
	bits      []uint64    // bit i: neuron i sleeps
	held      [][]float32 // per word, the current into each port that its sleepers are at rest with
	flow      []uint8     // per word, 1 if a current changed within the last piece: nobody may fall asleep
	fruitless []uint8     // by the first word of a shard: checks in a row that found nobody at rest, mostFruitless at most
}

const (
	sleepWord = 64
	// restCheckSteps is how often, in steps, a sweep looks for neurons that have come to rest. Where it finds nobody it
	// looks half as often the next time, mostFruitless times in a row.
	restCheckSteps, mostFruitless = 32, 3
)

func newSleep(n, ports int) sleep {
	words := (n + sleepWord - 1) / sleepWord
	s := sleep{bits: make([]uint64, words), held: make([][]float32, words), flow: make([]uint8, words),
		fruitless: make([]uint8, words)}
	backing := make([]float32, words*ports)
	for w := range s.held {
		s.held[w] = backing[w*ports : (w+1)*ports]
	}
	return s
}

// SetSleep switches skipping on or off.
func (s *sleep) SetSleep(on bool) {
	s.off = !on
	clear(s.bits)
}

// Watches implements Sleeper.
func (s *sleep) Watches(r Range, w spike.Window, in *Input) bool {
	if s.off {
		return false
	}
	return s.checksRest(r, w, in) || s.any(r)
}

// any reports whether a neuron of r sleeps.
func (s *sleep) any(r Range) bool {
	for _, b := range s.bits[r.Lo/sleepWord : (r.Hi+sleepWord-1)/sleepWord] {
		if b != 0 {
			return true
		}
	}
	return false
}

// checksRest reports whether it is time, at the end of a piece, to look for neurons of a shard that have come to rest.
func (s *sleep) checksRest(r Range, w spike.Window, in *Input) bool {
	every := spike.Tick(restCheckSteps) << s.fruitless[r.Lo/sleepWord]
	return (w.From/in.Step)%every+spike.Tick(in.Steps) >= every
}

// restChecked takes note of such a check.
func (s *sleep) restChecked(r Range) {
	fruitless := &s.fruitless[r.Lo/sleepWord]
	if s.any(r) {
		*fruitless = 0
	} else {
		*fruitless = min(*fruitless+1, mostFruitless)
	}
}

// constant returns whether the current of a drive is one value throughout the piece.
func constant(d *Drive, steps int) bool {
	if d.OwnStart != nil {
		return false
	}
	x := d.Start[0]
	for k := range steps {
		if d.Start[k] != x || d.End[k] != x {
			return false
		}
	}
	return true
}

// wake is called at the start of a piece: it wakes the neurons of r whose current is no longer what they rest with.
func (s *sleep) wake(r Range, in *Input) {
	flow := uint8(0)
	for p := range in.Drives {
		if !constant(&in.Drives[p], in.Steps) {
			flow = 1
		}
	}
	for w := r.Lo / sleepWord; w*sleepWord < r.Hi; w++ {
		s.flow[w] = flow
		if flow != 0 {
			s.bits[w] = 0
			continue
		}
		for p, h := range s.held[w] {
			if x := in.Drives[p].Start[0]; math.Float32bits(x) != math.Float32bits(h) {
				s.bits[w] = 0
				s.held[w][p] = x
			}
		}
	}
}

// awake wakes the sleepers among 64 neurons that have received input and returns, as bits, which ones of the word must
// be advanced in a piece for neurons of r.
func (s *sleep) awake(word int, r Range, in *Input) uint64 {
	all := uint64(math.MaxUint64)
	if left := r.Hi - word*sleepWord; left < sleepWord {
		all = 1<<uint(left) - 1
	}
	if in.Touched == nil {
		return all
	}
	s.bits[word] &^= in.Touched[word-r.Lo/sleepWord]
	return all &^ s.bits[word]
}

// put lets neuron i sleep; the caller has seen that nothing changed in its last step and nothing is pending.
func (s *sleep) put(i int) {
	if w := i / sleepWord; !s.off && s.flow[w] == 0 {
		s.bits[w] |= 1 << (uint(i) % sleepWord)
	}
}

// Asleep implements Sleeper.
func (s *sleep) Asleep(r Range, in *Input) bool {
	for p := range in.Drives {
		if !constant(&in.Drives[p], in.Steps) {
			return false
		}
	}
	for w := r.Lo / sleepWord; w*sleepWord < r.Hi; w++ {
		all := uint64(math.MaxUint64)
		if left := r.Hi - w*sleepWord; left < sleepWord {
			all = 1<<uint(left) - 1
		}
		if s.bits[w] != all {
			return false
		}
		for p, h := range s.held[w] {
			if in.Drives[p].Start[0] != h {
				return false
			}
		}
	}
	return true
}

func (s *sleep) reset() { clear(s.bits) }
