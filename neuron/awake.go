package neuron

import "math"

// awake wakes the sleepers among 64 neurons that have received input and returns, as bits, which ones of the word must be
// advanced in a piece for neurons of r. Models that take a word of neurons through a step before they go on to the next
// step use it in place of next: neurons are independent, so a processor works on several at once, while the steps of
// one neuron wait for each other.
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
