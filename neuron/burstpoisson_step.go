package neuron

import (
	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/spike"
)

// burstDerived is what the steps need of the parameters; potentials are relative to E_L.
type burstDerived struct {
	tauS, tauD, tauTh, tauWS, tauWD float64
	cs, cd, a, b, theta, dTh        float64
	ed, dd                          float64
	e, tauSyn                       [twoChannels]float64
	ref                             spike.Tick

	rateS, rateD, rateTh, rateWS, rateWD, perCS, perCD float64 // 1/tau, 1/C
	rateSyn                                            [twoChannels]float64
	fastest                                            float64 // largest rate but those of the membranes

	flow   flow // for strong conductances
	atSoma bool // the dendrite's synapses see V_s

	th32, lost, rest       float32 // threshold; see left
	strong, strongD        float32 // load from which a step is too long for the extrapolation, see strongOf
	invDelta, rate         float32 // escape: 1/Δ, ρ per step
	half, invR             float32 // half a step, ms; 1/step
	ratioS, ratioD         float32 // step in membrane time constants
	shareS, shareD         float32 // mean time constant, which the channels' kernels assume, to the neuron's own
	invTauS, invCS         float32
	invTauD, invCD, leakD  float32
	a32, b32               float32
	leakS, wsS, s0, s1     float32 // V_s: increments per V_s, w_s, constant and growing current
	m11, m12, q0, q1       float32 // V_d: per V_d, w_d, constant and growing current
	m21, m22, w0, w1       float32 // w_d: the same
	fadeWS, fadeTh         float32
	fade, area0, area1, to [twoChannels]float32 // conductances, see cross; reversal potentials
}

func (s *BurstPoisson) derive(b Build, i int) *burstDerived {
	own := drawn(s, b, i)
	h := b.Step.Milliseconds()
	d := &burstDerived{
		tauS: own.TauS.A, tauD: own.TauD.A, tauTh: own.TauTh.A,
		tauWS: own.TauWS.A, tauWD: own.TauWD.A, cs: own.CS.A, cd: own.CD.A,
		a: own.A.A, b: own.B.A, theta: own.Theta.A - s.EL, dTh: own.DTh.A,
		ed: own.ED.A - s.EL, dd: own.DD.A, ref: ticksOf(own.TRef.A), atSoma: s.Driving == "soma",
		invDelta: float32(1 / own.Delta.A), rate: float32(own.Rho.A * b.Step.Seconds()),
		half: float32(h / 2), invR: float32(1 / h),
	}
	d.ratioS, d.ratioD = float32(h/d.tauS), float32(h/d.tauD)
	d.th32, d.rest = float32(d.theta), restOf(b.Step, s.TauS.Mean())
	d.lost = float32((d.theta - s.EInh + s.EL) * s.TauS.Mean() / d.tauS)
	d.invTauS, d.invCS, d.invTauD, d.invCD = float32(1/d.tauS), float32(1/d.cs), float32(1/d.tauD), float32(1/d.cd)
	limit := strongestBurst
	if s.Spiking == "escape" {
		limit = strongestEscape
	}
	d.strong, d.strongD = strongOf(limit, longestBurst, d.tauS, d.tauD, h, s.TauAMPA, s.TauNMDA, s.TauGABA)
	d.leakD = float32(d.cd / d.tauD)
	d.shareS, d.shareD = float32(s.TauS.Mean()/d.tauS), float32(s.TauD.Mean()/d.tauD)
	d.flow = flow{rateS: 1 / d.tauS, rateD: 1 / d.tauD, rateWS: 1 / d.tauWS, rateWD: 1 / d.tauWD, rateTh: 1 / d.tauTh,
		perCS: 1 / d.cs, perCD: 1 / d.cd, a: d.a, b: d.b, theta: d.theta, rateSyn: [3]float64{1 / s.TauAMPA, 1 / s.TauNMDA,
			1 / s.TauGABA},
		eExc: s.EExc - s.EL, eInh: s.EInh - s.EL, atSoma: d.atSoma}
	if s.Spiking == "escape" {
		d.flow.rho, d.flow.invDelta = own.Rho.A/1e3, 1/own.Delta.A
	}
	d.a32, d.b32 = float32(d.a), float32(d.b)
	decay, p0, p1 := ramp(d.tauS, h)
	ws, _ := cross(d.tauS, d.tauWS, h)
	d.leakS, d.wsS, d.s0, d.s1 = float32(decay-1), float32(d.b/d.cs*ws), float32(p0/d.cs), float32(p1/d.cs)
	decay, _, _ = ramp(d.tauWS, h)
	d.fadeWS = float32(decay - 1)
	decay, _, _ = ramp(d.tauTh, h)
	d.fadeTh = float32(decay - 1)
	m, i0, i1 := linear2(mat2{-1 / d.tauD, d.a / d.cd, 1 / d.tauWD, -1 / d.tauWD}, h)
	d.m11, d.m12, d.q0, d.q1 = float32(m[0]-1), float32(m[1]), float32(i0[0]/d.cd), float32(i1[0]/d.cd)
	d.m21, d.m22, d.w0, d.w1 = float32(m[2]), float32(m[3]-1), float32(i0[2]/d.cd), float32(i1[2]/d.cd)
	d.rateS, d.rateD, d.rateTh, d.rateWS, d.rateWD, d.perCS, d.perCD = 1/d.tauS, 1/d.tauD, 1/d.tauTh, 1/d.tauWS, 1/d.tauWD,
		1/d.cs, 1/d.cd
	d.fastest = max(d.rateTh, d.rateWS, d.rateWD)
	for k, syn := range [twoChannels]float64{s.TauAMPA, s.TauNMDA, s.TauGABA, s.TauAMPA, s.TauNMDA, s.TauGABA} {
		tau := d.tauS
		if k >= apicalAMPA {
			tau = d.tauD
		}
		d.tauSyn[k], d.e[k] = syn, s.EExc-s.EL
		d.rateSyn[k] = 1 / syn
		d.fastest = max(d.fastest, d.rateSyn[k])
		if k == somaGABA || k == apicalGABA {
			d.e[k] = s.EInh - s.EL
		}
		decay, _, _ := ramp(syn, h)
		m0, m1 := cross(tau, syn, h)
		d.fade[k], d.area0[k], d.area1[k], d.to[k] = float32(decay-1), float32(m0/tau), float32(m1/tau), float32(d.e[k])
	}
	return d
}

