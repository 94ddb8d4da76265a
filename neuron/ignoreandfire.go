package neuron

import (
	"math"

	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// IgnoreAndFire is a neuron that receives input and ignores it: a network of them has the connections of another
// network and exactly the spikes that its parameters say, however large it is, so that work grows as the network
// does. It is meant for measurements of speed and memory (NEST has a model of the same name, without bursts). Every
// spike is delivered to every synapse, every current is added up, and none has an effect.
//
//	event k starts at (k + φ + j u_k)/r, k = 0, 1, 2, ...       φ the phase, u_k uniform in [0, 1)
//	with probability p it is a burst: n spikes at intervals of δ; else it is one spike
//
// So event rate, burst probability and interspike interval within bursts are given, and a single neuron fires r (1 +
// (n-1) p) spikes a second. With irregularity j = 0 every neuron is a clock; whether an event is a burst is random
// all the same. Bursts must be recognised as they are meant: δ below the threshold of the burst detector, and after
// the last spike of a burst enough time for its silence. Parameters for which that is not so are refused.
//
// Ports and receptors are those of all built-in models, and weights have any sign, so that "model" is the one key
// that must change where a neuron is to be replaced by this one.
type IgnoreAndFire struct {
	Rate         Value   `toml:"rate" unit:"Hz" allow:"[0, 1e5]" doc:"rate of events r"`
	Probability  float64 `toml:"burst_probability" allow:"[0, 1]" doc:"probability p that an event is a burst"`
	Interval     float64 `toml:"burst_interval" unit:"ms" allow:"(0, 1e4)" doc:"interval δ between the spikes of a burst"`
	Spikes       int     `toml:"burst_spikes" allow:"[2, 255]" doc:"number n of spikes of a burst"`
	Irregularity float64 `toml:"irregularity" allow:"[0, 1]" doc:"j: by what part of a period an event comes later at the most, at random; 0: a clock"`

	Initial struct {
		Phase Value `toml:"phase" allow:"[0, 1]" doc:"phase φ of the first event, in periods 1/r"`
	} `toml:"initial"`
}

// DefaultIgnoreAndFire returns neurons with 5 events a second, a fifth of them bursts of two spikes 10 ms apart,
// whose phases are random.
func DefaultIgnoreAndFire() *IgnoreAndFire {
	s := &IgnoreAndFire{Rate: Const(5), Probability: 0.2, Interval: 10, Spikes: 2}
	s.Initial.Phase = Value{Shape: Uniform, A: 0, B: 1}
	return s
}

// mostBurstSpikes is what fits into the state of a neuron.
const mostBurstSpikes = 255

// Validate implements Spec.
func (s *IgnoreAndFire) Validate() error {
	return declared(s)
}

// New implements Spec.
func (s *IgnoreAndFire) New(b Build) (Population, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	p := &ignoreAndFire{spec: *s, build: b, Emitter: NewEmitter(b), period: make([]float64, b.N), phase: make([]float64,
		b.N),
		next: make([]spike.Tick, b.N), event: make([]uint64, b.N), left: make([]uint8, b.N),
		bursts: b.Key.Sub("bursts"), delays: b.Key.Sub("delays"), interval: ticksOf(s.Interval)}
	rates, phases := b.Key.Sub("rate"), b.Key.Sub("phase")
	highest := 0.0
	for i := range p.period {
		rate := s.Rate.Draw(rates, i)
		highest = max(highest, rate)
		p.period[i], p.phase[i] = 1e9/rate, s.Initial.Phase.Draw(phases, i) // infinite for neurons that never fire
	}
	if err := s.recognised(b.Detector, highest); err != nil {
		return nil, err
	}
	p.Reset()
	return p, nil
}

// recognised returns an error unless a detector finds the events and bursts that are meant, up to a rate in Hz.
func (s *IgnoreAndFire) recognised(d spike.Detector, highest float64) error {
	silence, length := d.Silence(1).Milliseconds(), 0.0
	if s.Probability > 0 {
		if s.Interval >= d.Threshold.Milliseconds() {
			return &ParameterError{Key: "burst_interval", Value: s.Interval, Unit: "ms",
				Reason:  "spikes so far apart are no burst for the burst detector",
				Allowed: interval(0, d.Threshold.Milliseconds(), true) + " ms"}
		}
		silence, length = d.Silence(s.Spikes).Milliseconds(), float64(s.Spikes-1)*s.Interval
	}
	if most := 1000 * (1 - s.Irregularity) / (length + silence); highest > most {
		return &ParameterError{Key: "rate", Value: highest, Unit: "Hz",
			Reason: "events would follow so closely that the burst detector takes two for one: an event needs its length, " +
				"silence after it, and what irregularity adds",
			Allowed: interval(0, math.Floor(1e6*most)/1e6, false) + " Hz"}
	}
	return nil
}

// ignoreAndFire is a population of such neurons. They never sleep: every window costs the same.
type ignoreAndFire struct {
	spec  IgnoreAndFire
	build Build
	Emitter
	period, phase  []float64 // ns; periods
	interval       spike.Tick
	bursts, delays rng.Key

	next  []spike.Tick // spike
	event []uint64     // number of the event that it belongs to
	left  []uint8      // spikes of the event that follow it
}

func (p *ignoreAndFire) Len() int        { return p.build.N }
func (p *ignoreAndFire) Ports() []string { return []string{"soma", "apical"} }

// Channels implements Population.
func (p *ignoreAndFire) Channels() []Channel {
	var all []Channel
	for _, port := range p.Ports() {
		all = append(all, Channel{port, "ampa", ignored{}}, Channel{port, "nmda", ignored{}}, Channel{port, "gaba",
			ignored{}}, Channel{port, "delta", nil})
	}
	return all
}

// ignored is a kernel for what nobody reads: it costs what others cost.
type ignored struct{}

// ignoredTau is the time constant of what is ignored, in ms.
const ignoredTau = 5

// At implements Kernel.
func (ignored) At(rest spike.Tick) (end, area float32) {
	end = float32(numeric.Exp(-rest.Milliseconds() / ignoredTau))
	return end, ignoredTau * (1 - end)
}

func (p *ignoreAndFire) Columns() []Column {
	return append([]Column{{Name: "next_spike", Unit: "ms", Data: p.next}, {Name: "event", Data: p.event},
		{Name: "burst_spikes_left", Data: p.left}},
		p.Emitter.Columns()...)
}

func (p *ignoreAndFire) Reset() {
	p.Emitter.Reset()
	for i := range p.next {
		p.begin(i, 0)
	}
}

// begin prepares event k of neuron i.
func (p *ignoreAndFire) begin(i int, k uint64) {
	p.event[i], p.left[i] = k, 0
	if math.IsInf(p.period[i], 1) {
		p.next[i] = spike.Forever
		return
	}
	part := float64(k) + p.phase[i]
	if j := p.spec.Irregularity; j > 0 {
		part += float64(j * p.delays.Uniform(uint64(i), k))
	}
	p.next[i] = spike.Tick(part * p.period[i])
	if p.bursts.Uniform(uint64(i), k) < p.spec.Probability {
		p.left[i] = uint8(p.spec.Spikes - 1)
	}
}

// Advance implements Population.
func (p *ignoreAndFire) Advance(r Range, w spike.Window, _ *Input, out *spike.Buffer) {
	for i, next := range p.next[r.Lo:r.Hi] {
		if next < w.To {
			p.fire(r.Lo+i, w.To, out)
		}
	}
}

// fire emits the spikes of neuron i before a time.
func (p *ignoreAndFire) fire(i int, until spike.Tick, out *spike.Buffer) {
	for p.next[i] < until {
		p.Emit(out, i, p.next[i])
		if p.left[i] > 0 {
			p.left[i]--
			p.next[i] += p.interval
			continue
		}
		p.begin(i, p.event[i]+1)
	}
}
