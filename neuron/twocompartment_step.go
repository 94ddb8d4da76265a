package neuron

import (
	"math"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/spike"
)

// Spikes whose back-propagating boxes can be due or in flight: as many as refractoriness lets through, or one a
// millisecond, within these bounds. One more would be forgotten: the run ends. (Boxes that merge and begin at once
// cover each other.)
const leastBoxes, mostBoxes = 4, 64

// boxes returns how many spikes of a neuron are remembered.
func (s *TwoCompartment) boxes() int {
	if s.covered() {
		return leastBoxes
	}
	n := math.Ceil((s.BapDelay + s.BapLen) / max(s.TRef.Lowest(), 1))
	return int(max(leastBoxes, min(n+1, mostBoxes)))
}

// covered tells whether the box of a spike covers what is left of those before.
func (s *TwoCompartment) covered() bool { return s.BapSum == "merge" && s.BapDelay == 0 }

// remember puts a spike before the recent ones and reports one that is forgotten before its box is over.
func (s *TwoCompartment) remember(g *guard, i int, at spike.Tick, recent []spike.Tick) {
	if old := recent[len(recent)-1]; !s.covered() && old >= 0 && old+ticksOf(s.BapDelay)+ticksOf(s.BapLen) > at {
		g.Report(&Fault{At: at, Neuron: i, Variable: "bap", Value: float64(len(recent) + 1), Unit: "boxes",
			Reason: "are due or in flight, more than are remembered: a shorter bap_delay and bap_duration, or a longer " +
				"refractory, would do"})
	}
	copy(recent[1:], recent)
	recent[0] = at
}

// twoCompartment is a population of TwoCompartment neurons in the off-grid integrator. Potentials are kept
// relative to E_L.
type twoCompartment struct {
	spec    TwoCompartment
	build   Build
	derived []*twoDerived // constants, see derivedOf
	atSoma  bool          // the dendrite's synapses see V_s
	eExc    float32       // reversal potentials relative to E_L
	eInh    float32
	Emitter
	sweep
	keeps
	compartmentColumns

	box    []float32    // K(t)
	edge   []spike.Tick // next change of K
	recent []spike.Tick // the last spikes of each neuron, see boxes
	refEnd []spike.Tick

	bapDelay, bapLen spike.Tick
	tau, tauSyn      [twoChannels]float64 // mean of the membranes', those of the conductances, ms
}

func newTwoCompartment(s TwoCompartment, b Build) *twoCompartment {
	n := b.N
	p := &twoCompartment{spec: s, build: b, Emitter: NewEmitter(b),
		keeps:  keepsFrom(b.Step, min(s.TauS.Mean(), s.TauD.Mean())),
		atSoma: s.Driving == "soma", eExc: float32(s.EExc - s.EL), eInh: float32(s.EInh - s.EL),
		edge: make([]spike.Tick, n), recent: make([]spike.Tick, n*s.boxes()), refEnd: make([]spike.Tick, n),
		bapDelay: ticksOf(s.BapDelay), bapLen: ticksOf(s.BapLen),
		tauSyn: [twoChannels]float64{s.TauAMPA, s.TauNMDA, s.TauGABA, s.TauAMPA, s.TauNMDA, s.TauGABA}}
	for k := range p.tau {
		p.tau[k] = s.TauS.Mean()
		if k >= apicalAMPA {
			p.tau[k] = s.TauD.Mean()
		}
	}
	h := b.Step.Milliseconds()
	p.derived = derivedOf(b, &s, func(i int) *twoDerived { return s.derive(b, i, h) })
	p.sweep = compartments(n, twoKernels(p.atSoma), append(p.kernelRows(), &p.box), p.refEnd, p.edge)
	setConstants(&p.sweep, n, lanes.TwoConstants, p.derived,
		func(d *twoDerived, put func(int, float32)) { d.constants(&s, put) })
	p.guarded(p, mostCurrent(s.TauS.Mean(), s.CS.Mean()), mostCurrent(s.TauD.Mean(), s.CD.Mean()))
	p.Reset()
	return p
}

