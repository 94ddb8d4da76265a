package neuron

import (
	"math"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
)

// A step of a LIF neuron with conductances is of second order in each of them, alone and together: the error of one
// step falls to an eighth when the step is halved, whatever time constants the two receptors have.
func TestLIFStepIsOfSecondOrder(t *testing.T) {
	for _, c := range []struct{ ampa, gaba, tauExc, tauInh float64 }{{0.4, 0, 1, 20}, {0, 0.8, 20, 1}, {0, 0.8, 1, 20},
		{0.3, 0.5, 2, 9}} {
		s := DefaultLIF()
		s.TauM, s.TauExc, s.TauInh = Const(8), c.tauExc, c.tauInh
		off := func(h float64) float64 {
			p := made(t, s, 1, spike.Tick(h*1e6)).(*lif)
			u := p.step(derivedAt(p.derived, 0), lifState{4, float32(c.ampa), float32(c.gaba)}, 60, 60, Pair{}, Pair{})
			// Runge and Kutta's method in a thousand parts, relative to E_L.
			const n = 1000
			slope := func(at, v float64) float64 {
				return (-v+c.ampa*math.Exp(-at/c.tauExc)*(s.EExc-s.EL-v)+c.gaba*math.Exp(-at/c.tauInh)*(s.EInh-s.EL-v))/8 +
					60/s.CM.A
			}
			v, d := 4.0, h/n
			for k := range n {
				at := float64(k) * d
				k1 := slope(at, v)
				k2 := slope(at+d/2, v+d/2*k1)
				k3 := slope(at+d/2, v+d/2*k2)
				v += d / 6 * (k1 + 2*k2 + 2*k3 + slope(at+d, v+d*k3))
			}
			return math.Abs(float64(u.x) - v)
		}
		if whole, half := off(0.4), off(0.2); half > whole/5.8+1e-5 {
			t.Errorf("ampa %g, gaba %g, decays %g and %g ms: a step of 0.4 ms is off by %.3g mV, one of 0.2 ms by %.3g", c.ampa,
				c.gaba, c.tauExc, c.tauInh, whole, half)
		}
	}
}

// The risk of a step is the integral of the escape rate along a straight line, flat and steep ones, up and down.
func TestRiskIsAnIntegral(t *testing.T) {
	s := DefaultEscapeBurstPoisson()
	p := made(t, s, 1, 100*us).(*burstPoisson)
	d := derivedAt(p.derived, 0)
	theta := s.Theta.A - s.EL
	for _, from := range []float64{theta - 20, theta - 3, theta} {
		for _, by := range []float64{-9, -1, -0.51, -0.49, -0.1, 0, 0.1, 0.49, 0.51, 1, 9} {
			sum, n := 0.0, 2000
			for k := range n {
				v := from + by*(float64(k)+0.5)/float64(n)
				sum += s.Rho.A / 1000 * math.Exp((v-theta)/s.Delta.A) * 0.1 / float64(n) // a step of 0.1 ms
			}
			if got := float64(d.risk(float32(from), float32(from+by))); math.Abs(got-sum) > 1e-5*sum {
				t.Errorf("from %g mV by %g mV: %v, integral %v", from, by, got, sum)
			}
		}
	}
}

// A neuron that is above threshold as refractoriness ends spikes at that very moment.
func TestRefractorinessEndsAboveThreshold(t *testing.T) {
	two := DefaultTwoCompartment()
	two.TRef, two.Hold = Const(3.21), false
	event := DefaultBurstPoisson()
	event.TRef, event.ED = Const(23.21), Const(900) // never a burst
	for name, s := range map[string]Spec{"two-compartment": two, "burst-poisson": event} {
		for _, step := range []spike.Tick{100 * us, 250 * us} {
			train := steady(1, 2e4).play(made(t, s, 1, step), 1, step, pieces(200*ms, ms))[0]
			if len(train) < 5 {
				t.Fatalf("%s: %d spikes", name, len(train))
			}
			ref := 3210 * us
			if name == "burst-poisson" {
				ref = 23210 * us
			}
			for k := 1; k < len(train); k++ {
				if gap := train[k] - train[k-1]; gap != ref {
					t.Errorf("%s, h = %v: spike %d comes %v after the last, refractoriness lasts %v", name, step, k, gap, ref)
				}
			}
		}
	}
}

// A threshold that is crossed and left again within one step is a spike: excitation lifts V above it, inhibition takes
// it below before the step ends, wherever in the step.
func TestCrossedAndLeftWithinAStep(t *testing.T) {
	for _, synapses := range []Synapses{"conductance", "current"} {
		s := DefaultLIF()
		s.Synapses, s.WeightUnit, s.TauM, s.TauExc, s.TauInh, s.EL, s.Initial.V = synapses, "mV", Const(10), 5, 5, -50.01,
			Const(-50.01)
		for _, at := range []spike.Tick{205 * us, 240 * us, 271 * us} {
			for k, later := range []spike.Tick{12 * us, 25 * us, 12 * us, 25 * us} {
				strength := []float32{1.15, 1.15, 20, 60}[k] // V falls by up to 90 mV/ms
				arrivals := []Arrival{{At: at, Channel: 0, Weight: 0.5}, {At: at + later, Channel: 1, Weight: strength}}
				if synapses == "current" {
					arrivals[0].Weight, arrivals[1].Weight = 20, -25*strength
				}
				f := &script{n: 1, arrivals: [][]Arrival{arrivals}, current: func(spike.Tick) float64 { return 0 }}
				got := f.play(made(t, s, 1, 100*us), 1, 100*us, pieces(ms, 100*us))[0]
				want := lifReference(s, append([]Arrival{}, arrivals...), 0, 1)
				if len(want) != 1 {
					t.Fatalf("%s: the reference spikes at %v: the test shows nothing", synapses, want)
				}
				if len(got) != 1 || got[0]-want[0] > 2*us || want[0]-got[0] > 2*us {
					t.Errorf("%s, arrivals at %v and %v later: spikes at %v, reference %v", synapses, at, later, got, want)
				}
			}
		}
	}
}

// The intervals of bursts are uniform between burst_min and burst_max, to the tick.
func TestBurstIntervalsAreUniform(t *testing.T) {
	s := DefaultBurstPoisson()
	s.ED, s.BurstMin, s.BurstMax, s.TRef = Const(-900), 6, 13, Const(20) // always a burst
	var intervals []float64
	for _, train := range steady(40, 900).play(made(t, s, 40, 100*us), 64, 100*us, pieces(spike.Second, ms)) {
		for k := 1; k < len(train); k += 2 {
			intervals = append(intervals, (train[k] - train[k-1]).Milliseconds())
		}
	}
	n := float64(len(intervals))
	if n < 300 {
		t.Fatalf("only %g bursts", n)
	}
	mean, square := 0.0, 0.0
	for _, x := range intervals {
		if x < 6 || x > 13 {
			t.Fatalf("an interval of %g ms", x)
		}
		mean, square = mean+x/n, square+x*x/n
	}
	if sd := 7 / math.Sqrt(12); math.Abs(mean-9.5) > 5*sd/math.Sqrt(n) ||
		math.Abs(math.Sqrt(square-mean*mean)/sd-1) > 0.1 {
		t.Errorf("intervals have mean %g ms and standard deviation %g ms", mean, math.Sqrt(square-mean*mean))
	}
}
