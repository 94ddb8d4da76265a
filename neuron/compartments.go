package neuron

import (
	"math"

	"github.com/burstplex/burstplex/neuron/internal/lanes"
	"github.com/burstplex/burstplex/neuron/spike"
)

// compartments returns the sweep of n neurons with two compartments, whose kernels come without and with nmda.
func compartments(n int, kernels []kernel, rows []*[]float32, times ...[]spike.Tick) sweep {
	s := newSweep(n, 2, kernels, rows, times...)
	s.variant = func(in *Input) int {
		if in.Cells[somaNMDA].Pairs != nil || in.Cells[apicalNMDA].Pairs != nil {
			return 1
		}
		return 0
	}
	return s
}

// compartmentColumns is the state that both models of two compartments have, relative to E_L.
type compartmentColumns struct {
	x, y   []float32 // V_s - E_L, V_d - E_L, mV
	ws, wd []float32 // adaptation: count of spikes or events, mV
	th     []float32 // δ, mV
	g      [twoChannels][]float32
}

// kernelRows lists the columns in the order of the kernels.
func (c *compartmentColumns) kernelRows() []*[]float32 {
	rows := []*[]float32{&c.x, &c.y, &c.ws, &c.wd, &c.th}
	for k := range c.g {
		rows = append(rows, &c.g[k])
	}
	return rows
}

// load reads the state of neuron i.
func (c *compartmentColumns) load(u *two, i int) {
	u.x, u.y, u.ws, u.wd, u.th = c.x[i], c.y[i], c.ws[i], c.wd[i], c.th[i]
	for k := range u.g {
		u.g[k] = c.g[k][i]
	}
}

// store writes it.
func (c *compartmentColumns) store(u *two, i int) {
	c.x[i], c.y[i], c.ws[i], c.wd[i], c.th[i] = u.x, u.y, u.ws, u.wd, u.th
	for k := range u.g {
		c.g[k][i] = u.g[k]
	}
}

// constants puts what the kernel needs.
func (d *twoDerived) constants(s *TwoCompartment, put func(i int, v float32)) {
	f := &d.full
	all := [lanes.TwoConstants]float32{lanes.ToExc: float32(s.EExc - s.EL), lanes.ToInh: float32(s.EInh - s.EL),
		lanes.InvTauS: f.invTauS, lanes.InvCS: f.invCS, lanes.InvTauD: f.invTauD, lanes.InvCD: f.invCD,
		lanes.A: f.a, lanes.B: f.b, lanes.Half: 0.5 * f.r, lanes.InvR: f.invR, lanes.LeakS: f.decayS, lanes.WSS: f.ws,
		lanes.S0: f.s0, lanes.S1: f.s1, lanes.M11: f.m11, lanes.M12: f.m12, lanes.Q0: f.q0, lanes.Q1: f.q1,
		lanes.M21: f.m21, lanes.M22: f.m22, lanes.W0: f.w0, lanes.W1: f.w1, lanes.FadeWS: f.decayWS, lanes.FadeTh: f.decayTh,
		lanes.Watch: d.watch, lanes.GS: f.gs, lanes.GD: f.gd, lanes.C: f.c, lanes.ED: d.ed, lanes.InvDD: d.invDD,
		lanes.ShareS: f.shareS, lanes.ShareD: f.shareD, lanes.LeakD: f.leakD, lanes.Strong: d.strong,
		lanes.StrongD: d.strongD,
		lanes.RatioS:  f.ratioS, lanes.RatioD: f.ratioD}
	if s.Hold {
		all[lanes.Held] = math.Float32frombits(math.MaxUint32)
	}
	putAll(&all, f.decay, f.area0, f.area1, put)
}

// constants puts what the kernel needs.
func (d *burstDerived) constants(put func(i int, v float32)) {
	all := [lanes.TwoConstants]float32{lanes.ToExc: d.to[somaAMPA], lanes.ToInh: d.to[somaGABA], lanes.InvTauS: d.invTauS,
		lanes.InvCS: d.invCS, lanes.InvTauD: d.invTauD, lanes.InvCD: d.invCD, lanes.A: d.a32, lanes.B: d.b32,
		lanes.Half: d.half, lanes.InvR: d.invR, lanes.LeakS: d.leakS, lanes.WSS: d.wsS, lanes.S0: d.s0, lanes.S1: d.s1,
		lanes.M11: d.m11, lanes.M12: d.m12, lanes.Q0: d.q0, lanes.Q1: d.q1, lanes.M21: d.m21, lanes.M22: d.m22,
		lanes.W0: d.w0, lanes.W1: d.w1, lanes.FadeWS: d.fadeWS, lanes.FadeTh: d.fadeTh, lanes.Th32: d.th32,
		lanes.LeakD: d.leakD, lanes.ShareS: d.shareS, lanes.ShareD: d.shareD, lanes.Rate: d.rate, lanes.InvDelta: d.invDelta,
		lanes.Strong: d.strong, lanes.StrongD: d.strongD,
		lanes.RatioS: d.ratioS, lanes.RatioD: d.ratioD, lanes.Lost: d.lost, lanes.Rest: d.rest}
	putAll(&all, d.fade, d.area0, d.area1, put)
}

func putAll(all *[lanes.TwoConstants]float32, fade, area0, area1 [twoChannels]float32, put func(i int, v float32)) {
	copy(all[lanes.Fade:], fade[:])
	copy(all[lanes.Area0:], area0[:])
	copy(all[lanes.Area1:], area1[:])
	for i, v := range all {
		put(i, v)
	}
}

// left returns whether inhibition that arrived in a step may have taken V back below threshold, where it began below it
// by below mV and ended higher by up. Inhibition arrived about 1 - area rest/end of the way through; there V was at
// most on the line to where it would have ended without, which is area lost higher: excitation that arrives makes V's
// course convex. (Both sides are multiplied by end, which is 0 without inhibition.)
func left(below, up, lost, rest float32, inh Pair) bool {
	return float32(below*inh.End) < float32((up+float32(inh.Area*lost))*(inh.End-float32(inh.Area*rest)))
}

// restOf returns what left divides areas by: their scale over the step. In long steps inhibition arrives several times,
// and the first may have come at any moment: 0 takes it to the end of the step.
func restOf(step spike.Tick, scale float64) float32 {
	if step >= keptFrom {
		return 0
	}
	return float32(scale / step.Milliseconds())
}
