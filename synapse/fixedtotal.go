package synapse

import (
	"fmt"
	"math"
	"math/bits"
)

// FixedTotalNumber makes K synapses, each between a source and a target drawn with equal probability, with replacement:
// a pair can be drawn more than once. This is the connectivity of the cortical microcircuit (Potjans & Diesmann 2014).
//
// How many synapses fall on a block of 64 targets is drawn by halving: the number on the left half of a range is
// binomial. A shard follows the halves that it lies in and draws no others.
type FixedTotalNumber struct {
	K        int
	Autapses bool // let a neuron connect to itself; default false
}

// TotalNumber returns the number of synapses with which a pair has at least one with probability p:
// ln(1-p) / ln(1 - 1/(sources targets)), rounded. p = 1 would need infinitely many and counts as 1 - 2^-53.
func TotalNumber(p float64, sources, targets int) int {
	if p == 0 {
		return 0
	}
	return int(math.Round(math.Log1p(-min(p, 1-0x1p-53)) / math.Log1p(-1/(float64(sources)*float64(targets)))))
}

// Validate implements Connector.
func (c FixedTotalNumber) Validate(g Geometry) error {
	switch {
	case c.K < 0:
		return &fault{"k", fmt.Sprintf("the number of synapses %d is negative", c.K)}
	case c.K > 0 && g.Same && !c.Autapses && g.Sources == 1:
		return &fault{"k", fmt.Sprintf("%d synapses have nobody to choose from", c.K)}
	}
	return nil
}

// Expected implements Connector.
func (c FixedTotalNumber) Expected(_, targets int) float64 {
	return float64(c.K) / float64(max(targets, 1))
}

// small is the number of targets of a block that is not halved.
const small = 64

// Connect implements Connector.
func (c FixedTotalNumber) Connect(g Geometry, lo, hi int, add Add) {
	halves, pairs := g.Key.Sub("halves"), g.Key.Sub("pairs")
	var w words
	var within func(node uint64, from, to, k int)
	within = func(node uint64, from, to, k int) { // blocks from to to-1 have k synapses
		first, last := from*small, min(to*small, g.Targets)
		if k == 0 || last <= lo || first >= hi {
			return
		}
		if to-from > 1 {
			mid := (from + to) / 2
			w.start(halves, node, k/16)
			left := binomial(&w, k, float64((mid-from)*small)/float64(last-first))
			within(2*node, from, mid, left)
			within(2*node+1, mid, to, k-left)
			return
		}
		w.start(pairs, uint64(from), 2*k)
		for entry := range k {
			t := first + w.below(last-first)
			s := w.below(g.Sources)
			for g.Same && !c.Autapses && s == t {
				s = w.below(g.Sources)
			}
			if t >= lo && t < hi {
				add(s, t, entry)
			}
		}
	}
	within(1, 0, (g.Targets+small-1)/small, c.K)
}

// binomial returns how many of n trials succeed with probability p, exactly, from about 2n random bits: every trial's
// uniform number is compared with p digit by digit, for all trials at once. Half of the trials are decided at each
// digit, and the number of ones among m random bits is a population count.
func binomial(w *words, n int, p float64) int {
	successes := 0
	for n > 0 && p > 0 {
		if p >= 1 {
			return successes + n
		}
		ones := 0
		for k := n; k > 0; k -= 32 {
			digits := w.next()
			if k < 32 {
				digits &= 1<<k - 1
			}
			ones += bits.OnesCount32(digits)
		}
		p *= 2
		if p >= 1 { // the digit of p is 1: a trial whose digit is 0 is below p
			p = math.Max(p-1, 0)
			successes += n - ones
			n = ones
		} else {
			n -= ones
		}
	}
	return successes
}

var _ Connector = FixedTotalNumber{}
