package ensemble

import (
	"math"

	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/rng"
)

// Arrivals turns events at their own times into what traces see of them at the ends of bins. It is memory for one unit.
type Arrivals struct {
	ends   []int     // number of events that have arrived by the end of each bin
	ages   []float32 // time from an arrival to the end of its bin, in bins
	weight []float32 // what is left of it then
	dt     float64
}

// Read sorts events at ascending times (s) into bins of dt seconds, as many as there are counts, when they arrive
// after a delay, and counts the arrivals.
func (a *Arrivals) Read(counts []float32, times []float64, delay, dt float64) {
	a.dt, a.ends = dt, a.ends[:0]
	if n := (len(times) + 7) / 8 * 8; n > len(a.ages) {
		a.ages, a.weight = make([]float32, n), make([]float32, n)
	}
	i, scale := 0, 1/dt
	for k := range counts {
		from := i
		end := float64(float64(k+1)*dt) - delay
		for i < len(times) && times[i] < end {
			a.ages[i] = float32(float64((end - times[i]) * scale))
			i++
		}
		a.ends = append(a.ends, i)
		counts[k] = float32(i - from)
	}
}

// Sum writes how much of the events of each bin is left at its end, if it decays with time constant tau, s.
func (a *Arrivals) Sum(sum []float32, tau float64) {
	weight := a.decay(tau)
	from := 0
	for k, end := range a.ends {
		s := float32(0)
		for _, w := range weight[from:end] {
			s += w
		}
		sum[k] = s
		from = end
	}
}

// Bursts is Sum for all events and for those that are bursts, and counts these.
func (a *Arrivals) Bursts(all, bursts, counts []float32, burst []bool, tau float64) {
	weight := a.decay(tau)
	from := 0
	for k, end := range a.ends {
		s, b, n := float32(0), float32(0), uint32(0)
		yes := burst[from:end]
		for i, w := range weight[from:end] {
			one := uint32(0) // without a branch, which nobody could foresee
			if yes[i] {
				one = 1
			}
			n += one
			s += w
			b += math.Float32frombits(math.Float32bits(w) & -one)
		}
		all[k], bursts[k], counts[k] = s, b, float32(n)
		from = end
	}
}

// decay returns what is left of every event.
func (a *Arrivals) decay(tau float64) []float32 {
	n := 0
	if len(a.ends) > 0 {
		n = a.ends[len(a.ends)-1]
	}
	rate := float32(-a.dt / tau)
	if !decay(a.weight, a.ages, n, rate) {
		for i, age := range a.ages[:n] {
			a.weight[i] = numeric.Exp32(float32(age * rate))
		}
	}
	return a.weight[:n]
}

// Bernoulli decides about events, one random word each: one of a bin is chosen with the probability of its bin.
type Bernoulli struct {
	random source
}

// Draw appends the decisions to dst. The random numbers are those of an entity of key.
func (d *Bernoulli) Draw(dst []bool, counts, probability []float32, key rng.Key, entity uint64) []bool {
	d.random.start(key, entity)
	next := lot
	for k, n := range counts {
		limit := int64(float64(probability[k]) * (1 << 32))
		for range int(n) {
			if next == lot {
				d.random.read()
				next = 0
			}
			dst = append(dst, int64(d.random.words[next&(lot-1)]) < limit)
			next++
		}
	}
	return dst
}
