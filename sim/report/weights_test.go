package report

import (
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
)

// The course of weights is of the snapshots in the window and of no other projection, and the distribution has all.
func TestWeightsAreThoseOfTheSnapshots(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.bspk")
	h := recordings.Header{Populations: []recordings.Population{{Population: spike.Population{Name: "a", Size: 4}}}, Resolution: spike.Microsecond}
	w, err := recordings.Create(path, h)
	if err != nil {
		t.Fatal(err)
	}
	for k := range 4 {
		x := float32(k)
		for name, values := range map[string][]float32{"weights-p": {1, 2 + x, 3, 6 - x}, "weights-q": {9, 9}} {
			if err := w.WriteTable(name, spike.Tick(k)*spike.Second, []recordings.Column{
				{Name: "weight", Data: values}}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := recordings.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	c := (&weights{Synapses: 2}).course(r, "weights-p", spike.Window{From: spike.Second, To: 3 * spike.Second})
	if !slices.Equal(c.at, []spike.Tick{spike.Second, 2 * spike.Second, 3 * spike.Second}) ||
		!slices.Equal(c.mean, []float64{3, 3, 3}) || math.Abs(c.sd[2]-math.Sqrt2) > 1e-12 {
		t.Errorf("at %v: mean %v, s.d. %v", c.at, c.mean, c.sd)
	}
	if !slices.Equal(c.which, []int{0, 2}) || !slices.Equal(c.single[1], []float64{3, 3, 3}) {
		t.Errorf("synapses %v: %v", c.which, c.single)
	}
	edges := edgesOf(c.first, c.last)
	shares := percentIn(edges, c.last)
	if edges[0] != 1 || edges[weightBins] != 5 || shares[0] != 25 || shares[weightBins-1] != 25 || shares[20] != 50 {
		t.Errorf("first %v, last %v: edges %v, shares %v", c.first, c.last, edges, shares)
	}
	if same := percentIn(edgesOf([]float32{2, 2}), []float32{2, 2}); slices.Max(same) != 100 {
		t.Errorf("equal weights: %v", same)
	}
}
