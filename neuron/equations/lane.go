package equations

import (
	"math"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/spike"
)

func sqrt(x float64) float64 { return math.Sqrt(x) }

// lane takes one neuron through a step in which something happens, event by event and in double precision: arrivals,
// edges of pulses, ends of refractoriness, second spikes and crossings each end a part.
type lane struct {
	p *population
	i int // neuron

	x, g, pulse        []float64
	arrive             []arrival
	t, stop            spike.Tick
	drive, slope       []float64 // per port: at the start of the step, and per ms
	noise              []float64 // in the present part of the step
	random             []float64
	held               bool
	scalar, instant    [][]float64 // registers
	do                 [][][]float64
	choiceRegs, reset2 [][]float64
	rest               [][]float64 // the refractory time alone
	reach              spike.Tick  // how long the last part could be
	start              []float64   // state at the start of a part
	out                *spike.Buffer
	fired              []spike.Tick // per detector: when it fired last in this step
	jumps              []neuron.Jump
	tried              spike.Tick // over how many ticks the state of this part was taken last
}

func newLane(p *population) *lane {
	m := p.m
	l := &lane{p: p, x: make([]float64, len(m.vars)), g: make([]float64, len(m.receptors)),
		pulse:  make([]float64, len(m.pulses)),
		arrive: make([]arrival, len(m.receptors)), drive: make([]float64, len(m.ports)), slope: make([]float64, len(m.ports)),
		noise: make([]float64, len(p.noises)), fired: make([]spike.Tick, len(m.detectors)), random: make([]float64, 64),
		start: make([]float64, len(m.vars)+len(m.receptors))}
	l.scalar, l.instant = laneRegisters(p.scalar), laneRegisters(p.instant)
	for _, a := range p.do {
		l.do = append(l.do, laneRegisters(a.program))
	}
	l.rest = laneRegisters(p.rest.program)
	if m.second != nil {
		l.choiceRegs, l.reset2 = laneRegisters(p.choice.program), laneRegisters(p.reset2.program)
	}
	return l
}

// laneRegisters returns registers for one neuron, one after the other in memory, as runOne needs them.
func laneRegisters(p *program) [][]float64 {
	regs := make([][]float64, len(p.leaves)+len(p.constants)+p.scratch)
	flat := make([]float64, len(regs))
	for k := range regs {
		regs[k] = flat[k : k+1 : len(flat)]
	}
	copy(flat[len(p.leaves):], p.constants)
	return regs
}

// runOne executes a program for one neuron on the registers that laneRegisters made: what run does, operation by
// operation.
func runOne(code []instruction, regs [][]float64) {
	if len(code) == 0 {
		return
	}
	x := regs[0][:len(regs)]
	for k := range code {
		in := &code[k]
		a := x[in.a]
		switch in.op {
		case opAdd:
			x[in.dst] = a + x[in.b]
		case opSub:
			x[in.dst] = a - x[in.b]
		case opMul:
			x[in.dst] = a * x[in.b]
		case opDiv:
			x[in.dst] = a / x[in.b]
		case opNeg:
			x[in.dst] = -a
		case opMin:
			y := x[in.b]
			if a < y {
				y = a
			}
			x[in.dst] = y
		case opMax:
			y := x[in.b]
			if a > y {
				y = a
			}
			x[in.dst] = y
		case opLess:
			y := 0.0
			if a < x[in.b] {
				y = 1
			}
			x[in.dst] = y
		case opSelect:
			y := x[in.c]
			if a != 0 {
				y = x[in.b]
			}
			x[in.dst] = y
		case opMulAdd:
			x[in.dst] = float64(a*x[in.b]) + x[in.c]
		case opMulSub:
			x[in.dst] = float64(a*x[in.b]) - x[in.c]
		case opSubMul:
			x[in.dst] = x[in.c] - float64(a*x[in.b])
		case opPow:
			x[in.dst] = numeric.Exp(float64(x[in.b] * numeric.Log(a)))
		case opFade:
			if a < faint && a > -faint {
				a = 0
			}
			x[in.dst] = a
		default:
			x[in.dst] = evaluate(in.op, a)
		}
	}
}

