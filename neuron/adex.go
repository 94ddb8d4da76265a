package neuron

import (
	"math"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/spike"
)

// AdEx is the adaptive exponential integrate-and-fire neuron (Brette & Gerstner 2005) with conductance synapses, the
// model of the PV and SOM interneurons of Payeur et al. (2021).
//
//	C dV/dt = -g_L (V-E_L) + g_L Δ exp((V-V_T)/Δ) + g_L [g_ampa (E_exc-V) + g_gaba (E_inh-V)] - w + I
//	τ_w dw/dt = a (V-E_L) - w
//	at V = peak: V := reset, w += b, refractory for a while
//
// Conductances of synapses are in units of the leak g_L and decay exponentially. While refractory V is held at the
// reset potential, or at E_L with refractory_potential = "rest" (Payeur et al. 2021, whose reset potential therefore
// never shows); w and the conductances go on.
//
// Published cells: PV g_L 10 nS, C 100 pF, Δ 2 mV, V_T -48 mV, no adaptation, refractory 1 ms, reset -55 mV (the
// default); SOM g_L 5 nS, C 100 pF, Δ 4 mV, V_T -61.84 mV, a 0.5 nS, b 10 pA, τ_w 500 ms, refractory 2 ms, reset
// -65 mV.
//
// Integration ("off-grid"): an exponential Taylor scheme of second order, as in TwoCompartment. During the upswing the
// exponential is solved exactly together with the mean of all else, in the variable y = exp(-(V-V_T)/Δ), which falls to
// the peak in almost a straight line. In the step with the spike, and in every step with an end of refractoriness,
// Runge-Kutta steps of fourth order run between single arrivals, above V_T in y.
type AdEx struct {
	CM Value `toml:"c_m" unit:"pF" allow:"(0, inf)" doc:"membrane capacitance C"`
	GL Value `toml:"g_l" unit:"nS" allow:"(0, inf)" doc:"leak conductance g_L; the time constant is C/g_L"`

	EL    float64 `toml:"e_l" unit:"mV" doc:"resting potential without the exponential"`
	Theta Value   `toml:"threshold" unit:"mV" doc:"threshold V_T of the exponential"`
	Delta Value   `toml:"slope" unit:"mV" allow:"[0.01, 100]" doc:"slope factor Δ of the exponential"`
	Peak  float64 `toml:"peak" unit:"mV" allow:"(-1000, 1000)" doc:"potential at which a spike is emitted"`
	Reset Value   `toml:"reset" unit:"mV" doc:"potential after a spike"`
	TRef  Value   `toml:"refractory" unit:"ms" allow:"[0, 1e6]" doc:"time for which V is held after a spike"`
	Hold  string  `toml:"refractory_potential" oneof:"reset|rest" doc:"where V is held: at the reset potential or at E_L"`

	A    Value `toml:"a" unit:"nS" allow:"(-inf, inf)" doc:"subthreshold adaptation"`
	B    Value `toml:"b" unit:"pA" allow:"(-inf, inf)" doc:"spike-triggered adaptation"`
	TauW Value `toml:"tau_w" unit:"ms" allow:"(0, inf)" doc:"time constant of the adaptation"`

	EExc    float64 `toml:"e_exc" unit:"mV" allow:"(-inf, inf)" doc:"reversal potential of ampa"`
	EInh    float64 `toml:"e_inh" unit:"mV" allow:"(-inf, inf)" doc:"reversal potential of gaba"`
	TauAMPA float64 `toml:"tau_ampa" unit:"ms" allow:"(0, inf)" doc:"decay of ampa conductances"`
	TauGABA float64 `toml:"tau_gaba" unit:"ms" allow:"(0, inf)" doc:"decay of gaba conductances"`

	Initial struct {
		V Value `toml:"v" unit:"mV" allow:"[-1000, 1000]"`
		W Value `toml:"w" unit:"pA" allow:"[-1e6, 1e6]"`
	} `toml:"initial"`
}

