package analysis_test

import (
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	. "github.com/burstplex/burstplex/recordings/analysis"
)

// BenchmarkAdd prints the cost of a spike in each accumulator, for populations of 4000 and 1000 neurons at 10 Hz.
func BenchmarkAdd(b *testing.B) {
	pops := []spike.Population{{Name: "pyr", First: 0, Size: 4000}, {Name: "pv", First: 4000, Size: 1000}}
	events := poisson(1, spike.Population{Size: 5000}, 10, 20)
	w := seconds(20)
	edges := LogEdges(16*spike.Millisecond, spike.Millisecond, 10*spike.Second, 20)
	ten := Thresholds(spike.DefaultDetector(), 4e6, 6e6, 8e6, 10e6, 12e6, 16e6, 20e6, 24e6, 28e6, 32e6)
	for _, c := range []struct {
		name string
		make func() Accumulator
	}{
		{"rates", func() Accumulator { return NewRates(pops, NewBins(w, 50*spike.Millisecond)) }},
		{"counts", func() Accumulator { return NewCounts(pops, w) }},
		{"intervals", func() Accumulator { return NewIntervals(pops, edges) }},
		{"lengths", func() Accumulator { return NewLengths(pops, 20, w) }},
		{"regularity", func() Accumulator { return NewRegularity(pops) }},
		{"fano", func() Accumulator { return NewFano(pops, NewBins(w, 100*spike.Millisecond)) }},
		{"correlogram", func() Accumulator {
			return NewCorrelogram(pops[0], pops[1], w, spike.Millisecond, 100*spike.Millisecond)
		}},
		{"sensitivity10", func() Accumulator { return NewSensitivity(pops, NewBins(w, 50*spike.Millisecond), ten) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				b.StopTimer()
				a := c.make()
				b.StartTimer()
				for rest := events; len(rest) > 0; rest = rest[min(4096, len(rest)):] {
					a.Add(rest[:min(4096, len(rest))])
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(events)), "ns/spike")
		})
	}
}

// BenchmarkHundredMillion sends 1e8 spikes of 5000 neurons through every accumulator at once (run it with
// -benchtime 1x) and prints the memory that the process holds afterwards, which must not depend on the number.
func BenchmarkHundredMillion(b *testing.B) {
	const n = 100_000_000
	pops := []spike.Population{{Name: "pyr", First: 0, Size: 4000}, {Name: "pv", First: 4000, Size: 1000}}
	w := seconds(2000)
	rates := NewRates(pops, NewBins(w, 50*spike.Millisecond))
	to := []Accumulator{
		rates, NewCounts(pops, w), NewLengths(pops, 20, w), NewRegularity(pops),
		NewFano(pops, NewBins(w, 100*spike.Millisecond)),
		NewIntervals(pops, LogEdges(16*spike.Millisecond, spike.Millisecond, 10*spike.Second, 20)),
		NewCorrelogram(pops[0], pops[1], w, spike.Millisecond, 100*spike.Millisecond),
	}
	for b.Loop() {
		rnd := rand.New(rand.NewPCG(1, 1))
		at, mean := 0.0, float64(w.To)/n
		Feed(func(yield func(spike.Event) bool) {
			for i := range n {
				at += rnd.ExpFloat64() * mean
				if !yield(spike.Event{At: spike.Tick(at), Src: spike.ID(rnd.IntN(5000)), Kind: spike.Kind(i % 3)}) {
					return
				}
			}
		}, to...)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys)/1e6, "MB")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/spike")
}
