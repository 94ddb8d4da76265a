package neuron

import (
	"cmp"
	"math"
	"slices"

	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/spike"
)

// twoReference is a population of TwoCompartment neurons in the reference integrator, the judge of the fast one and
// independent of it: double precision, the classical Runge-Kutta method of fourth order on the equations as they
// stand in the type comment, and no approximation of inputs. Every arrival, edge of a back-propagating spike, end of
// refractoriness, spike and step boundary ends an interval; intervals are cut into sub-steps of at most sub, and of at
// most an eighth of the time constants that conductances leave. The
// threshold is sought on a cubic Hermite interpolant of V_s - θ - δ, humps included, and a spike is the last tick
// at which V_s is not above threshold.
//
// All times are ticks, and where an interval is cut depends on events and steps alone, never on pieces of a run.
type twoReference struct {
	spec  TwoCompartment
	build Build
	sub   spike.Tick
	cells []refCell
	*guard
	most []float32 // largest current into each port, pA
	Emitter

	u      [refVars][]float64
	box    []float64    // K(t)
	recent []spike.Tick // the last spikes of each neuron, see boxes
	refEnd []spike.Tick
}

// refSub is the longest sub-step; refPart bounds it in units of a membrane's time constant under its conductances.
// Halving both moves spikes by less than a tick in a thousand (see the tests).
const (
	refSub  = 20 * spike.Microsecond
	refPart = 0.125
)

// The variables of the equations, in absolute units.
const (
	refVS   = iota // mV
	refVD          // mV
	refWS          // spikes
	refWD          // mV
	refRise        // δ, mV
	refG           // the conductances, in leaks
	refVars = refG + twoChannels
)

type refState [refVars]float64

// plus returns u + h du.
func (u *refState) plus(h float64, du *refState) (v refState) {
	for j := range u {
		v[j] = u[j] + float64(h*du[j])
	}
	return v
}

// refCell holds the parameters of one neuron, as in TwoCompartment.
type refCell struct {
	tauS, cs, tauD, cd, theta, dTh, tauTh, gs, gd, ed, dd, b, tauWS, a, tauWD, c float64
	el, eExc, eInh                                                               float64
	tauSyn                                                                       [twoChannels]float64
	somatic                                                                      bool // dendritic synapses see V_s
	refractory                                                                   spike.Tick
}

func newTwoReference(s TwoCompartment, b Build) Population {
	n := b.N
	p := &twoReference{spec: s, build: b, sub: refSub, cells: make([]refCell, n), guard: new(guard),
		Emitter: NewEmitter(b),
		most:    []float32{mostCurrent(s.TauS.Mean(), s.CS.Mean()), mostCurrent(s.TauD.Mean(), s.CD.Mean())},
		box:     make([]float64, n), recent: make([]spike.Tick, n*s.boxes()), refEnd: make([]spike.Tick, n)}
	for j := range p.u {
		p.u[j] = make([]float64, n)
	}
	for i := range p.cells {
		own := drawn(&s, b, i)
		p.cells[i] = refCell{
			tauS: own.TauS.A, cs: own.CS.A, tauD: own.TauD.A, cd: own.CD.A,
			theta: own.Theta.A, dTh: own.DTh.A, tauTh: own.TauTh.A,
			gs: own.GS.A, gd: own.GD.A, ed: own.ED.A, dd: own.DD.A,
			b: own.B.A, tauWS: own.TauWS.A, a: own.A.A, tauWD: own.TauWD.A,
			c: own.C.A, el: s.EL, eExc: s.EExc, eInh: s.EInh,
			tauSyn:  [twoChannels]float64{s.TauAMPA, s.TauNMDA, s.TauGABA, s.TauAMPA, s.TauNMDA, s.TauGABA},
			somatic: s.Driving == "soma", refractory: ticksOf(own.TRef.A),
		}
	}
	p.Reset()
	return p
}

func (p *twoReference) Len() int            { return p.build.N }
func (p *twoReference) Ports() []string     { return []string{"soma", "apical"} }
func (p *twoReference) Channels() []Channel { return p.spec.channels() }

// WantsArrivals implements Exact.
func (p *twoReference) WantsArrivals() bool { return true }

