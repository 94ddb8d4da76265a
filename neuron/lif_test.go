package neuron

import (
	"math"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
)

func cubaLIF() *LIF {
	s := DefaultLIF()
	s.Synapses, s.WeightUnit, s.EL = "current", "mV", -49
	return s
}

func microcircuitLIF() *LIF {
	s := DefaultLIF()
	s.Synapses, s.CM, s.TauM, s.TauExc, s.TauInh, s.TRef, s.EL, s.Reset = "current", Const(250), Const(10), .5, .5,
		Const(2), -65, Const(-65)
	s.Initial.V = Const(-65)
	return s
}

// The f-I curve of a neuron without noise: T = refractory + τ ln(RI/(RI-θ)).
func TestLIFCurve(t *testing.T) {
	for _, spec := range []*LIF{DefaultLIF(), microcircuitLIF()} {
		theta, r := spec.Theta.A-spec.EL, spec.TauM.A/spec.CM.A
		for _, drive := range []float64{theta / r * 1.01, theta / r * 1.5, theta / r * 30} {
			f := &script{n: 1, arrivals: make([][]Arrival, 1), current: func(spike.Tick) float64 { return drive }}
			train := f.play(made(t, spec, 1, 100*us), 1, 100*us, pieces(400*ms, 800*us))[0]
			want := spec.TRef.A + spec.TauM.A*math.Log(r*drive/(r*drive-theta))
			got := (train[len(train)-1] - train[0]).Milliseconds() / float64(len(train)-1)
			if math.Abs(got-want) > 2e-5*want {
				t.Errorf("%s, %.0f pA: period %.6f ms, want %.6f", spec.Synapses, drive, got, want)
			}
		}
		below := &script{n: 1, arrivals: make([][]Arrival, 1), current: func(spike.Tick) float64 { return theta / r * .999 }}
		if train := below.play(made(t, spec, 1, 100*us), 1, 100*us, pieces(spike.Second, 10*ms))[0]; len(train) > 0 {
			t.Error("spikes below rheobase")
		}
	}
}

// With current synapses the membrane is exact at the ends of steps, whenever inputs arrive in them and whatever the
// step.
func TestLIFCurrentSynapsesAreExact(t *testing.T) {
	for _, unit := range []string{"pA", "mV"} {
		spec := microcircuitLIF()
		spec.WeightUnit, spec.TauExc, spec.TauInh, spec.Theta = unit, .5, 10, Const(999) // one equal to the membrane's
		scale := spec.CM.A
		if unit == "mV" {
			scale = spec.TauM.A
		}
		f := &script{n: 1, arrivals: [][]Arrival{{{At: 33_333, Weight: 100}, {At: 2_777_777, Channel: 1, Weight: -30},
			{At: 2_799_999, Weight: 50}}},
			current: func(spike.Tick) float64 { return 40 }}
		for _, step := range []spike.Tick{50 * us, 100 * us, ms} {
			pop := made(t, spec, 1, step)
			for _, w := range pieces(20*ms, step) {
				f.play(pop, 1, step, []spike.Window{w})
				now := w.To.Milliseconds()
				want := 40 * spec.TauM.A / spec.CM.A * (1 - math.Exp(-now/spec.TauM.A))
				for _, a := range f.arrivals[0] {
					dt := now - a.At.Milliseconds()
					if dt < 0 {
						continue
					}
					tau, syn := spec.TauM.A, []float64{spec.TauExc, spec.TauInh}[a.Channel]
					psp := dt * math.Exp(-dt/tau)
					if tau != syn {
						psp = (math.Exp(-dt/tau) - math.Exp(-dt/syn)) / (1/syn - 1/tau)
					}
					want += float64(a.Weight) * psp / scale
				}
				if got := float64(pop.(*lif).x[0]); math.Abs(got-want) > 4e-6*(1+math.Abs(want)) {
					t.Fatalf("%s, h = %v: V = %.7f mV at %v, want %.7f", unit, step, got, w.To, want)
				}
			}
		}
	}
}

