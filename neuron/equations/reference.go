package equations

import (
	"cmp"
	"slices"
	"sync"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
)

// reference integrates neurons of a model with the classical Runge-Kutta method of fourth order on the equations as
// they are written, in double precision, from single event to single event: it is slow, shares no step with the fast
// integrator, and is its judge. Intervals are cut into parts of at most sub, and shorter ones where half a part gives
// another result.
type reference struct {
	*cell
	rhs            *program // derivatives of the variables, then per detector distance and condition, then the hazard
	do             []action
	choice, reset2 *action
	rest           action
	noises         []string
	vars, gs       [][]float64
	params         [][]float64
	kernels        []*arrivalKernel
	sub            spike.Tick

	seen   []int // columns whose jumps are noted
	noting sync.Mutex
	jumps  []neuron.Jump
}

// referencePart is the longest part that the reference integrates at once.
const referencePart = 50 * spike.Microsecond

func newReference(s *Spec, b neuron.Build) (neuron.Population, error) {
	m := s.Model
	p := &reference{cell: newCell(s, b), kernels: kernels(s, b.Step), sub: referencePart}
	p.times()
	build := newBuilder(m, s.Values, s.Tables)
	var outputs []value
	held := build.g.leaf(leafHeld, 0)
	for v := range m.vars {
		f := build.derivative(v)
		if p.isHeld(v) {
			f = build.g.choose(held, build.g.constant(0), f)
		}
		outputs = append(outputs, f)
		p.vars = append(p.vars, make([]float64, b.N))
	}
	never := build.g.constant(-1)
	for d := range m.detectors {
		now, condition := never, never
		if n := m.detectors[d].when; n != nil {
			now = build.distance(n)
		}
		if n := m.detectors[d].condition; n != nil {
			condition = build.distance(n)
		}
		outputs = append(outputs, now, condition)
		p.do = append(p.do, build.action(m.detectors[d].do, m.detectors[d].refractory))
	}
	rate := build.g.constant(0)
	if m.hazard != nil {
		rate = build.of(m.hazard)
	}
	p.rhs = compileProgram(build.g, thaw(build.g, append(outputs, rate)))
	p.rest = build.action(nil, m.detectors[0].refractory)
	if m.second != nil {
		choice, reset := build.action(nil, m.second.probability, m.second.after), build.action(m.second.reset)
		p.choice, p.reset2 = &choice, &reset
	}
	if p.noises = build.noises; len(p.noises) > 0 {
		return nil, &neuron.ParameterError{Key: "integrator",
			Reason: "the reference integrator does not do noise in equations", Allowed: "off-grid"}
	}
	for range m.receptors {
		p.gs = append(p.gs, make([]float64, b.N))
	}
	p.params = make([][]float64, len(m.parameters))
	for i := range m.parameters {
		p.params[i] = p.parameter(i)
	}
	p.Reset()
	return p, nil
}

func (p *reference) Len() int                   { return p.build.N }
func (p *reference) WantsArrivals() bool        { return true }
func (p *reference) Channels() []neuron.Channel { return channels(p.m, p.kernels) }

// Columns implements neuron.Population.
func (p *reference) Columns() (cs []neuron.Column) {
	for v, x := range p.m.vars {
		cs = append(cs, neuron.Column{Name: x.Name, Unit: unitOf(x.Dim), Data: p.vars[v]})
	}
	for k := range p.m.receptors {
		name, unit := p.m.receptorColumn(k)
		cs = append(cs, neuron.Column{Name: name, Unit: unit, Data: p.gs[k]})
	}
	return append(cs, p.cell.columns()...)
}

// Reset implements neuron.Population.
func (p *reference) Reset() {
	p.cell.reset()
	for v := range p.vars {
		p.initialValues(v, func(i int, x float64) { p.vars[v][i] = x })
	}
	for k := range p.gs {
		clear(p.gs[k])
	}
}