func (p *twoReference) Columns() []Column {
	cs := []Column{{Name: "v_s", Unit: "mV", Data: p.u[refVS]}, {Name: "v_d", Unit: "mV", Data: p.u[refVD]},
		{Name: "w_s", Data: p.u[refWS]}, {Name: "w_d", Unit: "mV", Data: p.u[refWD]},
		{Name: "threshold_rise", Unit: "mV", Data: p.u[refRise]}}
	for k, c := range p.Channels() {
		cs = append(cs, Column{Name: "g_" + c.Receptor + "_" + c.Port, Unit: "leak", Data: p.u[refG+k]})
	}
	cs = append(cs, Column{Name: "bap", Data: p.box}, Column{Name: "recent_spikes", Unit: "ms", Data: p.recent},
		Column{Name: "refractory_end", Unit: "ms", Data: p.refEnd})
	return append(cs, p.Emitter.Columns()...)
}

func (p *twoReference) Reset() {
	for j := range p.u {
		clear(p.u[j])
	}
	initial := &p.spec.Initial
	p.draw(refVS, initial.VS, "v_s")
	p.draw(refVD, initial.VD, "v_d")
	p.draw(refWS, initial.WS, "w_s")
	p.draw(refWD, initial.WD, "w_d")
	clear(p.box)
	for i := range p.recent {
		p.recent[i] = spike.Never
	}
	for i := range p.refEnd {
		p.refEnd[i] = spike.Never
	}
	p.Emitter.Reset()
	p.Forget()
}

func (p *twoReference) draw(variable int, v Value, name string) {
	key := p.build.Key.Sub("initial." + name)
	for i := range p.u[variable] {
		p.u[variable][i] = v.Draw(key, i)
	}
}

// Advance implements Population. It sorts the arrivals of the piece, which belong to the shard.
func (p *twoReference) Advance(r Range, w spike.Window, in *Input, out *spike.Buffer) {
	steps := p.bearable(p, r, w, in, p.most)
	slices.SortFunc(in.Arrivals, compareArrivals)
	queue := in.Arrivals
	for i := r.Lo; i < r.Hi; i++ {
		own := 0
		for own < len(queue) && int(queue[own].Target) == i-r.Lo {
			own++
		}
		n := refNeuron{p: p, cell: &p.cells[i], i: i, arrivals: queue[:own], out: out}
		queue = queue[own:]
		for j := range n.u {
			n.u[j] = p.u[j][i]
		}
		for s := range steps {
			n.start = w.From + spike.Tick(s)*in.Step
			h := in.Step.Milliseconds()
			for port := range n.current {
				a, b := in.Drives[port].At(in, s, i-r.Lo)
				n.current[port], n.growth[port] = float64(a), (float64(b)-float64(a))/h
			}
			n.step(n.start + in.Step)
			if p.due(n.start, in.Step) {
				n.look(in, s, r)
			}
		}
		for j := range n.u {
			p.u[j][i] = n.u[j]
		}
		p.box[i], _ = p.boxAt(i, w.To)
	}
}

// look looks at the state after a step of a piece.
func (n *refNeuron) look(in *Input, step int, r Range) {
	for j, x := range n.u {
		if limit := float64(limitOf([...]string{refVS: "mV", refVD: "mV", refWD: "mV", refRise: "mV",
			refG: unitLeak, unitLeak, unitLeak, unitLeak, unitLeak, unitLeak}[j])); !(math.Abs(x) <= limit) {
			for v := range n.u {
				n.p.u[v][n.i] = n.u[v]
			}
			c := n.p.Columns()[j]
			n.p.Report(&Fault{At: n.start + in.Step, Neuron: n.i, Variable: c.Name, Value: x, Unit: c.Unit,
				Drive: driveOf(n.p, in, step, n.i, n.i-r.Lo)})
		}
	}
}

// compareArrivals orders by neuron and time; the rest makes sums independent of the order of delivery.
func compareArrivals(a, b Arrival) int {
	return cmp.Or(cmp.Compare(a.Target, b.Target), cmp.Compare(a.At, b.At), cmp.Compare(a.Channel, b.Channel),
		cmp.Compare(a.Weight, b.Weight))
}

