package oracle

import (
	"fmt"
	"math"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/synapse"
)

// checkSynapses holds the synapses that were built to what their connector says: which pairs there are as far as
// that is no matter of chance, and every weight and delay.
func (r *run) checkSynapses(projection int) {
	p := &r.c.Net.Projections[projection]
	_, source := r.c.population(p.Source)
	_, target := r.c.population(p.Target)
	all := r.e.synapse[projection]
	k := connections{p, source.Size, target.Size, p.Source == p.Target, make([]uint16, source.Size*target.Size),
		make([]int, source.Size),
		make([]int, target.Size)}
	for _, s := range all {
		if s.source < 0 || s.source >= source.Size || s.target < 0 || s.target >= target.Size {
			r.report.differ("%s: there is no pair %d to %d", p.Name, s.source, s.target)
			return
		}
		k.pairs[s.source*target.Size+s.target]++
		k.out[s.source]++
		k.in[s.target]++
	}
	if what := k.wrong(len(all)); what != "" {
		r.report.differ("%s: %s", p.Name, what)
	}
	if list, ok := p.Connector.(*synapse.List); ok {
		r.checkList(p, list, all)
	}
	key := rng.New(r.c.Net.Seed, "projection", p.Name).Sub("synapses")
	for j, s := range all {
		if j > mostDraws/2 && j < len(all)-mostDraws/4 && j%max(1, 4*len(all)/mostDraws) != 0 {
			continue
		}
		if !r.drawn(p, key, s) {
			r.report.differ("%s: weight %g and delay %v of %d to %d are not what is drawn for them: %+v, %+v, connector %+v",
				p.Name, s.weight, s.delay, s.source, s.target, p.Weight, p.Delay, p.Connector)
			return
		}
	}
}

// mostDraws is about how many synapses of a projection have their weights and delays drawn again.
const mostDraws = 400

// connections counts the synapses of a projection.
type connections struct {
	p                *sim.Projection
	sources, targets int
	same             bool
	pairs            []uint16 // synapses of each pair
	out, in          []int    // degrees
}

// wrong says what is wrong with the pairs, "" if nothing is.
func (k *connections) wrong(n int) string {
	switch c := k.p.Connector.(type) {
	case synapse.OneToOne:
		return k.each(n, k.targets, false, true, func(source, target int) bool { return source == target })
	case synapse.AllToAll:
		return k.each(n, k.possible(c.Autapses), false, c.Autapses, nil)
	case synapse.FixedProbability:
		possible := float64(k.possible(c.Autapses))
		if mean, sd := possible*c.P, math.Sqrt(possible*c.P*(1-c.P)); math.Abs(float64(n)-mean) > 6*sd+1e-9 {
			return fmt.Sprintf("%d synapses, %g expected", n, mean)
		}
		return k.each(n, n, false, c.Autapses, nil)
	case synapse.FixedInDegree:
		return k.degrees("in", k.in, c.K) + k.each(n, c.K*k.targets, c.Multapses, c.Autapses, nil)
	case synapse.FixedOutDegree:
		return k.degrees("out", k.out, c.K) + k.each(n, c.K*k.sources, c.Multapses, c.Autapses, nil)
	case synapse.FixedTotalNumber:
		return k.each(n, c.K, true, c.Autapses, nil)
	}
	return ""
}

// possible counts the pairs there can be.
func (k *connections) possible(autapses bool) int {
	if k.same && !autapses {
		return k.sources * (k.targets - 1)
	}
	return k.sources * k.targets
}

// each holds the number of synapses and every pair to what is allowed.
func (k *connections) each(n, want int, multapses, autapses bool, allowed func(source, target int) bool) string {
	if n != want {
		return fmt.Sprintf("%d synapses and not %d", n, want)
	}
	for pair, times := range k.pairs {
		source, target := pair/k.targets, pair%k.targets
		switch {
		case times > 1 && !multapses:
			return fmt.Sprintf("%d to %d is connected %d times", source, target, times)
		case times > 0 && source == target && k.same && !autapses:
			return fmt.Sprintf("neuron %d is connected to itself", source)
		case times > 0 && allowed != nil && !allowed(source, target):
			return fmt.Sprintf("%d to %d is connected", source, target)
		}
	}
	return ""
}

func (k *connections) degrees(what string, degrees []int, want int) string {
	for i, d := range degrees {
		if d != want {
			return fmt.Sprintf("the %s-degree of neuron %d is %d and not %d", what, i, d, want)
		}
	}
	return ""
}

