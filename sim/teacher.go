package sim

import (
	"fmt"
	"math"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/plasticity"
)

// Teacher is a closed-loop current: what every neuron (or unit) of a population receives depends on its own events and
// bursts, which an Estimator follows online. The current is computed at window ends and acts from the next window on.
//
// It is a teacher where it compares the event rate with a target (Payeur et al. 2021, Methods, for the output
// of the XOR network), and a compensation where it only subtracts what one compartment leaks into the other.
type Teacher struct {
	Name, Population, Port string
	Tau                    float64    // time constant of the averages, ms
	Every                  spike.Tick // how often the current is computed while it is on; a window at least
	Hold                   bool       // compute it only when it is switched on
	Always                 bool       // on from the start, and not part of a protocol's teaching
	Pool                   bool       // use the averages of the whole population, the same current for all
	Limit                  float64    // bound of the current, pA
	Law                    TeachingLaw
}

// TeachingLaw computes the current in pA from event rate (Hz), burst probability and target of a neuron. Target is NaN
// where there is none.
type TeachingLaw interface {
	Current(rate, probability, target float64) float64
}

// Deciding is a law whose targets 0 and 1 stand for the two sides of a threshold, so that an answer is right or wrong
// and costs something. Targets of other laws are event rates in Hz.
type Deciding interface {
	TeachingLaw
	Threshold() float64                // event rate, Hz
	Cost(rate, target float64) float64 // of an event rate, Hz
}

// CrossEntropy is the derivative of the cross-entropy between a target y in [0, 1] and the normalised rate
// (E - e_min)/(e_max - e_min), scaled by Gain, with a margin of 1 Hz at either end (Payeur et al. 2021):
//
//	y = 1:  Gain/(E - e_min);  up to e_min + 1 Hz the largest current, from e_max - 1 Hz on none
//	y = 0: -Gain/(e_max - E);  from e_max - 1 Hz on the largest current, up to e_min + 1 Hz none
type CrossEntropy struct {
	EMin float64 `toml:"e_min" unit:"Hz" range:"[0, 1000]" doc:"event rate that means 0"`
	EMax float64 `toml:"e_max" unit:"Hz" range:"[0, 1000]" doc:"event rate that means 1; more than 2 Hz above e_min"`
	Gain float64 `toml:"gain" range:"[0, 1e6]" doc:"pA times Hz"`
}

// DefaultCrossEntropy returns the law of Payeur et al. (2021).
func DefaultCrossEntropy() *CrossEntropy { return &CrossEntropy{EMin: 2, EMax: 10, Gain: 1000} }

// Validate returns a *neuron.ParameterError where the rates that mean 0 and 1 are too close.
func (c CrossEntropy) Validate() error {
	if c.EMax-c.EMin > 2 {
		return nil
	}
	return &neuron.ParameterError{Key: "e_max", Value: c.EMax, Unit: "Hz",
		Reason:  fmt.Sprintf("%g Hz is not more than 2 Hz above e_min", c.EMax),
		Allowed: fmt.Sprintf("(%g, 1000] Hz", c.EMin+2)}
}

// Threshold implements Deciding: half way between the rates that mean 0 and 1.
func (c CrossEntropy) Threshold() float64 { return (c.EMin + c.EMax) / 2 }

// Cost implements Deciding, with the bounds of the published program.
func (c CrossEntropy) Cost(rate, target float64) float64 {
	y := max(0.01, min(0.99, (rate-c.EMin)/(c.EMax-c.EMin)))
	return -target*math.Log(y) - (1-target)*math.Log(1-y)
}

// Current implements TeachingLaw. Targets between 0 and 1 mix the two branches.
func (c CrossEntropy) Current(rate, _, target float64) float64 {
	if math.IsNaN(target) {
		return 0
	}
	up, down := 0.0, 0.0
	switch {
	case rate <= c.EMin+1:
		up = c.Gain
	case rate < c.EMax-1:
		up, down = c.Gain/(rate-c.EMin), c.Gain/(c.EMax-rate)
	default:
		down = c.Gain
	}
	return float64(target*up) - float64((1-target)*down)
}

// Linear is Offset + Gain (target - E) + PerRate E + PerProbability P; without a target, Gain does not act.
type Linear struct {
	Offset         float64 `toml:"offset" unit:"pA" range:"[-1e6, 1e6]" doc:"constant part"`
	Gain           float64 `toml:"gain" range:"[0, 1e6]" doc:"pA per Hz of error"`
	PerRate        float64 `toml:"per_rate" range:"[-1e6, 1e6]" doc:"pA per Hz of event rate"`
	PerProbability float64 `toml:"per_probability" unit:"pA" range:"[-1e6, 1e6]" doc:"current per unit of the running estimate of the burst probability"`
}

// DefaultLinear returns a law that compares with a target, 1000 pA per Hz.
func DefaultLinear() *Linear { return &Linear{Gain: 1000} }

// Validate finds nothing: any coefficients make sense.
func (l Linear) Validate() error { return nil }

