package neuron

import (
	"math"

	"github.com/burstplex/burstplex/neuron/numeric"
)

// flow moves neurons with two compartments where conductances are so strong, or steps so long, that a potential cannot
// be extrapolated: within microseconds it relaxes to where the conductances pull it, and then follows them. The
// equations are those of TwoCompartment, in double precision; BurstPoisson lacks the plateau (gs and gd are 0),
// TwoCompartment the escape noise (rho is 0). The method is RODAS, a Rosenbrock method of fourth order with an error
// estimate of third order (Hairer & Wanner, Solving Ordinary Differential Equations II, section IV.7): L-stable, so
// that the number of its sub-steps does not depend on how strong the conductances are, and stiffly accurate, so that
// potentials stay between the reversal potentials. What decays by itself, conductances among it, is exact.
type flow struct {
	rateS, rateD, rateWS, rateWD, rateTh float64 // 1/τ, 1/ms
	perCS, perCD                         float64 // 1/C
	gs, gd, a, b, c                      float64 // pA, a in nS
	ed, invDD, theta                     float64
	rateSyn                              [3]float64 // ampa, nmda, gaba
	eExc, eInh                           float64
	rho, invDelta                        float64 // escape rate at the threshold, 1/ms
	atSoma                               bool    // the dendrite's synapses see V_s
}

// fine is the state of a neuron with two compartments within a step, in double precision.
type fine struct {
	x, y, wd, risk         float64 // risk: the integral of the escape rate
	ws, th                 float64
	g                      [twoChannels]float64
	is, id, slopeS, slopeD float64 // currents into soma and dendrite, pA, and their slopes, pA/ms
	k                      float64 // of the back-propagating spike
	held                   bool    // V_s stands still
}

// fineOf returns the state u under currents that run linearly from their first to their second values within h ms.
func fineOf(u *two, is0, is1, id0, id1 float32, h float64) fine {
	f := fine{x: float64(u.x), y: float64(u.y), wd: float64(u.wd), ws: float64(u.ws), th: float64(u.th),
		is: float64(is0), slopeS: float64(is1-is0) / h, id: float64(id0), slopeD: float64(id1-id0) / h}
	for k, g := range u.g {
		f.g[k] = float64(g)
	}
	return f
}

// single returns f in single precision.
func (f *fine) single() (u two) {
	u = two{x: fade(float32(f.x)), y: fade(float32(f.y)), ws: fade(float32(f.ws)), wd: fade(float32(f.wd)),
		th: fade(float32(f.th))}
	for k, g := range f.g {
		u.g[k] = fade(float32(g))
	}
	return u
}

// pull is what moves the potentials at a moment but themselves: conductances in leaks (load), their sum weighted with
// reversal potentials (drive, mV), currents as slopes (mV/ms).
type pull struct{ loadS, driveS, loadD, driveD, currentS, currentD, th float64 }

// at returns the pull t ms after the state f.
func (w *flow) at(f *fine, t float64) pull {
	var e [3]float64
	for k, rate := range w.rateSyn {
		if f.g[k] != 0 || f.g[k+apicalAMPA] != 0 {
			e[k] = expNear(-float64(t * rate))
		}
	}
	ws, th := float64(f.ws*expNear(-float64(t*w.rateWS))), f.th
	if w.rho != 0 {
		th = float64(th * expNear(-float64(t*w.rateTh)))
	}
	return w.pull(f, &e, ws, th, numeric.Madd(t, f.slopeS, f.is), float64(w.c*f.k)+numeric.Madd(t, f.slopeD, f.id))
}

// change returns the time derivative of the pull at f.
func (w *flow) change(f *fine) pull {
	e := [3]float64{-w.rateSyn[0], -w.rateSyn[1], -w.rateSyn[2]}
	return w.pull(f, &e, -float64(f.ws*w.rateWS), -float64(f.th*w.rateTh), f.slopeS, f.slopeD)
}

func (w *flow) pull(f *fine, e *[3]float64, ws, th, is, id float64) pull {
	excS := float64(f.g[somaAMPA]*e[0]) + float64(f.g[somaNMDA]*e[1])
	excD := float64(f.g[apicalAMPA]*e[0]) + float64(f.g[apicalNMDA]*e[1])
	inhS, inhD := float64(f.g[somaGABA]*e[2]), float64(f.g[apicalGABA]*e[2])
	return pull{excS + inhS, float64(excS*w.eExc) + float64(inhS*w.eInh), excD + inhD, float64(excD*w.eExc) +
		float64(inhD*w.eInh),
		float64((float64(w.b*ws) + is) * w.perCS), float64(id * w.perCD), th}
}

// vary are the variables that the method solves for: V_s, V_d, w_d and the risk.
type vary struct{ x, y, wd, risk float64 }