// burstInput is what reaches a neuron in one step.
type burstInput struct {
	is0, is1, id0, id1 float32 // currents at both ends, pA
	in                 [twoChannels]Pair
}

// Advance implements Population.
func (p *burstPoisson) Advance(r Range, w spike.Window, in *Input, out *spike.Buffer) {
	p.advance(p, r, w, in, out)
}

func (p *burstPoisson) idle(i int, t spike.Tick) bool {
	return !p.escape && p.second[i] == 0 && p.refEnd[i] <= t
}

// one implements stepper.
func (p *burstPoisson) one(r Range, i, s int, t spike.Tick, in *Input, out *spike.Buffer) {
	d, v := derivedAt(p.derived, i), receiveBurst(in, s, i-r.Lo)
	var u two
	p.load(&u, i)
	if !p.quiet(d, &u, &v, i, t, out) {
		p.load(&u, i) // the state before
		p.replay(d, &u, &v, i, t, p.arriving(d, in, &v, s, i-r.Lo, t), out)
	}
	p.store(&u, i)
}

// quiet advances u over a step and returns whether neither an event nor the end of refractoriness falls into it.
func (p *burstPoisson) quiet(d *burstDerived, u *two, v *burstInput, i int, t spike.Tick, out *spike.Buffer) bool {
	x, th, stop := u.x, u.th, t+p.build.Step
	switch end := p.refEnd[i]; {
	case end >= stop: // the second spike of a burst always falls into the refractory period
		d.step(u, v)
		if !(u.load(d.strongD) <= d.strong) {
			return false
		}
		if at := p.second[i]; at != 0 && at < stop {
			p.emitSecond(d, i, at, out)
		}
		return true
	case end > t && (p.escape || p.second[i] != 0):
		return false
	}
	d.step(u, v)
	if !(u.load(d.strongD) <= d.strong) {
		return false
	}
	if !p.escape { // where refractoriness ends makes no difference to V
		return !(t == 0 && x-th > d.th32) && u.x-u.th <= d.th32 && !left(u.th+d.th32-x, u.x-x, d.lost, d.rest, v.in[somaGABA])
	}
	risk := float64(d.risk(x-th, u.x-u.th))
	if risk >= p.left[i] {
		return false
	}
	p.left[i] -= risk
	return true
}

