package experiment

import (
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
)

// A presentation is judged with the teacher's help if what is measured of it overlaps the time in which the teacher
// is on.
func TestTaught(t *testing.T) {
	at := func(x spike.Tick) *spike.Tick { return &x }
	for _, c := range []struct {
		teacher *spike.Tick
		to      spike.Tick
		want    bool
	}{{nil, 0, false}, {at(0), 0, true}, {at(5), 0, true}, {at(5), 5, false}, {at(5), 6, true}, {at(5), 4, false}} {
		s := Stage{Hold: 10, Teacher: c.teacher, To: c.to}
		if s.Taught() != c.want {
			t.Errorf("teacher from %v, measured to %v: %v", c.teacher, c.to, s.Taught())
		}
	}
}
