package analysis

import (
	"math"
	"sort"

	"github.com/burstplex/burstplex/neuron/spike"
)

// Coincidence returns the coincidence factor Γ of a spike train with a target (Kistler, Gerstner & van Hemmen 1997;
// Jolivet et al. 2008): coincidences within ±precision, less those of a Poisson train of the same rate, over half of
// all spikes, scaled so that 1 is a perfect match and 0 chance. Both trains are sorted and lie in a span of time. NaN
// where neither has a spike, or where the model fires so often that chance explains everything (2 rate precision >= 1).
func Coincidence(model, target []spike.Tick, precision spike.Tick, span spike.Window) float64 {
	n := 0
	j := 0
	for _, t := range target { // each spike of the model is used once
		for j < len(model) && model[j] < t-precision {
			j++
		}
		if j < len(model) && model[j] <= t+precision {
			n++
			j++
		}
	}
	chance := 2 * float64(len(model)) / span.Len().Seconds() * precision.Seconds()
	all := float64(len(model) + len(target))
	if all == 0 || chance >= 1 {
		return math.NaN()
	}
	return (float64(n) - chance*float64(len(target))) / (all / 2) / (1 - chance)
}

// VanRossum returns the distance of two sorted spike trains (van Rossum 2001): both are filtered with exp(-t/τ), and D²
// is the integral of the squared difference over τ/2, so that a spike more or less is a distance of 1, and two spikes
// far apart are √2. τ small beside the intervals counts coincidences, τ large compares rates.
func VanRossum(a, b []spike.Tick, tau spike.Tick) float64 {
	type signed struct {
		at   spike.Tick
		sign float64
	}
	all := make([]signed, 0, len(a)+len(b))
	for _, t := range a {
		all = append(all, signed{t, 1})
	}
	for _, t := range b {
		all = append(all, signed{t, -1})
	}
	sort.SliceStable(all, func(i, j int) bool { return all[i].at < all[j].at })
	// D² = Σᵢ Σⱼ sᵢ sⱼ exp(-|tᵢ-tⱼ|/τ), with the sum over earlier spikes kept up from spike to spike.
	sum, earlier := 0.0, 0.0
	for i, s := range all {
		if i > 0 {
			earlier *= math.Exp(-float64(s.at-all[i-1].at) / float64(tau))
		}
		sum += 1 + 2*s.sign*earlier
		earlier += s.sign
	}
	return math.Sqrt(max(0, sum))
}

// BurstFeatures are what a cell's bursts are told apart by.
type BurstFeatures struct {
	Rate     float64 // bursts per second
	Spikes   float64 // per burst, NaN without bursts
	Interval float64 // mean interval within bursts, ms, NaN without bursts
}

// BurstsOf measures the bursts of a sorted train that begin in a span, told apart by a detector.
func BurstsOf(train []spike.Tick, d spike.Detector, span spike.Window) BurstFeatures {
	var bursts, spikes int
	var within spike.Tick
	state := spike.NewTrain()
	length, inside := 0, false
	var last spike.Tick
	for _, at := range train {
		if d.Label(&state, at) == spike.Onset {
			length, inside = 1, span.Contains(at)
		} else if length++; inside {
			if length == 2 {
				bursts, spikes = bursts+1, spikes+1
			}
			spikes++
			within += at - last
		}
		last = at
	}
	f := BurstFeatures{Rate: float64(bursts) / span.Len().Seconds(), Spikes: math.NaN(), Interval: math.NaN()}
	if bursts > 0 {
		f.Spikes, f.Interval = float64(spikes)/float64(bursts), within.Milliseconds()/float64(spikes-bursts)
	}
	return f
}

// Slope returns the slope of the line of least squares of y against x, NaN pairs left out: of an f-I curve, Hz per pA.
func Slope(x, y []float64) float64 {
	var n, mx, my, sxx, sxy float64
	for i := range x {
		if math.IsNaN(x[i]) || math.IsNaN(y[i]) {
			continue
		}
		n++
		dx := x[i] - mx
		mx += dx / n
		my += (y[i] - my) / n
		sxx += dx * (x[i] - mx)
		sxy += dx * (y[i] - my)
	}
	return sxy / sxx
}