func (p *twoCompartment) Len() int            { return p.build.N }
func (p *twoCompartment) Ports() []string     { return []string{"soma", "apical"} }
func (p *twoCompartment) Channels() []Channel { return p.spec.channels() }

func (p *twoCompartment) Columns() []Column {
	cs := []Column{{Name: "v_s", Unit: "mV", Data: p.x, Offset: p.spec.EL},
		{Name: "v_d", Unit: "mV", Data: p.y, Offset: p.spec.EL},
		{Name: "w_s", Data: p.ws}, {Name: "w_d", Unit: "mV", Data: p.wd}, {Name: "threshold_rise", Unit: "mV", Data: p.th}}
	for k, c := range p.Channels() {
		cs = append(cs, Column{Name: "g_" + c.Receptor + "_" + c.Port, Unit: "leak", Data: p.g[k]})
	}
	cs = append(cs, Column{Name: "bap", Data: p.box}, Column{Name: "bap_edge", Unit: "ms", Data: p.edge},
		Column{Name: "recent_spikes", Unit: "ms", Data: p.recent}, Column{Name: "refractory_end", Unit: "ms", Data: p.refEnd})
	return append(cs, p.Emitter.Columns()...)
}

func (p *twoCompartment) Reset() {
	s, b := &p.spec, &p.build
	fill := func(dst []float32, v Value, name string, offset float64) {
		key := b.Key.Sub("initial." + name)
		for i := range dst {
			dst[i] = float32(v.Draw(key, i) - offset)
		}
	}
	fill(p.x, s.Initial.VS, "v_s", s.EL)
	fill(p.y, s.Initial.VD, "v_d", s.EL)
	fill(p.ws, s.Initial.WS, "w_s", 0)
	fill(p.wd, s.Initial.WD, "w_d", 0)
	clear(p.th)
	clear(p.box)
	for k := range p.g {
		clear(p.g[k])
	}
	for i := range p.recent {
		p.recent[i] = spike.Never
	}
	for i := range p.edge {
		p.edge[i], p.refEnd[i] = spike.Forever, spike.Never
	}
	p.Emitter.Reset()
	p.sweep.reset()
}

// two is the state of one neuron in registers.
type two struct {
	x, y, ws, wd, th float32
	g                [twoChannels]float32
}

// twoInput is what reaches a neuron in one step (or part of one).
type twoInput struct {
	is0, is1, id0, id1 float32           // currents at both ends, pA
	k                  float32           // K(t)
	in                 [twoChannels]Pair // arrivals
}

// Advance implements Population.
func (p *twoCompartment) Advance(r Range, w spike.Window, in *Input, out *spike.Buffer) {
	p.advance(p, r, w, in, out)
}

func (p *twoCompartment) idle(i int, t spike.Tick) bool {
	return p.edge[i] == spike.Forever && p.refEnd[i] <= t
}

// one implements stepper.
func (p *twoCompartment) one(r Range, i, s int, t spike.Tick, in *Input, out *spike.Buffer) {
	d, v := derivedAt(p.derived, i), p.receive(in, s, i, r)
	var u two
	p.load(&u, i)
	stop, end, box, edge := t+in.Step, p.refEnd[i], p.box[i], p.edge[i]
	ok := end < t || end >= stop
	if ok {
		held := end >= stop && p.spec.Hold
		above := t == 0 && u.x-u.th > float32(d.theta)
		if edge < stop {
			ok = p.stepOverEdge(d, &u, &v, i, t, held)
		} else {
			d.step(p, &d.full, &u, &v, held)
		}
		ok = ok && u.load(d.strongD) <= d.strong &&
			(end >= stop || !above && (u.x <= d.watch+u.th || !p.mayCross(d, p.x[i], &u, &v)))
	}
	if !ok {
		p.load(&u, i) // the state before
		p.box[i], p.edge[i] = box, edge
		p.replay(d, &u, &v, i, t, p.arriving(in, &v, s, i-r.Lo, t), out)
	}
	p.store(&u, i)
}

