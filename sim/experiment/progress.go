package experiment

import (
	"io"
	"sync"

	"github.com/schollz/progressbar/v3"

	"github.com/burstplex/burstplex/neuron/spike"
)

// progress shows how much of all seeds' model time has been simulated, and the time that is left.
type progress struct {
	mu   sync.Mutex
	bar  *progressbar.ProgressBar
	done []spike.Tick
}

func newProgress(w io.Writer, duration spike.Tick, seeds int) *progress {
	p := &progress{done: make([]spike.Tick, seeds)}
	if w != nil {
		total := int64(duration/spike.Millisecond) * int64(seeds)
		p.bar = progressbar.NewOptions64(total, progressbar.OptionSetWriter(w), progressbar.OptionSetDescription("model time, ms"),
			progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(200e6), progressbar.OptionClearOnFinish(),
			progressbar.OptionUseANSICodes(false))
	}
	return p
}

// report says that seed number k has reached now.
func (p *progress) report(k int, now spike.Tick) {
	if p.bar == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done[k] = now
	var sum spike.Tick
	for _, t := range p.done {
		sum += t
	}
	p.bar.Set64(int64(sum / spike.Millisecond))
}

func (p *progress) finish() {
	if p.bar != nil {
		p.bar.Finish()
	}
}
