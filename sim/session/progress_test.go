package session

import (
	"strings"
	"testing"
	"time"

	"github.com/burstplex/burstplex/neuron/spike"
)

// Time left is said from a tenth of this run's own work on, at the pace of that work: what an earlier run did took
// this one no time.
func TestTimeLeft(t *testing.T) {
	start := time.Now()
	for _, c := range []struct {
		resumed, done spike.Tick // of 1000 s
		after         time.Duration
		want          string
	}{
		{0, 99, 10 * time.Second, ""},
		{0, 100, 10 * time.Second, ", about 1m30s left"},
		{0, 1000, 10 * time.Second, ", about 0s left"},
		{500, 500, 10 * time.Second, ""},
		{500, 549, 10 * time.Second, ""},
		{500, 600, 10 * time.Second, ", about 40s left"},
		{1000, 1000, 10 * time.Second, ""},
	} {
		p := newProgress(nil, 1000*spike.Second)
		p.started, p.resumed, p.done = start, c.resumed*spike.Second, c.done*spike.Second
		if got := p.left(start.Add(c.after)); got != c.want {
			t.Errorf("%d of 1000 s done, %d of them before, after %v: %q, want %q", c.done, c.resumed, c.after, got, c.want)
		}
	}
	if p := newProgress(nil, 0); p.left(start) != "" { // variants that are tasks once gave +Inf %
		t.Errorf("no work at all: %q", p.left(start))
	}
}

// Lines of progress hold a share and the time left.
func TestProgressLines(t *testing.T) {
	var out strings.Builder
	p := newProgress(&out, 100*spike.Second)
	p.started, p.last = p.started.Add(-20*time.Second), p.last.Add(-20*time.Second)
	p.add(5 * spike.Second)
	p.last = p.last.Add(-20 * time.Second)
	p.add(15 * spike.Second)
	if got, want := out.String(), "5.0 % done\n20.0 % done, about 1m20s left\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