// refNeuron is one neuron while it is advanced.
type refNeuron struct {
	p        *twoReference
	cell     *refCell
	i        int
	u        refState
	arrivals []Arrival // those still to come, in order
	out      *spike.Buffer

	start           spike.Tick // of the present step
	current, growth [2]float64 // into soma and dendrite at start, pA, and per ms
	k               float64    // K(t) in the present interval
	held            bool       // V_s is held at E_L in the present interval
}

// step advances the neuron to the end of a step, from event to event.
func (n *refNeuron) step(stop spike.Tick) {
	for now := n.start; now < stop; {
		for ; len(n.arrivals) > 0 && n.arrivals[0].At <= now; n.arrivals = n.arrivals[1:] {
			n.u[refG+n.arrivals[0].Channel] += float64(n.arrivals[0].Weight)
		}
		k, edge := n.p.boxAt(n.i, now)
		end := min(stop, edge)
		if len(n.arrivals) > 0 {
			end = min(end, n.arrivals[0].At)
		}
		refractory := n.p.refEnd[n.i] > now
		if refractory {
			end = min(end, n.p.refEnd[n.i])
		} else if n.cell.excess(&n.u) > 0 {
			n.fire(now)
			continue
		}
		n.k, n.held = k, refractory && n.p.spec.Hold
		now = n.integrate(now, end, refractory)
	}
}

// integrate advances the neuron through an interval without events, to its end or to the first spike.
func (n *refNeuron) integrate(now, end spike.Tick, refractory bool) spike.Tick {
	sub := n.p.subStep(n.cell, &n.u)
	parts := (end - now + sub - 1) / sub
	slope := n.slopes((now - n.start).Milliseconds(), &n.u)
	for part, from := spike.Tick(1), now; part <= parts; part++ {
		to := now + (end-now)*part/parts
		u := n.rungeKutta(from, to, &slope)
		next := n.slopes((to - n.start).Milliseconds(), &u)
		if !refractory {
			r := (to - from).Milliseconds()
			f := hermite{n.cell.excess(&n.u), n.cell.excess(&u), r * (slope[refVS] - slope[refRise]),
				r * (next[refVS] - next[refRise])}
			if at, ok := f.crossing(to - from); ok {
				n.u = n.rungeKutta(from, from+at, &slope)
				n.fire(from + at)
				return from + at
			}
		}
		n.u, slope, from = u, next, to
	}
	return end
}

// subStep returns the longest sub-step in an interval that begins with the state u: with strong conductances a part of
// the time in which they move a potential (Runge-Kutta's method is not stable far beyond that time).
func (p *twoReference) subStep(c *refCell, u *refState) spike.Tick {
	g := u[refG:]
	soma := (1 + g[somaAMPA] + g[somaNMDA] + g[somaGABA]) / c.tauS
	dendrite := (1 + g[apicalAMPA] + g[apicalNMDA] + g[apicalGABA]) / c.tauD
	return max(1, min(p.sub, spike.Tick(refPart*1e6/max(soma, dendrite))))
}

// excess returns V_s - θ - δ.
func (c *refCell) excess(u *refState) float64 { return u[refVS] - c.theta - u[refRise] }

// rungeKutta returns the state at tick to; slope belongs to the state at tick from.
func (n *refNeuron) rungeKutta(from, to spike.Tick, slope *refState) refState {
	t, h := (from - n.start).Milliseconds(), (to - from).Milliseconds()
	v := n.u.plus(h/2, slope)
	k2 := n.slopes(t+h/2, &v)
	v = n.u.plus(h/2, &k2)
	k3 := n.slopes(t+h/2, &v)
	v = n.u.plus(h, &k3)
	k4 := n.slopes(t+h, &v)
	for j := range v {
		v[j] = n.u[j] + float64(h/6*(slope[j]+float64(2*(k2[j]+k3[j]))+k4[j]))
	}
	return v
}

