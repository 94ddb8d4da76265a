package sim

import (
	"context"
	"math"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
)

// The current of a teacher that holds is computed when it is switched on, and stays until it is switched on again or
// off; that of another changes with what its neurons do, at multiples of every and at no other times.
func TestTeacherHolds(t *testing.T) {
	for _, hold := range []bool{true, false} {
		net := protocolNetwork()
		net.Stimuli[0].Wave = Constant{}
		net.Stimuli[0].Amplitude.A = 500
		net.Teachers[0].Hold, net.Teachers[0].Every = hold, 50*ms
		s, err := New(net, Options{Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		run := func(until int) {
			if err := s.Run(context.Background(), ms*spike.Tick(until)); err != nil {
				t.Fatal(err)
			}
		}
		teach := func(on bool, target float64) float64 {
			if err := s.Teach("t", on, target); err != nil {
				t.Fatal(err)
			}
			return s.TeacherCurrent("t")
		}
		run(400)
		first := teach(true, 5)
		changes := 0
		for at, last := 410, first; at <= 800; at += 10 {
			run(at)
			c := s.TeacherCurrent("t")
			if c != last {
				changes++
				if at%50 > 10 { // it is computed at the end of the window in which a multiple of every lies
					t.Errorf("hold %v: the current changes between %d and %d ms", hold, at-10, at)
				}
			}
			last = c
		}
		if hold != (changes == 0) || !hold && changes < 5 {
			t.Errorf("hold %v: the current changes %d times", hold, changes)
		}
		if again := teach(true, 5); again == first {
			t.Errorf("hold %v: switched on again the teacher has the old current %g", hold, first)
		}
		if off := teach(false, 0); off != 0 {
			t.Errorf("a teacher that is off has the current %g", off)
		}
		s.Close()
	}
}

// Reset puts a teacher where it was at the start: off and without a target, or on if it always is; without a current.
func TestTeacherReset(t *testing.T) {
	for _, always := range []bool{false, true} {
		net := protocolNetwork()
		net.Teachers[0].Always = always
		s, err := New(net, Options{Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		teacher := s.teachers[0]
		start := teacher.on[0] == 1
		if err := s.Teach("t", !always, 5); err != nil {
			t.Fatal(err)
		}
		if err := s.Run(context.Background(), 200*ms); err != nil {
			t.Fatal(err)
		}
		teacher.Reset()
		if on := teacher.on[0] == 1; on != always || start != always || s.TeacherCurrent("t") != 0 ||
			!math.IsNaN(teacher.target[0]) ||
			teacher.estimator.EventRate(0, s.Now()) != 0 {
			t.Errorf("always %v: on %v, at the start %v; current %g, target %g", always, on, start, s.TeacherCurrent("t"),
				teacher.target[0])
		}
		s.Close()
	}
}
