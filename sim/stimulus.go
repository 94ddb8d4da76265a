package sim

import (
	"math"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// Stimulus is a current injected into a port of a population: amplitude times wave.
type Stimulus struct {
	Name       string
	Population string
	Port       string
	Amplitude  neuron.Value // pA; a distribution gives every neuron its own
	Wave       Wave
	From, To   spike.Tick // acts in [From, To), on steps; To = 0 means to the end
	// First to Last-1 are the neurons that it acts on; Last = 0 means all.
	First, Last int
}

// Wave is the time course of a stimulus, without unit. Smooth waves are sampled at step ends and linear in between;
// jumps fall on steps.
type Wave interface {
	// After returns the value just after t, Before the one just before.
	After(t spike.Tick) float64
	Before(t spike.Tick) float64
	// Jumps lists the times at which the wave is discontinuous, in order.
	Jumps() []spike.Tick
}

// Constant is the wave 1.
type Constant struct{}

// After implements Wave.
func (Constant) After(spike.Tick) float64 { return 1 }

// Before implements Wave.
func (Constant) Before(spike.Tick) float64 { return 1 }

// Jumps implements Wave.
func (Constant) Jumps() []spike.Tick { return nil }

// Sine is sin(2 pi ((t - Start)/Period + Phase)).
type Sine struct {
	Start  spike.Tick
	Period float64 // ms; need not be whole ticks
	Phase  float64 // turns
}

// After implements Wave.
func (w Sine) After(t spike.Tick) float64 {
	s, _ := numeric.SinCosTurn((t-w.Start).Milliseconds()/w.Period + w.Phase)
	return s
}

// Before implements Wave.
func (w Sine) Before(t spike.Tick) float64 { return w.After(t) }

// Jumps implements Wave.
func (Sine) Jumps() []spike.Tick { return nil }

// Fluctuation is a frozen fluctuating signal of unit variance: a sum of sines of equal amplitude with frequencies
// spread evenly over a band and phases drawn with the seed. It is a function of time alone, so that the signal is
// known exactly wherever it is compared with what the neurons say.
type Fluctuation struct {
	freq, phase []float64 // per ns, turns
	scale       float64
}

// NewFluctuation returns a signal of n sines between lo and hi (Hz).
func NewFluctuation(key rng.Key, n int, lo, hi float64) *Fluctuation {
	w := &Fluctuation{scale: math.Sqrt(2 / float64(n))}
	for i := range n {
		// One frequency in each of n equal parts of the band, jittered so that the signal has no short period.
		f := lo + (hi-lo)*(float64(i)+key.Uniform(uint64(i), 0))/float64(n)
		w.freq, w.phase = append(w.freq, f*1e-9), append(w.phase, key.Uniform(uint64(i), 1))
	}
	return w
}

// After implements Wave.
func (w *Fluctuation) After(t spike.Tick) float64 {
	sum := 0.0
	for i, f := range w.freq {
		s, _ := numeric.SinCosTurn(float64(f*float64(t)) + w.phase[i])
		sum += s
	}
	return sum * w.scale
}

// Before implements Wave.
func (w *Fluctuation) Before(t spike.Tick) float64 { return w.After(t) }

// Jumps implements Wave.
func (*Fluctuation) Jumps() []spike.Tick { return nil }

// Samples is a wave given by times (ascending) and values: held from each time to the next, or linear in between. It
// is 0 before the first time (Steps) and keeps the last value after the last; with Period it repeats.
type Samples struct {
	Times  []spike.Tick
	Values []float64
	Linear bool
	Period spike.Tick // 0: does not repeat
}

// After implements Wave.
func (w *Samples) After(t spike.Tick) float64 { return w.at(w.fold(t), false) }

// Before implements Wave.
func (w *Samples) Before(t spike.Tick) float64 {
	u := w.fold(t)
	if w.Period > 0 && u == 0 && t > 0 {
		u = w.Period
	}
	return w.at(u, true)
}

func (w *Samples) fold(t spike.Tick) spike.Tick {
	if w.Period > 0 {
		return t % w.Period
	}
	return t
}

func (w *Samples) at(t spike.Tick, before bool) float64 {
	lo, hi := 0, len(w.Times) // number of times <= t, or < t
	for lo < hi {
		m := (lo + hi) / 2
		if w.Times[m] < t || !before && w.Times[m] == t {
			lo = m + 1
		} else {
			hi = m
		}
	}
	switch {
	case lo == 0 && w.Linear && len(w.Times) > 0 && w.Times[0] == t:
		return w.Values[0]
	case lo == 0:
		return 0
	case !w.Linear || lo == len(w.Times):
		return w.Values[lo-1]
	}
	a, b := w.Times[lo-1], w.Times[lo]
	return w.Values[lo-1] + (w.Values[lo]-w.Values[lo-1])*float64(t-a)/float64(b-a)
}

// Jumps implements Wave. Of a repeating wave, the jumps of the first period.
func (w *Samples) Jumps() []spike.Tick {
	if w.Linear && w.Period == 0 {
		return w.Times[:min(1, len(w.Times))]
	}
	return w.Times
}

// stimulus is a Stimulus in a running simulation.
type stimulus struct {
	Stimulus
	port int
	own  []float32 // amplitude of each neuron, nil if it is shared by all
}

func (s *stimulus) perNeuron() bool { return s.own != nil }

// ends returns the wave just after t and just before t+h, 0 outside [From, To).
func (s *stimulus) ends(t, h spike.Tick) (start, end float64) {
	if t < s.From || t >= s.To {
		return 0, 0
	}
	return s.Wave.After(t), s.Wave.Before(t + h)
}

// addOwn adds the stimulus to the currents of the neurons of r during w.
func (s *stimulus) addOwn(d *neuron.Drive, in *neuron.Input, r neuron.Range, w spike.Window, h spike.Tick) {
	for k := range in.Steps {
		start, end := s.ends(w.From+spike.Tick(k)*h, h)
		if start == 0 && end == 0 {
			continue
		}
		a, b := float32(start), float32(end)
		for i := range in.Len {
			amp := s.own[r.Lo+i]
			d.OwnStart[k*in.Len+i] += float32(amp * a)
			d.OwnEnd[k*in.Len+i] += float32(amp * b)
		}
	}
}

// fillDrives computes the shared currents of a population for the piece w and sees whether they go on as they were.
func (p *population) fillDrives(w spike.Window, h spike.Tick) {
	if len(p.stimuli) == 0 && p.steady {
		return
	}
	steps := int(w.Len() / h)
	for port := range p.drives {
		clear(p.drives[port].Start[:steps])
		clear(p.drives[port].End[:steps])
	}
	for _, st := range p.stimuli {
		if st.perNeuron() {
			continue
		}
		d, amp := &p.drives[st.port], st.Amplitude.A
		for k := range steps {
			start, end := st.ends(w.From+spike.Tick(k)*h, h)
			d.Start[k] += float32(amp * start)
			d.End[k] += float32(amp * end)
		}
	}
	p.steady = true
	for port := range p.drives {
		d, held := &p.drives[port], p.held[port]
		p.held[port] = d.Start[0]
		for k := range steps {
			if d.Start[k] != held || d.End[k] != held {
				p.steady, p.held[port] = false, float32(math.NaN())
			}
		}
	}
}

// holds returns until when the stimulus stays as it is at now, now if it may change at any time.
func (s *stimulus) holds(now spike.Tick) spike.Tick {
	switch s.Wave.(type) {
	case Constant, *Level:
	default:
		return now
	}
	for _, edge := range []spike.Tick{s.From, s.To} {
		if edge > now {
			return edge
		}
	}
	return spike.Forever
}
