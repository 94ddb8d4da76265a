package synapse

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// plasticBlocks returns blocks of targets in shards, sparse or (probability 1) dense.
func plasticBlocks(t testing.TB, sources, targets, shard int, probability float64) (*Projection, []*Block) {
	t.Helper()
	p, err := New(Spec{Connector: FixedProbability{P: probability}, Weight: neuron.Value{Shape: neuron.Uniform, A: -1,
		B: 1}, Delay: neuron.Const(1), Plastic: true},
		0, Geometry{Sources: sources, Targets: targets, Key: rng.New(1)}, spike.Millisecond)
	if err != nil {
		t.Fatal(err)
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
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Release)
	var blocks []*Block
	for k := range len(cuts) - 1 {
		blocks = append(blocks, p.Block(k, cuts[k+1]-cuts[k]))
	}
	return p, blocks
}

// A block changes the weights of a row, a column or all, within limits, as one would one by one; and the kernels of
// this machine have the bits of the scalar ones.
func TestBlockChangesItsWeights(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	factor := func(n int) []float32 {
		x := make([]float32, n)
		for i := range x {
			switch r.IntN(8) {
			case 0:
			case 1:
				x[i] = float32(math.Inf(r.IntN(2)*2 - 1))
			case 2:
				x[i] = math.SmallestNonzeroFloat32
			default:
				x[i] = float32(r.NormFloat64())
			}
		}
		return x
	}
	for _, c := range []struct {
		sources, targets int
		probability      float64
	}{{60, 50, 0.4}, {23, 100, 0.9}, {40, 21, 1}, {3, 8, 1}, {5, 1, 1}, {50, 50, 0.02}} {
		_, blocks := plasticBlocks(t, c.sources, c.targets, 64, c.probability)
		for _, b := range blocks {
			type synapse struct{ source, target int }
			want := map[synapse]float32{}
			read := func() {
				for s := range b.Sources {
					targets, weights := b.Row(s)
					for k, target := range targets {
						want[synapse{s, int(target)}] = weights[k]
					}
				}
			}
			l := Limits{-1.5, 1.25}
			for trial := range 200 {
				read()
				x, y, change := factor(b.Sources), factor(b.Targets), float32(r.NormFloat64())
				s, target := r.IntN(b.Sources), r.IntN(b.Targets)
				for at, w := range want {
					switch {
					case trial%20 == 0:
						want[at] = l.clip(float32(w * change))
					case trial%2 == 0 && at.source == s:
						want[at] = l.clip(w + float32(change*y[at.target]))
					case trial%2 == 1 && at.target == target:
						want[at] = l.clip(w + float32(change*x[at.source]))
					}
				}
				switch {
				case trial%20 == 0:
					b.Scale(change, l)
				case trial%2 == 0:
					b.AddRow(s, change, y, l)
				default:
					b.AddColumn(target, change, x, l)
				}
				for s := range b.Sources {
					targets, weights := b.Row(s)
					for k, target := range targets {
						if got, want := weights[k], want[synapse{s, int(target)}]; math.Float32bits(got) != math.Float32bits(want) {
							t.Fatalf("%v: synapse %d -> %d has %g, want %g", c, s, target, got, want)
						}
					}
				}
			}
		}
	}
}

// BenchmarkPlastic changes rows and columns in an order that no processor foresees, where the weights do not fit
// into the caches: 10 M synapses in shards of 1024 targets, with 100 and (dense) 1024 a row.
func BenchmarkPlastic(b *testing.B) {
	for _, c := range []struct {
		name        string
		sources     int
		probability float64
	}{{"sparse", 10_000, 0.1}, {"dense", 1000, 1}} {
		_, blocks := plasticBlocks(b, c.sources, 10_240, 1024, c.probability)
		x, y, l := slices.Repeat([]float32{0.3}, c.sources), slices.Repeat([]float32{0.2}, 1024), Limits{0, 1}
		run := func(name string, change func(block *Block, i int) int) {
			b.Run(fmt.Sprint(c.name, "/", name), func(b *testing.B) {
				changed, i := 0, 0
				for b.Loop() {
					for _, block := range blocks {
						for range 20 {
							i += 7919
							changed += change(block, i)
						}
					}
				}
				b.ReportMetric(float64(changed)/b.Elapsed().Seconds()/1e6, "Msynapses/s")
				b.ReportMetric(0, "ns/op")
			})
		}
		run("row", func(block *Block, i int) int {
			block.Fetch((i + 4*7919) % block.Sources)
			s := i % block.Sources
			block.AddRow(s, 1e-3, y, l)
			targets, _ := block.Row(s)
			return len(targets)
		})
		run("column", func(block *Block, i int) int {
			block.AddColumn(i%block.Targets, 1e-3, x, l)
			return len(block.rows.weight) / block.Targets
		})
	}
}
