package neuron

import (
	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// Poisson is a population of independent Poisson sources of constant rate. It has no inputs. Intervals are exponential,
// or shifted exponential with a dead time d, which makes the rate r/(1+rd): draw n of source i gives its n-th interval.
type Poisson struct {
	Rate Value `toml:"rate" unit:"Hz" doc:"rate outside of dead times"`
	Dead Value `toml:"dead_time" unit:"ms" doc:"no spike for this time after a spike"`
}

// DefaultPoisson returns sources of 10 Hz without dead time.
func DefaultPoisson() *Poisson { return &Poisson{Rate: Const(10)} }

// Validate implements Spec.
func (s *Poisson) Validate() error {
	return first(s.Rate.require("rate", "Hz", 0, 1e6, false), s.Dead.require("dead_time", "ms", 0, 1e6, false))
}

// New implements Spec.
func (s *Poisson) New(b Build) (Population, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	p := &poissonSources{source: newSource(b), gap: make([]float64, b.N), dead: make([]spike.Tick, b.N), key: b.Key.Sub("intervals"),
		next: make([]spike.Tick, b.N), draw: make([]uint64, b.N), soonest: make([]spike.Tick, (b.N+sourceGroup-1)/sourceGroup)}
	rates, dead := b.Key.Sub("rate"), b.Key.Sub("dead_time")
	for i := range b.N {
		p.gap[i] = 1e9 / s.Rate.Draw(rates, i)
		p.dead[i] = ticksOf(s.Dead.Draw(dead, i))
	}
	p.Reset()
	return p, nil
}

// source is what populations without inputs share.
type source struct {
	build Build
	Emitter
}

func newSource(b Build) source { return source{b, NewEmitter(b)} }

// Len implements Population.
func (s *source) Len() int { return s.build.N }

// Ports implements Population.
func (s *source) Ports() []string { return nil }

// Channels implements Population.
func (s *source) Channels() []Channel { return nil }

// expTicks returns the exponential number of mean gap ticks that a word stands for, Forever for an infinite mean.
func expTicks(word uint32, gap float64) spike.Tick {
	if x := float64(-numeric.Log(rng.Unit(word)) * gap); x < float64(spike.Forever) {
		return spike.Tick(x + 0.5)
	}
	return spike.Forever
}

// poissonSources is a population of Poisson sources.
type poissonSources struct {
	source
	key  rng.Key
	gap  []float64    // mean interval, ticks
	dead []spike.Tick // dead time

	next []spike.Tick // next spike
	draw []uint64     // and the number of the draw that it comes from

	soonest []spike.Tick // no neuron of a group spikes before; a bound, not state
}

// sourceGroup sources are passed over together until one of them spikes: a window has far fewer spikes than sources.
const sourceGroup = 16

func (p *poissonSources) Columns() []Column {
	p.forget() // whoever asks may change them
	return append([]Column{{Name: "next_spike", Unit: "ms", Data: p.next}, {Name: "draw", Data: p.draw}}, p.Emitter.Columns()...)
}

func (p *poissonSources) Reset() {
	clear(p.draw)
	for i := range p.next {
		p.next[i] = expTicks(p.key.Word(uint64(i), 0), p.gap[i])
	}
	p.Emitter.Reset()
	p.forget()
}

func (p *poissonSources) forget() {
	for g := range p.soonest {
		p.soonest[g] = spike.Never
	}
}

// Advance implements Population.
func (p *poissonSources) Advance(r Range, w spike.Window, in *Input, out *spike.Buffer) {
	for lo := r.Lo; lo < r.Hi; lo += sourceGroup {
		if soonest := &p.soonest[lo/sourceGroup]; *soonest < w.To {
			*soonest = p.advance(Range{lo, min(lo+sourceGroup, r.Hi)}, w, out)
		}
	}
}

// advance takes the sources of r through w and returns when the next of them spikes.
func (p *poissonSources) advance(r Range, w spike.Window, out *spike.Buffer) (soonest spike.Tick) {
	soonest = spike.Forever
	for i := r.Lo; i < r.Hi; i++ {
		for at := p.next[i]; at < w.To; at = p.next[i] {
			if at >= w.From {
				p.Emit(out, i, at)
			}
			p.draw[i]++
			gap := p.dead[i] + expTicks(p.key.Word(uint64(i), p.draw[i]), p.gap[i])
			p.next[i] = at + max(1, gap) // no two spikes in one tick
		}
		soonest = min(soonest, p.next[i])
	}
	return soonest
}