// Advance implements neuron.Population. It sorts the arrivals of the piece, which belong to the shard.
func (p *reference) Advance(r neuron.Range, w spike.Window, in *neuron.Input, out *spike.Buffer) {
	slices.SortFunc(in.Arrivals, func(a, b neuron.Arrival) int {
		return cmp.Or(cmp.Compare(a.Target, b.Target), cmp.Compare(a.At, b.At), cmp.Compare(a.Channel, b.Channel),
			cmp.Compare(a.Weight, b.Weight))
	})
	queue := in.Arrivals
	m := p.m
	n := &judged{p: p, out: out, regs: laneRegisters(p.rhs), drive: make([]float64, len(m.ports)),
		slope:  make([]float64, len(m.ports)),
		random: make([]float64, 64), pulse: make([]float64, len(m.pulses)), fired: make([]spike.Tick, len(m.detectors))}
	for d := range p.do {
		n.do = append(n.do, laneRegisters(p.do[d].program))
	}
	for k := range n.k {
		n.k[k] = make([]float64, len(p.vars)+len(p.gs))
	}
	for k := range n.z {
		n.z[k] = make([]float64, len(p.vars)+len(p.gs))
	}
	for i := r.Lo; i < r.Hi; i++ {
		own := 0
		for own < len(queue) && int(queue[own].Target) == i-r.Lo {
			own++
		}
		n.i, n.arrivals = i, queue[:own]
		fill(n.fired, spike.Never)
		queue = queue[own:]
		n.y = n.y[:0]
		for _, rows := range [][][]float64{p.vars, p.gs} {
			for _, row := range rows {
				n.y = append(n.y, row[i])
			}
		}
		for s := range in.Steps {
			n.t = w.From + spike.Tick(s)*in.Step
			for q := range n.drive {
				a, b := in.Drives[q].At(in, s, i-r.Lo)
				n.drive[q], n.slope[q] = float64(a), (float64(b)-float64(a))/in.Step.Milliseconds()
			}
			n.step(n.t + in.Step)
		}
		for k := range n.y {
			if k < len(p.vars) {
				p.vars[k][i] = n.y[k]
			} else {
				p.gs[k-len(p.vars)][i] = n.y[k]
			}
		}
	}
}

// judged is one neuron while it is advanced.
type judged struct {
	p            *reference
	i            int
	y            []float64 // variables, then receptors
	arrivals     []neuron.Arrival
	out          *spike.Buffer
	regs         [][]float64
	do           [][][]float64
	t            spike.Tick // start of the step
	drive, slope []float64
	pulse        []float64
	random       []float64
	held         bool
	fired        []spike.Tick
	k            [4][]float64 // slopes
	z            [3][]float64 // results of the whole, the first half and both halves
}

// slopes evaluates the equations dt ms after the start of the step.
func (n *judged) slopes(dt float64, y, dy []float64) {
	p := n.p
	n.bind(p.rhs, n.regs, dt, y)
	runOne(p.rhs.code, n.regs)
	for v := range p.vars {
		dy[v] = n.regs[p.rhs.outputs[v]][0]
	}
	for k := range p.gs {
		if dy[len(p.vars)+k] = 0; p.m.receptors[k].tau >= 0 {
			dy[len(p.vars)+k] = -y[len(p.vars)+k] / p.params[p.m.receptors[k].tau][n.i]
		}
	}
}

func (n *judged) bind(q *program, regs [][]float64, dt float64, y []float64) {
	for k, l := range q.leaves {
		x := 0.0
		switch l.kind {
		case leafVar:
			x = y[l.index]
		case leafG:
			x = y[len(n.p.vars)+l.index]
		case leafParam:
			x = n.p.params[l.index][n.i]
		case leafPulse:
			x = n.pulse[l.index]
		case leafDrive:
			x = n.drive[l.index] + float64(n.slope[l.index]*dt)
		case leafTime:
			x = n.t.Milliseconds() + dt
		case leafRandom:
			x = n.random[l.index]
		case leafHeld:
			if n.held {
				x = 1
			}
		}
		regs[k][0] = x
	}
}