// DefaultAdEx returns the PV interneuron of Payeur et al. (2021), held at its reset potential while refractory.
func DefaultAdEx() *AdEx {
	s := &AdEx{CM: Const(100), GL: Const(10), EL: -70, Theta: Const(-48), Delta: Const(2), Peak: 0, Reset: Const(-55),
		TRef: Const(1), Hold: "reset", TauW: Const(100), EExc: 0, EInh: -80, TauAMPA: 5, TauGABA: 10}
	s.Initial.V = Const(-70)
	return s
}

// Validate implements Spec.
func (s *AdEx) Validate() error {
	return first(
		declared(s), by("peak", s.Theta.require("threshold", "mV", -1e3, s.Peak, true)),
		by("peak", s.Reset.require("reset", "mV", -1e3, s.Peak, true)),
		by("peak", Const(s.EL).require("e_l", "mV", -1e3, s.Peak, true)),
	)
}

// New implements Spec.
func (s *AdEx) New(b Build) (Population, error) {
	if err := s.Validate(); err != nil {
		return nil, err
	}
	n := b.N
	p := &adex{spec: *s, build: b, Emitter: NewEmitter(b), keeps: keepsFrom(b.Step, s.CM.Mean()/s.GL.Mean()),
		refEnd: make([]spike.Tick, n),
		eExc:   float32(s.EExc - s.EL), eInh: float32(s.EInh - s.EL)}
	p.derived = derivedOf(b, s, func(i int) *adexDerived { return s.derive(b, i) })
	p.sweep = newSweep(n, 1, adexKernels(), []*[]float32{&p.x, &p.w, &p.g[0], &p.g[1]}, p.refEnd)
	setConstants(&p.sweep, n, lanes.AdExConstants, p.derived, (*adexDerived).constants)
	p.guarded(p, mostCurrent(s.CM.Mean()/s.GL.Mean(), s.CM.Mean()))
	p.Reset()
	return p, nil
}

// adexDerived is what the steps need of the parameters; potentials are relative to E_L.
type adexDerived struct {
	tau, cm, gl, a, b, tauW  float64
	delta, theta, peak, hold float64
	peakY                    float64 // exp(-(peak-V_T)/Δ)
	ref                      spike.Tick
	steep                    float32 // see stiff
	xT, invDelta, expScale   float32 // V_T, 1/Δ, Δ/τ
	invTau, invC             float32
	x32Peak, x32Hold         float32
	delta32                  float32 // Δ
	tauSteps, leakStep       float32 // τ/h, h/τ
	restW, fadeW             float32 // refractory: w tends to restW
	strong                   float32 // see strongestAdEx
	half, invR               float32 // half a step, ms; 1/step
	m11, m12, q0, q1         float32 // V: increments per V, w, constant and growing slope (mV/ms)
	m21, m22, w0, w1         float32 // w: the same
	fade                     [2]float32
	area0, area1             [2]float32
	tauSyn                   [2]float64
	eExc, eInh               float64
}

