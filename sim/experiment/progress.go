package experiment

import (
	"io"
	"sync"

	"github.com/schollz/progressbar/v3"

	"github.com/burstplex/burstplex/neuron/spike"
)

// progress shows how much of all runs' model time has been simulated, and the time that is left.
type progress struct {
	mu   sync.Mutex
	bar  *progressbar.ProgressBar
	done spike.Tick
}

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
	p := &progress{}
	if w != nil {
		p.bar = progressbar.NewOptions64(int64(total/spike.Millisecond), append(label, progressbar.OptionSetWriter(w),
			progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(200e6), progressbar.OptionClearOnFinish(),
			progressbar.OptionUseANSICodes(false))...)
	}
	return p
}

// add says that a run has simulated some more.
func (p *progress) add(t spike.Tick) {
	if p.bar == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += t
	p.bar.Set64(int64(p.done / spike.Millisecond))
}

func (p *progress) finish() {
	if p.bar != nil {
		p.bar.Finish()
	}
}