// step takes neuron i through the step from t on; it is number j of its block, and its input is at element at of the
// shard's.
func (l *lane) step(s *scratch, i, j, at, step int, t spike.Tick, in *neuron.Input, out *spike.Buffer) {
	p := l.p
	l.i, l.t, l.stop, l.out = i, t, t+in.Step, out
	fill(l.fired, spike.Never)
	l.reach = spike.Forever / 4
	copy(l.x, s.old[j])
	copy(l.g, s.old[j][len(l.x):])
	for k := range l.arrive {
		l.arrive[k] = arrival{at: spike.Forever}
		if c := &in.Cells[k]; c.Pairs != nil {
			l.arrive[k] = p.kernels[k].recover(c.Pairs[c.Place(in, step, at-step*in.Len)], t, in.Step)
		}
	}
	h := in.Step.Milliseconds()
	for q := range l.drive {
		a, b := in.Drives[q].At(in, step, at-step*in.Len)
		l.drive[q], l.slope[q] = float64(a), (float64(b)-float64(a))/h
	}
	for part := range p.parts {
		for k := range l.noise {
			l.noise[k] = float64(s.noise[part][k][j])
		}
		l.advance(t+in.Step*spike.Tick(part)/spike.Tick(p.parts), t+in.Step*spike.Tick(part+1)/spike.Tick(p.parts))
	}
	l.arrivals(l.stop) // those that rounding put at the very end
	l.jump(s, j)
	for v, x := range l.x {
		p.vars[v][i] = float32(x)
	}
	for k, g := range l.g {
		p.gs[k][i] = float32(g)
	}
	for k := range l.pulse {
		x, _ := p.pulseAt(k, i, l.stop)
		p.pulses[k][i] = float32(x)
	}
	p.wake[i] = p.next(i, l.stop-1)
}

// arrivals adds what has arrived up to now, and returns when the next arrival is.
func (l *lane) arrivals(now spike.Tick) (next spike.Tick) {
	next = spike.Forever
	for k := range l.arrive {
		if l.arrive[k].at <= now {
			l.g[k] += l.arrive[k].weight
			l.arrive[k].at = spike.Forever
		}
		next = min(next, l.arrive[k].at)
	}
	return next
}

// advance takes the neuron from now to stop.
func (l *lane) advance(now, stop spike.Tick) {
	p, i := l.p, l.i
	for now < stop {
		end := min(stop, l.arrivals(now))
		l.happen(now)
		for k := range l.pulse {
			var edge spike.Tick
			l.pulse[k], edge = p.pulseAt(k, i, now)
			end = min(end, edge)
		}
		end = min(end, p.next(i, now))
		if end <= now { // something more is due now
			end = now + 1
		}
		if l.begin(now) {
			continue
		}
		l.held = len(p.m.hold) > 0 && p.refEnd[0][i] > now
		now = l.part(now, end)
	}
}

// happen does what is due at a moment that was known beforehand: delayed events and second spikes.
func (l *lane) happen(now spike.Tick) {
	p, i := l.p, l.i
	for d := range p.m.detectors {
		if p.delayed[d] == nil {
			continue
		}
		for k, due := range p.delayed[d][i*mostPending : (i+1)*mostPending] {
			if due <= now {
				p.delayed[d][i*mostPending+k] = spike.Forever
				l.fire(d, now, now)
			}
		}
	}
	if p.second != nil && p.second[i] <= now {
		l.secondSpike(now)
	}
}

// begin lets happen what is so at the start of a part: a condition that has turned true, or holds as refractoriness
// ends.
func (l *lane) begin(now spike.Tick) (fired bool) {
	p, i := l.p, l.i
	l.evaluate(now)
	for d := range p.m.detectors {
		det := &p.m.detectors[d]
		if det.when == nil {
			continue
		}
		distance, condition := l.instant[p.instant.outputs[2*d]][0], l.instant[p.instant.outputs[2*d+1]][0]
		ended := p.refEnd[d][i] == now
		switch {
		case distance <= 0:
			if l.fired[d] != now {
				p.above[d][i] = 0
			}
		case p.refEnd[d][i] > now || p.above[d][i] != 0 && !ended:
			p.above[d][i] = 1
		case condition > 0:
			p.above[d][i] = 1
		default:
			l.fire(d, now, now)
			return true
		}
	}
	return false
}