func (s *AdEx) derive(b Build, i int) *adexDerived {
	own := drawn(s, b, i)
	h := b.Step.Milliseconds()
	d := &adexDerived{cm: own.CM.A, gl: own.GL.A, a: own.A.A, b: own.B.A, tauW: own.TauW.A,
		delta: own.Delta.A, theta: own.Theta.A - s.EL, peak: s.Peak - s.EL,
		hold: own.Reset.A - s.EL, ref: ticksOf(own.TRef.A),
		tauSyn: [2]float64{s.TauAMPA, s.TauGABA}, eExc: s.EExc - s.EL, eInh: s.EInh - s.EL}
	d.tau = d.cm / d.gl
	if s.Hold == "rest" {
		d.hold = 0
	}
	d.peakY = numeric.Exp((d.theta - d.peak) / d.delta)
	d.xT, d.invDelta, d.expScale = float32(d.theta), float32(1/d.delta), float32(d.delta/d.tau)
	d.invTau, d.invC, d.x32Peak = float32(1/d.tau), float32(1/d.cm), float32(d.peak)
	d.strong = float32(strongestAdEx * d.tau / h)
	d.delta32, d.tauSteps, d.leakStep = float32(d.delta), float32(d.tau/h), float32(h/d.tau)
	d.half, d.invR, d.steep = float32(h/2), float32(1/h), float32(h/d.delta)
	m, i0, i1 := linear2(mat2{-1 / d.tau, -1 / d.cm, d.a / d.tauW, -1 / d.tauW}, h)
	d.m11, d.m12, d.q0, d.q1 = float32(m[0]-1), float32(m[1]), float32(i0[0]), float32(i1[0])
	d.m21, d.m22, d.w0, d.w1 = float32(m[2]), float32(m[3]-1), float32(i0[2]), float32(i1[2])
	decay, _, _ := ramp(d.tauW, h)
	d.x32Hold, d.restW, d.fadeW = float32(d.hold), float32(d.a*d.hold), float32(decay-1)
	for k, syn := range d.tauSyn {
		decay, _, _ := ramp(syn, h)
		m0, m1 := cross(d.tau, syn, h)
		d.fade[k], d.area0[k], d.area1[k] = float32(decay-1), float32(m0/d.tau), float32(m1/d.tau)
	}
	return d
}

// constants puts what the kernel needs.
func (d *adexDerived) constants(put func(i int, v float32)) {
	for i, v := range [lanes.AdExConstants]float32{lanes.AdExToExc: float32(d.eExc), lanes.AdExToInh: float32(d.eInh),
		lanes.AdExXT: d.xT, lanes.AdExInvDelta: d.invDelta, lanes.AdExExpScale: d.expScale, lanes.AdExInvTau: d.invTau,
		lanes.AdExInvC: d.invC, lanes.AdExSteep: d.steep, lanes.AdExStiffness: stiffness, lanes.AdExStrong: d.strong,
		lanes.AdExHalf: d.half, lanes.AdExInvR: d.invR, lanes.AdExM11: d.m11, lanes.AdExM12: d.m12, lanes.AdExQ0: d.q0,
		lanes.AdExQ1: d.q1, lanes.AdExM21: d.m21, lanes.AdExM22: d.m22, lanes.AdExW0: d.w0, lanes.AdExW1: d.w1,
		lanes.AdExFade0: d.fade[0], lanes.AdExFade1: d.fade[1], lanes.AdExArea00: d.area0[0], lanes.AdExArea01: d.area0[1],
		lanes.AdExArea10: d.area1[0], lanes.AdExArea11: d.area1[1], lanes.AdExPeak: d.x32Peak, lanes.AdExHold: d.x32Hold,
		lanes.AdExDelta: d.delta32, lanes.AdExTauSteps: d.tauSteps, lanes.AdExLeakStep: d.leakStep, lanes.AdExRest: d.restW,
		lanes.AdExFadeW: d.fadeW} {
		put(i, v)
	}
}

// adex is a population of AdEx neurons. Potentials are kept relative to E_L.
type adex struct {
	spec  AdEx
	build Build
	Emitter
	sweep
	keeps
	derived    []*adexDerived
	eExc, eInh float32

	x, w   []float32 // V - E_L, mV; w, pA
	g      [2][]float32
	refEnd []spike.Tick
}

func (p *adex) Len() int        { return p.build.N }
func (p *adex) Ports() []string { return []string{"soma"} }

func (p *adex) Channels() []Channel {
	tau := p.spec.CM.Mean() / p.spec.GL.Mean()
	return []Channel{{"soma", "ampa", &conductanceKernel{p.spec.TauAMPA, tau}},
		{"soma", "gaba", &conductanceKernel{p.spec.TauGABA, tau}}}
}

