package equations

import (
	"math"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
)

// sleep keeps track of words of 64 neurons that need no work: no input, constant currents, nothing pending, and a state
// that one more step leaves as it is, bit for bit. They are left alone until something arrives or a current changes,
// which never changes a result. Models with noise, hazards or the time in their equations never sleep.
type sleep struct {
	p        *population
	able     bool
	off      bool
	asleep   []bool
	currents [][]float32 // per word: what the sleepers are at rest with, per port
	previous [][]float32 // state before the last step, by blocks; belongs to the shard that works on them
}

const restCheckSteps = 32

func newSleep(p *population) sleep {
	s := sleep{p: p, able: len(p.noises) == 0 && p.left == nil && p.timed == nil}
	for _, q := range []*program{p.block, p.scalar} {
		for _, l := range q.leaves {
			s.able = s.able && l.kind != leafTime
		}
	}
	words := (p.build.N + 63) / 64
	s.asleep, s.currents = make([]bool, words), make([][]float32, words)
	for w := range s.currents {
		s.currents[w] = make([]float32, len(p.m.ports))
	}
	if s.able {
		for range len(p.vars) + len(p.gs) {
			s.previous = append(s.previous, make([]float32, p.build.N))
		}
	}
	return s
}

func (s *sleep) reset() { clear(s.asleep) }

// SetSleep implements neuron.Sleeper.
func (p *population) SetSleep(on bool) {
	p.words.off = !on
	p.words.reset()
}

// Watches implements neuron.Sleeper.
func (p *population) Watches(r neuron.Range, w spike.Window, in *neuron.Input) bool {
	s := &p.words
	if s.off || !s.able {
		return false
	}
	if due(w, in) {
		return true
	}
	for _, asleep := range s.asleep[r.Lo/64 : (r.Hi+63)/64] {
		if asleep {
			return true
		}
	}
	return false
}

// due reports whether it is time to look for neurons that have come to rest.
func due(w spike.Window, in *neuron.Input) bool {
	return (w.From/in.Step)%restCheckSteps+spike.Tick(in.Steps) >= restCheckSteps
}

func (s *sleep) checksRest(_ neuron.Range, w spike.Window, in *neuron.Input) bool {
	return s.able && !s.off && in.Touched != nil && due(w, in)
}

// Asleep implements neuron.Sleeper.
func (p *population) Asleep(r neuron.Range, in *neuron.Input) bool {
	s := &p.words
	for w := r.Lo / 64; w*64 < r.Hi; w++ {
		if !s.asleep[w] || !s.same(w, in) {
			return false
		}
	}
	return true
}

// same reports whether the currents of a piece are those that word w rests with.
func (s *sleep) same(w int, in *neuron.Input) bool {
	for q := range in.Drives {
		if !steady(&in.Drives[q], in.Steps) || math.Float32bits(in.Drives[q].Start[0]) != math.Float32bits(s.currents[w][q]) {
			return false
		}
	}
	return true
}

// steady reports whether a current is one value throughout a piece.
func steady(d *neuron.Drive, steps int) bool {
	if d.OwnStart != nil {
		return false
	}
	for k := range steps {
		if d.Start[k] != d.Start[0] || d.End[k] != d.Start[0] {
			return false
		}
	}
	return true
}

// skip wakes the neurons of a block that something reaches, and reports whether all others sleep too.
func (s *sleep) skip(lo, hi int, r neuron.Range, in *neuron.Input) bool {
	all := true
	for w := lo / 64; w*64 < hi; w++ {
		if s.asleep[w] && (in.Touched == nil || in.Touched[w-r.Lo/64] != 0 || !s.same(w, in)) {
			s.asleep[w] = false
		}
		all = all && s.asleep[w]
	}
	return all
}

// rows lists the state that must stand still.
func (s *sleep) rows() [][]float32 { return append(append([][]float32{}, s.p.vars...), s.p.gs...) }

// remember notes the state of a block before the last step of a piece.
func (s *sleep) remember(lo, hi int) {
	for k, row := range s.rows() {
		copy(s.previous[k][lo:hi], row[lo:hi])
	}
}

// settle lets the words of a block sleep that the last step left as they were.
func (s *sleep) settle(lo, hi int, r neuron.Range, now spike.Tick, in *neuron.Input) {
	for q := range in.Drives {
		if !steady(&in.Drives[q], in.Steps) {
			return
		}
	}
	for w := lo / 64; w*64 < hi; w++ {
		if in.Touched[w-r.Lo/64] == 0 && s.still(w*64, min(w*64+64, hi), now) {
			s.asleep[w] = true
			for q := range in.Drives {
				s.currents[w][q] = in.Drives[q].Start[0]
			}
		}
	}
}

func (s *sleep) still(lo, hi int, now spike.Tick) bool {
	for i := lo; i < hi; i++ {
		if s.p.wake[i] != spike.Forever {
			return false
		}
		for d := range s.p.refEnd {
			if s.p.refEnd[d][i] > now {
				return false
			}
		}
	}
	for k, row := range s.rows() {
		for i := lo; i < hi; i++ {
			if row[i] != s.previous[k][i] {
				return false
			}
		}
	}
	return true
}