// lifReference integrates one neuron with Runge-Kutta steps cut at arrivals, at ends of refractoriness and, by
// halving, at threshold crossings. It shares no code with the model.
func lifReference(s *LIF, arrivals []Arrival, drive, until float64) (train []spike.Tick) {
	v, a, b, t, free := s.Initial.V.A, 0.0, 0.0, 0.0, -1.0
	f := func(v, a, b float64) float64 {
		leak := (s.EL-v)/s.TauM.A + drive/s.CM.A
		switch {
		case s.Synapses == "conductance":
			return leak + (a*(s.EExc-v)+b*(s.EInh-v))/s.TauM.A
		case s.WeightUnit == "mV":
			return leak + (a+b)/s.TauM.A
		}
		return leak + (a+b)/s.CM.A
	}
	for t < until {
		for len(arrivals) > 0 && arrivals[0].At.Milliseconds() <= t+1e-9 {
			if arrivals[0].Channel == 0 {
				a += float64(arrivals[0].Weight)
			} else {
				b += float64(arrivals[0].Weight)
			}
			arrivals = arrivals[1:]
		}
		h := min(.05, until-t)
		if s.Synapses == "conductance" {
			h = min(h, .25*s.TauM.A/(1+a+b)) // Runge-Kutta's method is stable up to ten times that
		}
		if len(arrivals) > 0 {
			h = min(h, arrivals[0].At.Milliseconds()-t)
		}
		held := t < free-1e-12
		if held {
			h = min(h, free-t)
		}
		for ; ; h /= 2 {
			am, ae, bm, be := a*math.Exp(-h/2/s.TauExc), a*math.Exp(-h/s.TauExc), b*math.Exp(-h/2/s.TauInh),
				b*math.Exp(-h/s.TauInh)
			k1 := f(v, a, b)
			k2 := f(v+h/2*k1, am, bm)
			k3 := f(v+h/2*k2, am, bm)
			end := v + h/6*(k1+2*k2+2*k3+f(v+h*k3, ae, be))
			if end > s.Theta.A && !held && h > 1e-6 {
				continue
			}
			v, a, b, t = end, ae, be, t+h
			break
		}
		switch {
		case held:
			v = s.Reset.A
		case v > s.Theta.A:
			train = append(train, spike.Tick(t*1e6))
			v, free = s.Reset.A, t+s.TRef.A
		}
	}
	return train
}

func TestLIFAgainstReference(t *testing.T) {
	const n = 24
	until := 2 * spike.Second
	for _, c := range []struct {
		name           string
		spec           *LIF
		rates, weights []float64
		order          float64 // 0: exact
	}{
		{"COBA", DefaultLIF(), []float64{1100, 240}, []float64{.6, 6.7}, 1.7},
		{"CUBA", cubaLIF(), []float64{320, 80}, []float64{1.62, -9}, 0},
		{"microcircuit", microcircuitLIF(), []float64{15_000, 2000}, []float64{87.8, -351.2}, 0},
	} {
		f := scriptOf(n, until, c.rates, c.weights)
		want := make([][]spike.Tick, n)
		spikes := 0
		for i := range want {
			want[i] = lifReference(c.spec, f.arrivals[i], 0, until.Milliseconds())
			spikes += len(want[i])
		}
		var medians []float64
		for _, step := range []spike.Tick{100 * us, 25 * us} {
			got := f.play(made(t, c.spec, n, step), 64, step, pieces(until, 10*ms))
			diff, lost := compare(want, got)
			median := quantile(diff, .5)
			medians = append(medians, median)
			t.Logf("%s, h = %v: %d spikes (%.1f Hz), median %.4f us, p99 %.3f us, %d without partner", c.name, step, spikes,
				float64(spikes)/n/until.Seconds(), median, quantile(diff, .99), lost)
			if median > 2 || lost > spikes/40 {
				t.Errorf("%s: median %g us, %d of %d without partner", c.name, median, lost, spikes)
			}
		}
		if order := math.Log2(medians[0]/medians[1]) / 2; order < c.order && medians[1] > .1 {
			t.Errorf("%s: order of convergence %.2f", c.name, order)
		}
	}
}

// V stays at the reset potential for exactly the refractory period, which ends within a step, while conductances go on.
func TestLIFRefractory(t *testing.T) {
	for _, kind := range []string{"current", "conductance"} {
		spec := DefaultLIF()
		spec.Synapses, spec.TRef = Synapses(kind), Const(1.2345)
		f := scriptOf(8, 200*ms, []float64{5000, 0}, []float64{500, 0})
		pop := made(t, spec, 8, 100*us)
		for i, train := range f.play(pop, 64, 100*us, pieces(200*ms, 800*us)) {
			for k := 1; k < len(train); k++ {
				if d := (train[k] - train[k-1]).Milliseconds(); d < 1.2345 {
					t.Fatalf("%s: interval %g ms", kind, d)
				}
			}
			if len(train) < 50 {
				t.Errorf("%s: neuron %d fired only %d spikes", kind, i, len(train))
			}
		}
	}
}