func (p *adex) Columns() []Column {
	return append([]Column{{Name: "v", Unit: "mV", Data: p.x, Offset: p.spec.EL}, {Name: "w", Unit: "pA", Data: p.w},
		{Name: "g_ampa", Unit: "leak", Data: p.g[0]}, {Name: "g_gaba", Unit: "leak", Data: p.g[1]},
		{Name: "refractory_end", Unit: "ms", Data: p.refEnd}}, p.Emitter.Columns()...)
}

func (p *adex) Reset() {
	fillInitial(p.x, p.spec.Initial.V, p.build, "v", p.spec.EL)
	fillInitial(p.w, p.spec.Initial.W, p.build, "w", 0)
	clear(p.g[0])
	clear(p.g[1])
	for i := range p.refEnd {
		p.refEnd[i] = spike.Never
	}
	p.Emitter.Reset()
	p.sweep.reset()
}

// fillInitial draws the initial values of a state variable that is stored relative to offset.
func fillInitial(dst []float32, v Value, b Build, name string, offset float64) {
	key := b.Key.Sub("initial." + name)
	for i := range dst {
		dst[i] = float32(v.Draw(key, i) - offset)
	}
}

// adexState is the state of one neuron in registers.
type adexState struct{ x, w, ampa, gaba float32 }

// Advance implements Population.
func (p *adex) Advance(r Range, w spike.Window, in *Input, out *spike.Buffer) {
	p.advance(p, r, w, in, out)
}

func (p *adex) idle(i int, t spike.Tick) bool { return p.refEnd[i] <= t }

// one implements stepper.
func (p *adex) one(r Range, i, s int, t spike.Tick, in *Input, out *spike.Buffer) {
	d := derivedAt(p.derived, i)
	i0, i1 := in.Drives[0].At(in, s, i-r.Lo)
	exc, inh := in.Cells[0].at(in, s, i-r.Lo), in.Cells[1].at(in, s, i-r.Lo)
	before := adexState{p.x[i], p.w[i], p.g[0][i], p.g[1][i]}
	u, ok, end := before, false, p.refEnd[i]
	switch {
	case end >= t+in.Step:
		u, ok = d.held(before, exc, inh), true
	case end <= t:
		u, ok = p.step(d, before, i0, i1, exc, inh)
	}
	if !ok {
		u = p.replay(d, before, i, t, i0, i1, p.arriving(d, in, [2]Pair{exc, inh}, s, i-r.Lo, t), out)
	}
	p.x[i], p.w[i], p.g[0][i], p.g[1][i] = u.x, u.w, u.ampa, u.gaba
}

// held returns u a step later while V is held.
func (d *adexDerived) held(u adexState, exc, inh Pair) adexState {
	return adexState{d.x32Hold, fade(u.w + float32((u.w-d.restW)*d.fadeW)),
		fade(u.ampa+float32(u.ampa*d.fade[0])) + exc.End, fade(u.gaba+float32(u.gaba*d.fade[1])) + inh.End}
}

// stiffness bounds the error of a step with a linear exponential, (Δ/6) z q² mV with z its growth per step and q = z +
// |dV| h/Δ, to about 1e-4 of Δ; chosen by the step-size study in the test. Steeper steps are upswings.
const stiffness = 1e-4