// slopes evaluates the right-hand sides t ms after the start of the step.
func (n *refNeuron) slopes(t float64, u *refState) (du refState) {
	c, g := n.cell, u[refG:]
	is := n.current[0] + float64(n.growth[0]*t)
	id := n.current[1] + float64(n.growth[1]*t)
	vs, vd := u[refVS], u[refVD]
	seen := vd
	if c.somatic {
		seen = vs
	}
	f := 1 / (1 + numeric.Exp(-(vd-c.ed)/c.dd))
	synS := float64((g[somaAMPA]+g[somaNMDA])*(c.eExc-vs)) + float64(g[somaGABA]*(c.eInh-vs))
	synD := float64((g[apicalAMPA]+g[apicalNMDA])*(c.eExc-seen)) + float64(g[apicalGABA]*(c.eInh-seen))
	du[refVS] = (c.el-vs+synS)/c.tauS + (float64(c.gs*f)+float64(c.b*u[refWS])+is)/c.cs
	du[refVD] = (c.el-vd+synD)/c.tauD + (float64(c.gd*f)+float64(c.a*u[refWD])+float64(c.c*n.k)+id)/c.cd
	if n.held {
		du[refVS] = 0
	}
	du[refWS] = -u[refWS] / c.tauWS
	du[refWD] = (vd - c.el - u[refWD]) / c.tauWD
	du[refRise] = -u[refRise] / c.tauTh
	for k, tau := range c.tauSyn {
		du[refG+k] = -g[k] / tau
	}
	return du
}

// fire makes the neuron spike.
func (n *refNeuron) fire(at spike.Tick) {
	n.p.Emit(n.out, n.i, at)
	n.u[refVS] = n.cell.el
	n.u[refWS]++
	n.u[refRise] += n.cell.dTh
	n.p.refEnd[n.i] = at + n.cell.refractory
	n.p.spec.remember(n.p.guard, n.i, at, n.p.spikesOf(n.i))
}

// spikesOf returns the recent spikes of neuron i.
func (p *twoReference) spikesOf(i int) []spike.Tick {
	m := len(p.recent) / p.build.N
	return p.recent[i*m : (i+1)*m]
}

// boxAt returns K of neuron i from a tick on, and the tick at which it next changes.
func (p *twoReference) boxAt(i int, now spike.Tick) (k float64, edge spike.Tick) {
	edge = spike.Forever
	for _, s := range p.spikesOf(i) {
		on := s + ticksOf(p.spec.BapDelay)
		off := on + ticksOf(p.spec.BapLen)
		if now < on {
			edge = min(edge, on)
		} else if now < off {
			edge = min(edge, off)
			k++
		}
	}
	if p.spec.BapSum == "merge" {
		k = min(k, 1)
	}
	return k, edge
}

// hermite is a cubic on [0, 1] given by its values and slopes at both ends.
type hermite struct{ f0, f1, m0, m1 float64 }

// coefficients returns those of s, s² and s³.
func (c *hermite) coefficients() (c1, c2, c3 float64) {
	rise := c.f1 - c.f0
	return c.m0, float64(3*rise) - float64(2*c.m0) - c.m1, c.m0 + c.m1 - float64(2*rise)
}

func (c *hermite) at(s float64) float64 {
	c1, c2, c3 := c.coefficients()
	return c.f0 + float64(s*(c1+float64(s*(c2+float64(s*c3)))))
}

// peak returns where the cubic has a local maximum inside (0, 1).
func (c *hermite) peak() (s float64, ok bool) {
	if c.m0 <= 0 && c.m1 >= 0 {
		return 0, false
	}
	c1, c2, c3 := c.coefficients()
	d := float64(c2*c2) - float64(3*float64(c1*c3))
	if d <= 0 {
		return 0, false
	}
	s = c1 / (math.Sqrt(d) - c2) // the root of c1 + 2 c2 s + 3 c3 s² with a falling slope
	return s, s > 0 && s < 1
}

// crossing returns the last of n ticks before the cubic first becomes positive.
func (c *hermite) crossing(n spike.Tick) (spike.Tick, bool) {
	if max(c.f0, c.f1)+float64(4./27*(math.Abs(c.m0)+math.Abs(c.m1))) <= 0 {
		return 0, false // the bound of the cubic
	}
	lo, hi := spike.Tick(0), n
	if s, ok := c.peak(); ok && c.at(s) > 0 {
		hi = max(1, spike.Tick(float64(s*float64(n))))
	} else if c.f1 <= 0 {
		return 0, false
	}
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; c.at(float64(mid)/float64(n)) > 0 {
			hi = mid
		} else {
			lo = mid
		}
	}
	return lo, true
}
