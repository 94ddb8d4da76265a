package oracle

import (
	"math"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/sim"
)

// moment of a protocol: which pattern is on, and what is.
type setting struct {
	from            spike.Tick
	pattern         *sim.Pattern
	teaches, learns bool
}

// settings lists what a protocol does, in order of time. Before it starts the first pattern is on, after it has
// ended the last; then nothing is taught or learned.
func (c *Case) settings() []setting {
	p := c.Protocol
	if p == nil {
		return []setting{{learns: true}}
	}
	if p.Len() == 0 {
		return []setting{{}}
	}
	all := []setting{{pattern: &p.Patterns[p.At(0).Pattern]}}
	var last *sim.Pattern
	for k := range p.Len() {
		at := p.At(k)
		stage := &p.Stages[at.Stage]
		last = &p.Patterns[at.Pattern]
		for since := spike.Tick(0); since < stage.Hold; since += c.Net.Step {
			if since == 0 || since == stage.TeachFrom || since == stage.LearnFrom {
				all = append(all, setting{at.From + since, last, since >= stage.TeachFrom, since >= stage.LearnFrom})
			}
		}
	}
	return append(all, setting{from: p.End(), pattern: last})
}

// at returns the setting at a time (just before it).
func (c *Case) setting(t spike.Tick, before bool) (now setting) {
	if c.timeline == nil {
		c.timeline = c.settings()
	}
	for k, s := range c.timeline {
		if k == 0 || s.from < t || s.from == t && !before {
			now = s
		}
	}
	return now
}

// plastic reports whether rules change weights at a time.
func (c *Case) plastic(t spike.Tick) bool { return c.setting(t, false).learns }

// plasticFor returns for how long plasticity is on between two times.
func (c *Case) plasticFor(from, to spike.Tick) (on spike.Tick) {
	c.setting(from, false)
	for t := from; t < to; {
		next := to
		for _, s := range c.timeline {
			if s.from > t {
				next = min(next, s.from)
			}
		}
		if c.plastic(t) {
			on += next - t
		}
		t = next
	}
	return on
}

// level returns the current of a stimulus that patterns set.
func (c *Case) level(name string, t spike.Tick, before bool) (pA float64) {
	return c.lookUp(t, before, 0, func(p *sim.Pattern) (float64, bool) {
		for _, l := range p.Levels {
			if l.Stimulus == name {
				return l.Value, true
			}
		}
		return 0, false
	})
}

// scale returns the factor on the weights of a projection for spikes that are emitted at a time.
func (c *Case) scale(name string, t spike.Tick) float64 {
	return c.lookUp(t, false, 1, func(p *sim.Pattern) (float64, bool) {
		for _, s := range p.Scales {
			if s.Projection == name {
				return s.Value, true
			}
		}
		return 0, false
	})
}

// lookUp returns what patterns set last.
func (c *Case) lookUp(t spike.Tick, before bool, value float64, of func(*sim.Pattern) (float64, bool)) float64 {
	c.setting(t, before)
	for k, s := range c.timeline {
		if s.pattern != nil && (k == 0 || s.from < t || s.from == t && !before) {
			if v, ok := of(s.pattern); ok {
				value = v
			}
		}
	}
	return value
}

// teacher is the current of a teacher over time.
type teacher struct {
	*sim.Teacher
	from []spike.Tick
	pA   [][]float64 // from each of the times on, by neuron
}

// at returns the current into neuron i from a time on.
func (t *teacher) at(now spike.Tick, i int) (pA float64) {
	for k, from := range t.from {
		if from > now {
			break
		}
		pA = t.pA[k][i]
	}
	return pA
}

// teach computes the currents of all teachers. Averages are those of the spikes up to the last window's end.
func (r *run) teach() {
	for k := range r.c.Net.Teachers {
		r.teachers = append(r.teachers, r.teacherOf(&r.c.Net.Teachers[k]))
	}
}

func (r *run) teacherOf(d *sim.Teacher) *teacher {
	pop, p := r.c.population(d.Population)
	t := &teacher{Teacher: d}
	on, target := d.Always, math.NaN()
	set := func(at spike.Tick, f func(i int) float64) {
		pA := make([]float64, p.Size)
		for i := range pA {
			pA[i] = f(i)
		}
		t.from, t.pA = append(t.from, at), append(t.pA, pA)
	}
	set(0, func(int) float64 { return 0 })
	L := r.e.window
	for now := spike.Tick(0); now < r.c.End; now += r.c.Net.Step {
		if now%L == 0 && now > 0 && on && !d.Hold && now/max(1, d.Every) != (now-L)/max(1, d.Every) {
			set(now, r.currentFrom(d, pop, now, now, target))
		}
		if d.Always {
			continue
		}
		s := r.c.setting(now, false)
		aim, teaches := math.NaN(), false
		if s.teaches && s.pattern != nil {
			for _, a := range s.pattern.Targets {
				if a.Teacher == d.Name {
					aim, teaches = a.Value, true
				}
			}
		}
		switch {
		case on && !teaches:
			set(now, func(int) float64 { return 0 })
		case teaches && (!on || aim != target):
			set(now, r.currentFrom(d, pop, now, now/L*L, aim))
		}
		on, target = teaches, aim
	}
	return t
}

// currentFrom returns a teacher's current as it is computed now from the spikes before a time.
func (r *run) currentFrom(d *sim.Teacher, pop int, now, before spike.Tick, target float64) func(i int) float64 {
	trains := r.e.trains[pop]
	averages := func(i int) (e, b float64) {
		for k, at := range trains[i].at {
			switch left := math.Exp(-ms(now-at) / d.Tau); {
			case at >= before:
			case trains[i].kind[k] == spike.Onset:
				e += left
			case trains[i].kind[k] == spike.Burst:
				b += left
			}
		}
		return e, b
	}
	current := func(e, b, neurons float64) float64 {
		probability := 0.0
		if e > 0 {
			probability = b / e
		}
		return max(-d.Limit, min(d.Limit, law(d.Law, e*1000/d.Tau/neurons, probability, target)))
	}
	if d.Pool {
		var sumE, sumB float64
		for i := range trains {
			e, b := averages(i)
			sumE, sumB = sumE+e, sumB+b
		}
		pA := current(sumE, sumB, float64(len(trains)))
		return func(int) float64 { return pA }
	}
	return func(i int) float64 { e, b := averages(i); return current(e, b, 1) }
}

// law is the current, pA, for an event rate (Hz), a burst probability and a target.
func law(l sim.TeachingLaw, rate, probability, target float64) float64 {
	switch of := l.(type) { // files give pointers
	case *sim.Linear:
		l = *of
	case *sim.CrossEntropy:
		l = *of
	}
	switch l := l.(type) {
	case sim.Linear:
		pA := l.Offset + l.PerRate*rate + l.PerProbability*probability
		if !math.IsNaN(target) {
			pA += l.Gain * (target - rate)
		}
		return pA
	case sim.CrossEntropy:
		if math.IsNaN(target) {
			return 0
		}
		up, down := l.Gain/(rate-l.EMin), l.Gain/(l.EMax-rate)
		if rate <= l.EMin+1 {
			up, down = l.Gain, 0
		} else if rate >= l.EMax-1 {
			up, down = 0, l.Gain
		}
		return target*up - (1-target)*down
	}
	panic("oracle: unknown law of teaching")
}
