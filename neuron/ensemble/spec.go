package ensemble

import (
	"fmt"
	"math"
	"strings"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/spike"
)

// Spec describes a population of units in a network: model = "ensemble". Connectors, weights, rules, stimuli and
// probes count units; a spike is one of a neuron, number unit x N + neuron of the population.
//
//	v = bias + s + I_soma        τ_syn ds/dt = -s;     an arrival of weight w adds w/(N E_max τ_syn)
//	a = d + I_apical             τ_apical dd/dt = -d;  an arrival of weight w adds w/(N E_max τ_apical)
//	e:  τ_own de/dt = -e, an event of the unit adds 1/(N E_max τ_own)
//
//	event rate of a neuron        E_max σ(v), with a dead time after each of its events
//	burst probability of an event 2 p_b σ(2 a h/p_b),  h = max(0, 1-e)
//
// All of v, a, e and the weights have no unit, nor do stimuli: a number that is a current elsewhere is a drive here.
// Arrivals count in the units of the unit that receives them: a unit like it at full activation, or any N neurons that
// spike at E_max, give a drive of one weight. A burst is a second spike burst_delay after its event; projections that
// carry events alone have transmit = "events".
//
// Drives are those at the start of a step, as in a presentation (package sim/ensemble) with bins of a step, and events
// are at their own times within it: an exact sampler, the only one that a network has. With the same key, unit and
// drive it gives the same event times as a presentation, and with the same apical drive the same bursts.
type Spec struct {
	Neurons int     `toml:"neurons" range:"[1, 1000000]" doc:"neurons of a unit, N; size counts units"`
	Rate    float64 `toml:"rate" unit:"Hz" range:"(0, 1000]" doc:"event rate of a neuron at full activation, E_max"`
	Dead    float64 `toml:"dead_time" unit:"ms" range:"(0, 1000]" doc:"time after an event's first spike without another event; rate times dead_time is at most 0.8"`
	PB      float64 `toml:"p_b" range:"(0, 0.5]" doc:"burst probability without apical drive"`
	Delay   float64 `toml:"burst_delay" unit:"ms" range:"(0, 100]" doc:"interval of a burst; below dead_time"`
	TauSyn  float64 `toml:"tau_syn" unit:"ms" range:"(0, 1000]" doc:"filter of arrivals at somata"`
	TauDend float64 `toml:"tau_apical" unit:"ms" range:"(0, 1000]" doc:"filter of arrivals at apical dendrites"`
	TauOwn  float64 `toml:"tau_own" unit:"ms" range:"(0, 1000]" doc:"filter of a unit's own events, which scale its apical drive"`

	Bias    neuron.Value `toml:"bias" doc:"somatic drive without input, or its distribution over units"`
	Initial struct {
		Activation neuron.Value `toml:"activation" doc:"event rate before the start, in units of rate, from 0 to 1: how many neurons are dead at the start, and the trace of own events"`
	} `toml:"initial"`
}

// Default returns units of 1000 neurons that fire at half of 10 Hz without input.
func Default() *Spec {
	s := &Spec{Neurons: 1000, Rate: 10, Dead: 25, PB: 0.5, Delay: 4, TauSyn: 4, TauDend: 5, TauOwn: 5}
	s.Initial.Activation = neuron.Const(0.5)
	return s
}

// UnitSize implements neuron.Grouped.
func (s *Spec) UnitSize() int { return s.Neurons }

// Unitless implements neuron.Unitless.
func (s *Spec) Unitless() {}

var (
	_ neuron.Grouped  = (*Spec)(nil)
	_ neuron.Unitless = (*Spec)(nil)
)

// params returns the neurons of a unit.
func (s *Spec) params() Params { return Params{s.Neurons, s.Rate, s.Dead / 1000} }