// Current implements TeachingLaw.
func (l Linear) Current(rate, probability, target float64) float64 {
	i := l.Offset + float64(l.PerRate*rate) + float64(l.PerProbability*probability)
	if !math.IsNaN(target) {
		i += float64(l.Gain * (target - rate))
	}
	return i
}

// teacher is a Teacher in a running simulation: a stimulus whose amplitudes it writes.
type teacher struct {
	Teacher
	estimator *plasticity.Estimator // of units
	of        *population
	own       []spike.Event // spikes of units, where these have several neurons
	current   []float32     // pA, shared with the stimulus
	on        []uint8
	target    []float64
}

func (s *Sim) buildTeachers(Options) error {
	for _, d := range s.net.Teachers {
		key := "teachers." + d.Name
		p := s.population(d.Population)
		if p == nil {
			return errorf(key+".population", "there is no population %q", d.Population)
		}
		port := indexOf(p.Ports(), d.Port)
		if len(p.Ports()) == 0 {
			return errorf(key+".population", "%s takes no input: its neurons only send", d.Population)
		}
		if port < 0 {
			return errorf(key+".port", "population %s has no port %q; it has %q", d.Population, d.Port, p.Ports())
		}
		if !(d.Tau > 0) {
			return errorf(key+".tau", "%g ms is not above 0", d.Tau)
		}
		if law, ok := d.Law.(interface{ Validate() error }); ok {
			if err := law.Validate(); err != nil {
				return parameterError(key, err)
			}
		}
		units := p.id
		units.Size = p.Len()
		t := &teacher{Teacher: d, of: p, estimator: plasticity.NewEstimator(units, d.Tau, 0, 0),
			current: make([]float32, p.Len()),
			on:      make([]uint8, 1), target: []float64{math.NaN()}}
		if d.Always {
			t.on[0] = 1
		}
		p.stimuli = append(p.stimuli, &stimulus{Stimulus: Stimulus{Name: d.Name, Wave: Constant{}, To: spike.Forever},
			port: port, own: t.current})
		s.teachers = append(s.teachers, t)
		s.AddLearner(t)
	}
	return nil
}

// Learn implements Learner.
func (t *teacher) Learn(w spike.Window, events []spike.Event) {
	t.estimator.Learn(w, t.ofUnits(events))
	if t.on[0] == 1 && !t.Hold && w.To/max(1, t.Every) != w.From/max(1, t.Every) {
		t.compute(w.To)
	}
}

// ofUnits returns the spikes with their units in place of neurons.
func (t *teacher) ofUnits(events []spike.Event) []spike.Event {
	if t.of.each == 1 {
		return events
	}
	t.own = t.own[:0]
	for _, e := range events {
		if t.of.id.Contains(e.Src) {
			e.Src = t.of.id.First + spike.ID(t.of.unit(e.Src))
			t.own = append(t.own, e)
		}
	}
	return t.own
}

func (t *teacher) compute(now spike.Tick) {
	if t.Pool {
		rate, _, p := t.estimator.Population(now)
		c := t.bounded(rate, p)
		for i := range t.current {
			t.current[i] = c
		}
		return
	}
	t.estimator.Each(now, func(i int, rate, probability float64) { t.current[i] = t.bounded(rate, probability) })
}

// bounded returns the current of a unit with an event rate, Hz, of all of its neurons together.
func (t *teacher) bounded(rate, probability float64) float32 {
	rate /= float64(t.of.each)
	return float32(max(-t.Limit, min(t.Limit, t.Law.Current(rate, probability, t.target[0]))))
}

// Columns implements Learner.
func (t *teacher) Columns() []neuron.Column {
	return append(t.estimator.Columns(), neuron.Column{Name: "current", Unit: "pA", Data: t.current},
		neuron.Column{Name: "on", Data: t.on}, neuron.Column{Name: "target", Data: t.target})
}

// Reset implements Learner.
func (t *teacher) Reset() {
	t.estimator.Reset()
	clear(t.current)
	t.on[0], t.target[0] = 0, math.NaN()
	if t.Always {
		t.on[0] = 1
	}
}

// Teach switches a teacher on or off and gives it a target (NaN: none) from now on.
func (s *Sim) Teach(name string, on bool, target float64) error {
	for _, t := range s.teachers {
		if t.Name != name {
			continue
		}
		t.target[0] = target
		if !on {
			t.on[0] = 0
			clear(t.current)
			return nil
		}
		t.on[0] = 1
		t.compute(s.now)
		return nil
	}
	return errorf("teachers."+name, "there is no such teacher")
}

// TeacherCurrent returns the mean current of a teacher over its neurons, in pA.
func (s *Sim) TeacherCurrent(name string) float64 {
	for _, t := range s.teachers {
		if t.Name == name {
			sum := 0.0
			for _, c := range t.current {
				sum += float64(c)
			}
			return sum / float64(len(t.current))
		}
	}
	return math.NaN()
}
