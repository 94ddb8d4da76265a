package sim

import (
	"context"
	"testing"
	"time"

	"github.com/burstplex/burstplex/neuron/spike"
)

// slow is a sink that takes its time.
type slow struct{ each time.Duration }

func (s slow) WriteSpikes(spike.Window, []spike.Event) error {
	for start := time.Now(); time.Since(start) < s.each; {
	}
	return nil
}
func (slow) Close() error { return nil }

// TestPhasesAreFound puts most of the work into one phase: it has to be seen there, as long as it was.
func TestPhasesAreFound(t *testing.T) {
	net := randomNetwork(1)
	s, err := New(net, Options{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const windows, each = 800, 100 * time.Microsecond
	s.AddSink(slow{each})
	if err := s.Run(context.Background(), windows*s.Window()); err != nil {
		t.Fatal(err)
	}
	if err := s.Finish(); err != nil {
		t.Fatal(err)
	}
	p := s.Phases()
	if p[Record].Busy < windows*each/2 || p[Record].Wall < windows*each/2 { // one in 32 of 800 windows, give or take
		t.Errorf("recording took %v; found were %v", windows*each, p)
	}
	for _, phase := range []Phase{Deliver, Advance, Join} {
		if p[phase].Busy <= 0 || p[phase].Wall <= 0 {
			t.Errorf("%v took %v", phase, p[phase])
		}
	}
	if create, connect := s.Construction(); create.Wall <= 0 || connect.Wall <= 0 || connect.Busy < connect.Wall {
		t.Errorf("building took %v and %v", create, connect)
	}
}

// TestOneWindowInManyIsTimed is a law of the choice: a share of windows that no period picks out.
func TestOneWindowInManyIsTimed(t *testing.T) {
	for _, period := range []int64{1, 2, 8, 32, 100, 4096} {
		var w stopwatch
		timed, n := 0, int64(20_000)
		for k := range n {
			if w.choose(k * period); w.on {
				timed++
			}
		}
		if share := float64(timed) / float64(n); share*timedOf < .85 || share*timedOf > 1.15 {
			t.Errorf("every window number %d: %.3f of them are timed, want one in %d", period, share, timedOf)
		}
	}
}

// TestPhasesOfParts: what was added to earlier times is the difference, and the total is the sum.
func TestPhasesOfParts(t *testing.T) {
	a := Phases{Deliver: {3, 4}, Learn: {1, 1}}
	if d := a.Sub(Phases{Deliver: {1, 1}}); d.Total() != (Times{3, 4}) || d[Deliver] != (Times{2, 3}) {
		t.Error(d)
	}
}
