package neuron

import (
	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/spike"
)

// fineAdEx is the state of one neuron within a step that is replayed, in double precision.
type fineAdEx struct {
	x, w           float64
	g              [2]float64
	current, slope float64 // pA, pA/ms
}

// replay returns the state u of neuron i a step later, event by event: arrivals, the end of refractoriness and spikes
// each end a part.
func (p *adex) replay(d *adexDerived, u adexState, i int, t spike.Tick, i0, i1 float32, arrive arriving,
	out *spike.Buffer) adexState {
	h := p.build.Step
	stop := t + h
	f := fineAdEx{x: float64(u.x), w: float64(u.w), g: [2]float64{float64(u.ampa), float64(u.gaba)},
		slope: float64(i1-i0) / h.Milliseconds()}
	for now := t; now < stop; {
		end := min(stop, due(&arrive, f.g[:], now))
		f.current = numeric.Madd((now - t).Milliseconds(), f.slope, float64(i0))
		if p.refEnd[i] > now {
			end = min(end, p.refEnd[i])
			f.hold(d, (end - now).Milliseconds())
		} else if r, spiked := f.advance(d, (end - now).Milliseconds()); spiked {
			end = min(max(now+1, now+spike.Tick(r*1e6)), stop-1)
			p.Emit(out, i, end)
			f.x = d.hold
			f.w += d.b
			p.refEnd[i] = end + d.ref
			if end == now { // the last tick of the step
				break
			}
		}
		now = end
	}
	due(&arrive, f.g[:], stop) // those that rounding put at the very end
	return adexState{float32(f.x), fade(float32(f.w)), fade(float32(f.g[0])), fade(float32(f.g[1]))}
}

// arriving returns what reaches neuron i of the shard in step s, which starts at t.
func (p *adex) arriving(d *adexDerived, in *Input, pairs [2]Pair, s, i int, t spike.Tick) (a arriving) {
	if in.Kept {
		return arriving{kept: in.keptAt(s, i, t)}
	}
	tau := p.spec.CM.Mean() / p.spec.GL.Mean()
	for k, pair := range pairs {
		a.own[k] = arrivalIn(pair, tau, tau, d.tauSyn[k], t, in.Step)
	}
	return a
}

// hold advances everything but V over r ms.
func (f *fineAdEx) hold(d *adexDerived, r float64) {
	f.x = d.hold
	rest := float64(d.a * f.x)
	f.w = numeric.Madd(f.w-rest, 1/growth(r/d.tauW), rest)
	for k := range f.g {
		f.g[k] /= growth(r / d.tauSyn[k])
	}
}

// changeLimit is how far y, or V in units of Δ, may move in a Runge-Kutta step.
const changeLimit = 0.5

// advance integrates over at most r ms, until a spike. It returns the time that has passed and whether there was one.
func (f *fineAdEx) advance(d *adexDerived, r float64) (passed float64, spiked bool) {
	up := numeric.Exp((f.x - d.theta) / d.delta)
	for left := r; left > 0; {
		// z is V - E_L below V_T and y = exp(-(V-V_T)/Δ) above.
		rising := f.x > d.theta
		z, limit := f.x, changeLimit*d.delta
		if rising {
			z = 1 / up
			limit = changeLimit * z
			if s, spiked, ok := f.fall(d, z, left); ok {
				return r - left + s, spiked
			}
		}
		b := base{f.x, up, rising}
		dz0, dw0 := f.slopes(d, b, z, f.w, f.g, 0)
		s := min(left, d.tau/(4*(1+f.g[0]+f.g[1])))
		if speed := max(dz0, -dz0); float64(speed*s) > limit {
			s = limit / speed
		}
		if least := 1e-6; s < least { // a tick
			s = min(left, least)
		}
		gMid, gEnd := f.g, f.g
		for k := range f.g {
			e := 1 / growth(s/2/d.tauSyn[k])
			gMid[k] *= e
			gEnd[k] *= float64(e * e)
		}
		half := s / 2
		dz1, dw1 := f.slopes(d, b, numeric.Madd(half, dz0, z), numeric.Madd(half, dw0, f.w), gMid, half)
		dz2, dw2 := f.slopes(d, b, numeric.Madd(half, dz1, z), numeric.Madd(half, dw1, f.w), gMid, half)
		dz3, dw3 := f.slopes(d, b, numeric.Madd(s, dz2, z), numeric.Madd(s, dw2, f.w), gEnd, s)
		zEnd := numeric.Madd(s/6, dz0+2*(dz1+dz2)+dz3, z)
		wEnd := numeric.Madd(s/6, dw0+2*(dw1+dw2)+dw3, f.w)

		// The distance to the peak, above 0 beyond it.
		sign, peak := 1.0, d.peak
		if rising {
			sign, peak = -1, d.peakY
		}
		if over := sign * (zEnd - peak); over > 0 {
			dzEnd, _ := f.slopes(d, b, zEnd, wEnd, gEnd, s)
			at := hermiteRoot(min(0, sign*(z-peak)), over, sign*float64(dz0*s), sign*float64(dzEnd*s))
			f.w = numeric.Madd(at, wEnd-f.w, f.w)
			s = float64(s * at)
			for k := range f.g {
				f.g[k] /= growth(s / d.tauSyn[k])
			}
			return r - left + s, true
		}
		f.x, f.w, f.g = b.potential(d, zEnd), wEnd, gEnd
		up = b.exponential(d, zEnd)
		f.current = numeric.Madd(f.slope, s, f.current)
		left -= s
	}
	return r, false
}

