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