// distance returns the distance of a detector in state y, and that of its refractory condition.
func (n *judged) distance(d int, dt float64, y []float64) (now, condition float64) {
	n.bind(n.p.rhs, n.regs, dt, y)
	runOne(n.p.rhs.code, n.regs)
	k := len(n.p.vars) + 2*d
	return n.regs[n.p.rhs.outputs[k]][0], n.regs[n.p.rhs.outputs[k+1]][0]
}

func (n *judged) rate(dt float64, y []float64) float64 {
	n.bind(n.p.rhs, n.regs, dt, y)
	runOne(n.p.rhs.code, n.regs)
	return n.regs[n.p.rhs.outputs[len(n.p.rhs.outputs)-1]][0]
}

// step advances the neuron to the end of a step, from event to event.
func (n *judged) step(stop spike.Tick) {
	p, i := n.p, n.i
	for now := n.t; now < stop; {
		for ; len(n.arrivals) > 0 && n.arrivals[0].At <= now; n.arrivals = n.arrivals[1:] {
			n.arrive(n.arrivals[0])
		}
		n.happen(now)
		end := min(stop, now+p.sub)
		if len(n.arrivals) > 0 {
			end = min(end, n.arrivals[0].At)
		}
		for k := range n.pulse {
			n.pulse[k], _ = p.pulseAt(k, i, now)
		}
		if next := p.next(i, now); next > now {
			end = min(end, next)
		} else {
			end = now + 1
		}
		if n.begin(now) {
			continue
		}
		now = n.part(now, end)
	}
}

func (n *judged) arrive(a neuron.Arrival) {
	p := n.p
	if r := p.m.receptors[a.Channel]; r.kind == "delta" {
		n.y[p.m.symbols[p.m.ports[r.port].potential.name].index] += float64(a.Weight)
		return
	}
	n.y[len(p.vars)+int(a.Channel)] += float64(a.Weight)
}

func (n *judged) happen(now spike.Tick) {
	p, i := n.p, n.i
	for d := range p.m.detectors {
		if p.delayed[d] == nil {
			continue
		}
		for k, at := range p.delayed[d][i*mostPending : (i+1)*mostPending] {
			if at <= now {
				p.delayed[d][i*mostPending+k] = spike.Forever
				n.fire(d, now)
			}
		}
	}
	if p.second != nil && p.second[i] <= now {
		n.secondSpike(now)
	}
}

// begin lets happen what is so at the start of an interval.
func (n *judged) begin(now spike.Tick) bool {
	p, i := n.p, n.i
	held := false
	if len(p.m.hold) > 0 {
		_, c := n.distance(0, (now - n.t).Milliseconds(), n.y)
		held = p.refEnd[0][i] > now || c > 0
	}
	n.held = held
	for d := range p.m.detectors {
		if p.m.detectors[d].when == nil {
			continue
		}
		f, c := n.distance(d, (now - n.t).Milliseconds(), n.y)
		switch ended := p.refEnd[d][i] == now; {
		case f <= 0:
			if n.fired[d] != now {
				p.above[d][i] = 0
			}
		case p.refEnd[d][i] > now || p.above[d][i] != 0 && !ended || c > 0:
			p.above[d][i] = 1
		default:
			n.fire(d, now)
			return true
		}
	}
	return false
}