// step returns u a whole step later and whether that was accurate and below the peak.
func (p *adex) step(d *adexDerived, u adexState, i0, i1 float32, exc, inh Pair) (adexState, bool) {
	act := float32(d.expScale * numeric.Exp32(float32((u.x-d.xT)*d.invDelta)))
	fromExc, fromInh := p.eExc-u.x, p.eInh-u.x
	syn := float32((float32(u.ampa*fromExc) + float32(u.gaba*fromInh)) * d.invTau)
	dx := syn - float32(u.x*d.invTau) + act + float32((i0-u.w)*d.invC)

	z := float32(act * d.steep)
	move := float32(dx * d.steep)
	q := float32(math.Abs(float64(move))) + z
	accurate := u.ampa+u.gaba+(exc.End+inh.End) <= d.strong

	n0 := act + float32(i0*d.invC)
	n1 := float32(float32(act*d.invDelta)*dx) + float32(float32((i1-i0)*d.invC)*d.invR)
	mid := float32(dx * d.half) // arrivals of this step find the membrane there
	x := float32(u.x*d.m11) + float32(u.w*d.m12) + float32(n0*d.q0) + float32(n1*d.q1)
	x += float32(u.ampa * (float32(d.area0[0]*fromExc) - float32(d.area1[0]*dx)))
	x += float32(u.gaba * (float32(d.area0[1]*fromInh) - float32(d.area1[1]*dx)))
	kickExc, kickInh := float32(exc.Area*(fromExc-mid)), float32(inh.Area*(fromInh-mid))
	x += kickExc + kickInh
	w := float32(u.x*d.m21) + float32(u.w*d.m22) + float32((n0+syn)*d.w0) + float32(n1*d.w1)
	if !(float32(z*float32(q*q)) <= stiffness) {
		late := float32(kickExc*(1-d.share(exc))) + float32(kickInh*(1-d.share(inh)))
		var ok bool
		x, ok = d.upswing(z, move, x, kickExc+kickInh, late, float32((u.ampa+u.gaba)*d.leakStep))
		accurate = accurate && ok
	}
	u = adexState{u.x + x, fade(u.w + w), fade(u.ampa+float32(u.ampa*d.fade[0])) + exc.End,
		fade(u.gaba+float32(u.gaba*d.fade[1])) + inh.End}
	return u, accurate && u.x < d.x32Peak
}

// Limits of upswing: what is left of y at its end, and how far V may be moved by anything but the exponential, in Δ.
const (
	upswingRest = 0.2
	upswingMove = 0.5
)

// upswing returns by how much V rises in a step with a steep exponential, and whether that is accurate. In y =
// exp(-(V-V_T)/Δ),
//
//	dy/dt = -1/τ - y N/Δ,
//
// with N all that moves V except the exponential, is linear and solved exactly for a constant N: V rises by
// Δ (A - log(1 - z S)), where A is the integral of N over the step in Δ, z the exponential's slope at its start in Δ
// per step, and S the mean of exp(A(t)). x is the rise with a linear exponential, move its slope at the start in Δ per
// step, kick what arrivals add to it, late what those that came late lack of being spread over the step. g is
// the conductance of synapses, in units of C per step; the linear step has let it pull at a V that rises in a straight
// line.
func (d *adexDerived) upswing(z, move, x, kick, late, g float32) (rise float32, ok bool) {
	curve := float32(z * move)
	a := float32(x*d.invDelta) - z - float32(curve*0.5)
	bend := a - float32(kick*d.invDelta) - (move - z) // of A(t), which is not straight
	early := float32((kick - late) * d.invDelta)
	a -= float32(g * (float32(curve*numeric.Madd32(move+z, 1.0/24, 1.0/6)) + float32(bend*(1.0/3)) + float32(early*0.5)))
	mean := float32(a*0.5) - float32(bend*(1.0/6)) - float32(float32(late*d.invDelta)*0.5)
	s := 1 + mean + float32(float32(a*a)*numeric.Madd32(a, 1.0/24, 1.0/6))
	m := 1 - float32(z*s)
	return float32(d.delta32 * (a - numeric.Log32(m))), m >= upswingRest && a >= -upswingMove && a <= upswingMove
}

// share returns the part of the step that is left after an arrival (several: after their centroid).
func (d *adexDerived) share(in Pair) float32 {
	r := float32(float32(in.Area/(in.End+1e-30)) * d.tauSteps)
	if !(r < 1) {
		return 1
	}
	return r
}
