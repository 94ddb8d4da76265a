package images

import (
	"cmp"
	"slices"

	"github.com/burstplex/burstplex/neuron/rng"
)

// Set is a set of labelled images of one size. It is read-only by convention: Head and Image share its bytes.
type Set struct {
	Name                    string
	Files                   []string // what it was read from, in order; empty for a generated set
	Channels, Height, Width int
	Classes                 []string // name of each class; a label is an index into it
	Pixels                  []uint8  // Len() x channel x row x column, 0..255
	Labels                  []uint8  // one for each image
}

// Len returns the number of images.
func (s *Set) Len() int { return len(s.Labels) }

// Size returns the number of bytes of an image: channels x height x width.
func (s *Set) Size() int { return s.Channels * s.Height * s.Width }

// Image returns the bytes of image i, channel by channel, row by row: a view.
func (s *Set) Image(i int) []uint8 {
	n := s.Size()
	return s.Pixels[i*n : (i+1)*n : (i+1)*n]
}

// Head returns the first n images, or all if there are fewer: a view.
func (s *Set) Head(n int) *Set {
	n = min(n, s.Len())
	head := *s
	head.Pixels, head.Labels = s.Pixels[:n*s.Size():n*s.Size()], s.Labels[:n:n]
	return &head
}

// Subset returns the images of the given indices, in their order: a copy.
func (s *Set) Subset(indices []int) *Set {
	sub := *s
	sub.Pixels = make([]uint8, 0, len(indices)*s.Size())
	sub.Labels = make([]uint8, 0, len(indices))
	for _, i := range indices {
		sub.Pixels = append(sub.Pixels, s.Image(i)...)
		sub.Labels = append(sub.Labels, s.Labels[i])
	}
	return &sub
}

// Counts returns the number of images of each class.
func (s *Set) Counts() []int {
	counts := make([]int, len(s.Classes))
	for _, l := range s.Labels {
		counts[l]++
	}
	return counts
}

// Split sets images aside for validation, chosen at random but with the classes in the proportions of the set (each
// class's share rounded so that the shares add up). Both parts keep the order of the set, and are copies. It panics
// unless 0 <= validation <= Len().
func (s *Set) Split(validation int, key rng.Key) (train, held *Set) {
	if validation < 0 || validation > s.Len() {
		panic("images: a validation set that is negative or larger than the set")
	}
	members := make([][]int, len(s.Classes))
	for i, l := range s.Labels {
		members[l] = append(members[l], i)
	}
	var out, in []int
	for class, share := range apportion(validation, s.Counts()) {
		m := members[class]
		shuffle(m, key.Stream(uint64(class), 0))
		out, in = append(out, m[:share]...), append(in, m[share:]...)
	}
	slices.Sort(out)
	slices.Sort(in)
	return s.Subset(in), s.Subset(out)
}

// apportion divides total in proportion to counts by largest remainders, the lower index first among equals.
func apportion(total int, counts []int) []int {
	sum := 0
	for _, c := range counts {
		sum += c
	}
	shares, order, left := make([]int, len(counts)), make([]int, len(counts)), total
	for i, c := range counts {
		order[i] = i
		if c > 0 {
			shares[i] = total * c / sum
		}
		left -= shares[i]
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(total*counts[b]%sum, total*counts[a]%sum) })
	for _, i := range order[:left] {
		shares[i]++
	}
	return shares
}

// shuffle permutes x (Fisher-Yates).
func shuffle[T any](x []T, s rng.Stream) {
	for i := len(x) - 1; i > 0; i-- {
		j := s.IntN(i + 1)
		x[i], x[j] = x[j], x[i]
	}
}
