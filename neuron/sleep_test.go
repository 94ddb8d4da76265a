package neuron

import (
	"math/bits"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/burstplex/burstplex/neuron/spike"
)

// sleepers reports which neurons of a population sleep.
func sleepers(s *sleep, n int) (asleep []bool) {
	for i := range n {
		asleep = append(asleep, s.bits[i/sleepWord]>>(i%sleepWord)&1 != 0)
	}
	return asleep
}

// Whatever it went through, a neuron without input comes to a state that a step leaves as it is, unless its current
// makes it fire: rounding must not keep it moving in circles.
func TestNeuronsFallAsleep(t *testing.T) {
	const n, active, silent = 32, 200 * ms, 4 * spike.Second
	for name, s := range variants() {
		for _, current := range []float64{0, 130, 250} {
			for _, h := range []spike.Tick{100 * us, 1 * ms} {
				f := noisy(n, active)
				f.current = [2]func(spike.Tick) float64{constantCurrent(current / 3), constantCurrent(current)}
				pop := build(t, s, "off-grid", n, h).(*twoCompartment)
				f.run(pop, h, pieces(active+silent, 10*ms))
				last := f.run(pop, h, []spike.Window{{From: active + silent, To: active + silent + spike.Second}})
				for i, asleep := range sleepers(&pop.sleep, n) {
					if !asleep && len(last[i]) == 0 {
						t.Errorf("%s, %g pA, step %v: neuron %d is silent and awake", name, current, h, i)
					}
				}
			}
		}
	}
}

// A neuron that sleeps would not have moved: with sleeping switched off, it stays where it is, bit for bit.
func TestSleepersDoNotMove(t *testing.T) {
	const n = 64
	f := noisy(n, 100*ms)
	f.current = [2]func(spike.Tick) float64{constantCurrent(10), constantCurrent(70)}
	pop := build(t, variants()["various"], "off-grid", n, 100*us).(*twoCompartment)
	f.run(pop, 100*us, pieces(4*spike.Second, 10*ms))
	r, w := Range{0, n}, spike.Window{From: 4 * spike.Second, To: 4*spike.Second + 100*ms}
	if in := f.input(pop, r, w, 100*us); !pop.Asleep(r, in) {
		t.Fatal("not all neurons sleep")
	}
	var before [][]float32
	values := func() (all [][]float32) {
		for _, c := range pop.Columns() {
			if x, ok := c.Data.([]float32); ok {
				all = append(all, append([]float32(nil), x...))
			}
		}
		return all
	}
	before = values()
	pop.SetSleep(false)
	f.run(pop, 100*us, []spike.Window{w})
	if diff := cmp.Diff(before, values()); diff != "" {
		t.Error("the state moved:", diff)
	}
}

// Neurons sleep, are woken by input and by currents, and fall asleep again: spikes and states are as if nobody slept.
func TestSleepChangesNothing(t *testing.T) {
	const n, until = 70, 8 * spike.Second
	f := noisy(n, 100*ms)
	for _, a := range f.arrivals { // the same input again to every third neuron, when all have long been asleep
		if a.Target%3 == 0 {
			a.At += 4 * spike.Second
			f.arrivals = append(f.arrivals, a)
		}
	}
	f.current = [2]func(spike.Tick) float64{constantCurrent(0), func(at spike.Tick) float64 {
		switch at /= spike.Second; {
		case at < 7:
			return 0
		default:
			return 500
		}
	}}
	for _, name := range []string{"default", "2018", "various"} {
		s := variants()[name]
		on := build(t, s, "off-grid", n, 100*us).(*twoCompartment)
		off := build(t, s, "off-grid", n, 100*us).(*twoCompartment)
		off.SetSleep(false)
		slept := 0
		r := Range{0, n}
		for _, w := range pieces(until, 50*ms) {
			in := f.input(on, r, w, 100*us)
			if on.Asleep(r, in) && w.From < 7*spike.Second {
				slept++
			}
			a, b := f.run(on, 100*us, []spike.Window{w}), f.run(off, 100*us, []spike.Window{w})
			if !cmp.Equal(a, b) {
				t.Fatalf("%s: spikes in %v differ: %v and %v", name, w, a, b)
			}
			if err := sameState(on, off); err != nil {
				t.Fatal(name, w, err)
			}
		}
		if slept < 20 {
			t.Errorf("%s: the population slept in %d pieces only", name, slept)
		}
	}
}

func TestSleepBookkeeping(t *testing.T) {
	const n = 200
	input := func(current float32, touched ...int) *Input {
		in := &Input{Len: n, Steps: 2, Step: 100 * us, Touched: make([]uint64, 4),
			Drives: []Drive{{Start: []float32{current, current}, End: []float32{current, current}}}}
		for _, i := range touched {
			in.Touched[i/64] |= 1 << (i % 64)
		}
		return in
	}
	r := Range{0, n}
	s := newSleep(n, 1)
	visit := func(in *Input) (visited []int) {
		s.wake(r, in)
		for word := range s.bits {
			for left := s.awake(word, r, in); left != 0; left &= left - 1 {
				visited = append(visited, word*sleepWord+bits.TrailingZeros64(left))
			}
		}
		return visited
	}
	bed := func() {
		for i := range n {
			s.put(i)
		}
	}
	ramp := input(1)
	ramp.Drives[0].End[1] = 2
	own := input(1)
	own.Drives[0].OwnStart, own.Drives[0].OwnEnd = make([]float32, 2*n), make([]float32, 2*n)
	unknown := input(1)
	unknown.Touched = nil
	for _, c := range []struct {
		name    string
		prepare func()
		in      *Input
		want    int
		asleep  bool // as seen before the visit
	}{
		{"all are awake at first", func() {}, input(1), n, false},
		{"nobody is visited after that", bed, input(1), 0, true},
		{"input wakes its targets", func() {}, input(1, 3, 64, 199), 3, true},
		{"who stay awake", func() {}, input(1), 3, false},
		{"another current wakes all", bed, input(2), n, false},
		{"a growing current wakes all", bed, ramp, n, false},
		{"and lets nobody sleep", bed, input(1), n, false},
		{"so do private currents", bed, own, n, false},
		{"input that is not tracked may be anywhere", func() { visit(input(1)); bed() }, unknown, n, true},
		{"off", func() { visit(input(1)); s.SetSleep(false); bed() }, input(1), n, false},
		{"on again", func() { s.SetSleep(true); visit(input(1)); bed() }, input(1), 0, true},
	} {
		c.prepare()
		if got := s.Asleep(r, c.in); got != c.asleep {
			t.Errorf("%s: Asleep is %v", c.name, got)
		}
		if got := visit(c.in); len(got) != c.want {
			t.Errorf("%s: %d visited, want %d", c.name, len(got), c.want)
		}
	}
}
