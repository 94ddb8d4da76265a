package recordings_test

import (
	"math"
	"testing"

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

func report(b *testing.B, spikes int) {
	b.ReportMetric(float64(b.N)*float64(spikes)/b.Elapsed().Seconds()/1e6, "Mspikes/s")
}

func benchmark(b *testing.B, res spike.Tick, pBurst float64, opts ...Option) {
	const until = 20 * spike.Second
	h, evs, bound := reference(res, pBurst, until)
	var path string
	b.Run("encode", func(b *testing.B) { // without the disk
		for b.Loop() {
			w, err := Create("none", h, append(opts, OnFS(nowhere{}))...)
			if err != nil {
				b.Fatal(err)
			}
			feed(b, w, evs, 0, 10*spike.Millisecond, until)
			if err := w.Close(); err != nil {
				b.Fatal(err)
			}
		}
		report(b, len(evs))
	})
	b.Run("write", func(b *testing.B) {
		for b.Loop() {
			path = write(b, h, evs, 10*spike.Millisecond, until, opts...)
		}
		report(b, len(evs))
		r := open(b, path)
		b.ReportMetric(float64(r.Size())/float64(len(evs)), "B/spike")
		b.ReportMetric(float64(r.Size())/float64(len(evs))/bound, "x-bound")
	})
	path = write(b, h, evs, 10*spike.Millisecond, until, opts...)
	r := open(b, path)
	for name, q := range map[string]Query{"storage": {ByNeuron: true}, "time": {}} {
		b.Run("decode "+name, func(b *testing.B) {
			for b.Loop() {
				n := 0
				for batch, err := range r.Batches(q) {
					if err != nil {
						b.Fatal(err)
					}
					n += len(batch)
				}
				if n != len(evs) {
					b.Fatal(n)
				}
			}
			report(b, len(evs))
		})
	}
}

func BenchmarkPoisson1us(b *testing.B)   { benchmark(b, spike.Microsecond, 0) }
func BenchmarkPoisson100us(b *testing.B) { benchmark(b, 100*spike.Microsecond, 0) }
func BenchmarkBursts1us(b *testing.B)    { benchmark(b, spike.Microsecond, .4) }
func BenchmarkBursts100us(b *testing.B)  { benchmark(b, 100*spike.Microsecond, .4) }
func BenchmarkCompact1us(b *testing.B)   { benchmark(b, spike.Microsecond, .4, Compact()) }
func BenchmarkCompact100us(b *testing.B) { benchmark(b, 100*spike.Microsecond, .4, Compact()) }