// rungeKutta puts the state r ms after dt into z, which is not y.
func (n *judged) rungeKutta(z []float64, dt, r float64, y []float64) []float64 {
	k1, k2, k3, k4 := n.k[0], n.k[1], n.k[2], n.k[3]
	n.slopes(dt, y, k1)
	for j := range z {
		z[j] = y[j] + float64(r/2*k1[j])
	}
	n.slopes(dt+r/2, z, k2)
	for j := range z {
		z[j] = y[j] + float64(r/2*k2[j])
	}
	n.slopes(dt+r/2, z, k3)
	for j := range z {
		z[j] = y[j] + float64(r*k3[j])
	}
	n.slopes(dt+r, z, k4)
	for j := range z {
		z[j] = y[j] + float64(r/6*(k1[j]+float64(2*(k2[j]+k3[j]))+k4[j]))
	}
	return z
}

// part integrates from now to end or to the first crossing.
func (n *judged) part(now, end spike.Tick) spike.Tick {
	p, i := n.p, n.i
	dt := (now - n.t).Milliseconds()
	r := end - now
	z := n.rungeKutta(n.z[0], dt, r.Milliseconds(), n.y)
	for lost := !finite(n.y); !lost && r > 2; { // halve until two halves agree with the whole
		h := (r / 2).Milliseconds()
		fine := n.rungeKutta(n.z[2], dt+h, (r - r/2).Milliseconds(), n.rungeKutta(n.z[1], dt, h, n.y))
		worst := 0.0
		for j := range z {
			worst = max(worst, abs(z[j]-fine[j])/(1e-6+float64(1e-9*abs(fine[j]))))
		}
		if worst <= 1 {
			break
		}
		r /= 2
		z = n.rungeKutta(n.z[0], dt, r.Milliseconds(), n.y)
	}
	first, by := r, -1
	for d := range p.m.detectors {
		if p.m.detectors[d].when == nil || p.refEnd[d][i] > now || p.above[d][i] != 0 {
			continue
		}
		lo, hi := spike.Tick(0), first
		f, _ := n.distance(d, dt+first.Milliseconds(), z)
		if half := first / 2; !(f > 0) && half > 0 { // it may have been above and be back
			if g, _ := n.distance(d, dt+half.Milliseconds(), n.rungeKutta(n.z[1], dt, half.Milliseconds(), n.y)); g > 0 {
				f, hi = g, half
			}
		}
		if f > 0 || f != f {
			for hi-lo > 1 {
				mid := (lo + hi) / 2
				if f, _ := n.distance(d, dt+mid.Milliseconds(), n.rungeKutta(n.z[1], dt, mid.Milliseconds(), n.y)); f > 0 ||
					f != f {
					hi = mid
				} else {
					lo = mid
				}
			}
			first, by = lo, d
			z = n.rungeKutta(n.z[0], dt, first.Milliseconds(), n.y)
		}
	}
	if p.left != nil && p.refEnd[0][i] <= now {
		_, c := n.distance(0, dt, n.y)
		if c <= 0 {
			a, b := n.rate(dt, n.y), n.rate(dt+first.Milliseconds(), z)
			spent := first.Milliseconds() / 2 * (a + b)
			if spent > p.left[i] {
				first, by = spike.Tick(float64(first)*p.left[i]/spent), -2
				z = n.rungeKutta(n.z[0], dt, first.Milliseconds(), n.y)
			} else {
				p.left[i] -= spent
			}
		}
	}
	for d := range p.m.detectors {
		if d != by && p.m.detectors[d].when != nil {
			if f, _ := n.distance(d, dt+first.Milliseconds(), z); f <= 0 {
				p.above[d][i] = 0
			} else if p.refEnd[d][i] > now {
				p.above[d][i] = 1
			}
		}
	}
	copy(n.y, z)
	now += first
	switch {
	case by == -2:
		n.fire(0, now)
	case by >= 0:
		if _, c := n.distance(by, (now - n.t).Milliseconds(), n.y); c > 0 {
			p.above[by][i], n.fired[by] = 1, now
		} else {
			n.fire(by, now)
		}
	}
	return now
}

func abs(x float64) float64 { return max(x, -x) }

