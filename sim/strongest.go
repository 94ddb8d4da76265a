package sim

import (
	"math"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/synapse"
)

// largestRuled is a bound of a rule that says something of the weights that it makes.
const largestRuled = 1e6

// strongestOnto returns the largest weight of a conductance, in leaks, that arrives at a population: of projections,
// with what a rule may make of it, and of backgrounds. Of distributions without an end it is that three standard
// deviations out.
func (s *Sim) strongestOnto(p *population) (most float64) {
	conductance := func(c int) bool {
		k, ok := p.channels[c].Kernel.(neuron.Signed)
		return ok && k.Conductance()
	}
	for _, q := range s.projections {
		if q.target != p || !conductance(q.channel) {
			continue
		}
		spec := &q.Spec
		if list, ok := spec.Connector.(*synapse.List); ok && list.HasWeight {
			for i := range list.Synapses {
				most = max(most, list.Synapses[i].Weight)
			}
		} else {
			most = max(most, farOut(spec.Weight))
		}
		if spec.Plastic && spec.WeightMax < largestRuled {
			most = max(most, spec.WeightMax)
		}
	}
	for _, b := range p.desc.Backgrounds {
		weighted, ok := b.Spec.(neuron.Weighted)
		if c, err := p.channel(b.Port, b.Receptor); ok && err == nil && conductance(c) {
			_, hi := weighted.Weights()
			most = max(most, hi)
		}
	}
	return most
}

// farOut returns the largest value of a distribution, or one that hardly any exceeds.
func farOut(v neuron.Value) float64 {
	_, hi := v.Bounds()
	if !math.IsInf(hi, 1) {
		return hi
	}
	if v.Shape == neuron.LogNormal {
		return v.A * math.Exp(3*v.B)
	}
	return v.A + 3*v.B
}