// stepOverEdge advances u over the step from t on in which the back-propagating spike begins or ends. It returns false
// if it does so more than once. From the edge on, its current moves the dendrite, and the plateau follows in a straight
// line: what both add to the step without an edge is exact but for the sigmoid's curvature, as in every other step.
func (p *twoCompartment) stepOverEdge(d *twoDerived, u *two, v *twoInput, i int, t spike.Tick, held bool) bool {
	stop, edge := t+p.build.Step, p.edge[i]
	p.updateBox(i, edge)
	if edge < t || p.edge[i] < stop {
		return false
	}
	act := numeric.Sigmoid32((u.y - d.ed) * d.invDD)
	load := u.g[apicalAMPA] + u.g[apicalNMDA] + u.g[apicalGABA]
	d.step(p, &d.full, u, v, held)
	var c twoStep // the part after the edge
	d.partial((stop - edge).Milliseconds(), &c)
	jump := float32(c.c * (p.box[i] - v.k))
	slope := float32(jump * c.invCD)
	bend := float32(float32(float32(act*(1-act))*d.invDD) * slope)
	own := float32(c.gd * bend)
	u.y += float32(jump*c.q0) + float32(own*c.q1)
	if !p.atSoma {
		u.y -= float32(float32(load*c.invTauD) * float32(float32(slope*c.r)*c.r) * 0.5)
	}
	u.wd += float32(jump*c.w0) + float32(own*c.w1)
	if !held {
		u.x += float32(float32(c.gs*bend) * c.s1)
	}
	return true
}

// mayCross returns whether V_s may have crossed the threshold in a step that took it from x to u: at its end, or within
// it if inhibition has pulled it down since, or currents and conductances that change have bent it.
func (p *twoCompartment) mayCross(d *twoDerived, x float32, u *two, v *twoInput) bool {
	over := u.x - u.th - float32(d.theta)
	lost := float32(v.in[somaGABA].Area * d.full.shareS * (max(x, u.x) - p.eInh))
	bent := d.bend + float32(float32(math.Abs(float64(v.is1-v.is0)))*d.bendCurrent)
	return over+lost+bent > 0
}

// receive collects what reaches neuron i in step s.
func (p *twoCompartment) receive(in *Input, s, i int, r Range) (v twoInput) {
	v.is0, v.is1 = in.Drives[0].At(in, s, i-r.Lo)
	v.id0, v.id1 = in.Drives[1].At(in, s, i-r.Lo)
	v.k = p.box[i]
	for k := range v.in {
		v.in[k] = in.Cells[k].at(in, s, i-r.Lo)
	}
	return v
}

// slopes returns the time derivatives of both potentials and the dendritic activation at the start of a step.
func (d *twoDerived) slopes(p *twoCompartment, c *twoStep, u *two, v *twoInput) (dx, dy, act, gx, gy float32) {
	eExc, eInh := p.eExc, p.eInh
	act = numeric.Sigmoid32((u.y - d.ed) * d.invDD)
	gx = float32((u.g[somaAMPA]+u.g[somaNMDA])*(eExc-u.x)) + float32(u.g[somaGABA]*(eInh-u.x))
	at := u.y
	if p.atSoma {
		at = u.x
	}
	gy = float32((u.g[apicalAMPA]+u.g[apicalNMDA])*(eExc-at)) + float32(u.g[apicalGABA]*(eInh-at))
	is := float32(c.gs*act) + float32(c.b*u.ws) + v.is0
	id := float32(c.gd*act) + float32(c.a*u.wd) + float32(c.c*v.k) + v.id0
	dx = float32((gx-u.x)*c.invTauS) + float32(is*c.invCS)
	dy = float32((gy-u.y)*c.invTauD) + float32(id*c.invCD)
	return dx, dy, act, gx, gy
}