// fire lets a detector's statements happen.
func (n *judged) fire(d int, now spike.Tick) {
	p, i := n.p, n.i
	number := p.counts[d][i]
	p.counts[d][i]++
	before, _ := n.distance(d, (now - n.t).Milliseconds(), n.y)
	n.fired[d] = now
	if d == 0 {
		n.emit(now)
		if p.left != nil {
			p.left[i] = p.exponential(i)
		}
		n.choose(number, now)
	} else {
		name := p.m.detectors[d].name
		p.trigger(i, now, func(q *pulse) bool { return q.after == name })
	}
	a := &p.do[d]
	p.draws(n.random, a.randoms, p.keys[d], i, number)
	regs := n.do[d]
	n.act(a, regs, now)
	if ticks := ticksOf(regs[a.outputs[len(p.vars)]][0]); p.m.detectors[d].refractory != nil && ticks > 0 {
		p.refEnd[d][i] = now + ticks
	}
	for k := range n.pulse {
		n.pulse[k], _ = p.pulseAt(k, i, now)
	}
	p.above[d][i] = 0
	if p.m.detectors[d].when != nil {
		if f, _ := n.distance(d, (now - n.t).Milliseconds(), n.y); f > 0 || f >= before {
			p.above[d][i] = 1
		}
	}
}

// emit labels a spike and starts what follows it.
func (n *judged) emit(now spike.Tick) {
	p, i := n.p, n.i
	kind := p.Emit(n.out, i, now)
	p.trigger(i, now, func(q *pulse) bool { return q.follows(kind) })
	p.follow(i, now)
}

func (n *judged) act(a *action, regs [][]float64, now spike.Tick) {
	before := n.watched()
	defer func() {
		if before != nil {
			n.p.noting.Lock()
			n.p.jumps = append(n.p.jumps, neuron.Jump{Neuron: n.i, At: now, Before: before, After: n.watched()})
			n.p.noting.Unlock()
		}
	}()
	n.bind(a.program, regs, (now - n.t).Milliseconds(), n.y)
	runOne(a.code, regs)
	for v := range n.p.vars {
		n.y[v] = regs[a.outputs[v]][0]
	}
}

func (n *judged) choose(number uint32, now spike.Tick) {
	p := n.p
	if p.m.second == nil || p.second[n.i] != spike.Forever {
		return
	}
	p.draws(n.random, p.choice.randoms, p.keys[len(p.keys)-1], n.i, number)
	regs := laneRegisters(p.choice.program)
	n.act(p.choice, regs, now)
	p.choosing(n.i, number, now, regs[p.choice.outputs[len(p.vars)]][0], regs[p.choice.outputs[len(p.vars)+1]][0])
}

func (n *judged) secondSpike(now spike.Tick) {
	p, i := n.p, n.i
	p.second[i] = spike.Forever
	n.emit(now)
	p.draws(n.random, p.reset2.randoms, p.keys[len(p.keys)-1].Sub("reset"), i, p.counts[0][i])
	n.act(p.reset2, laneRegisters(p.reset2.program), now)
	if p.m.detectors[0].refractory != nil && !p.m.fromEvent {
		regs := laneRegisters(p.rest.program)
		n.act(&p.rest, regs, now)
		if ticks := ticksOf(regs[p.rest.outputs[len(p.vars)]][0]); ticks > 0 {
			p.refEnd[0][i] = now + ticks
		}
	}
}

// watched returns what rules read of the neuron, nil if they read nothing.
func (n *judged) watched() (x []float64) {
	for _, v := range n.p.seen {
		x = append(x, n.y[v])
	}
	return x
}

// WatchJumps implements neuron.Jumper.
func (p *reference) WatchJumps(columns []string) {
	p.seen = placesOf(columns, p.Columns())
}

// TakeJumps implements neuron.Jumper.
func (p *reference) TakeJumps(jumps []neuron.Jump) []neuron.Jump {
	jumps, p.jumps = append(jumps, p.jumps...), p.jumps[:0]
	return jumps
}
