package sim

import (
	"math"
	"sort"

	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// Level is a wave whose value a protocol sets: the same from one switch to the next.
type Level struct{ value [1]float64 }

// After implements Wave.
func (l *Level) After(spike.Tick) float64 { return l.value[0] }

// Before implements Wave.
func (l *Level) Before(spike.Tick) float64 { return l.value[0] }

// Jumps implements Wave: switches are scheduled, and cut the run where they happen.
func (*Level) Jumps() []spike.Tick { return nil }

// Integral implements Wave.
func (l *Level) Integral(a, b spike.Tick) float64 { return l.value[0] * float64(b-a) }

// Protocol presents patterns one after another, stage by stage: the tests and the training of a learning experiment.
// What it does at a time follows from the time alone, so that a resumed run needs no memory of it.
type Protocol struct {
	Start    spike.Tick // of the first stage; before it, the first pattern's currents are on and nothing is taught
	Patterns []Pattern
	Stages   []Stage
	Key      rng.Key // of the shuffled orders
}

// Pattern is a setting of the network.
type Pattern struct {
	Name    string
	Levels  []LevelSetting
	Targets []TargetSetting
	Scales  []ScaleSetting
}

// LevelSetting sets the current of a stimulus whose wave is a Level, pA.
type LevelSetting struct {
	Stimulus string
	Value    float64
}

// TargetSetting is what a teacher aims at while the pattern is on.
type TargetSetting struct {
	Teacher string
	Value   float64
}

// ScaleSetting multiplies the weights of a projection that does not learn.
type ScaleSetting struct {
	Projection string
	Value      float64
}

// Stage presents its patterns Repeats times, each for Hold.
type Stage struct {
	Name     string
	Patterns []int // indices into Protocol.Patterns
	Repeats  int
	Hold     spike.Tick
	Shuffled bool // a new random order of the patterns in every repeat, otherwise as listed

	// Teaching and plasticity are on in every presentation from TeachFrom and LearnFrom to its end; from Hold on means
	// never.
	TeachFrom, LearnFrom spike.Tick
	// What is measured of a presentation lies in [MeasureFrom, MeasureTo).
	MeasureFrom, MeasureTo spike.Tick
}

// Presentation is one pattern, once.
type Presentation struct {
	Index   int // of all presentations
	Stage   int
	Repeat  int
	Pattern int
	spike.Window
}

// Len returns the number of presentations.
func (p *Protocol) Len() int {
	n := 0
	for _, s := range p.Stages {
		n += s.Repeats * len(s.Patterns)
	}
	return n
}

// Course returns the course of a stimulus whose wave is a Level, for every presentation that the protocol has.
func (p *Protocol) Course(stimulus string) *Samples {
	w := &Samples{}
	for i := range p.Len() {
		at := p.At(i)
		for _, l := range p.Patterns[at.Pattern].Levels {
			if n := len(w.Values); l.Stimulus != stimulus || n > 0 && w.Values[n-1] == l.Value {
				continue
			}
			if i == 0 {
				at.From = 0 // on while the network settles
			}
			w.Times, w.Values = append(w.Times, at.From), append(w.Values, l.Value)
		}
	}
	return w
}

// FirstOf returns the number of the first presentation of a stage.
func (p *Protocol) FirstOf(stage int) int {
	n := 0
	for _, s := range p.Stages[:stage] {
		n += s.Repeats * len(s.Patterns)
	}
	return n
}

// End returns when the last presentation ends.
func (p *Protocol) End() spike.Tick {
	t := p.Start
	for _, s := range p.Stages {
		t += s.Hold * spike.Tick(s.Repeats*len(s.Patterns))
	}
	return t
}

// At returns presentation number index.
func (p *Protocol) At(index int) Presentation {
	t, left := p.Start, index
	for k, s := range p.Stages {
		n := s.Repeats * len(s.Patterns)
		if left >= n {
			left -= n
			t += s.Hold * spike.Tick(n)
			continue
		}
		t += s.Hold * spike.Tick(left)
		repeat, place := left/len(s.Patterns), left%len(s.Patterns)
		if s.Shuffled {
			place = p.shuffled(k, repeat)[place]
		}
		return Presentation{index, k, repeat, s.Patterns[place], spike.Window{From: t, To: t + s.Hold}}
	}
	panic("sim: no such presentation")
}

// shuffled returns the order of a stage's patterns in a repeat.
func (p *Protocol) shuffled(stage, repeat int) []int {
	order := make([]int, len(p.Stages[stage].Patterns))
	stream := p.Key.Stream(uint64(stage), uint64(repeat)<<16)
	for i := range order {
		j := stream.IntN(i + 1)
		order[i], order[j] = order[j], i
	}
	return order
}

// first returns the number of presentations that have ended by t.
func (p *Protocol) first(t spike.Tick) int {
	return sort.Search(p.Len(), func(i int) bool { return p.At(i).To > t })
}

// check returns an error if a switch does not fall on a step.
func (p *Protocol) check(s *Sim) error {
	for _, st := range p.Stages {
		key := "protocol." + st.Name
		for _, t := range []struct {
			name string
			t    spike.Tick
		}{{"hold", st.Hold}, {"teacher_from", st.TeachFrom}, {"plasticity_from", st.LearnFrom}} {
			if t.t%s.step != 0 {
				return errorf(key+"."+t.name, "%v is not a whole number of steps of %v", t.t, s.step)
			}
		}
	}
	for _, pat := range p.Patterns {
		for _, sc := range pat.Scales {
			if !(sc.Value >= 0) {
				return errorf("patterns."+pat.Name+".weights."+sc.Projection,
					"%g: a factor that is not negative is needed, or it would change the sign of the weights", sc.Value)
			}
		}
	}
	return nil
}

// Follow lets the simulation follow the protocol from now on: from the start, or from where a resumed run goes on.
func (s *Sim) Follow(p *Protocol) error {
	if err := p.check(s); err != nil {
		return err
	}
	f := &follower{Sim: s, Protocol: p}
	if s.now >= p.Start {
		return f.present(s.now)
	}
	if err := f.quiet(); err != nil {
		return err
	}
	if p.Len() == 0 {
		return nil
	}
	if err := f.settings(p.At(0).Pattern, false); err != nil {
		return err
	}
	return s.At(p.Start, f.present)
}

// follower is a simulation that follows a protocol.
type follower struct {
	*Sim
	*Protocol
}

// present brings the presentation that is on at now into effect, and arranges for what comes next.
func (f *follower) present(now spike.Tick) error {
	index := f.first(now)
	if index == f.Len() {
		return f.quiet()
	}
	at := f.Protocol.At(index)
	stage := f.Stages[at.Stage]
	since := now - at.From
	if err := f.settings(at.Pattern, since >= stage.TeachFrom && stage.TeachFrom < stage.Hold); err != nil {
		return err
	}
	if err := f.SetPlastic("", since >= stage.LearnFrom && stage.LearnFrom < stage.Hold); err != nil {
		return err
	}
	next := at.To
	for _, t := range []spike.Tick{at.From + stage.TeachFrom, at.From + stage.LearnFrom} {
		if t > now {
			next = min(next, t)
		}
	}
	return f.Sim.At(next, f.present)
}

// settings brings a pattern into effect.
func (f *follower) settings(pattern int, teach bool) error {
	p := f.Patterns[pattern]
	for _, l := range p.Levels {
		level := f.level(l.Stimulus)
		if level == nil {
			return errorf("patterns."+p.Name+".currents."+l.Stimulus,
				"there is no stimulus of this name with wave = \"pattern\"")
		}
		level.value[0] = l.Value
	}
	for _, sc := range p.Scales {
		pr := f.Projection(sc.Projection)
		if pr == nil {
			return errorf("patterns."+p.Name+".weights."+sc.Projection, "there is no such projection")
		}
		pr.SetScale(sc.Value, f.now)
	}
	for _, t := range f.teachers {
		if t.Always {
			continue
		}
		target, found := math.NaN(), false
		for _, tt := range p.Targets {
			if tt.Teacher == t.Name {
				target, found = tt.Value, true
			}
		}
		on := teach && found
		if on == (t.on[0] == 1) && (target == t.target[0] || !on) {
			continue // a teacher that goes on with the same target keeps its current
		}
		if err := f.Teach(t.Name, on, target); err != nil {
			return err
		}
	}
	return nil
}

// quiet switches plasticity and teachers off.
func (f *follower) quiet() error {
	for _, t := range f.teachers {
		if !t.Always && t.on[0] == 1 {
			if err := f.Teach(t.Name, false, math.NaN()); err != nil {
				return err
			}
		}
	}
	return f.SetPlastic("", false)
}

// level returns the Level of a stimulus, nil if there is none.
func (s *Sim) level(name string) *Level {
	for _, p := range s.populations {
		for _, st := range p.stimuli {
			if l, ok := st.Wave.(*Level); ok && st.Name == name {
				return l
			}
		}
	}
	return nil
}
