package ensemble

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	neurons "github.com/burstplex/burstplex/neuron/ensemble"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/plasticity"
	"github.com/burstplex/burstplex/synapse"
	"github.com/burstplex/burstplex/synapse/units"
)

// The rule for W, Y and Q is one: executed for every spike by BurstDependent and KolenPollack, and for counts in
// bins by a Batch and plasticity.Ensembles, the same events change the same weights by the same amounts. An event
// of the unit above counts at the start of its bin, one below at the end of its, which is when the trace of a bin
// sees them.
func TestSameEventsSameChanges(t *testing.T) {
	const below, above, bins = 5, 4, 300
	const bin, tau, eta, gain = 2 * spike.Millisecond, 10.0, 0.03, 7.0
	e := plasticity.DefaultEnsembles()
	e.PB = 0.3
	flat := func(n int) units.Shape { return units.Shape{Height: 1, Width: 1, Channels: n} }
	net := &Network{Input: flat(below), PB: float32(e.PB), Layers: []*Layer{{
		Projection: &units.Dense{Below: flat(below), Above: flat(above)}, W: make([]float32, above*below),
		Bias: make([]float32, above)}}}
	b := NewBatch(net, 1, bins, false, false)
	b.Images = 1
	r := rand.New(rand.NewPCG(5, 6))
	var up, down []spike.Event
	x := units.NewBlock(below, bins)
	filter := neurons.Filter{Fade: float32(math.Exp(-bin.Seconds() * 1000 / tau)), Jump: 1}
	counts := make([][]float32, below)
	for j := range counts {
		counts[j] = make([]float32, bins)
	}
	for k := range bins {
		for i := range above {
			if r.IntN(5) == 0 {
				up = append(up, spike.Event{At: spike.Tick(k) * bin, Src: spike.ID(i), Kind: spike.Onset})
				b.post[0].Row(i)[k] -= net.PB
			}
			if r.IntN(9) == 0 {
				up = append(up, spike.Event{At: spike.Tick(k) * bin, Src: spike.ID(i), Kind: spike.Burst})
				b.post[0].Row(i)[k]++
			}
		}
		for j := range below {
			if r.IntN(4) == 0 {
				down = append(down, spike.Event{At: spike.Tick(k+1)*bin - 1, Src: spike.ID(j), Kind: spike.Onset})
				counts[j][k]++
			}
		}
	}
	for j := range below {
		filter.Row(x.Row(j), counts[j], 0)
	}
	b.pre[0].Set(0, x, 0, bins, nil)
	b.Sum(net, 1, &Workers{N: 1})

	perSpike := func(s plasticity.Spec, sources, targets int, pre, post []spike.Event) *synapse.Block {
		p, err := synapse.New(synapse.Spec{Name: "p", Connector: synapse.AllToAll{}, Weight: neuron.Const(0),
			Delay: neuron.Const(1), Plastic: true},
			0, synapse.Geometry{Sources: sources, Targets: targets, Key: rng.New(1, "p")}, spike.Millisecond)
		if err != nil {
			t.Fatal(err)
		}
		p.SetShards(1)
		if err := p.Connect(0, 0, targets); err != nil {
			t.Fatal(err)
		}
		block := p.Block(0, targets)
		rule, err := s.New(plasticity.Build{Block: block, Step: spike.Millisecond, Receptor: "ampa"})
		if err != nil {
			t.Fatal(err)
		}
		rule.Update(spike.Window{From: 0, To: bins * bin}, pre, post, true)
		return block
	}
	bounds := plasticity.Bounds{Min: -1e3, Max: 1e3}
	forward := plasticity.DefaultBurstCCN()
	forward.Eta, forward.PB, forward.TauPre, forward.Bounds = eta, e.PB, tau, bounds
	feedback := plasticity.DefaultKolenPollack()
	feedback.PB, feedback.TauPost, feedback.Bounds = e.PB, tau, bounds
	for _, c := range []struct {
		name    string
		factor  float64
		forward bool
	}{{"W", 1, true}, {"Y", gain, false}, {"Q", e.PB * gain, false}} {
		got := make([]float32, above*below)
		e.Apply(got, b.Changes[0].W, nil, float32(c.factor), eta, 0)
		feedback.Eta = c.factor * eta
		var block *synapse.Block
		if c.forward {
			block = perSpike(forward, below, above, down, up)
		} else {
			block = perSpike(feedback, above, below, up, down)
		}
		most := 0.0
		for i := range above {
			for j := range below {
				from, to := i, j
				if c.forward {
					from, to = j, i
				}
				targets, weights := block.Row(from)
				for n, k := range targets {
					if int(k) == to {
						most = max(most, math.Abs(float64(weights[n])))
						if d := math.Abs(float64(weights[n] - got[i*below+j])); d > 2e-3*c.factor*eta {
							t.Errorf("%s of units %d, %d: %.6g by spikes, %.6g by counts", c.name, i, j, weights[n], got[i*below+j])
						}
					}
				}
			}
		}
		if most < 5*c.factor*eta {
			t.Errorf("%s hardly changed: %g", c.name, most)
		}
	}
}