// fallLimit is how much of the fall of y to 0 may be due to anything but the exponential. What the series of fall leave
// out is at most τ y fallLimit³/4, some 10 ns where y is 0.02.
const fallLimit = 0.06

// fall advances f over at most r ms, until a spike, if y = exp(-(V-V_T)/Δ) is so small that it falls nearly straight.
// With constant conductances, current and w,
//
//	dy/dt = -(1 + q)/τ,  q = y (a + b log y),
//
// so that it takes τ ∫ (1 - q + q² - ...) dy from one y to another, which has a closed form. Conductances and the
// current are those after a third of the fall, where their change has its mean effect.
func (f *fineAdEx) fall(d *adexDerived, y, r float64) (passed float64, spiked, ok bool) {
	log := (d.theta - f.x) / d.delta
	third := min(float64(d.tau*y), r) / 3
	var g [2]float64
	for k := range g {
		g[k] = f.g[k] / growth(third/d.tauSyn[k])
	}
	b := 1 + g[0] + g[1]
	rest := float64(g[0]*d.eExc) + float64(g[1]*d.eInh) + (numeric.Madd(third, f.slope, f.current)-f.w)/d.gl
	c := straight{(rest - float64(b*d.theta)) / d.delta, b}
	if other := c.other(log); float64(y*(max(other, -other)+b)) > fallLimit {
		return 0, false, false
	}
	from := c.duration(y, log)
	passed = float64(d.tau * max(0, from-c.duration(d.peakY, (d.theta-d.peak)/d.delta)))
	spiked = passed <= r
	if !spiked {
		passed = r
		to := from - r/d.tau
		end := to // y at the end, by Newton's method
		for range 3 {
			log = numeric.Log(end)
			q := float64(end * c.other(log))
			end -= (c.duration(end, log) - to) / (1 - q + float64(q*q))
		}
		log = numeric.Log(end)
		mean := d.theta - float64(d.delta*log) // close enough for w, which hardly moves
		f.w += float64(passed * (float64(d.a*(mean+f.x)/2) - f.w) / d.tauW)
		f.x = mean
	} else {
		// the mean of log y is log y(0) - 1
		f.w += float64(passed * (float64(d.a*(d.theta-float64(d.delta*(log-1)))) - f.w) / d.tauW)
	}
	for k := range f.g {
		f.g[k] /= growth(passed / d.tauSyn[k])
	}
	return passed, spiked, true
}

// straight is the fall of y with q = y (a + b log y).
type straight struct{ a, b float64 }

// other returns q/y.
func (c *straight) other(log float64) float64 { return numeric.Madd(c.b, log, c.a) }

// duration returns ∫ (1 - q + q²) dy from 0 to y: how long that fall takes, in τ.
func (c *straight) duration(y, log float64) float64 {
	p, b := c.other(log), c.b
	first := float64(y * (p/2 - b/4))
	second := float64(float64(y*y) * (float64(p*p)/3 - float64(b*p)*(2./9) + float64(b*b)*(2./27)))
	return float64(y * (1 - first + second))
}

// base is where a Runge-Kutta step begins: exponentials and logarithms are taken relative to it.
type base struct {
	x, up  float64 // V - E_L, exp((V-V_T)/Δ)
	rising bool
}

// potential returns V - E_L at z.
func (b *base) potential(d *adexDerived, z float64) float64 {
	if b.rising {
		return b.x - float64(d.delta*logNear(float64(z*b.up), 1))
	}
	return z
}

// exponential returns exp((V-V_T)/Δ) at z.
func (b *base) exponential(d *adexDerived, z float64) float64 {
	if b.rising {
		return 1 / z
	}
	return float64(b.up * expNear((z-b.x)/d.delta))
}

// slopes returns the time derivatives of z and w at a time t after the start of a Runge-Kutta step.
func (f *fineAdEx) slopes(d *adexDerived, b base, z, w float64, g [2]float64, t float64) (dz, dw float64) {
	if b.rising {
		z = max(z, 1e-30)
	}
	x := b.potential(d, z)
	// tau dx/dt = Δ exp((x-θ)/Δ) + rest
	rest := float64(g[0]*(d.eExc-x)) + float64(g[1]*(d.eInh-x)) - x + (numeric.Madd(t, f.slope, f.current)-w)/d.gl
	dw = (float64(d.a*x) - w) / d.tauW
	if b.rising {
		return -numeric.Madd(z, rest/d.delta, 1) / d.tau, dw
	}
	return (float64(d.delta*b.exponential(d, z)) + rest) / d.tau, dw
}