// evaluate computes distances as they are now.
func (l *lane) evaluate(now spike.Tick) {
	l.bind(l.p.instant, l.instant, now, 0)
	runOne(l.p.instant.code, l.instant)
}

// bind gives the leaves of a program their values for a part of r ticks from now on.
func (l *lane) bind(p *program, regs [][]float64, now, r spike.Tick) {
	for k, f := range p.leaves {
		regs[k][0] = l.leaf(f, now, r)
	}
}

func (l *lane) leaf(f leaf, now, r spike.Tick) float64 {
	switch f.kind {
	case leafVar:
		return l.x[f.index]
	case leafG:
		return l.g[f.index]
	case leafParam:
		return l.p.params64[f.index][l.i]
	case leafPulse:
		return l.pulse[f.index]
	case leafDrive:
		return l.drive[f.index] + float64(l.slope[f.index]*(now-l.t).Milliseconds())
	case leafDriveEnd:
		return l.drive[f.index] + float64(l.slope[f.index]*(now+r-l.t).Milliseconds())
	case leafTime:
		return now.Milliseconds()
	case leafStep:
		return r.Milliseconds()
	case leafNoise:
		return l.noise[f.index]
	case leafRandom:
		return l.random[f.index]
	case leafHeld:
		if l.held {
			return 1
		}
	}
	return 0
}

// try takes the state from the start of a part over r ticks.
func (l *lane) try(now, r spike.Tick) {
	if r == l.tried {
		return
	}
	l.tried = r
	copy(l.x, l.start)
	copy(l.g, l.start[len(l.x):])
	l.bind(l.p.scalar, l.scalar, now, r)
	runOne(l.p.scalar.code, l.scalar)
}

// accept makes what was tried last the state.
func (l *lane) accept() {
	outputs := l.p.scalar.outputs
	for v := range l.x {
		l.x[v] = l.scalar[outputs[v]][0]
	}
	for k := range l.g {
		l.g[k] = l.scalar[outputs[len(l.x)+k]][0]
	}
}

func (l *lane) output(k int) float64 { return l.scalar[l.p.scalar.outputs[k]][0] }

// shortest is the shortest part that a strained variable cuts a step into.
const shortest = 20 * spike.Nanosecond

// part integrates from now to end, or to the first thing that happens, and returns how far it came.
func (l *lane) part(now, end spike.Tick) spike.Tick {
	p, m, i := l.p, l.p.m, l.i
	copy(l.start, l.x)
	copy(l.start[len(l.x):], l.g)
	l.tried = -1
	r := min(end-now, 2*l.reach)
	l.try(now, r)
	for lost := !finite(l.start); !lost && !(l.output(m.scalarStrain()) <= 0) && r > shortest; {
		r /= 2
		l.try(now, r)
	}
	l.reach = max(r, shortest)
	if r == end-now {
		l.reach = spike.Forever / 4
	}
	first, by := r, -1
	for d := range m.detectors {
		if m.detectors[d].when == nil || p.refEnd[d][i] > now || p.above[d][i] != 0 {
			continue
		}
		l.try(now, first)
		if s, ok := l.cross(d, now, first); ok {
			first, by = s, d
		}
	}
	if p.left != nil && p.refEnd[0][i] <= now {
		l.try(now, first)
		if spent := l.output(m.scalarStrain() + 1); spent > p.left[i] {
			first, by = l.bisect(now, first, func() float64 { return l.output(m.scalarStrain()+1) - p.left[i] }), -2
		}
	}
	l.try(now, first)
	if p.left != nil && p.refEnd[0][i] <= now {
		p.left[i] -= l.output(m.scalarStrain() + 1)
	}
	for d := range m.detectors {
		if m.detectors[d].when != nil && (p.refEnd[d][i] > now || p.above[d][i] != 0) {
			p.above[d][i] = 0
			if l.output(m.scalarEnds()+3*d) > 0 {
				p.above[d][i] = 1
			}
		}
	}
	l.accept()
	now += first
	switch {
	case by == -2:
		l.fire(0, min(now, l.stop-1), now)
	case by >= 0 && !l.fireable(by, now):
		p.above[by][i], l.fired[by] = 1, now
	case by >= 0:
		l.fire(by, min(now, l.stop-1), now)
	}
	return now
}

