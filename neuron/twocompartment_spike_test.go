package neuron

import (
	"fmt"
	"math"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
)

// Laws of spikes: when they come, and what they do to the neuron.

// tonic returns a leaky soma that fires at regular times under a constant current, and the time constant's multiple
// after which it reaches the resting threshold.
func tonic(current float64) (s *TwoCompartment, f *frozen, first float64) {
	s = passive()
	s.DTh = Const(0)
	f = freeze(1, 0, 1)
	f.current[0] = constantCurrent(current)
	v := current * 16 / 370
	return s, f, 16 * math.Log(v/(v-20))
}

func TestFiringPeriod(t *testing.T) {
	const ref = 3
	for _, c := range []struct {
		name    string
		current float64
		set     func(*TwoCompartment)
		period  func(first float64) float64
	}{
		{"leaky soma", 600, func(*TwoCompartment) {}, func(first float64) float64 { return first }},
		{"veto, crossing after it", 1500, func(s *TwoCompartment) { s.TRef = Const(ref) },
			func(first float64) float64 { return first }},
		{"veto, crossing within it", 6000, func(s *TwoCompartment) { s.TRef = Const(ref) },
			func(float64) float64 { return ref }},
		{"hold", 600, func(s *TwoCompartment) { s.TRef, s.Hold = Const(ref), true },
			func(first float64) float64 { return first + ref }},
	} {
		// A spike is floored to a tick, so that each interval may err by one.
		eachIntegrator(t, 40, 2, func(t *testing.T, integrator string, tol float64) {
			s, f, first := tonic(c.current)
			c.set(s)
			train := f.run(build(t, s, integrator, 1, 100*us), 100*us, pieces(300*ms, 7*ms))[0]
			want, n := first*1e6, 0
			for _, at := range train {
				near(t, fmt.Sprintf("%s: spike %d, ns", c.name, n), float64(at), want, tol*float64(n+1))
				want += c.period(first) * 1e6
				n++
			}
			if want < 300e6 {
				t.Errorf("%s: only %d spikes", c.name, n)
			}
		})
	}
}

// Every spike raises the threshold by Δ_th: V_s meets θ + δ, whose size is known from the spikes so far.
func TestThresholdRise(t *testing.T) {
	eachIntegrator(t, 60, 2, func(t *testing.T, integrator string, tol float64) {
		s, f, last := tonic(900)
		s.DTh = Const(2)
		train := f.run(build(t, s, integrator, 1, 100*us), 100*us, pieces(200*ms, 10*ms))[0]
		rise := 0.0
		for n, at := range train {
			near(t, fmt.Sprintf("spike %d, ns", n), float64(at), last*1e6, tol*float64(n+1))
			rise += 2
			interval := bisect(0, 100, func(x float64) float64 {
				return 900*16/370.*(1-math.Exp(-x/16)) - 20 - rise*math.Exp(-x/27)
			})
			last += interval
			rise *= math.Exp(-interval / 27)
		}
		if len(train) < 12 {
			t.Errorf("only %d spikes", len(train))
		}
	})
}

func bisect(lo, hi float64, f func(float64) float64) float64 {
	for range 80 {
		if mid := (lo + hi) / 2; f(mid) > 0 {
			hi = mid
		} else {
			lo = mid
		}
	}
	return lo
}

// What a train leaves behind follows from its times: w_s and δ are sums of decays, and V_d is the response of the leaky
// dendrite to the boxes of the back-propagating spikes.
func TestTracesOfSpikes(t *testing.T) {
	for _, delay := range []float64{0, 0.5} {
		for _, overlap := range []string{"merge", "add"} {
			eachIntegrator(t, 2e-4, 2e-5, func(t *testing.T, integrator string, tol float64) {
				s, f, _ := tonic(7000) // a spike every 1.1 ms at first: boxes overlap
				s.C, s.BapDelay, s.BapSum, s.DTh, s.B = Const(2600), delay, overlap, Const(2), Const(-100)
				pop := build(t, s, integrator, 1, 100*us)
				var train []spike.Tick
				for _, w := range pieces(30*ms, 300*us) {
					train = append(train, f.run(pop, 100*us, []spike.Window{w})[0]...)
					var ws, rise, vd float64
					response := func(age float64) float64 { // to a current of 1 switched on at age 0
						return 2600 * 7 / 170. * (1 - math.Exp(-max(0, age)/7))
					}
					for n, at := range train {
						age := (w.To - at).Milliseconds()
						ws += math.Exp(-age / 100)
						rise += 2 * math.Exp(-age/27)
						length := 2.0
						if n+1 < len(train) && overlap == "merge" {
							length = min(length, (train[n+1] - at).Milliseconds())
						}
						vd += response(age-delay) - response(age-delay-length)
					}
					near(t, fmt.Sprint("w_s at ", w.To), column(t, pop, "w_s"), ws, tol)
					near(t, fmt.Sprint("δ at ", w.To), column(t, pop, "threshold_rise"), rise, tol)
					near(t, fmt.Sprint("V_d at ", w.To), column(t, pop, "v_d")+70, vd, tol)
				}
				if len(train) < 8 {
					t.Errorf("only %d spikes", len(train))
				}
			})
		}
	}
}

