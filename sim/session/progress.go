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

// progress shows how much of all runs' model time has been simulated, and the time that is left: as a bar on a
// terminal, as a line now and then elsewhere.
type progress struct {
	mu      sync.Mutex
	label   string
	bar     *progressbar.ProgressBar
	lines   io.Writer // nil: a bar, or nothing
	json    bool      // lines are for programs
	done    spike.Tick
	total   spike.Tick
	resumed spike.Tick // done by an earlier run
	started time.Time
	last    time.Time // line
}

// progressVariable is the environment variable that makes progress lines of JSON, {"done": 0.25, "left_s": 12}, twice a
// second: for programs that show it in their own way. left_s is missing while it is not known.
const progressVariable = "BURSTPLEX_PROGRESS"

const (
	jsonEvery = 500 * time.Millisecond
	// linesEvery is the wall time between two lines, soonLines that in the first minute.
	linesEvery, soonLines = 30 * time.Second, 10 * time.Second
	// estimateFrom is the share of this run's work from which the time left is said: before, it would be a guess.
	estimateFrom = 0.1
)

// newProgress shows the progress of runs that take total together, on w; nil for none.
func newProgress(w io.Writer, total spike.Tick) *progress {
	return newBar(w, total, "model time, ms", progressbar.OptionShowCount())
}

// whole is all of a task, whose work is not counted in model time.
const whole = 1000 * spike.Second

// newTaskProgress shows the progress of a task.
func newTaskProgress(w io.Writer) *progress {
	return newBar(w, whole, "work done")
}

// newTaskProgressOf shows the progress of work that several experiments are.
func newTaskProgressOf(w io.Writer, total spike.Tick) *progress { return newBar(w, total, "work done") }

func newBar(w io.Writer, total spike.Tick, label string, options ...progressbar.Option) *progress {
	p := &progress{label: label, total: total, started: time.Now(), last: time.Now()}
	switch {
	case w == nil:
	case os.Getenv(progressVariable) == "json":
		p.lines, p.json = w, true
	case terminal(w):
		p.bar = progressbar.NewOptions64(int64(total/spike.Millisecond), append(options, progressbar.OptionSetWriter(w),
			progressbar.OptionSetDescription(label), progressbar.OptionSetPredictTime(false), progressbar.OptionThrottle(200e6),
			progressbar.OptionClearOnFinish(),
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
	now := time.Now()
	if p.bar != nil {
		if left := p.left(now); left != "" {
			p.bar.Describe(p.label + left)
		}
		p.bar.Set64(int64(p.done / spike.Millisecond))
	}
	every := linesEvery
	if now.Sub(p.started) < time.Minute {
		every = soonLines
	}
	if p.json {
		every = jsonEvery
	}
	if p.json && now.Sub(p.last) >= every {
		p.last = now
		left := ""
		if s, known := p.remaining(now); known {
			left = fmt.Sprintf(`, "left_s": %.1f`, s.Seconds())
		}
		fmt.Fprintf(p.lines, "{\"done\": %.4f%s}\n", p.done.Seconds()/p.total.Seconds(), left)
		return
	}
	if p.lines != nil && now.Sub(p.last) >= every {
		p.last = now
		fmt.Fprintf(p.lines, "%.1f %% done%s\n", 100*p.done.Seconds()/p.total.Seconds(), p.left(now))
	}
}

// left says how long the rest takes at the pace so far, "" as long as that is not known.
func (p *progress) left(now time.Time) string {
	if left, known := p.remaining(now); known {
		return fmt.Sprintf(", about %v left", left.Round(time.Second))
	}
	return ""
}

// remaining is how long the rest takes at the pace so far.
func (p *progress) remaining(now time.Time) (left time.Duration, known bool) {
	work, all := p.done-p.resumed, p.total-p.resumed
	if all <= 0 || float64(work) < estimateFrom*float64(all) {
		return 0, false
	}
	return time.Duration(float64(now.Sub(p.started)) * float64(all-work) / float64(work)), true
}

func (p *progress) finish() {
	if p.bar != nil {
		p.bar.Finish()
	}
}
