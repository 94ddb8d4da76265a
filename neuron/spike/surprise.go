package spike

import "math"

// leastSurprising is the smallest number of spikes of a burst that Surprises finds.
const leastSurprising = 3

// Surprises labels a whole train by the Poisson surprise of its groups (Legendy & Salcman 1985, J Neurophysiol 53:926):
// with the mean rate r of the train, n spikes within T have the surprise S = -ln P, where P is the chance of n or more
// spikes of a Poisson process of rate r within T. Two successive intervals below half the mean interval begin a group;
// spikes are added at its end while that raises S (looking up to ten intervals ahead, none of them longer than the
// mean), then left out at its start while that raises S. It is a burst if S is at least limit: its first spike is an
// Onset, its second the Burst, the others Tails. Every other spike is an Onset. The labels depend on the future and on
// the whole train. The length is that of the recording.
func Surprises(train []Tick, length Tick, limit float64) []Kind {
	kinds := make([]Kind, len(train)) // Onset
	if len(train) < leastSurprising || length <= 0 {
		return kinds
	}
	rate := float64(len(train)) / float64(length)
	mean := float64(length) / float64(len(train))
	of := func(from, to int) float64 { return surprise(to-from+1, rate*float64(train[to]-train[from])) }
	short := func(k int) bool { return float64(train[k+1]-train[k]) < mean/2 }
	for i := 0; i+2 < len(train); {
		if !short(i) || !short(i+1) {
			i++
			continue
		}
		first, last := i, i+2
		best := of(first, last)
		for k := last + 1; k < len(train) && k <= last+10 && float64(train[k]-train[k-1]) <= mean; k++ {
			if s := of(first, k); s > best {
				best, last = s, k
			}
		}
		for k := first + 1; last-k+1 >= leastSurprising; k++ {
			if s := of(k, last); s > best {
				best, first = s, k
			}
		}
		if best >= limit {
			kinds[first+1] = Burst
			for k := first + 2; k <= last; k++ {
				kinds[k] = Tail
			}
		}
		i = last + 1
	}
	return kinds
}

// surprise is -ln of the chance of n or more spikes where x are expected.
func surprise(n int, x float64) float64 {
	if x <= 0 {
		return math.Inf(1) // several spikes at one time
	}
	lg, _ := math.Lgamma(float64(n) + 1)
	first := float64(n)*math.Log(x) - x - lg // ln of the chance of exactly n
	if x >= float64(n) {                     // no surprise: sum the chances of fewer
		sum, p := 0.0, math.Exp(-x)
		for k := range n {
			sum += p
			p *= x / float64(k+1)
		}
		return -math.Log(max(1-sum, 1e-300))
	}
	sum, term := 1.0, 1.0
	for k := 1; term > 1e-16*sum; k++ {
		term *= x / float64(n+k)
		sum += term
	}
	return -(first + math.Log(sum))
}
