package neuron

import (
	"math"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
)

// The rules of delta synapses, on a hand-made train: jumps add up at the end of their step, a spike has the step's last
// tick, the refractory period is whole steps, and what arrives in it is lost.
func TestLIFDeltaRules(t *testing.T) {
	spec := DefaultLIFDelta()
	spec.TRef = Const(0.25) // three steps
	at := func(us spike.Tick, weight float32) Arrival {
		return Arrival{At: us * spike.Microsecond, Weight: weight}
	}
	f := &script{n: 1, current: func(spike.Tick) float64 { return 0 }, arrivals: [][]Arrival{{
		at(50, 15), at(120, -4), at(199, 10), // 15 at 100 us, above 20 at 200 us: spike
		at(200, 100), at(450, 100), // lost: the refractory period lasts from 200 to 500 us
		at(500, 9.9), at(699, 1), // the first arrival after it
	}}}
	pop := made(t, spec, 1, 100*us)
	train := f.play(pop, 1, 100*us, pieces(500*us, 100*us))[0]
	if !slices.Equal(train, []spike.Tick{200*us - 1}) {
		t.Fatalf("spikes at %v, want one at the last tick before 200 us", train)
	}
	if v := pop.(*lifDelta).x[0]; v != 10 {
		t.Errorf("V = %g mV at the end of the refractory period, want the reset potential", v)
	}
	if more := f.play(pop, 1, 100*us, []spike.Window{{From: 500 * us, To: 700 * us}})[0]; len(more) != 1 ||
		more[0] != 700*us-1 {
		t.Errorf("spikes at %v, want the last tick before 700 us: (10 e^(-h/τ) + 9.9) e^(-h/τ) + 1 exceeds 20", more)
	}
}

// Between jumps the membrane is exact, also under a current that changes linearly within steps.
func TestLIFDeltaMembrane(t *testing.T) {
	spec := DefaultLIFDelta()
	spec.Theta = Const(500)
	f := &script{n: 1, current: func(t spike.Tick) float64 { return 300 * t.Milliseconds() / 10 },
		arrivals: [][]Arrival{{{At: 2 * ms, Weight: 5}, {At: 7 * ms, Weight: -3}}}}
	pop := made(t, spec, 1, 100*us)
	f.play(pop, 1, 100*us, pieces(10*ms, ms))
	tau, slope := 20.0, 300.0/10/250
	want := tau*slope*(10-tau*(1-math.Exp(-10/tau))) + 5*math.Exp(-7.9/tau) - 3*math.Exp(-2.9/tau)
	if got := float64(pop.(*lifDelta).x[0]); math.Abs(got-want) > 1e-4 {
		t.Errorf("V = %g mV, want %g", got, want)
	}
}

// Shot noise far below threshold has the mean and variance of Campbell's theorem.
func TestLIFDeltaUnderShotNoise(t *testing.T) {
	const n, rate, weight = 256, 2000.0, 0.1
	spec := DefaultLIFDelta()
	f := scriptOf(n, 400*ms, []float64{rate}, []float64{weight})
	pop := made(t, spec, n, 100*us)
	var sum, square, count float64
	for k, w := range pieces(400*ms, 10*ms) {
		f.play(pop, 64, 100*us, []spike.Window{w})
		if k < 15 {
			continue
		}
		for _, x := range pop.(*lifDelta).x {
			sum, square, count = sum+float64(x), square+float64(x)*float64(x), count+1
		}
	}
	mean := sum / count
	variance := square/count - mean*mean
	if math.Abs(mean/(weight*rate*.02)-1) > .02 || math.Abs(variance/(weight*weight*rate*.01)-1) > .1 {
		t.Errorf("mean %g, variance %g, want %g, %g", mean, variance, weight*rate*.02, weight*weight*rate*.01)
	}
}
