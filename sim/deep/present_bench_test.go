//go:build unix

package deep

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"github.com/burstplex/burstplex/sim/ensemble"
	"github.com/burstplex/burstplex/sim/images"
)

// synthetic returns images in which a fifth of the pixels have random brightness, as in MNIST; all of them with
// colours.
func synthetic(n, channels, height, width int) *Examples {
	r := rand.New(rand.NewPCG(1, 2))
	set := &images.Set{Channels: channels, Height: height, Width: width, Classes: make([]string, 10)}
	for range n {
		set.Labels = append(set.Labels, uint8(r.IntN(10)))
		for range channels * height * width {
			b := uint8(0)
			if channels > 1 || r.IntN(5) == 0 {
				b = uint8(r.IntN(256))
			}
			set.Pixels = append(set.Pixels, b)
		}
	}
	return &Examples{Set: set, Normal: images.Unit(channels)}
}

// used returns the time that the processor has worked for this program: the machine may have other work.
func used() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkPresent measures images per second of one processor, and the events, spikes and synaptic events in them:
// with 1000 events per unit at full activation in a presentation of 100 ms, and for a convolutional network.
func BenchmarkPresent(b *testing.B) {
	for _, c := range []struct {
		name  string
		train *Examples
		set   func(*Task)
	}{
		{"dense/exact", synthetic(64, 1, 28, 28), func(t *Task) { t.Exact = true }},
		{"dense/steps", synthetic(64, 1, 28, 28), func(t *Task) {}},
		{"conv/steps", synthetic(64, 3, 32, 32), func(t *Task) {
			t.Hidden, t.Input, t.Neurons = []string{"conv 16 5 2", "conv 32 5 2", "dense 64"}, "current", 5000
		}},
	} {
		for _, learn := range []bool{false, true} {
			name := c.name + "/forward"
			if learn {
				name = c.name + "/training"
			}
			b.Run(name, func(b *testing.B) {
				task := Default()
				task.Neurons, task.Rate, task.Settle, task.Learn = 1000, 10, 60, 40
				c.set(task)
				tr, err := NewTrainer(task, c.train, 1, 1)
				if err != nil {
					b.Fatal(err)
				}
				batch := make([]int, task.Batch)
				for i := range batch {
					batch[i] = i
				}
				p := tr.models[0].(*ensemble.Presenter)
				show := func() int {
					if learn {
						tr.learn(c.train, batch, task.Eta)
						return len(batch)
					}
					tr.Answers(c.train, 0)
					return c.train.Len()
				}
				show() // memory grows
				n, from := 0, used()
				for b.Loop() {
					n += show()
				}
				seconds := (used() - from).Seconds() / float64(n)
				spikes, synaptic, _ := p.Traffic(0, p.Bins) // of the last image, as a sample
				events := p.TotalEvents()
				b.ReportMetric(1/seconds, "images/s")
				b.ReportMetric(events/1e6/seconds, "Mevents/s")
				b.ReportMetric(spikes/1e6/seconds, "Mspikes/s")
				b.ReportMetric(synaptic/1e6/seconds, "Msynaptic/s")
				b.ReportMetric(seconds*1e9/events, "ns/event")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}
