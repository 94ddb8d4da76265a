package session

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/burstplex/burstplex/neuron/spike"
)

// progress shows how much of all runs' model time has been simulated, and the time that is left: as a bar on a terminal, as a line
// now and then elsewhere.
type progress struct {
	mu      sync.Mutex
	bar     *progressbar.ProgressBar
	lines   io.Writer // nil: a bar, or nothing
	done    spike.Tick
	total   spike.Tick
	resumed spike.Tick // done by an earlier run
	started time.Time
	last    time.Time // line
}

// linesEvery is the wall time between two lines.
const linesEvery = 30 * time.Second

// newProgress shows the progress of runs that take total together, on w; nil for none.
func newProgress(w io.Writer, total spike.Tick) *progress {
	return newBar(w, total, progressbar.OptionSetDescription("model time, ms"), progressbar.OptionShowCount())
}

// whole is all of a task, whose work is not counted in model time.
const whole = 1000 * spike.Second

// newTaskProgress shows the progress of a task.
func newTaskProgress(w io.Writer) *progress {
	return newBar(w, whole, progressbar.OptionSetDescription("work done"))
}

func newBar(w io.Writer, total spike.Tick, label ...progressbar.Option) *progress {
	p := &progress{total: total, started: time.Now(), last: time.Now()}
	switch {
	case w == nil:
	case terminal(w):
		p.bar = progressbar.NewOptions64(int64(total/spike.Millisecond), append(label, progressbar.OptionSetWriter(w),
			progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(200e6), progressbar.OptionClearOnFinish(),
			progressbar.OptionUseANSICodes(false))...)
	default:
		p.lines = w
	}
	return p
}

// terminal reports whether w is a device that people look at.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// skip says that some was simulated before this run began.
func (p *progress) skip(t spike.Tick) {
	p.mu.Lock()
	p.resumed += t
	p.mu.Unlock()
	p.add(t)
}

// add says that a run has simulated some more.
func (p *progress) add(t spike.Tick) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += t
	if p.bar != nil {
		p.bar.Set64(int64(p.done / spike.Millisecond))
	}
	if now := time.Now(); p.lines != nil && now.Sub(p.last) >= linesEvery && p.done > p.resumed {
		p.last = now
		left := time.Duration(float64(now.Sub(p.started)) * float64(p.total-p.done) / float64(p.done-p.resumed))
		fmt.Fprintf(p.lines, "%.1f %% done, at most %v left\n", 100*p.done.Seconds()/p.total.Seconds(), left.Round(time.Second))
	}
}

func (p *progress) finish() {
	if p.bar != nil {
		p.bar.Finish()
	}
}
