package bench

import (
	"fmt"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/synapse"
)

const step = 100 * spike.Microsecond

var drawn = neuron.Value{Shape: neuron.Uniform, A: 0, B: 1}

// connect builds a projection with shards of some size.
func connect(sources, targets, shard int, spec synapse.Spec) (*synapse.Projection, int, error) {
	p, err := synapse.New(spec, 0, synapse.Geometry{Sources: sources, Targets: targets, Key: rng.New(1)}, step)
	if err != nil {
		return nil, 0, err
	}
	cuts := []int{0}
	for lo := 0; lo < targets; lo += shard {
		cuts = append(cuts, min(lo+shard, targets))
	}
	err = p.ConnectAll(cuts, func(n int, f func(int)) {
		for i := range n {
			f(i)
		}
	})
	return p, len(cuts) - 1, err
}

// stream delivers row after row in an order that no processor foresees, as the engine does: shard by shard, what is
// due in one step.
func stream(p *synapse.Projection, sources, shards, shard, together int, sums bool) []float64 {
	pairs, cells := make([]neuron.Pair, shard), make([]float32, shard)
	due := make([]synapse.Due, together)
	row, delays := 0, len(p.Delays())
	return perSecond(func() int {
		for i := range due {
			row = (row + 48_271) % sources
			due[i] = synapse.Due{Row: uint32(row*delays + i*delays/together), End: 1, Area: 1}
		}
		n := 0
		for s := range shards {
			if sums {
				n += p.DeliverSums(s, due, []int{0, len(due)}, cells, nil)
			} else {
				n += p.Deliver(s, due, []int{0, len(due)}, pairs, nil)
			}
		}
		return n
	})
}

// million is the unit of rates of delivery.
const million = 1e6

// sparseRows measures delivery off-grid along rows that are not in the caches.
func sparseRows(each func(Part)) error {
	for _, c := range []struct {
		sources, targets, shard, k int
	}{{30_000, 10_000, 10_000, 1000}, {30_000, 64_000, 16_384, 1000}, {200_000, 10_000, 10_000, 100}} {
		for _, w := range []struct {
			name   string
			weight neuron.Value
			sums   bool
			half   bool
		}{{"equal weights", neuron.Const(1), false, false}, {"drawn weights", drawn, false, false},
			{"drawn weights of half width", drawn, false, true}, {"equal weights, delta", neuron.Const(1), true, false}} {
			p, shards, err := connect(c.sources, c.targets, c.shard,
				synapse.Spec{Connector: synapse.FixedProbability{P: float64(c.k) / float64(c.targets)}, Weight: w.weight,
					Half: w.half, Delay: neuron.Const(1)})
			if err != nil {
				return err
			}
			name := fmt.Sprintf("sparse delivery, %d targets a row, %dk neurons, %s", c.k, c.targets/1000, w.name)
			each(rate(name, stream(p, c.sources, shards, c.shard, 64, w.sums), million, "M events/s"))
			if c.k == 1000 && c.targets == 10_000 && !w.sums {
				each(fixed("memory, "+w.name, float64(p.Bytes())/float64(p.Synapses()), "bytes a synapse"))
			}
			p.Release()
		}
	}
	return nil
}

// delayedRows measures delivery of distributed delays, as in the cortical microcircuit.
func delayedRows(each func(Part)) error {
	const sources, targets, shard = 12_000, 20_000, 8192
	delay := neuron.Value{Shape: neuron.Normal, A: 1.5, B: 0.75, Lo: 0.05, Hi: 6}
	p, shards, err := connect(sources, targets, shard, synapse.Spec{Connector: synapse.FixedProbability{P: 0.05},
		Weight: drawn, Delay: delay})
	if err != nil {
		return err
	}
	defer p.Release()
	name := fmt.Sprintf("sparse delivery, %d delays, 1000 targets a source, drawn weights", len(p.Delays()))
	each(rate(name, stream(p, sources, shards, shard, 10*len(p.Delays()), false), million, "M events/s"))
	each(fixed("memory, drawn weights and delays", float64(p.Bytes())/float64(p.Synapses()), "bytes a synapse"))
	return nil
}

// largeRows measures delivery in a network of a million neurons: rows of 200,000 of them are enough to be cold.
func largeRows(each func(Part)) error {
	const sources, targets, shard = 200_000, 1_000_000, 1 << 16
	p, shards, err := connect(sources, targets, shard, synapse.Spec{Connector: synapse.FixedOutDegree{K: 1000,
		Multapses: true}, Weight: neuron.Const(1), Delay: neuron.Const(1)})
	if err != nil {
		return err
	}
	defer p.Release()
	each(rate("sparse delivery, 1000 targets a row, 1 M neurons", stream(p, sources, shards, shard, 256, false),
		million, "M events/s"))
	return nil
}

// denseRows measures all-to-all rows that stay in the second cache, and others beyond the caches.
func denseRows(each func(Part)) error {
	for _, c := range []struct {
		name       string
		sources, n int
	}{{"in the second cache", 500, 256}, {"beyond the caches", 30_000, 1000}} {
		p, _, err := connect(c.sources, c.n, c.n, synapse.Spec{Connector: synapse.AllToAll{}, Weight: drawn,
			Delay: neuron.Const(1)})
		if err != nil {
			return err
		}
		for _, sums := range []bool{false, true} {
			name := "dense delivery " + c.name
			if sums {
				name += ", delta"
			}
			each(rate(name, stream(p, c.sources, 1, c.n, 64, sums), 1e9, "G events/s"))
		}
		p.Release()
	}
	return nil
}
