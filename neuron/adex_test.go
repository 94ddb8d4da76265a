package neuron

import (
	"math"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
)

// adexReference integrates one AdEx neuron with Runge-Kutta steps of fourth order of at most 20 us (far less in the
// upswing), cut at arrivals and at ends of refractoriness. It shares no code with the model.
func adexReference(s *AdEx, arrivals []Arrival, current func(spike.Tick) float64, until float64) (train []spike.Tick) {
	c, gl, el, vt, delta := s.CM.A, s.GL.A, s.EL, s.Theta.A, s.Delta.A
	v, w, ge, gi, t, free := s.Initial.V.A, s.Initial.W.A, 0.0, 0.0, 0.0, -1.0
	f := func(v, w, ge, gi, t float64) (dv, dw float64) {
		dv = (gl*(-(v-el)+delta*math.Exp((v-vt)/delta)+ge*(s.EExc-v)+gi*(s.EInh-v)) - w + current(spike.Tick(t*1e6))) / c
		return dv, (s.A.A*(v-el) - w) / s.TauW.A
	}
	for t < until {
		for len(arrivals) > 0 && arrivals[0].At.Milliseconds() <= t+1e-9 {
			if arrivals[0].Channel == 0 {
				ge += float64(arrivals[0].Weight)
			} else {
				gi += float64(arrivals[0].Weight)
			}
			arrivals = arrivals[1:]
		}
		h := min(2e-2, until-t, .25*c/gl/(1+ge+gi))
		if len(arrivals) > 0 {
			h = min(h, arrivals[0].At.Milliseconds()-t)
		}
		held := t < free-1e-12
		if held {
			h = min(h, free-t)
			v = s.Reset.A
			if s.Hold == "rest" {
				v = el
			}
		} else if dv, _ := f(v, w, ge, gi, t); math.Abs(dv)*h > delta/50 {
			h = delta / 50 / math.Abs(dv)
		}
		em, ee, im, ie := math.Exp(-h/2/s.TauAMPA), math.Exp(-h/s.TauAMPA), math.Exp(-h/2/s.TauGABA), math.Exp(-h/s.TauGABA)
		a1, b1 := f(v, w, ge, gi, t)
		a2, b2 := f(v+h/2*a1, w+h/2*b1, ge*em, gi*im, t+h/2)
		a3, b3 := f(v+h/2*a2, w+h/2*b2, ge*em, gi*im, t+h/2)
		a4, b4 := f(v+h*a3, w+h*b3, ge*ee, gi*ie, t+h)
		if held {
			rest := s.A.A * (v - el)
			w = rest + (w-rest)*math.Exp(-h/s.TauW.A)
		} else {
			v += h / 6 * (a1 + 2*a2 + 2*a3 + a4)
			w += h / 6 * (b1 + 2*b2 + 2*b3 + b4)
		}
		ge, gi, t = ge*ee, gi*ie, t+h
		if v >= s.Peak {
			train = append(train, spike.Tick(t*1e6))
			w, free, v = w+s.B.A, t+s.TRef.A, s.Reset.A
			if s.Hold == "rest" {
				v = el
			}
		}
	}
	return train
}

func somAdEx() *AdEx {
	s := DefaultAdEx()
	s.GL, s.Delta, s.Theta, s.A, s.B, s.TauW, s.TRef, s.Reset = Const(5), Const(4), Const(-61.84), Const(.5), Const(10),
		Const(500), Const(2), Const(-65)
	return s
}

var adexCases = []struct {
	name    string
	spec    func() *AdEx
	weights [2]float64
	current float64
}{
	{"PV of the propagation network", func() *AdEx { s := DefaultAdEx(); s.Hold = "rest"; return s },
		[2]float64{.75, 1.125}, 205},
	{"PV, physical reset", DefaultAdEx, [2]float64{.75, 1.125}, 205},
	{"SOM of the propagation network", func() *AdEx { s := somAdEx(); s.Hold = "rest"; return s }, [2]float64{.4, .5}, 20},
	{"reset above V_T", func() *AdEx {
		s := somAdEx()
		s.Reset, s.B, s.TauW, s.TRef = Const(-55), Const(60), Const(100), Const(0)
		return s
	}, [2]float64{.4, .5}, 20},
}

func TestAdExAgainstReference(t *testing.T) {
	const n = 12
	until := 2 * spike.Second
	for _, c := range adexCases {
		s := c.spec()
		f := scriptOf(n, until, []float64{500, 500}, c.weights[:])
		f.current = func(spike.Tick) float64 { return c.current }
		want := make([][]spike.Tick, n)
		spikes := 0
		for i := range want {
			want[i] = adexReference(s, f.arrivals[i], f.current, until.Milliseconds())
			spikes += len(want[i])
		}
		var medians []float64
		for _, step := range []spike.Tick{400 * us, 100 * us} {
			got := f.play(made(t, s, n, step), 64, step, pieces(until, 10*ms))
			diff, lost := compare(want, got)
			median := quantile(diff, .5)
			medians = append(medians, median)
			t.Logf("%s, h = %v: %d spikes (%.1f Hz), median %.3f us, p99 %.2f us, %d without partner", c.name, step, spikes,
				float64(spikes)/n/until.Seconds(), median, quantile(diff, .99), lost)
			if step == 100*us && (median > 2 || quantile(diff, .99) > 150 || lost > 1+spikes/100) {
				t.Errorf("%s: median %g us, p99 %g us, %d of %d without partner", c.name, median, quantile(diff, .99), lost, spikes)
			}
		}
		if medians[1] > max(medians[0]/3, .6) { // single precision ends the fall
			t.Errorf("%s: medians %v us at 400 and 100 us do not fall with the step", c.name, medians)
		}
	}
}

// The fall of y to a spike takes as long as quadrature says, and as long in two parts as in one.
func TestAdExFall(t *testing.T) {
	s := somAdEx()
	p := made(t, s, 1, 100*us).(*adex)
	d := derivedAt(p.derived, 0)
	for _, start := range []float64{5e-3, 1e-3, 1e-5} {
		f := fineAdEx{x: d.theta - d.delta*math.Log(start), w: 30, current: 20}
		want, rest := 0., (f.current-f.w)/d.gl
		const n = 100_000
		for k := range n {
			y := d.peakY + (start-d.peakY)*(float64(k)+.5)/n
			want += d.tau * (start - d.peakY) / n / (1 + y*(rest-d.theta+d.delta*math.Log(y))/d.delta)
		}
		whole := f
		got, spiked, ok := whole.fall(d, start, 1)
		if !ok || !spiked || math.Abs(got-want) > 1e-5 {
			t.Errorf("from y = %g: a fall of %g ms (%v, %v), by quadrature %g ms", start, got, spiked, ok, want)
		}
		part := f
		half, early, ok := part.fall(d, start, want/2)
		second, late, also := part.fall(d, math.Exp((d.theta-part.x)/d.delta), 1)
		if early || !late || !ok || !also || half != want/2 || math.Abs(half+second-want) > 1e-5 {
			t.Errorf("from y = %g: two falls of %g and %g ms, by quadrature %g ms", start, half, second, want)
		}
		if math.Abs(part.w-whole.w) > 1e-4 {
			t.Errorf("from y = %g: w is %g after two falls and %g after one", start, part.w, whole.w)
		}
	}
}
