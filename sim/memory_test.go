package sim

import (
	"errors"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/synapse"
)

func sparse(n, k int) *Network {
	return &Network{Seed: 1, Step: 100 * spike.Microsecond,
		Populations: []Population{{Name: "e", Size: n, Spec: neuron.DefaultLIF()}},
		Projections: []Projection{{Source: "e", Target: "e", Port: "soma", Receptor: "ampa",
			Spec: synapse.Spec{Name: "ee", Connector: synapse.FixedInDegree{K: k, Multapses: true},
				Weight: neuron.Value{Shape: neuron.Uniform, A: 0, B: 1}, Delay: neuron.Const(1)}}}}
}

// The estimate is what is built, and a network beyond the machine is refused before it takes any memory.
func TestEstimate(t *testing.T) {
	net := sparse(20_000, 100)
	s, err := New(net, Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	e := EstimateOf(net)
	built := int64(s.Projection("ee").Bytes())
	if int(e.Synapses) != s.Synapses() || e.Bytes < built || e.Bytes > 2*built+neuronBytes*20_000 {
		t.Errorf("estimated %v; built %d synapses in %d bytes", e, s.Synapses(), built)
	}
	if err := s.Finish(); err != nil {
		t.Error(err)
	}
	var refused *Error
	if availableMemory() == 0 {
		t.Skip("available memory is unknown on this system")
	}
	if err := Check(sparse(50_000_000, 1_000_000)); !errors.As(err, &refused) || refused.Key != "projections" {
		t.Errorf("3e14 bytes are accepted: %v", err)
	}
}

// Shards grow until rows are long enough and indices small; small networks keep theirs.
func TestShardSize(t *testing.T) {
	for _, c := range []struct{ n, k, want int }{{10_000, 1000, 1024}, {64_000, 10, 4096},
		{1_000_000, 1000, synapse.MaxShard}, {60_000, 6000, 2048}} {
		if got := shardSizeOf(sparse(c.n, c.k)); got != c.want {
			t.Errorf("%d neurons with %d synapses: shards of %d, want %d", c.n, c.k, got, c.want)
		}
	}
}
