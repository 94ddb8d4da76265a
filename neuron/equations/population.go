package equations

import (
	"fmt"
	"math"
	"slices"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// cell is what both integrators keep of a population beside its variables: what happens at moments.
type cell struct {
	spec  *Spec
	m     *Model
	build neuron.Build
	neuron.Emitter

	above   [][]uint8      // per detector: its condition holds
	refEnd  [][]spike.Tick // per detector: end of refractoriness
	counts  [][]uint32     // per detector: how often it has happened, for random numbers
	left    []float64      // what the integral of the hazard has to grow by until the next spike
	second  []spike.Tick   // when the second spike of a burst is due
	delayed [][]spike.Tick // per detector that follows spikes: when it is due, mostPending per neuron
	recent  [][]spike.Tick // per pulse: what it followed, mostPending per neuron, the latest first
	from    [][]spike.Tick // per pulse: start and end after that; one element if all neurons share it
	to      [][]spike.Tick
	delay   [][]spike.Tick // per detector
	keys    []rng.Key      // of random numbers at moments, per detector; then of second spikes
	hazards rng.Key
}

// mostPending is how many pulses, or delayed events, of a neuron can be in flight; one more replaces the oldest.
const mostPending = 8

func newCell(s *Spec, b neuron.Build) *cell {
	m := s.Model
	c := &cell{spec: s, m: m, build: b, Emitter: neuron.NewEmitter(b), hazards: b.Key.Sub("hazard")}
	for _, d := range m.detectors {
		c.above = append(c.above, make([]uint8, b.N))
		c.refEnd = append(c.refEnd, make([]spike.Tick, b.N))
		c.counts = append(c.counts, make([]uint32, b.N))
		c.keys = append(c.keys, b.Key.Sub("random "+d.name))
		var pending []spike.Tick
		if d.after >= 0 {
			pending = make([]spike.Tick, b.N*mostPending)
		}
		c.delayed = append(c.delayed, pending)
	}
	c.keys = append(c.keys, b.Key.Sub("random second"))
	if m.hazard != nil {
		c.left = make([]float64, b.N)
	}
	if m.second != nil {
		c.second = make([]spike.Tick, b.N)
	}
	for range m.pulses {
		c.recent = append(c.recent, make([]spike.Tick, b.N*mostPending))
	}
	return c
}

// constants evaluates expressions of parameters for every neuron: one row per expression, with one element if all share
// it.
func (c *cell) constants(exprs []*node) [][]float64 {
	b := newBuilder(c.m, c.spec.Values, c.spec.Tables)
	var vs []value
	for _, e := range exprs {
		v := b.g.constant(0)
		if e != nil {
			v = b.of(e)
		}
		vs = append(vs, v)
	}
	p := compileProgram(b.g, vs)
	n := 1
	if len(p.leaves) > 0 {
		n = c.build.N
	}
	regs := registers[float64](p, n)
	for i, l := range p.leaves {
		if regs[i] = make([]float64, n); l.kind == leafParam { // what drives one is not known beforehand
			regs[i] = c.parameter(l.index)
		}
	}
	run(p.code, regs, n)
	rows := make([][]float64, len(vs))
	for i, r := range p.outputs {
		rows[i] = append([]float64(nil), regs[r][:n]...)
	}
	return rows
}

// parameter returns a parameter of all neurons.
func (c *cell) parameter(i int) []float64 {
	if t := c.spec.Tables[i]; t != nil {
		return t
	}
	x := make([]float64, c.build.N)
	key := c.build.Key.Sub(c.m.parameters[i].Name)
	for j := range x {
		x[j] = c.spec.Values[i].Draw(key, j)
	}
	return x
}

// times computes the times of pulses and delays.
func (c *cell) times() {
	ticks := func(n *node) []spike.Tick {
		var out []spike.Tick
		for _, x := range c.constants([]*node{n})[0] {
			out = append(out, ticksOf(x))
		}
		return out
	}
	for _, p := range c.m.pulses {
		c.from, c.to = append(c.from, ticks(p.from)), append(c.to, ticks(p.to))
	}
	for _, d := range c.m.detectors {
		c.delay = append(c.delay, ticks(d.delay))
	}
}

// at returns the element of neuron i of a row that all may share.
func at[T any](row []T, i int) T {
	if len(row) == 1 {
		return row[0]
	}
	return row[i]
}

func ticksOf(ms float64) spike.Tick {
	if x := math.Round(ms * 1e6); math.Abs(x) < float64(spike.Forever)/4 {
		return spike.Tick(x)
	}
	if ms > 0 {
		return spike.Forever / 4
	}
	return 0
}

// reset restores all that happens at moments.
func (c *cell) reset() {
	for d := range c.m.detectors {
		clear(c.above[d])
		clear(c.counts[d])
		fill(c.refEnd[d], spike.Never)
		fill(c.delayed[d], spike.Forever)
	}
	fill(c.second, spike.Forever)
	for p := range c.recent {
		fill(c.recent[p], spike.Never)
	}
	for i := range c.left {
		c.left[i] = c.exponential(i)
	}
	c.Emitter.Reset()
}

func fill[T any](row []T, x T) {
	for i := range row {
		row[i] = x
	}
}

// exponential draws how far the integral of the hazard goes until the next spike.
func (c *cell) exponential(i int) float64 {
	s := c.hazards.Stream(uint64(i), 2*uint64(c.counts[0][i]))
	return s.Exp()
}

// draws puts the random numbers of a moment into dst; salt tells programs of the same moment apart.
func (c *cell) draws(dst []float64, normal []bool, key rng.Key, i int, number uint32) {
	for k, isNormal := range normal {
		s := key.Sub(fmt.Sprint(k)).Stream(uint64(i), 4*uint64(number))
		if isNormal {
			dst[k] = s.Normal()
		} else {
			dst[k] = s.Float64()
		}
	}
}

// columns lists the state that happens at moments.
func (c *cell) columns() (cs []neuron.Column) {
	for d, det := range c.m.detectors {
		name := det.name
		if d == 0 {
			name = "refractory"
		}
		cs = append(cs, neuron.Column{Name: name + "_end", Unit: "ms", Data: c.refEnd[d]},
			neuron.Column{Name: name + "_above", Data: c.above[d]}, neuron.Column{Name: name + "_count", Data: c.counts[d]})
		if c.delayed[d] != nil {
			cs = append(cs, neuron.Column{Name: name + "_due", Unit: "ms", Data: c.delayed[d]})
		}
	}
	if c.left != nil {
		cs = append(cs, neuron.Column{Name: "hazard_left", Data: c.left})
	}
	if c.second != nil {
		cs = append(cs, neuron.Column{Name: "second_due", Unit: "ms", Data: c.second})
	}
	for p := range c.recent {
		cs = append(cs, neuron.Column{Name: c.m.pulses[p].name + "_triggers", Unit: "ms", Data: c.recent[p]})
	}
	return append(cs, c.Emitter.Columns()...)
}

// pulseAt returns a pulse of neuron i from a tick on, and when it next changes.
func (c *cell) pulseAt(p, i int, now spike.Tick) (x float64, edge spike.Tick) {
	edge = spike.Forever
	from, to := at(c.from[p], i), at(c.to[p], i)
	for _, s := range c.recent[p][i*mostPending : (i+1)*mostPending] {
		if s == spike.Never {
			break
		}
		switch on, off := s+from, s+to; {
		case off <= on:
		case now < on:
			edge = min(edge, on)
		case now < off:
			edge = min(edge, off)
			x++
		}
	}
	if !c.m.pulses[p].add {
		x = min(x, 1)
	}
	return x, edge
}

// next returns when something that is known beforehand happens to neuron i after a tick: an edge of a pulse, the end of
// a refractory period, a second spike, a delayed event.
func (c *cell) next(i int, now spike.Tick) spike.Tick {
	t := spike.Forever
	for d := range c.m.detectors {
		if e := c.refEnd[d][i]; e > now {
			t = min(t, e)
		}
		if c.delayed[d] != nil {
			for _, due := range c.delayed[d][i*mostPending : (i+1)*mostPending] {
				t = min(t, max(due, now))
			}
		}
	}
	if c.second != nil {
		t = min(t, max(c.second[i], now))
	}
	for p := range c.recent {
		_, edge := c.pulseAt(p, i, now)
		t = min(t, edge)
	}
	return t
}

// trigger starts the pulses that follow something.
func (c *cell) trigger(i int, at spike.Tick, follows func(*pulse) bool) {
	for p := range c.recent {
		if follows(&c.m.pulses[p]) {
			r := c.recent[p][i*mostPending : (i+1)*mostPending]
			copy(r[1:], r)
			r[0] = at
		}
	}
}

// follows reports whether a pulse starts at a spike of some kind.
func (q *pulse) follows(kind spike.Kind) bool {
	return q.after == "spike" || q.after == "event" && kind == spike.Onset || q.after == "burst" && kind == spike.Burst
}

// follow makes the delayed events after a spike due.
func (c *cell) follow(i int, now spike.Tick) {
	for d := range c.m.detectors {
		if c.delayed[d] == nil {
			continue
		}
		row := c.delayed[d][i*mostPending : (i+1)*mostPending]
		slot := 0
		for k, due := range row {
			if due > row[slot] {
				slot = k
			}
		}
		row[slot] = now + at(c.delay[d], i)
	}
}

// choosing makes a second spike due with a probability.
func (c *cell) choosing(i int, number uint32, now spike.Tick, probability, after float64) {
	s := c.keys[len(c.keys)-1].Sub("choice").Stream(uint64(i), 2*uint64(number))
	if s.Float64() < probability {
		c.second[i] = now + max(1, ticksOf(after))
	}
}

// arrivalKernel is what an arrival at a receptor does within its step: what is left of it at the end, and the constant
// addition over the whole step that moves a potential with a leak rate as much.
type arrivalKernel struct{ tau, rate, h float64 } // ms, 1/ms, ms

// At implements neuron.Kernel.
func (k *arrivalKernel) At(rest spike.Tick) (end, area float32) {
	r := rest.Milliseconds()
	effect := float64(r*exprel((k.rate-1/k.tau)*r)) * numeric.Exp(-k.rate*r)
	return float32(numeric.Exp(-r / k.tau)), float32(effect / float64(k.h*exprel(-k.rate*k.h)))
}

// arrival is what reached a receptor in a step, with the time recovered from its two numbers.
type arrival struct {
	at     spike.Tick
	weight float64
}

// recover finds the arrival behind a pair in the step from t on: exactly if there was one, their centroid if there were
// several.
func (k *arrivalKernel) recover(in neuron.Pair, t, h spike.Tick) arrival {
	if in.End == 0 {
		return arrival{at: spike.Forever}
	}
	// q is the integral of exp(c u) for u from 0 to the rest of the step.
	q, c := float64(in.Area)*k.h*exprel(-k.rate*k.h)/float64(in.End), 1/k.tau-k.rate
	rest := q
	if z := c * q; z > 1e-9 || z < -1e-9 {
		rest = numeric.Log(max(1+z, 1e-9)) / c
	}
	ticks := max(0, min(h, ticksOf(rest)))
	return arrival{at: t + h - ticks, weight: float64(in.End) * numeric.Exp(ticks.Milliseconds()/k.tau)}
}

// placesOf returns where columns of some names are among all, -1 for one that is not.
func placesOf(names []string, all []neuron.Column) (places []int) {
	for _, name := range names {
		places = append(places, slices.IndexFunc(all, func(c neuron.Column) bool { return c.Name == name }))
	}
	return places
}

// WatchJumps implements neuron.Jumper.
func (p *population) WatchJumps(columns []string) {
	p.watched = placesOf(columns, p.Columns())
}

// TakeJumps implements neuron.Jumper.
func (p *population) TakeJumps(jumps []neuron.Jump) []neuron.Jump {
	for _, s := range p.scratch {
		if s != nil {
			jumps, s.lane.jumps = append(jumps, s.lane.jumps...), s.lane.jumps[:0]
		}
	}
	return jumps
}
