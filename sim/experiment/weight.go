package experiment

import (
	"fmt"
	"strings"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/sim/config"
)

// Weight is the weight of synapses as a file has it: a plain number in the unit of the receptor, "0.35 leak" for
// conductances in multiples of the leak where the synapse ends, or "3 nS", which is divided by that leak.
type Weight struct {
	neuron.Value
	unit string // "", "leak" or "nS"
}

// UnmarshalQuantity implements config.QuantityDecoder.
func (w *Weight) UnmarshalQuantity(text string, parse func(quantity string) (float64, error)) error {
	units := map[string]bool{}
	err := w.Value.UnmarshalQuantity(text, func(part string) (float64, error) {
		part = strings.TrimSpace(part)
		if number, ok := strings.CutSuffix(part, "leak"); ok {
			units["leak"] = true
			return parse(strings.TrimSpace(number))
		}
		if strings.HasSuffix(part, "S") {
			units["nS"] = true
			return config.Quantity(part, "nS")
		}
		units[""] = true
		return parse(part)
	})
	if err == nil && len(units) > 1 {
		err = fmt.Errorf("the numbers of a weight have one unit")
	}
	for u := range units {
		w.unit = u
	}
	return err
}

// weight returns the weight of a projection in the unit of its receptor.
func (x *Experiment) weight(key string, p *Projection) (neuron.Value, error) {
	if p.Weight.unit == "" {
		return p.Weight.Value, nil
	}
	target := x.Populations.Get(p.Target)
	leak, what := 1.0, ""
	switch spec := target.Spec.(type) {
	case *equationPopulation:
		if kind := spec.Model.Receptor(p.Port, p.Receptor); kind != "" && kind != "exponential" {
			what = "a receptor of the kind " + kind
		}
		var one bool
		if leak, one = spec.Leak(p.Port); !one {
			leak = 0
		}
	default:
		if l, ok := spec.(*neuron.LIF); ok && l.Synapses == "current" {
			what = "a current synapse"
		}
		if _, ok := spec.(*neuron.LIFDelta); ok {
			what = "a delta synapse"
		}
		if what == "" && p.Weight.unit == "nS" {
			leak = commonLeak(spec, p.Port, x)
		}
	}
	switch {
	case what != "":
		return p.Weight.Value, x.At(key+".weight", "is a conductance, but the target has %s",
			what).Allow("a number, in pA or mV")
	case p.Weight.unit == "leak":
		return p.Weight.Value, nil
	case leak == 0:
		return p.Weight.Value, x.At(key+".weight", "the leak conductance of the target's neurons differs or is not known, so that one weight in nS is none in leaks").Allow(`multiples of the leak: "0.35 leak"`)
	}
	return scaled(p.Weight.Value, 1/leak), nil
}

// commonLeak returns the leak conductance of a port, nS; 0 if neurons differ.
func commonLeak(spec neuron.Spec, port string, x *Experiment) float64 {
	const few = 16
	pop, err := spec.New(neuron.Build{N: few, Step: x.Experiment.Step})
	if err != nil {
		return 0
	}
	m, ok := pop.(neuron.Membrane)
	if !ok {
		return 0
	}
	for k, name := range pop.Ports() {
		if name != port {
			continue
		}
		leak, _ := m.Passive(k, 0)
		for i := range few {
			if other, _ := m.Passive(k, i); other != leak {
				return 0
			}
		}
		return leak
	}
	return 1 // that there is no such port is reported elsewhere
}