// step advances u over the length of c; held keeps V_s at rest. Arrivals act through their Pair; see TwoCompartment for
// the scheme.
func (d *twoDerived) step(p *twoCompartment, c *twoStep, u *two, v *twoInput, held bool) {
	eExc, eInh := p.eExc, p.eInh
	dx, dy, act, _, gy := d.slopes(p, c, u, v)
	dx = float32(dx * levelling(u.g[somaAMPA]+u.g[somaNMDA]+u.g[somaGABA], c.ratioS))
	if held {
		dx = 0 // nor does V_s move under the dendrite's synapses
	}
	dAct := float32(float32(float32(act*(1-act))*d.invDD) * dy)
	if !p.atSoma {
		dy = float32(dy * levelling(u.g[apicalAMPA]+u.g[apicalNMDA]+u.g[apicalGABA], c.ratioD))
	}

	at, dAt := u.y, dy
	if p.atSoma {
		at, dAt = u.x, dx
	}
	half := 0.5 * c.r
	midX, midAt := u.x+float32(dx*half), at+float32(dAt*half) // where arrivals of this step find the membrane

	// Soma.
	i0 := float32(c.gs*act) + v.is0
	i1 := float32(c.gs*dAct) + float32((v.is1-v.is0)*c.invR)
	x := float32(u.x*c.decayS) + float32(u.ws*c.ws) + float32(i0*c.s0) + float32(i1*c.s1)
	kick := float32(0) // arrivals of this step
	for k := somaAMPA; k <= somaGABA; k++ {
		e := eExc
		if k == somaGABA {
			e = eInh
		}
		x += float32(u.g[k] * (float32(c.area0[k]*(e-u.x)) - float32(c.area1[k]*dx)))
		kick += float32(v.in[k].Area * (e - midX))
	}
	x += kicked(kick, v.in[somaAMPA].Area+v.in[somaNMDA].Area+v.in[somaGABA].Area, c.shareS)

	// Dendrite and its adaptation.
	i0 = float32(c.gd*act) + float32(c.c*v.k) + v.id0
	i1 = float32(c.gd*dAct) + float32((v.id1-v.id0)*c.invR)
	y := float32(u.y*c.m11) + float32(u.wd*c.m12) + float32(i0*c.q0) + float32(i1*c.q1)
	syn := float32(gy * c.leakD) // the synaptic current, pA, for the adaptation
	wd := float32(u.y*c.m21) + float32(u.wd*c.m22) + float32((i0+syn)*c.w0) + float32(i1*c.w1)
	kick = 0
	for k := apicalAMPA; k <= apicalGABA; k++ {
		e := eExc
		if k == apicalGABA {
			e = eInh
		}
		y += float32(u.g[k] * (float32(c.area0[k]*(e-at)) - float32(c.area1[k]*dAt)))
		kick += float32(v.in[k].Area * (e - midAt))
	}
	if p.atSoma {
		y += float32(kick * c.shareD)
	} else {
		y += kicked(kick, v.in[apicalAMPA].Area+v.in[apicalNMDA].Area+v.in[apicalGABA].Area, c.shareD)
	}

	u.x, u.y, u.wd = u.x+x, u.y+y, u.wd+wd
	if held {
		u.x = 0
	}
	u.ws = fade(u.ws + float32(u.ws*c.decayWS))
	u.th = fade(u.th + float32(u.th*c.decayTh))
	for k := range u.g {
		u.g[k] = fade(u.g[k]+float32(u.g[k]*c.decay[k])) + v.in[k].End
	}
}

// fade ends an exponential decay where it no longer moves a membrane by one bit, so that neurons come to rest.
func fade(x float32) float32 {
	if x < 1e-8 && x > -1e-8 {
		return 0
	}
	return x
}
