package recordings

import "sort"

// selection numbers the recorded neurons of a population in ascending order: their rank. Blocks speak of ranks, so
// that neurons that are not recorded cost nothing.
type selection struct {
	ranges []Range
	before []int // recorded neurons before each range, and in all
}

func newSelection(ranges []Range) selection {
	s := selection{ranges, make([]int, len(ranges)+1)}
	for i, r := range ranges {
		s.before[i+1] = s.before[i] + r.Count
	}
	return s
}

// len returns the number of recorded neurons.
func (s *selection) len() int { return s.before[len(s.ranges)] }

// index returns the index in the population of the neuron with the given rank.
func (s *selection) index(rank int) int {
	i := 0
	if len(s.ranges) > 1 {
		i = sort.SearchInts(s.before, rank+1) - 1
	}
	return s.ranges[i].First + (rank-s.before[i])*s.ranges[i].Stride
}

// rank returns the rank of a neuron, or -1 if it is not recorded.
func (s *selection) rank(index int) int {
	i := sort.Search(len(s.ranges), func(i int) bool { return s.ranges[i].First > index }) - 1
	if i < 0 {
		return -1
	}
	r := &s.ranges[i]
	k := index - r.First
	if r.Stride > 1 {
		if k%r.Stride != 0 {
			return -1
		}
		k /= r.Stride
	}
	if k >= r.Count {
		return -1
	}
	return s.before[i] + k
}