// checkList holds the synapses of a list to it.
func (r *run) checkList(p *sim.Projection, list *synapse.List, all []realised) {
	type entry struct {
		source, target int
		weight         float32
		delay          spike.Tick
	}
	left := map[entry]int{}
	of := func(source, target int, weight float64, delay spike.Tick) entry {
		e := entry{source: source, target: target}
		if list.HasWeight {
			e.weight = float32(r.stored(p, weight))
		}
		if list.HasDelays {
			e.delay = delay
		}
		return e
	}
	for _, s := range list.Synapses {
		left[of(s.Source, s.Target, s.Weight, r.rounded(s.Delay))]++
	}
	for _, s := range all {
		left[of(s.source, s.target, s.weight, s.delay)]--
	}
	for e, n := range left {
		if n != 0 {
			r.report.differ("%s: %v is in the list %d times more often than in the network", p.Name, e, n)
		}
	}
}

// rounded is a delay in whole steps, at least one.
func (r *run) rounded(ms float64) spike.Tick {
	h := r.c.Net.Step
	return max(1, spike.Tick(math.Floor(ms*1e6/float64(h)+0.5))) * h
}

// stored is a weight as it is kept: in single precision, or in the 8 significant bits of half a word.
func (r *run) stored(p *sim.Projection, w float64) float64 {
	list, isList := p.Connector.(*synapse.List)
	if !p.Half || p.Weight.IsConst() && !(isList && list.HasWeight) {
		return float64(float32(w))
	}
	if w == 0 {
		return 0
	}
	_, exponent := math.Frexp(float64(float32(w)))
	unit := math.Ldexp(1, exponent-8)
	return math.RoundToEven(float64(float32(w))/unit) * unit
}

// drawn reports whether weight and delay are those of the synapse. Each has a block of words of the entity (source,
// target): words 0 and 1 make two normal numbers, for weight and delay, words 2 and 3 uniform ones. The upper half
// of the block's number tells synapses of one pair apart (the place in its connector's draw), the lower counts
// draws out of bounds.
func (r *run) drawn(p *sim.Projection, key rng.Key, s realised) bool {
	list, _ := p.Connector.(*synapse.List)
	entries := 1
	switch c := p.Connector.(type) {
	case synapse.FixedInDegree:
		entries = c.K
	case synapse.FixedOutDegree:
		entries = c.K
	case synapse.FixedTotalNumber:
		entries = c.K
	case *synapse.List:
		entries = len(c.Synapses)
	}
	if list == nil && p.Weight.IsConst() && p.Delay.IsConst() {
		entries = 1
	}
	for e := range entries {
		if list != nil && (list.Synapses[e].Source != s.source || list.Synapses[e].Target != s.target) {
			continue
		}
		weight, delay := r.stored(p, r.synapseValue(p.Weight, key, s, e, 0)), r.rounded(r.synapseValue(p.Delay, key, s, e, 1))
		if p.Weight.IsConst() && !p.Plastic {
			weight = r.stored(p, p.Weight.A)
		}
		if list != nil && list.HasWeight {
			weight = s.weight // see checkList
		}
		if list != nil && list.HasDelays {
			delay = s.delay
		}
		if math.Abs(weight-s.weight) <= 2e-6*(math.Abs(p.Weight.A)+math.Abs(weight))+r.halfStep(p, weight) &&
			delay == s.delay {
			return true
		}
	}
	return false
}

// halfStep is by how much a rounded weight moves when the normal number behind it is another in the last digit.
func (r *run) halfStep(p *sim.Projection, w float64) float64 {
	if p.Half && !p.Weight.IsConst() {
		return math.Abs(w) / 128
	}
	return 0
}

// synapseValue draws the weight (which = 0) or the delay (1) of a synapse.
func (r *run) synapseValue(v neuron.Value, key rng.Key, s realised, entry, which int) float64 {
	again := uint64(entry) << 32
	next := func() [4]uint32 {
		again++
		return key.Block(uint64(s.source)<<32|uint64(s.target), again-1)
	}
	switch v.Shape {
	case neuron.Normal:
		return within(v, func() float64 { return v.A + v.B*normal(next(), which) })
	case neuron.Uniform:
		return v.A + (v.B-v.A)*rng.Unit(next()[2+which])
	case neuron.LogNormal:
		return within(v, func() float64 { return v.A * math.Exp(v.B*normal(next(), which)) })
	}
	return v.A
}
