package codec

import (
	"math"
	"slices"
)

// chooseBorders picks the classes at which the context changes and returns the number of contexts, at most
// len(borders)+1. It starts with the classes after which the next class was seen, and merges neighbours while
// that costs fewer bits than a table.
func chooseBorders(borders []byte, classes []byte) int {
	// counts[a][b]: how often class b follows class a; the block begins as if after class 0.
	counts := make([][numClasses]float64, numClasses)
	last := byte(0)
	for _, c := range classes {
		counts[last][c]++
		last = c
	}
	type group struct {
		first byte
		n     [numClasses]float64
		bits  float64
	}
	var groups []group
	for c := range counts {
		if cost(&counts[c]) > 0 || c == 0 || slices.Max(counts[c][:]) > 0 {
			groups = append(groups, group{byte(c), counts[c], cost(&counts[c])})
		}
	}
	join := func(a, b *group) (n [numClasses]float64) {
		for i := range n {
			n[i] = a.n[i] + b.n[i]
		}
		return n
	}
	for len(groups) > 1 {
		best, at := math.Inf(1), 0
		for i := range len(groups) - 1 {
			n := join(&groups[i], &groups[i+1])
			if extra := cost(&n) - groups[i].bits - groups[i+1].bits; extra < best {
				best, at = extra, i
			}
		}
		const table = 8 * 45 // bits that one more table costs
		if best > table && len(groups) <= len(borders)+1 {
			break
		}
		n := join(&groups[at], &groups[at+1])
		groups[at] = group{groups[at].first, n, cost(&n)}
		groups = slices.Delete(groups, at+1, at+2)
	}
	for i := 1; i < len(groups); i++ {
		borders[i-1] = groups[i].first
	}
	return len(groups)
}

// cost is the entropy of a histogram in bits.
func cost(n *[numClasses]float64) float64 {
	sum, h := 0.0, 0.0
	for _, x := range n {
		if x > 0 {
			sum += x
			h -= x * math.Log2(x)
		}
	}
	if sum > 0 {
		h += sum * math.Log2(sum)
	}
	return h
}
