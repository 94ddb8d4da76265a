package sim

import (
	"math"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// Stimulus is a current injected into a port of a population: amplitude times wave.
type Stimulus struct {
	Name       string
	Population string
	Port       string
	// pA, or a factor where the wave is in pA (Samples, Level); a distribution gives every neuron its own
	Amplitude neuron.Value
	Wave      Wave
	From, To  spike.Tick // acts in [From, To), on steps; To = 0 means to the end
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
	// Integral returns the integral of the wave from a to b, in ns, exactly.
	Integral(a, b spike.Tick) float64
}

// Mean returns the mean over a window of what the stimulus does with amplitude 1, exactly: jumps, From and To may lie
// anywhere in it. A Level counts with its value now; Protocol.Course has its course.
func (s *Stimulus) Mean(w spike.Window) float64 {
	from, to := max(w.From, s.From), w.To
	if s.To != 0 {
		to = min(to, s.To)
	}
	if from >= to {
		return 0
	}
	return s.Wave.Integral(from, to) / float64(w.Len())
}

// MeanAmplitude returns the mean amplitude of a stimulus over the neurons that it acts on, as they are drawn.
func (n *Network) MeanAmplitude(s *Stimulus) float64 {
	if s.Amplitude.IsConst() {
		return s.Amplitude.A
	}
	last := s.Last
	if i := n.index(s.Population); last == 0 && i >= 0 {
		last = n.Populations[i].Size
	}
	sum, key := 0.0, n.amplitudeKey(s)
	for i := s.First; i < last; i++ {
		sum += s.Amplitude.Draw(key, i)
	}
	return sum / float64(last-s.First)
}

func (n *Network) amplitudeKey(s *Stimulus) rng.Key { return rng.New(n.Seed, "stimulus", s.Name) }

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
			if d.Start[k] != d.Start[0] || d.End[k] != d.Start[0] {
				p.held[port] = float32(math.NaN())
			}
		}
		p.steady = p.steady && p.held[port] == held
	}
}

// flowsOn reports whether the shared currents of a population are, in the step from now on, what they were throughout
// the last piece.
func (p *population) flowsOn(now, h spike.Tick) bool {
	for port, held := range p.held {
		var first, last float32
		for _, st := range p.stimuli {
			if st.port == port && !st.perNeuron() {
				start, end := st.ends(now, h)
				first += float32(st.Amplitude.A * start)
				last += float32(st.Amplitude.A * end)
			}
		}
		if first != held || last != held {
			return false
		}
	}
	return true
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