// receiveBurst collects what reaches neuron i of the shard in step s.
func receiveBurst(in *Input, s, i int) (v burstInput) {
	v.is0, v.is1 = in.Drives[0].At(in, s, i)
	v.id0, v.id1 = in.Drives[1].At(in, s, i)
	for k := range v.in {
		v.in[k] = in.Cells[k].at(in, s, i)
	}
	return v
}

// risk returns the integral of the escape rate over a step from V_s-δ = a to b, its logarithm taken as linear.
func (d *burstDerived) risk(a, b float32) float32 {
	from, to := float32((a-d.th32)*d.invDelta), float32((b-d.th32)*d.invDelta)
	z := to - from
	rate := float32(d.rate * numeric.Exp32(from))
	if z > 0.25 || z < -0.25 {
		return float32(rate*(numeric.Exp32(z)-1)) / z
	}
	// (e^z - 1)/z
	s := numeric.Madd32(z, numeric.Madd32(z, numeric.Madd32(z, numeric.Madd32(z, 1.0/120, 1.0/24), 1.0/6), 0.5), 1)
	return float32(rate * s)
}

// step advances u over a whole step without regard to events.
func (d *burstDerived) step(u *two, v *burstInput) {
	at := u.y
	if d.atSoma {
		at = u.x
	}
	var synS, synD float32
	for k := somaAMPA; k <= somaGABA; k++ {
		synS += float32(u.g[k] * (d.to[k] - u.x))
		synD += float32(u.g[k+apicalAMPA] * (d.to[k] - at))
	}
	dx := float32((synS-u.x)*d.invTauS) + float32((float32(d.b32*u.ws)+v.is0)*d.invCS)
	dx = float32(dx * levelling(u.g[somaAMPA]+u.g[somaNMDA]+u.g[somaGABA], d.ratioS))
	dAt := dx
	if !d.atSoma {
		dAt = float32((synD-u.y)*d.invTauD) + float32((float32(d.a32*u.wd)+v.id0)*d.invCD)
		dAt = float32(dAt * levelling(u.g[apicalAMPA]+u.g[apicalNMDA]+u.g[apicalGABA], d.ratioD))
	}
	midX, midAt := u.x+float32(dx*d.half), at+float32(dAt*d.half) // where arrivals of this step find the membrane
	slopeS, slopeD := float32((v.is1-v.is0)*d.invR), float32((v.id1-v.id0)*d.invR)

	x := float32(u.x*d.leakS) + float32(u.ws*d.wsS) + float32(v.is0*d.s0) + float32(slopeS*d.s1)
	y := float32(u.y*d.m11) + float32(u.wd*d.m12) + float32(v.id0*d.q0) + float32(slopeD*d.q1)
	syn := float32(synD * d.leakD) // the synaptic current, pA, for the adaptation
	wd := float32(u.y*d.m21) + float32(u.wd*d.m22) + float32((v.id0+syn)*d.w0) + float32(slopeD*d.w1)
	var kickS, kickD float32 // arrivals of this step
	for k := somaAMPA; k <= somaGABA; k++ {
		x += float32(u.g[k] * (float32(d.area0[k]*(d.to[k]-u.x)) - float32(d.area1[k]*dx)))
		kickS += float32(v.in[k].Area * (d.to[k] - midX))
		j := k + apicalAMPA
		y += float32(u.g[j] * (float32(d.area0[j]*(d.to[j]-at)) - float32(d.area1[j]*dAt)))
		kickD += float32(v.in[j].Area * (d.to[j] - midAt))
	}
	x += kicked(kickS, v.in[somaAMPA].Area+v.in[somaNMDA].Area+v.in[somaGABA].Area, d.shareS)
	if d.atSoma {
		y += float32(kickD * d.shareD)
	} else {
		y += kicked(kickD, v.in[apicalAMPA].Area+v.in[apicalNMDA].Area+v.in[apicalGABA].Area, d.shareD)
	}
	u.x, u.y, u.wd = fade(u.x+x), fade(u.y+y), fade(u.wd+wd)
	u.ws = fade(u.ws + float32(u.ws*d.fadeWS))
	u.th = fade(u.th + float32(u.th*d.fadeTh))
	for k := range u.g {
		u.g[k] = fade(u.g[k]+float32(u.g[k]*d.fade[k])) + v.in[k].End
	}
}