// V_s crosses the threshold 40 us into a step; inhibition that arrives 10 us later pulls it back below before the end.
func TestSpikeWithinAStep(t *testing.T) {
	s, f, first := tonic(900)
	start := 900*16/370. - (900*16/370.-20)*math.Exp(0.04/16) // V_s - E_L 40 us before the crossing
	s.Initial.VS = Const(-70 + start)
	f.arrivals = []Arrival{{At: 50 * us, Channel: somaGABA, Weight: 0.9}}
	eachIntegrator(t, 50, 2, func(t *testing.T, integrator string, tol float64) {
		train := f.run(build(t, s, integrator, 1, 100*us), 100*us, pieces(2*ms, 2*ms))[0]
		if len(train) == 0 {
			t.Fatal("the spike is missed")
		}
		near(t, "spike, ns", float64(train[0]), 40_000, tol)
	})
	silent := *s
	silent.Initial.VS = Const(-70 + start - 0.02) // and one that does not quite get there
	eachIntegrator(t, 0, 0, func(t *testing.T, integrator string, _ float64) {
		if train := f.run(build(t, &silent, integrator, 1, 100*us), 100*us, pieces(ms/5, ms))[0]; len(train) != 0 {
			t.Errorf("spikes at %v, first expected at %g ms without inhibition", train, first)
		}
	})
}

// The reference has converged: sub-steps a quarter as long move no spike by more than two ticks.
func TestReferenceHasConverged(t *testing.T) {
	f := freeze(4, 2*spike.Second, 5, accuracyCases[0].streams...)
	f.current = accuracyCases[0].current
	run := func(sub spike.Tick) [][]spike.Tick {
		pop := build(t, DefaultTwoCompartment(), "reference", 4, 200*us).(*twoReference)
		pop.sub = sub
		return f.run(pop, 200*us, pieces(2*spike.Second, 10*ms))
	}
	errors, lost := compare(run(refSub), run(refSub/4))
	if lost != 0 || len(errors) < 40 || quantile(errors, 1) > 0.002 {
		t.Errorf("%d spikes, %d lost, worst difference %g us", len(errors), lost, quantile(errors, 1))
	}
}

// Every spike whose box is not over counts, however many there are; where they may be more than are remembered, the run
// ends.
func TestManyBoxesInFlight(t *testing.T) {
	const h = 100 * us
	s := DefaultTwoCompartment()
	s.TRef, s.DTh, s.BapSum, s.BapDelay, s.BapLen = Const(2), Const(0), "add", 1.5, 30
	for _, integrator := range []string{"off-grid", "reference"} {
		p := build(t, s, integrator, 1, h)
		f := steady(1, 4000)
		var train []spike.Tick
		if integrator == "reference" {
			z := &frozen{neurons: 1, current: [2]func(spike.Tick) float64{f.current, f.current}}
			train = z.run(p, h, pieces(60*ms, h))[0]
		} else {
			train = f.play(p, 1, h, pieces(60*ms, h))[0]
		}
		want := 0.
		for _, at := range train {
			if since := 60*ms - at - 1500*us; since >= 0 && since < 30*ms {
				want++
			}
		}
		if want < 6 {
			t.Fatalf("%s: %g boxes: the test shows nothing", integrator, want)
		}
		for _, c := range p.Columns() {
			if c.Name == "bap" && c.Float(0) != want {
				t.Errorf("%s: K = %g, %g spikes are in flight", integrator, c.Float(0), want)
			}
		}
		if fault := p.(Guarded).Fault(); fault != nil {
			t.Errorf("%s: %v", integrator, fault)
		}
	}
	s.TRef, s.BapLen = Const(0.1), 500
	p := made(t, s, 1, h)
	steady(1, 1e5).play(p, 1, h, pieces(60*ms, h))
	if fault := p.(Guarded).Fault(); fault == nil || fault.Value != mostBoxes+1 {
		t.Errorf("boxes are forgotten silently: %v", fault)
	}
}
