package plasticity

import (
	"math"
	"testing"
)

// The decay ends, so that no denormal numbers are left; without learned feedback only the constant one acts.
func TestFadingDecay(t *testing.T) {
	ts := DefaultEnsembles()
	ts.FadeImages = 1000
	for _, c := range []struct {
		images int
		want   float64
	}{{0, 1e-3}, {1000, 1e-3 / math.E}, {20000, 1e-3 * math.Exp(-20)}, {21000, 0}, {1 << 40, 0}} {
		if got := ts.Lambda(c.images, true); math.Abs(got-c.want) > 1e-12*c.want {
			t.Errorf("after %d images %g, should be %g", c.images, got, c.want)
		}
	}
	ts.Decay = 3e-5
	if got := ts.Lambda(0, false); got != 3e-5 {
		t.Errorf("what is not learned decays by %g", got)
	}
}

// Each of some changes is eta times what is stated, factor d - λ w, and repeats with momentum; a decay that stays
// does not fade.
func TestOneChange(t *testing.T) {
	e := DefaultEnsembles()
	const factor, step, lambda = 3.6, 0.01, 0.2 // gamma p_b, eta B
	for _, momentum := range []float64{0, 0.5} {
		e.Momentum = momentum
		w, d, v := []float32{0.5, -2}, []float32{1.5, 0.25}, []float32{0.1, -0.3}
		want, velocity := []float64{0.5, -2}, []float64{0.1, -0.3}
		for range 3 {
			for k := range w {
				change := factor*float64(d[k]) - lambda*want[k]
				if momentum > 0 {
					change += momentum * velocity[k]
				}
				velocity[k] = change
				want[k] += step * change
			}
			e.Apply(w, d, v, factor, step, lambda)
		}
		for k := range w {
			if math.Abs(float64(w[k])-want[k]) > 1e-6 {
				t.Errorf("momentum %g: weight %d is %v and not %v", momentum, k, w[k], want[k])
			}
		}
	}
	e.Decay, e.Fade, e.FadeImages = 0.01, 0.1, 100
	if got, want := e.Lambda(100, true), 0.01+0.1/math.E; math.Abs(got-want) > 1e-12 {
		t.Errorf("decay is %g and not %g", got, want)
	}
	e.Eta, e.Final = 0.2, 0.25
	for _, c := range [][2]float64{{0, 0.2}, {0.5, 0.1}, {1, 0.05}} {
		if got := e.EtaAt(c[0]); math.Abs(got-c[1]) > 1e-12 {
			t.Errorf("after %g of the training eta is %g and not %g", c[0], got, c[1])
		}
	}
}