// Validate implements neuron.Spec.
func (s *Spec) Validate() error {
	for _, c := range []struct {
		key, unit  string
		value, max float64
	}{{"neurons", "", float64(s.Neurons), 1e6}, {"rate", "Hz", s.Rate, 1000}, {"dead_time", "ms", s.Dead, 1000},
		{"p_b", "", s.PB, 0.5}, {"burst_delay", "ms", s.Delay, 100}, {"tau_syn", "ms", s.TauSyn, 1000},
		{"tau_apical", "ms", s.TauDend, 1000}, {"tau_own", "ms", s.TauOwn, 1000}} {
		if !(c.value > 0 && c.value <= c.max) {
			return &neuron.ParameterError{Key: c.key, Value: c.value, Unit: c.unit, Reason: "is out of range",
				Allowed: allowed(0, c.max, c.unit)}
		}
	}
	if most := 800 / s.Rate; s.Dead > most {
		return &neuron.ParameterError{Key: "dead_time", Value: s.Dead, Unit: "ms",
			Reason: "leaves hardly a neuron that is not dead", Allowed: allowed(0, most, "ms"), By: "rate"}
	}
	if s.Delay >= s.Dead {
		return &neuron.ParameterError{Key: "burst_delay", Value: s.Delay, Unit: "ms",
			Reason: "a neuron would have its next event before", Allowed: fmt.Sprintf("(0, %g) ms", s.Dead), By: "dead_time"}
	}
	if err := s.Bias.Fits(-math.MaxFloat32, math.MaxFloat32, 1); err != nil {
		return &neuron.ParameterError{Key: "bias", Value: s.Bias.A, Reason: err.Error(), Allowed: "a number"}
	}
	if err := s.Initial.Activation.Fits(0, 1, 1); err != nil {
		return &neuron.ParameterError{Key: "initial.activation", Value: s.Initial.Activation.A, Reason: err.Error(),
			Allowed: "[0, 1]"}
	}
	return nil
}

func allowed(lo, hi float64, unit string) string {
	return strings.TrimSpace(fmt.Sprintf("(%g, %.6g] %s", lo, hi, unit))
}

// recognised returns an error unless a detector finds the events and bursts that are meant.
func (s *Spec) recognised(d spike.Detector) error {
	const clear = 2 * spike.Nanosecond // what rounding to ticks may take away
	delay, dead := spike.FromSeconds(s.Delay/1000), spike.FromSeconds(s.Dead/1000)
	switch {
	case d == spike.Detector{}: // nobody records
		return nil
	case d.Least() > 2:
		return &neuron.ParameterError{Key: "burst.min_spikes", Value: float64(d.Least()),
			Reason: "a burst of an ensemble has two spikes", Allowed: "2"}
	case delay >= d.Threshold || d.MaxDuration > 0 && delay > d.MaxDuration:
		return &neuron.ParameterError{Key: "burst_delay", Value: s.Delay, Unit: "ms",
			Reason:  "spikes so far apart are no burst for the burst detector (" + d.String() + ")",
			Allowed: fmt.Sprintf("(0, %g) ms", d.Threshold.Milliseconds())}
	}
	if least := max(d.Silence(1), delay+d.Silence(2)) + clear; dead < least {
		return &neuron.ParameterError{Key: "dead_time", Value: s.Dead, Unit: "ms",
			Reason:  "the burst detector (" + d.String() + ") would take two events for one",
			Allowed: fmt.Sprintf("[%.9g, 1000] ms", least.Milliseconds())}
	}
	return nil
}

// filtered is the kernel of a filter of arrivals.
type filtered struct {
	tau  float64 // ms
	jump float64
}

// At implements neuron.Kernel.
func (f filtered) At(rest spike.Tick) (end, area float32) {
	return float32(f.jump * numeric.Exp(-rest.Milliseconds()/f.tau)), 0
}

// jump returns what an event adds to a trace that is 1 at full activation.
func (s *Spec) jump(tau float64) float64 { return 1000 / (float64(s.Neurons) * s.Rate * tau) }
