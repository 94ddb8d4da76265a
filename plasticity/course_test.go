package plasticity

import (
	"math"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
)

// A course is linear between the ends of steps and the jumps of its neuron, with the offset of its variable, and has
// two values at a jump; jumps of other neurons do not matter, nor the order in which they were noted.
func TestCourseByHand(t *testing.T) {
	const from, step = 1000 * spike.Tick(100), spike.Tick(100)
	c := &Course{From: from, Step: step}
	v, w := c.Index("v"), c.Index("w")
	if c.Index("v") != v || w != 1 {
		t.Fatal("names")
	}
	c.Rows[v] = [][]float32{{1, 10}, {3, 20}, {-5, 40}}
	c.Rows[w] = [][]float32{{0, 0}, {0, 0}, {0, 0}}
	c.Offset[v] = -70
	c.Jumps = []neuron.Jump{{Neuron: 1, At: from + 160, Before: []float64{-45, 0}, After: []float64{-60, 0}},
		{Neuron: 0, At: from + 150, Before: []float64{-66, 1}, After: []float64{-69, 2}},
		{Neuron: 1, At: from + 120, Before: []float64{-48, 0}, After: []float64{-52, 0}}}
	c.SortJumps()
	for _, q := range []struct {
		i     int
		at    spike.Tick
		after bool
		want  float64
	}{{0, 0, false, -69}, {0, 50, false, -68}, {0, 100, false, -67}, {0, 125, false, -66.5}, {0, 150, false, -66}, {0,
		150, true, -69},
		{0, 175, false, -72}, {0, 200, false, -75}, {1, 0, true, -60}, {1, 25, false, -57.5}, {1, 110, false, -49}, {1, 120,
			false, -48},
		{1, 120, true, -52}, {1, 140, false, -48.5}, {1, 160, true, -60}, {1, 180, false, -45}} {
		if got := c.at(v, q.i, from+q.at, q.after); math.Abs(got-q.want) > 1e-9 {
			t.Errorf("neuron %d at %d, after %v: %g, want %g", q.i, q.at, q.after, got, q.want)
		}
	}
}