// finite reports whether all numbers are.
func finite(x []float64) bool {
	for _, x := range x {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return false
		}
	}
	return true
}

// fireable reports whether the refractory condition of a detector lets it fire.
func (l *lane) fireable(d int, now spike.Tick) bool {
	if l.p.m.detectors[d].condition == nil {
		return true
	}
	l.evaluate(now)
	return !(l.instant[l.p.instant.outputs[2*d+1]][0] > 0)
}

// cross looks for the moment within r ticks at which a detector's distance, not above 0 at first, is above 0. The state
// was tried to the end.
func (l *lane) cross(d int, now, r spike.Tick) (spike.Tick, bool) {
	k := l.p.m.scalarEnds() + 3*d
	end, top, at := l.output(k), l.output(k+1), l.output(k+2)
	if end > 0 || end != end {
		return l.bisect(now, r, func() float64 { return l.output(k) }), true
	}
	if !(top > 0) {
		return 0, false
	}
	peak := spike.Tick(at * float64(r))
	if l.try(now, peak); !(l.output(k) > 0) {
		return 0, false
	}
	return l.bisect(now, peak, func() float64 { return l.output(k) }), true
}

// bisect returns the last tick at which f, a value of what was tried, is not above 0, between 0 and r where it is.
// Secants of the Illinois kind, halves where they do not help.
func (l *lane) bisect(now, r spike.Tick, f func() float64) spike.Tick {
	lo, hi := spike.Tick(0), r
	above := f()
	l.try(now, 0)
	below := f()
	if below > 0 {
		return 0
	}
	for n := 0; hi-lo > 1; n++ {
		mid := (lo + hi) / 2
		if s := -below / (above - below); n%3 < 2 && s > 0 && s < 1 {
			mid = max(lo+1, min(hi-1, lo+spike.Tick(s*float64(hi-lo))))
		}
		l.try(now, mid)
		switch y := f(); {
		case y > 0 || y != y:
			hi, above = mid, y
			below /= 2
		default:
			lo, below = mid, y
			above /= 2
		}
	}
	return lo
}

// jump adds what delta receptors received, at the end of the step, and lets a spike that it makes happen at its last
// tick.
func (l *lane) jump(s *scratch, j int) {
	p, jumped := l.p, false
	for k, r := range p.m.receptors {
		if r.kind != "delta" || s.sums[k][j] == 0 {
			continue
		}
		v := p.m.symbols[p.m.ports[r.port].potential.name].index
		if !(p.isHeld(v) && p.refEnd[0][l.i] > l.t) {
			if !jumped {
				l.jumpFrom(l.stop)
			}
			l.x[v] += float64(s.sums[k][j])
			jumped = true
		}
	}
	if !jumped {
		return
	}
	l.jumpTo()
	l.evaluate(l.stop)
	for d := range p.m.detectors {
		if p.m.detectors[d].when == nil || p.above[d][l.i] != 0 || p.refEnd[d][l.i] >= l.stop {
			continue
		}
		if l.instant[p.instant.outputs[2*d]][0] > 0 && l.fireable(d, l.stop) {
			l.fire(d, l.stop-1, l.stop)
		}
	}
}

// isHeld reports whether a variable stands still while the neuron is refractory.
func (c *cell) isHeld(v int) bool {
	for _, j := range c.m.hold {
		if j == v {
			return true
		}
	}
	return false
}