// add adds k times a factor.
func (u *vary) add(a float64, k *vary) {
	u.x += float64(a * k.x)
	u.y += float64(a * k.y)
	u.wd += float64(a * k.wd)
	u.risk += float64(a * k.risk)
}

// slopes returns the time derivatives of u, and the activation of the dendrite.
func (w *flow) slopes(f *fine, u *vary, p *pull) (du vary, act float64) {
	if w.gs != 0 || w.gd != 0 {
		act = 1 / (1 + numeric.Exp(float64((w.ed-u.y)*w.invDD)))
	}
	seen := u.y
	if w.atSoma {
		seen = u.x
	}
	if !f.held {
		du.x = float64((p.driveS-float64(p.loadS*u.x)-u.x)*w.rateS) + float64(float64(w.gs*act)*w.perCS) + p.currentS
	}
	du.y = float64((p.driveD-float64(p.loadD*seen)-u.y)*w.rateD) + float64((float64(w.gd*act)+float64(w.a*u.wd))*w.perCD) +
		p.currentD
	du.wd = float64((u.y - u.wd) * w.rateWD)
	if w.rho != 0 {
		du.risk = float64(w.rho * numeric.Exp(min(float64((u.x-p.th-w.theta)*w.invDelta), mostSteep)))
	}
	return du, act
}

// mostSteep bounds the logarithm of the escape rate relative to that at the threshold: beyond, an event is immediate.
const mostSteep = 60

// linear is W = 1/(γ s) - J, J the Jacobian of slopes, with what does not depend on the right-hand side computed once.
type linear struct {
	diagonal, xx, xy, yx, yy, ywd, wdwd, rx, det float64
	rateWD                                       float64
}

func (w *flow) linear(f *fine, p *pull, act, risk, s float64) (l linear) {
	l.diagonal = 1 / (rodasGamma * s)
	bend := float64(float64(act*(1-act)) * w.invDD)
	l.rateWD, l.ywd, l.wdwd = w.rateWD, -float64(w.a*w.perCD), l.diagonal+w.rateWD
	l.yy = l.diagonal + w.rateD - float64(float64(w.gd*bend)*w.perCD) + float64(l.ywd*w.rateWD)/l.wdwd
	if w.atSoma {
		l.yx = float64(w.rateD * p.loadD)
	} else {
		l.yy += float64(w.rateD * p.loadD)
	}
	l.xx = l.diagonal
	if !f.held {
		l.xx += float64(w.rateS * (1 + p.loadS))
		l.xy = -float64(float64(w.gs*bend) * w.perCS)
	}
	l.rx = float64(risk * w.invDelta)
	l.det = float64(l.xx*l.yy) - float64(l.xy*l.yx)
	return l
}

// solve returns k with W k = b.
func (l *linear) solve(b *vary) (k vary) {
	by := b.y - float64(l.ywd*b.wd)/l.wdwd
	k.x = (float64(b.x*l.yy) - float64(l.xy*by)) / l.det
	k.y = (float64(l.xx*by) - float64(l.yx*b.x)) / l.det
	k.wd = (b.wd + float64(l.rateWD*k.y)) / l.wdwd
	k.risk = (b.risk + float64(l.rx*k.x)) / l.diagonal
	return k
}

// The coefficients of RODAS.
const rodasGamma = 0.25

var (
	rodasTime  = [...]float64{0, 0.386, 0.21, 0.63, 1, 1}
	rodasDrift = [...]float64{0.25, -0.1043, 0.1035, -0.0362, 0, 0}
	rodasStage = [...][5]float64{{}, {1.544}, {0.9466785280815826, 0.2557011698983284},
		{3.314825187068521, 2.896124015972201, 0.9986419139977817},
		{1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950},
		{1.221224509226641, 6.019134481288629, 12.53708332932087, -0.6878860361058950, 1}}
	rodasPast = [...][5]float64{{}, {-5.6688}, {-2.430093356833875, -0.2063599157091915},
		{-0.1073529058151375, -9.594562251023355, -20.47028614809616},
		{7.496443313967647, -10.24680431464352, -33.99990352819905, 11.70890893206160},
		{8.083246795921522, -7.981132988064893, -31.52159432874371, 16.31930543123136, -6.058818238834054}}
)

