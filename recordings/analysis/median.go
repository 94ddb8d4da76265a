package analysis

import (
	"math"
	"math/bits"

	"github.com/burstplex/burstplex/neuron/spike"
)

// Median finds the exact median of the interspike intervals (ISI) of each population, pooled over its neurons, without
// keeping them: it reads the stream several times, and each time narrows the range in which the median lies by 2^14.
// 8 bytes per neuron and 128 KiB per population.
//
//	m := analysis.NewMedian(pops, span.Len(), resolution)
//	for m.Next() {
//		err := reader.Feed(query, m)
//	}
type Median struct {
	roster roster
	unit   spike.Tick
	last   []spike.Tick
	shift  int // of the digit that is being counted, in bits
	pass   int
	pops   []selected
}

// digitBits are the bits of an interval that one reading decides.
const digitBits = 14

// selected is the search for the middle of one population. With an even number of intervals the median is the mean of
// the two in the middle: the lower is sought, the other is the same or the next larger that occurs.
type selected struct {
	counts []uint64 // of intervals with the known prefix, by their next digit
	prefix uint64   // of the lower middle, in units, as far as it is known
	rank   uint64   // of it among those with the prefix, from 0
	all    uint64   // intervals in all
	above  uint64   // the smallest interval beyond those with the prefix; MaxUint64 if there is none
}

// NewMedian measures intervals up to a longest one, in a unit of which all times are multiples (the resolution of a
// recording).
func NewMedian(pops []spike.Population, longest, unit spike.Tick) *Median {
	if unit < 1 {
		panic("analysis: the unit of a median must be positive")
	}
	m := &Median{roster: newRoster(pops), unit: unit, pops: make([]selected, len(pops))}
	m.last = make([]spike.Tick, m.roster.neurons)
	digits := max(1, (bits.Len64(uint64(max(0, longest)/unit))+digitBits-1)/digitBits)
	m.shift = digits * digitBits
	for p := range m.pops {
		m.pops[p].counts = make([]uint64, 1<<digitBits)
	}
	return m
}

// Next reports whether the stream must be read (again), from its start, before the medians are known.
func (m *Median) Next() bool {
	if m.pass > 0 {
		for p := range m.pops {
			m.pops[p].decide(m.pass == 1, m.shift)
		}
	}
	if m.shift == 0 {
		return false
	}
	m.pass++
	m.shift -= digitBits
	for i := range m.last {
		m.last[i] = spike.Never
	}
	for p := range m.pops {
		clear(m.pops[p].counts)
		m.pops[p].above = math.MaxUint64
	}
	return true
}

// Add implements Accumulator.
func (m *Median) Add(events []spike.Event) {
	for _, e := range events {
		p, i := m.roster.find(e.Src)
		if i < 0 {
			continue
		}
		if last := m.last[i]; last != spike.Never {
			m.pops[p].add(uint64((e.At-last)/m.unit), m.shift)
		}
		m.last[i] = e.At
	}
}

func (s *selected) add(x uint64, shift int) {
	switch head := x >> (shift + digitBits); {
	case head == s.prefix:
		s.counts[x>>shift&(1<<digitBits-1)]++
	case head > s.prefix:
		s.above = min(s.above, x)
	}
}

// decide adds a digit to the prefix.
func (s *selected) decide(first bool, shift int) {
	if first {
		for _, n := range s.counts {
			s.all += n
		}
		s.rank = (max(s.all, 1) - 1) / 2
	}
	for d, n := range s.counts {
		if s.rank >= n {
			s.rank -= n
			continue
		}
		s.prefix = s.prefix<<digitBits | uint64(d)
		if shift > 0 {
			return
		}
		// The last digit is known: what follows is the same interval again, or the next that occurs.
		if s.rank+1 == n {
			for k := d + 1; k < len(s.counts); k++ {
				if s.counts[k] > 0 {
					s.above = s.prefix + uint64(k-d)
					return
				}
			}
			return
		}
		s.above = s.prefix
		return
	}
}

// Milliseconds returns the median of a population in ms, NaN without intervals. It is known when Next returns false.
func (m *Median) Milliseconds(pop int) float64 {
	s := &m.pops[pop]
	unit := m.unit.Milliseconds()
	switch {
	case s.all == 0:
		return math.NaN()
	case s.all%2 == 1:
		return float64(s.prefix) * unit
	}
	return (float64(s.prefix) + float64(s.above)) / 2 * unit
}
