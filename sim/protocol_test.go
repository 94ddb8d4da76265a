package sim

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

const second = spike.Second

// testProtocol has a burn-in, a test and a training of two shuffled patterns with a teaching phase.
func testProtocol() *Protocol {
	return &Protocol{Start: second, Key: rng.New(1, "protocol"),
		Patterns: []Pattern{
			{Name: "low", Levels: []LevelSetting{{"x", 200}}, Targets: []TargetSetting{{"t", 2}}},
			{Name: "high", Levels: []LevelSetting{{"x", 400}}, Targets: []TargetSetting{{"t", 12}}}},
		Stages: []Stage{
			{Name: "before", Patterns: []int{0, 1}, Repeats: 1, Hold: 2 * second, TeachFrom: 2 * second, LearnFrom: 2 * second},
			{Name: "training", Patterns: []int{0, 1}, Repeats: 5, Hold: second, Shuffled: true,
				TeachFrom: 600 * spike.Millisecond, LearnFrom: 700 * spike.Millisecond}}}
}

func protocolNetwork() *Network {
	net := learningNetwork()
	net.Stimuli[0] = Stimulus{Name: "x", Population: "out", Port: "soma", Amplitude: neuron.Const(1), Wave: &Level{}}
	net.Teachers = []Teacher{{Name: "t", Population: "out", Port: "apical", Tau: 500, Every: 5 * spike.Millisecond,
		Limit: 1000, Law: Linear{Gain: 30}}}
	return net
}

func TestProtocolTimes(t *testing.T) {
	p := testProtocol()
	if p.Len() != 12 || p.End() != 15*second {
		t.Fatalf("%d presentations to %v", p.Len(), p.End())
	}
	at := p.Start
	var orders []int
	for i := range p.Len() {
		q := p.At(i)
		if q.From != at || q.Index != i || p.first(q.From) != i || p.first(q.To-1) != i {
			t.Errorf("presentation %d: %+v, expected to start at %v", i, q, at)
		}
		at = q.To
		orders = append(orders, q.Pattern)
	}
	for r := range 5 {
		if pair := orders[2+2*r : 4+2*r]; pair[0]+pair[1] != 1 {
			t.Errorf("repeat %d shows the patterns %v", r, pair)
		}
	}
	if !slices.Contains(orders[2:], 1) || slices.Equal(orders[2:4], orders[4:6]) &&
		slices.Equal(orders[4:6], orders[6:8]) && slices.Equal(orders[6:8], orders[8:10]) {
		t.Errorf("order %v is not shuffled", orders)
	}
}

// A network that follows a protocol receives its currents, learns and is taught only when it should.
func TestFollow(t *testing.T) {
	net, p := protocolNetwork(), testProtocol()
	s, err := New(net, Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Follow(p); err != nil {
		t.Fatal(err)
	}
	weights := func() (sum float64) {
		for _, d := range net.Projections {
			s.Projection(d.Name).Each(func(_, _ int, w float64, _ spike.Tick) { sum += w })
		}
		return sum
	}
	run := func(until spike.Tick) {
		t.Helper()
		if err := s.Run(context.Background(), until); err != nil {
			t.Fatal(err)
		}
	}
	run(5 * second)
	start := weights()
	if s.level("x").value[0] != 400 && s.level("x").value[0] != 200 {
		t.Errorf("level %v", s.level("x").value[0])
	}
	for i := 2; i < p.Len(); i++ {
		q := p.At(i)
		want := []float64{200, 400}[q.Pattern]
		if got := s.level("x").value[0]; got != want {
			t.Errorf("%v: level %v, want %v", s.Now(), got, want)
		}
		run(q.From + 500*spike.Millisecond)
		if c := s.TeacherCurrent("t"); c != 0 {
			t.Errorf("%v: the teacher's current is %v before it is on", s.Now(), c)
		}
		if w := weights(); w != start {
			t.Errorf("%v: weights changed while plasticity was off", s.Now())
		}
		run(q.From + 690*spike.Millisecond)
		if w := weights(); w != start {
			t.Errorf("%v: weights changed before plasticity was on", s.Now())
		}
		rate := 0.0
		for i := range 150 {
			rate += s.teachers[0].estimator.EventRate(i, s.Now()) / 150
		}
		target := []float64{2, 12}[q.Pattern]
		if c := s.TeacherCurrent("t"); math.Abs(c-30*(target-rate)) > 100 || c == 0 {
			t.Errorf("%v: the teacher's current is %v at %v Hz with target %v Hz", s.Now(), c, rate, target)
		}
		run(q.To - s.Window())
		if w := weights(); w == start {
			t.Errorf("%v: no weight changed while plasticity was on", s.Now())
		}
		run(q.To + s.Window()) // what was learned before the switch becomes visible when its window ends
		start = weights()
	}
	if c := s.TeacherCurrent("t"); c != 0 {
		t.Errorf("the teacher is on after the end: %v", c)
	}
}

func TestCrossEntropy(t *testing.T) {
	c := CrossEntropy{EMin: 2, EMax: 10, Gain: 1000}
	for _, x := range [][3]float64{ // rate, target, current (MODELS A7.4)
		{2, 0, 0}, {3, 0, 0}, {5, 0, -200}, {8.9, 0, -1000 / 1.1}, {9, 0, -1000}, {12, 0, -1000},
		{2, 1, 1000}, {3, 1, 1000}, {6, 1, 250}, {9, 1, 0}, {12, 1, 0}} {
		if got := c.Current(x[0], 0, x[1]); math.Abs(got-x[2]) > 1e-9 {
			t.Errorf("%v Hz, target %v: %v pA, want %v", x[0], x[1], got, x[2])
		}
	}
	if c.Current(5, 0, math.NaN()) != 0 {
		t.Error("a current without a target")
	}
}