// stretch returns the variables of f after s ms, and the estimate of their error as a multiple of what is allowed; du
// are their slopes at f, p the pull there.
func (w *flow) stretch(f *fine, du *vary, p *pull, act, s float64) (u vary, failure float64) {
	start := vary{f.x, f.y, f.wd, f.risk}
	l := w.linear(f, p, act, du.risk, s)
	// The slopes' explicit dependence on time.
	c := w.change(f)
	seen := f.y
	if w.atSoma {
		seen = f.x
	}
	drift := vary{x: float64((c.driveS-float64(c.loadS*f.x))*w.rateS) + c.currentS,
		y:    float64((c.driveD-float64(c.loadD*seen))*w.rateD) + c.currentD,
		risk: -float64(float64(du.risk*w.invDelta) * c.th)}
	if f.held {
		drift.x = 0
	}
	var k [6]vary
	slope, at, inverse := *du, *p, 1/s
	for i := range k {
		u = start
		for j := range i {
			u.add(rodasStage[i][j], &k[j])
		}
		if i > 0 {
			if i < 5 { // the last two stages are at the end
				at = w.at(f, float64(rodasTime[i]*s))
			}
			slope, _ = w.slopes(f, &u, &at)
		}
		for j := range i {
			slope.add(float64(rodasPast[i][j]*inverse), &k[j])
		}
		slope.add(float64(rodasDrift[i]*s), &drift)
		k[i] = l.solve(&slope)
	}
	u.add(1, &k[5])
	e := &k[5]
	for _, x := range [...]float64{e.x / (flowError + float64(flowRelative*math.Abs(u.x))),
		e.y / (flowError + float64(flowRelative*math.Abs(u.y))),
		e.wd / (flowError + float64(flowRelative*math.Abs(u.wd))),
		e.risk / (riskError + float64(riskError*math.Abs(u.risk)))} {
		failure = max(failure, math.Abs(x))
	}
	return u, failure
}

// Errors that are allowed in a sub-step: of potentials, mV, at least and as a share of them, and of the integral of the
// escape rate.
const (
	flowError    = 3e-6
	flowRelative = 1e-8
	riskError    = 1e-5
)

// shortest is the shortest sub-step, ms: a thousandth of a tick.
const shortest = 1e-9

// advance takes f over at most r ms: until V_s crosses its threshold, or with escape noise until the risk reaches
// limit, unless the neuron is refractory (free is false). It returns the time that has passed.
func (w *flow) advance(f *fine, r, limit float64, free bool) (passed float64, event bool) {
	if !free && w.rho != 0 {
		calm := *w
		calm.rho = 0
		w = &calm
	}
	p := w.at(f, 0)
	start := vary{f.x, f.y, f.wd, f.risk}
	du, act := w.slopes(f, &start, &p)
	s := max(shortest, 0.1/max(float64(w.rateS*(1+p.loadS)), float64(w.rateD*(1+p.loadD))))
	for left := r; left > 0; {
		s = min(s, left)
		u, failure := w.stretch(f, &du, &p, act, s)
		grow := 5.0
		if failure > 1e-3 {
			grow = 0.9 / math.Sqrt(math.Sqrt(failure))
		}
		if failure > 1 && s > shortest {
			s = max(shortest, float64(s*max(0.2, grow)))
			continue
		}
		next := *f
		next.follow(w, &u, s)
		p1 := w.at(&next, 0)
		du1, act1 := w.slopes(&next, &u, &p1)
		if free {
			if at, ok := w.event(f, &next, &du, &du1, s, limit); ok {
				s = float64(s * at)
				if s > 0 {
					u, _ = w.stretch(f, &du, &p, act, s)
					f.follow(w, &u, s)
				}
				return r - left + s, true
			}
		}
		*f, p, du, act = next, p1, du1, act1
		left -= s
		s = float64(s * min(5, grow))
		if f.x != f.x || f.y != f.y {
			break // whoever looks at the state will say so
		}
	}
	return r, false
}

// follow sets f to u, s ms later.
func (f *fine) follow(w *flow, u *vary, s float64) {
	f.x, f.y, f.wd, f.risk = u.x, u.y, u.wd, u.risk
	f.ws = float64(f.ws * expNear(-float64(s*w.rateWS)))
	f.th = float64(f.th * expNear(-float64(s*w.rateTh)))
	for k := range 3 {
		e := expNear(-float64(s * w.rateSyn[k]))
		f.g[k] = float64(f.g[k] * e)
		f.g[k+apicalAMPA] = float64(f.g[k+apicalAMPA] * e)
	}
	f.is = numeric.Madd(f.slopeS, s, f.is)
	f.id = numeric.Madd(f.slopeD, s, f.id)
}

// event returns the fraction of a sub-step of s ms from f to end at which an event happens.
func (w *flow) event(f, end *fine, du, du1 *vary, s, limit float64) (at float64, ok bool) {
	if w.rho != 0 {
		if end.risk < limit {
			return 0, false
		}
		return hermiteRoot(min(0, f.risk-limit), max(end.risk-limit, 1e-300), float64(du.risk*s), float64(du1.risk*s)), true
	}
	return crossingIn(f.x-f.th-w.theta, end.x-end.th-w.theta, float64((du.x+float64(f.th*w.rateTh))*s),
		float64((du1.x+float64(end.th*w.rateTh))*s))
}
