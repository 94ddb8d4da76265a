package recordings

import (
	"math"
	"math/bits"
	"slices"
)

// lattice is the set of times that the spikes of a block lie on: unit s is (phase + s*step) >> frac. Populations
// that spike on the integration grid, and recordings that were sampled at some rate, save the bits below its step.
// A step that is no whole number of units (30 kHz in us) has a fraction of frac bits.
type lattice struct {
	step, phase uint64
	frac        uint
}

// slots is the number of its places in a frame of span units.
func (l lattice) slots(span uint64) uint64 { return (span<<l.frac-1-l.phase)/l.step + 1 }

// slot returns the place of a unit that lies on the lattice, given the divisor by its step.
func (l lattice) slot(unit uint64, step divisor) uint64 {
	if at := unit << l.frac; at > l.phase {
		return step.div(at - l.phase + l.step - 1)
	}
	return 0
}

// unit returns the time of a place.
func (l lattice) unit(slot uint64) uint64 { return (l.phase + slot*l.step) >> (l.frac & 63) }

// dense is the lattice of all units.
func dense() lattice { return lattice{step: 1} }

// findLattice finds the coarsest lattice of the times, which are keys shifted. near are some of them in ascending
// order, close together. For times off any grid both searches end after a few spikes.
func findLattice(keys []key, near []uint64, shift uint, span uint64, scratch *[]float64) lattice {
	first, step := keys[0]>>shift, newDivisor(1)
	for _, k := range keys {
		a, b := k>>shift, first
		if a < b {
			a, b = b, a
		}
		if a -= b; a == 0 || step.by > 1 && step.div(a)*step.by == a {
			continue
		}
		common := a
		if step.by > 1 {
			for b = step.by; b != 0; {
				common, b = b, common%b
			}
		}
		if common == 1 {
			return fractional(keys, near, shift, span, scratch)
		}
		step = newDivisor(common)
	}
	if step.by == 1 { // all at one time
		return lattice{step: span, phase: first}
	}
	return lattice{step: step.by, phase: first % step.by}
}

const (
	latticeSample = 1024 // spikes that a fractional step is guessed from
	fewTimes      = 64   // too few to guess from
	leastStep     = 4    // units; a finer lattice is not worth its search
	mostSteps     = 4    // that may lie between the two closest times
)

// fractional looks for a lattice whose step is no whole number.
func fractional(keys []key, near []uint64, shift uint, span uint64, scratch *[]float64) lattice {
	if len(keys) < fewTimes || bits.Len64(span) > 40 {
		return dense()
	}
	if len(near) < fewTimes {
		near = nearTimes(keys, shift, span)
	}
	if offGrid(near[:min(len(near), 4*fewTimes)]) { // most end here
		return dense()
	}
	lo, hi, ok := guessStep(near, farTimes(keys, shift))
	if !ok {
		return dense()
	}
	origin := near[0]
	// Choose step and phase such that every time is hit: the slack between the constraints is a concave function of the
	// step, which ternary search maximises.
	times := (*scratch)[:0]
	for _, k := range keys {
		times = append(times, float64(k>>shift)-float64(origin))
	}
	*scratch = times
	mid := (lo + hi) / 2
	limits := func(step float64) (low, high float64) {
		low, high = math.Inf(-1), math.Inf(1)
		for _, t := range times {
			at := t - math.Round(t/mid)*step
			low, high = max(low, at), min(high, at+1)
		}
		return low, high
	}
	slack := func(step float64) float64 { low, high := limits(step); return high - low }
	for range 60 {
		a, b := lo+(hi-lo)/3, hi-(hi-lo)/3
		if slack(a) < slack(b) {
			lo = a
		} else {
			hi = b
		}
	}
	step := (lo + hi) / 2
	low, high := limits(step)
	if low >= high {
		return dense()
	}
	frac := uint(62 - bits.Len64(span))
	l := lattice{step: uint64(math.Round(math.Ldexp(step, int(frac)))), frac: frac}
	at := math.Ldexp(float64(origin)+(low+high)/2, int(frac))
	if l.step == 0 {
		return dense()
	}
	if at < 0 { // times before the origin's slot: move the phase by whole steps
		at += math.Ceil(-at/float64(l.step)) * float64(l.step)
	}
	l.phase = uint64(at) % l.step
	slots := newDivisor(l.step)
	for _, k := range keys {
		if t := k >> shift; l.unit(l.slot(t, slots)) != t {
			return dense()
		}
	}
	return l
}

// nearTimes returns the sorted times of all spikes in a stretch of about latticeSample spikes, whose differences are
// small.
func nearTimes(keys []key, shift uint, span uint64) (near []uint64) {
	from, to := uint64(0), span
	if n := uint64(len(keys)); n > latticeSample {
		length := max(1, span/n) * latticeSample
		from = (span - min(span, length)) / 2
		to = from + length
	}
	for _, k := range keys {
		if t := k >> shift; from <= t && t < to && len(near) < 4*latticeSample {
			near = append(near, t)
		}
	}
	slices.Sort(near)
	return slices.Compact(near)
}

// farTimes returns times from all over the frame.
func farTimes(keys []key, shift uint) (far []uint64) {
	for i := 0; i < len(keys); i += 1 + len(keys)/latticeSample {
		far = append(far, keys[i]>>shift)
	}
	return far
}

// guessStep narrows down the step from differences of times, which are multiples of it to within a unit: small ones
// first, because they leave no doubt which multiple they are. It returns false if no step does, or if it stays in
// doubt.
func guessStep(near, far []uint64) (lo, hi float64, ok bool) {
	diffs := differences(near, far)
	for k := 1.0; k <= mostSteps; k++ {
		lo, hi, used := narrow(diffs, k)
		if lo >= leastStep && used > len(diffs)/2 && (hi-lo)*diffs[len(diffs)-1]/lo < 8 {
			return lo, hi, true
		}
	}
	return 0, 0, false
}

// offGrid reports whether a few times are enough to see that they lie on no lattice.
func offGrid(near []uint64) bool {
	diffs := differences(near, nil)
	for k := 1.0; k <= mostSteps; k++ {
		if _, hi, _ := narrow(diffs, k); hi >= leastStep {
			return false
		}
	}
	return true
}

// differences returns differences of times, ascending; none if two are closer than a lattice allows.
func differences(near, far []uint64) (diffs []float64) {
	for i := 1; i < len(near); i++ {
		if near[i]-near[i-1] < leastStep-1 {
			return nil
		}
		diffs = append(diffs, float64(near[i]-near[i-1]), float64(near[i]-near[0]))
	}
	if len(near) < 16 {
		return nil
	}
	for _, t := range far {
		if d := math.Abs(float64(t) - float64(near[0])); d > 0 {
			diffs = append(diffs, d)
		}
	}
	slices.Sort(diffs)
	return diffs
}

// narrow returns the steps that all differences allow if the smallest is k of them, and how many of them helped; hi
// is 0 if there is none.
func narrow(diffs []float64, k float64) (lo, hi float64, used int) {
	if len(diffs) == 0 {
		return 0, 0, 0
	}
	lo, hi = (diffs[0]-1)/k, (diffs[0]+1)/k
	for _, d := range diffs {
		least, most := math.Ceil((d-1)/hi), math.Floor((d+1)/lo)
		switch {
		case least > most || hi < leastStep:
			return 0, 0, 0
		case least == most && least > 0:
			lo, hi = max(lo, (d-1)/least), min(hi, (d+1)/least)
			used++
		}
	}
	return lo, hi, used
}