// fire lets a detector's statements happen; the spike is emitted at a tick, the clock shows where the integration
// stands.
func (l *lane) fire(d int, at, clock spike.Tick) {
	p, i := l.p, l.i
	n := p.counts[d][i]
	p.counts[d][i]++
	l.evaluate(clock)
	before := l.instant[p.instant.outputs[2*d]][0]
	l.fired[d] = clock
	if d == 0 {
		kind := p.Emit(l.out, i, at)
		p.trigger(i, at, func(q *pulse) bool { return q.follows(kind) })
		if p.left != nil {
			p.left[i] = p.exponential(i)
		}
		p.follow(i, at)
		l.choose(n, at)
	} else {
		name := p.m.detectors[d].name
		p.trigger(i, at, func(q *pulse) bool { return q.after == name })
	}
	a := &p.do[d]
	p.draws(l.random, a.randoms, p.keys[d], i, n)
	l.act(a, l.do[d], clock)
	l.refractory(d, l.do[d][a.outputs[len(l.x)]][0], clock)
	for k := range l.pulse {
		l.pulse[k], _ = p.pulseAt(k, i, clock)
	}
	l.evaluate(clock)
	p.above[d][i] = 0
	if now := l.instant[p.instant.outputs[2*d]][0]; p.m.detectors[d].when != nil && (now > 0 || now >= before) {
		p.above[d][i] = 1 // also where nothing was reset: the condition is just turning true
	}
}

// choose decides whether a spike is the first of a burst of two.
func (l *lane) choose(n uint32, at spike.Tick) {
	p, i := l.p, l.i
	if p.m.second == nil || p.second[i] != spike.Forever {
		return
	}
	a := p.choice
	p.draws(l.random, a.randoms, p.keys[len(p.keys)-1], i, n)
	l.act(a, l.choiceRegs, at)
	p.choosing(i, n, at, l.choiceRegs[a.outputs[len(l.x)]][0], l.choiceRegs[a.outputs[len(l.x)+1]][0])
}

// secondSpike emits the second spike of a burst.
func (l *lane) secondSpike(now spike.Tick) {
	p, i := l.p, l.i
	p.second[i] = spike.Forever
	kind := p.Emit(l.out, i, now)
	p.trigger(i, now, func(q *pulse) bool { return q.follows(kind) })
	p.follow(i, now)
	p.draws(l.random, p.reset2.randoms, p.keys[len(p.keys)-1].Sub("reset"), i, p.counts[0][i])
	l.act(p.reset2, l.reset2, now)
	if p.m.detectors[0].refractory != nil && !p.m.fromEvent {
		l.act(p.rest, l.rest, now)
		l.refractory(0, l.rest[p.rest.outputs[len(l.x)]][0], now)
	}
}

// refractory begins the refractory time of a detector.
func (l *lane) refractory(d int, ms float64, clock spike.Tick) {
	if ticks := ticksOf(ms); ticks > 0 {
		l.p.refEnd[d][l.i] = clock + ticks
	}
}

// act runs statements.
func (l *lane) act(a *action, regs [][]float64, clock spike.Tick) {
	l.jumpFrom(clock)
	defer l.jumpTo()
	l.bind(a.program, regs, clock, 0)
	runOne(a.code, regs)
	next := l.start[:len(l.x)]
	for v := range l.x {
		next[v] = regs[a.outputs[v]][0]
	}
	copy(l.x, next)
}

// jumpFrom notes what rules read just before it jumps.
func (l *lane) jumpFrom(at spike.Tick) {
	if len(l.p.watched) == 0 {
		return
	}
	l.jumps = append(l.jumps, neuron.Jump{Neuron: l.i, At: at, Before: l.watched()})
}

// jumpTo notes it just after.
func (l *lane) jumpTo() {
	if len(l.p.watched) > 0 {
		l.jumps[len(l.jumps)-1].After = l.watched()
	}
}

func (l *lane) watched() []float64 {
	x := make([]float64, len(l.p.watched))
	for k, v := range l.p.watched {
		if v < len(l.x) {
			x[k] = l.x[v]
		} else {
			x[k] = l.g[v-len(l.x)]
		}
	}
	return x
}
