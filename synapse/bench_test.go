package synapse

import (
	"fmt"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// benchProjection connects n neurons with a number of sources such that the rows do not fit into the caches.
func benchProjection(b *testing.B, sources, n, shard int, c Connector, delay, weight neuron.Value) *Projection {
	b.Helper()
	p, err := New(Spec{Connector: c, Weight: weight, Delay: delay}, 0, Geometry{Sources: sources, Targets: n,
		Key: rng.New(1)}, 100*spike.Microsecond)
	if err != nil {
		b.Fatal(err)
	}
	cuts := []int{0}
	for lo := 0; lo < n; lo += shard {
		cuts = append(cuts, min(lo+shard, n))
	}
	err = p.ConnectAll(cuts, func(n int, f func(int)) {
		for i := range n {
			f(i)
		}
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(p.Release)
	return p
}

var drawnWeight = neuron.Value{Shape: neuron.Uniform, A: 0, B: 1}

// BenchmarkDeliver streams cold rows in an order that no processor foresees, as the engine does: one shard after the
// other, each with the row-events of one step, the next rows fetched ahead.
func BenchmarkDeliver(b *testing.B) {
	for _, c := range []struct {
		name              string
		sources, n, shard int
		k                 int // targets of a row
		weight            neuron.Value
	}{
		{"targets=1000/neurons=10k/equal", 100_000, 10_000, 10_000, 1000, neuron.Const(1)},
		{"targets=1000/neurons=10k/drawn", 100_000, 10_000, 10_000, 1000, drawnWeight},
		{"targets=1000/neurons=64k/equal", 64_000, 64_000, 16_384, 1000, neuron.Const(1)},
		{"targets=1000/neurons=64k/drawn", 64_000, 64_000, 16_384, 1000, drawnWeight},
		{"targets=100/neurons=10k/equal", 400_000, 10_000, 10_000, 100, neuron.Const(1)},
		{"targets=100/neurons=10k/drawn", 400_000, 10_000, 10_000, 100, drawnWeight},
	} {
		b.Run(c.name, func(b *testing.B) {
			p := benchProjection(b, c.sources, c.n, c.shard, FixedProbability{P: float64(c.k) / float64(c.n)},
				neuron.Const(1), c.weight)
			cells := make([]neuron.Pair, c.shard)
			events, row := 0, 0
			due := make([]Due, 64)
			b.ResetTimer()
			for b.Loop() {
				for i := range due {
					row = (row + 48_271) % c.sources
					due[i] = Due{uint32(row), 1, 1}
				}
				for shard := range p.shards {
					events += p.Deliver(shard, due, []int{0, len(due)}, cells, nil)
				}
			}
			b.ReportMetric(float64(events)/b.Elapsed().Seconds()/1e6, "Mevents/s")
			b.ReportMetric(float64(p.Bytes())/float64(p.Synapses()), "B/synapse")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkDeliverDelayed streams cold rows of 45 delays: what arrives in one step from spikes of many.
func BenchmarkDeliverDelayed(b *testing.B) {
	const n, sources = 20_000, 40_000
	delay := neuron.Value{Shape: neuron.Normal, A: 1.5, B: 0.75, Lo: 0.05, Hi: 6}
	for _, shard := range []int{4096, 8192, 16384} {
		b.Run(fmt.Sprint("shard=", shard), func(b *testing.B) {
			p := benchProjection(b, sources, n, shard, FixedProbability{P: 0.05}, delay, drawnWeight)
			cells := make([]neuron.Pair, shard)
			due := make([]Due, 4*len(p.delays))
			events, row := 0, 0
			b.ResetTimer()
			for b.Loop() {
				for i := range due {
					row = (row + 48_271) % sources
					due[i] = Due{uint32(row*len(p.delays) + i/4), 1, 1}
				}
				for s := range p.shards {
					events += p.Deliver(s, due, []int{0, len(due)}, cells, nil)
				}
			}
			b.ReportMetric(float64(events)/b.Elapsed().Seconds()/1e6, "Mevents/s")
			b.ReportMetric(float64(p.Bytes())/float64(p.Synapses()), "B/synapse")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkBuild connects ten million synapses, with equal weights and with drawn weights and delays.
func BenchmarkBuild(b *testing.B) {
	const n, k = 32_000, 320
	delays := neuron.Value{Shape: neuron.Normal, A: 1.5, B: 0.75, Lo: 0.05, Hi: 6}
	weights := neuron.Value{Shape: neuron.Normal, A: 1, B: 0.1, Lo: 0, Hi: 10}
	for _, c := range []struct {
		name string
		Connector
	}{{"probability", FixedProbability{P: float64(k) / n}}, {"in-degree", FixedInDegree{K: k, Multapses: true}},
		{"out-degree", FixedOutDegree{K: k}}, {"total", FixedTotalNumber{K: n * k}}} {
		for _, drawn := range []bool{false, true} {
			name, delay, weight := c.name+"/equal", neuron.Const(1), neuron.Const(1)
			if drawn {
				name, delay, weight = c.name+"/drawn", delays, weights
			}
			b.Run(name, func(b *testing.B) {
				made := 0
				for b.Loop() {
					p := benchProjection(b, n, n, 4096, c.Connector, delay, weight)
					made += p.Synapses()
					p.Release()
				}
				b.ReportMetric(b.Elapsed().Seconds()*1e9/float64(made), "ns/synapse")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// BenchmarkDeliverDense streams all-to-all rows: 1000 sources onto 256 targets stay in the second cache, 100,000 onto
// 1000 do not.
func BenchmarkDeliverDense(b *testing.B) {
	for _, c := range []struct{ sources, n int }{{1000, 256}, {100_000, 1000}} {
		b.Run(fmt.Sprintf("%dx%d", c.sources, c.n), func(b *testing.B) {
			p := benchProjection(b, c.sources, c.n, 1024, AllToAll{}, neuron.Const(1), drawnWeight)
			cells := make([]neuron.Pair, c.n)
			events, row, due := 0, 0, make([]Due, 16)
			for b.Loop() {
				for i := range due {
					row = (row + 48_271) % c.sources
					due[i] = Due{uint32(row), 1, 1}
				}
				events += p.Deliver(0, due, []int{0, len(due)}, cells, nil)
			}
			b.ReportMetric(float64(events)/b.Elapsed().Seconds()/1e6, "Mevents/s")
			b.ReportMetric(0, "ns/op")
		})
	}
}
