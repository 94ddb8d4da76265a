package neuron

import (
	"math"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// heldDendrite gives a burst-Poisson neuron a constant V_d.
func heldDendrite(s *BurstPoisson, v float64) *BurstPoisson {
	s.A, s.Initial.VD, s.TauD, s.CD = Const(0), Const(v), Const(1e9), Const(1e15) // whatever the current
	return s
}

// steady is an input of constant somatic current.
func steady(n int, pA float64) *script {
	return &script{n: n, arrivals: make([][]Arrival, n), current: func(spike.Tick) float64 { return pA }}
}

// split tells the events of a train from the second spikes, which follow an event within 15 ms.
func split(train []spike.Tick) (events, second []spike.Tick) {
	for _, at := range train {
		if len(events) > 0 && at-events[len(events)-1] < 16*ms {
			second = append(second, at)
		} else {
			events = append(events, at)
		}
	}
	return events, second
}

// Every event is a burst with the probability that V_d stands for, and the second spike comes after 5 to 15 ms,
// uniformly.
func TestBurstsFollowTheDendrite(t *testing.T) {
	const n = 50
	var intervals []float64
	for _, v := range []float64{-70, -60, -57, -50} {
		s := heldDendrite(DefaultBurstPoisson(), v)
		s.B = Const(0)
		f := steady(n, 700)
		var events, bursts float64
		intervals = nil // the draws are the same for every V_d
		for _, train := range f.play(made(t, s, n, 100*us), 64, 100*us, pieces(5*spike.Second, 10*ms)) {
			e, second := split(train)
			events, bursts = events+float64(len(e)), bursts+float64(len(second))
			for _, at := range second {
				k, _ := slices.BinarySearch(train, at)
				intervals = append(intervals, (at - train[k-1]).Milliseconds())
				if k+1 < len(train) && train[k+1]-at < 20*ms {
					t.Fatalf("an event %v after the second spike of a burst", train[k+1]-at)
				}
			}
		}
		p := 1 / (1 + math.Exp(-(v+57)/6))
		if z := (bursts/events - p) / math.Sqrt(p*(1-p)/events); events < 1000 || math.Abs(z) > 4 {
			t.Errorf("V_d = %g mV: %g bursts of %g events, want %g of them (%.1f standard errors)", v, bursts, events, p*events,
				z)
		}
	}
	counts, want := make([]float64, 20), make([]float64, 20)
	for _, x := range intervals {
		if x < 5 || x > 15 {
			t.Fatalf("second spike after %g ms", x)
		}
		counts[min(19, int((x-5)*2))]++
	}
	for k := range want {
		want[k] = float64(len(intervals)) / 20
	}
	if p := 1 - (distuv.ChiSquared{K: 19}).CDF(stat.ChiSquare(counts, want)); p < 1e-4 {
		t.Errorf("intervals in bursts are not uniform: probability %g", p)
	}
}

// With the dead time from the event, the dendrite changes no event time, whatever the bursts: second spikes leave the
// soma alone.
func TestSecondSpikesLeaveEventsAlone(t *testing.T) {
	for _, spiking := range []string{"threshold", "escape"} {
		var events [2][][]spike.Tick
		bursts := 0
		for k, v := range []float64{-200, -55} {
			s := heldDendrite(DefaultBurstPoisson(), v)
			s.Dead, s.Spiking = "event", spiking
			f := scriptOf(32, spike.Second, []float64{500, 0, 500}, []float64{.5, 0, .2})
			f.current = func(spike.Tick) float64 { return 200 }
			for _, train := range f.play(made(t, s, 32, 100*us), 64, 100*us, pieces(spike.Second, 800*us)) {
				e, second := split(train)
				events[k] = append(events[k], e)
				bursts += len(second)
			}
		}
		if !slices.EqualFunc(events[0], events[1], slices.Equal) || bursts < 50 || len(slices.Concat(events[0]...)) < 100 {
			t.Errorf("%s: events differ with and without %d bursts", spiking, bursts)
		}
	}
}

// A constant escape rate gives exponential intervals behind the dead time, of the right mean.
func TestEscapeAtConstantRate(t *testing.T) {
	const n, v = 100, -44.0 // e^4 Hz
	s := heldDendrite(DefaultEscapeBurstPoisson(), -200)
	s.TauS, s.CS, s.B, s.DTh = Const(.5), Const(100), Const(0), Const(0)
	f := steady(n, (v+70)*100/.5)
	trains := f.play(made(t, s, n, 100*us), 64, 100*us, pieces(4*spike.Second, 10*ms))
	exponential(t, "intervals", intervalsOf(trains), 20, 1000/math.Exp((v+52)/2))
}

// Time rescaling: along the known course of V_s after an event, the escape rate integrated from the end of the dead
// time to the next event is an Exp(1) number, also at coarse steps.
func TestEscapeByTimeRescaling(t *testing.T) {
	const n, pA = 50, 480.0
	for _, step := range []spike.Tick{100 * us, ms} {
		s := heldDendrite(DefaultEscapeBurstPoisson(), -200)
		s.B, s.TauS = Const(0), Const(40)
		f := steady(n, pA)
		var rescaled []float64
		for _, train := range f.play(made(t, s, n, step), 64, step, pieces(4*spike.Second, 10*ms)) {
			rise := 0.0 // δ just after the last event
			for k, at := range train {
				if k > 0 {
					isi := (at - train[k-1]).Milliseconds()
					sum, dt := 0.0, .05
					for x := 20 + dt/2; x < isi; x += dt {
						v := -70 + pA*40/370*(1-math.Exp(-x/40))
						sum += math.Exp((v+52-rise*math.Exp(-x/27))/2) * dt / 1000
					}
					rescaled = append(rescaled, sum)
					rise *= math.Exp(-isi / 27)
				}
				rise += 2
			}
		}
		if len(rescaled) < 1000 {
			t.Errorf("only %d events", len(rescaled))
		}
		exponential(t, "integrated rate", rescaled, 0, 1)
	}
}

// burstReference returns the spike times of neuron i, from Runge-Kutta steps cut at arrivals, ends of refractoriness
// and, by halving, at events: where V_s crosses the threshold or the integral of the escape rate reaches its number.
// Bursts and these numbers follow from the same random numbers as in the model, whose key is given.
func burstReference(s *BurstPoisson, key rng.Key, i int, arrivals []Arrival, drive,
	until float64) (train []spike.Tick) {
	taus := [6]float64{s.TauAMPA, s.TauNMDA, s.TauGABA, s.TauAMPA, s.TauNMDA, s.TauGABA}
	e := [3]float64{s.EExc, s.EExc, s.EInh}
	type state struct {
		v, d, wd, ws, th, risk float64
		g                      [6]float64
	}
	escape := s.Spiking == "escape"
	rate := func(u state) float64 { // per ms
		if !escape {
			return 0
		}
		return s.Rho.A / 1e3 * math.Exp((u.v-u.th-s.Theta.A)/s.Delta.A)
	}
	slope := func(u state) (dv, dd, dw float64) {
		seen := u.d
		if s.Driving == "soma" {
			seen = u.v
		}
		var a, b float64
		for k := range 3 {
			a += u.g[k] * (e[k] - u.v)
			b += u.g[k+3] * (e[k] - seen)
		}
		return (s.EL-u.v+a)/s.TauS.A + (s.B.A*u.ws+drive)/s.CS.A, (s.EL-u.d+b)/s.TauD.A + (s.A.A*u.wd+drive)/s.CD.A,
			(u.d - s.EL - u.wd) / s.TauWD.A
	}
	decayed := func(u state, h float64) state {
		u.ws *= math.Exp(-h / s.TauWS.A)
		u.th *= math.Exp(-h / s.TauTh.A)
		for k := range u.g {
			u.g[k] *= math.Exp(-h / taus[k])
		}
		return u
	}
	u, t, free, events := state{v: s.EL, d: s.EL}, 0.0, -1.0, uint64(0)
	event := func(u state) bool {
		if escape {
			return u.risk >= hazardOf(key.Block(uint64(i), events))
		}
		return u.v-u.th > s.Theta.A
	}
	for t < until {
		for len(arrivals) > 0 && arrivals[0].At.Milliseconds() <= t+1e-9 {
			u.g[arrivals[0].Channel] += float64(arrivals[0].Weight)
			arrivals = arrivals[1:]
		}
		g := u.g
		h := min(.05, until-t, .25*s.TauS.A/(1+g[0]+g[1]+g[2]), .25*s.TauD.A/(1+g[3]+g[4]+g[5]))
		if len(arrivals) > 0 {
			h = min(h, arrivals[0].At.Milliseconds()-t)
		}
		if t < free-1e-12 {
			h, u.risk = min(h, free-t), 0
		} else if event(u) {
			train = append(train, spike.Tick(t*1e6))
			free = t + s.TRef.A
			if words := key.Block(uint64(i), events); rng.Unit(words[0]) < 1/(1+math.Exp((s.ED.A-u.d)/s.DD.A)) {
				second := t + s.BurstMin + (s.BurstMax-s.BurstMin)*rng.Unit(words[1])
				train = append(train, spike.Tick(second*1e6))
				if s.Dead != "event" {
					free = second + s.TRef.A
				}
			}
			u.v, u.risk = s.EL, 0
			u.ws++
			u.th += s.DTh.A
			events++
			continue
		} else if escape && rate(u)*h > .01 {
			h = max(.01/rate(u), 1e-6)
		}
		for ; ; h /= 2 {
			mid, end := decayed(u, h/2), decayed(u, h)
			a0, b0, c0 := slope(u)
			mid.v, mid.d, mid.wd = u.v+h/2*a0, u.d+h/2*b0, u.wd+h/2*c0
			a1, b1, c1 := slope(mid)
			mid.v, mid.d, mid.wd = u.v+h/2*a1, u.d+h/2*b1, u.wd+h/2*c1
			a2, b2, c2 := slope(mid)
			end.v, end.d, end.wd = u.v+h*a2, u.d+h*b2, u.wd+h*c2
			a3, b3, c3 := slope(end)
			end.v, end.d, end.wd = u.v+h/6*(a0+2*a1+2*a2+a3), u.d+h/6*(b0+2*b1+2*b2+b3), u.wd+h/6*(c0+2*c1+2*c2+c3)
			end.risk = u.risk + h/6*(rate(u)+4*rate(mid)+rate(end))
			if event(end) && t >= free-1e-12 && h > 1e-6 {
				continue
			}
			u, t = end, t+h
			break
		}
	}
	return train
}

func TestBurstPoissonAgainstReference(t *testing.T) {
	const n = 24
	until := 2 * spike.Second
	for _, driving := range []string{"dendrite", "soma"} {
		s := DefaultBurstPoisson()
		s.ED, s.Driving, s.TauNMDA = Const(1000), driving, 40
		f := scriptOf(n, until, []float64{500, 200, 500, 500, 200, 500}, []float64{.35, .01, .35, .05, .01, .05})
		f.current = func(spike.Tick) float64 { return 100 }
		want := make([][]spike.Tick, n)
		spikes := 0
		for i := range want {
			want[i] = burstReference(s, buildOf(n, 100*us).Key.Sub("events"), i, f.arrivals[i], 100, until.Milliseconds())
			spikes += len(want[i])
		}
		var medians []float64
		for _, step := range []spike.Tick{100 * us, 25 * us} {
			diff, lost := compare(want, f.play(made(t, s, n, step), 64, step, pieces(until, 10*ms)))
			medians = append(medians, quantile(diff, .5))
			t.Logf("driving force %s, h = %v: %d spikes, median %.3f us, p99 %.2f us, %d without partner", driving, step, spikes,
				quantile(diff, .5), quantile(diff, .99), lost)
			if step == 100*us && (quantile(diff, .5) > 2 || lost > 2+spikes/50) {
				t.Errorf("median %g us, %d of %d spikes without partner", quantile(diff, .5), lost, spikes)
			}
		}
		if order := math.Log2(medians[0]/medians[1]) / 2; order < 1.6 && medians[1] > .05 {
			t.Errorf("order of convergence %.2f", order)
		}
		// The dendrite, which spikes do not show, at the end.
		pop := made(t, s, n, 100*us)
		f.play(pop, 64, 100*us, pieces(300*ms, 10*ms))
		coarse := append([]float32(nil), pop.(*burstPoisson).y...)
		fine := made(t, s, n, 10*us)
		f.play(fine, 64, 10*us, pieces(300*ms, 10*ms))
		for i, y := range fine.(*burstPoisson).y {
			if math.Abs(float64(y-coarse[i])) > 2e-3 {
				t.Errorf("neuron %d: V_d differs by %g mV between steps", i, y-coarse[i])
			}
		}
	}
}
