//go:build unix

package recordings_test

import (
	"math"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/burstplex/burstplex/neuron/spike"
	. "github.com/burstplex/burstplex/recordings"
)

// The reference of GOALS: 10,000 neurons at 5 Hz.
func reference(res spike.Tick, pBurst float64, until spike.Tick) (Header, []spike.Event, float64) {
	h := network(res, 10000)
	evs := poisson(h, 5, pBurst, until, 3)
	rate := float64(len(evs)) / 10000 / until.Seconds()
	return h, evs, math.Log2(math.E/(rate*res.Seconds())) / 8
}

// nowhere is a file system that takes everything.
type nowhere struct{}

func (nowhere) Create(string, bool) (File, error) { return nowhere{}, nil }
func (nowhere) SyncDir(string) error              { return nil }
func (nowhere) Write(p []byte) (int, error)       { return len(p), nil }
func (nowhere) Sync() error                       { return nil }
func (nowhere) Close() error                      { return nil }

// processor returns the processor time of this process, which a busy machine does not stretch as it does wall time.
func processor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// loop runs f and reports spikes per second of processor time: those of the median run, and of the best, which other
// work on the machine disturbs least.
func loop(b *testing.B, spikes int, f func()) {
	var speeds []float64
	for b.Loop() {
		start := processor()
		f()
		speeds = append(speeds, float64(spikes)/(processor()-start).Seconds()/1e6)
	}
	slices.Sort(speeds)
	b.ReportMetric(speeds[len(speeds)/2], "M/cpu-s")
	b.ReportMetric(speeds[len(speeds)-1], "M/cpu-s-best")
}

func benchmark(b *testing.B, res spike.Tick, pBurst float64, opts ...Option) {
	const until = 20 * spike.Second
	h, evs, bound := reference(res, pBurst, until)
	b.Run("encode", func(b *testing.B) { // all of the writer, without the disk
		loop(b, len(evs), func() {
			w, err := Create("none", h, append(opts, OnFS(nowhere{}))...)
			if err != nil {
				b.Fatal(err)
			}
			feed(b, w, evs, 0, 10*spike.Millisecond, until)
			if err := w.Close(); err != nil {
				b.Fatal(err)
			}
		})
	})
	path := write(b, h, evs, 10*spike.Millisecond, until, opts...)
	r := open(b, path)
	for _, c := range []struct {
		name string
		q    Query
	}{{"decode-stored", Query{ByNeuron: true}}, {"decode-time", Query{}}} {
		b.Run(c.name, func(b *testing.B) {
			loop(b, len(evs), func() {
				n := 0
				for batch, err := range r.Batches(c.q) {
					if err != nil {
						b.Fatal(err)
					}
					n += len(batch)
				}
				if n != len(evs) {
					b.Fatal(n)
				}
			})
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64(r.Size())/float64(len(evs)), "B/spike")
			b.ReportMetric(float64(r.Size())/float64(len(evs))/bound, "x-bound")
		})
	}
}

func BenchmarkPoisson1ns(b *testing.B)   { benchmark(b, 1, 0) }
func BenchmarkPoisson1us(b *testing.B)   { benchmark(b, spike.Microsecond, 0) }
func BenchmarkPoisson100us(b *testing.B) { benchmark(b, 100*spike.Microsecond, 0) }
func BenchmarkBursts1us(b *testing.B)    { benchmark(b, spike.Microsecond, .4) }
func BenchmarkBursts100us(b *testing.B)  { benchmark(b, 100*spike.Microsecond, .4) }
func BenchmarkCompact1us(b *testing.B)   { benchmark(b, spike.Microsecond, .4, Compact()) }
func BenchmarkCompact100us(b *testing.B) { benchmark(b, 100*spike.Microsecond, .4, Compact()) }
