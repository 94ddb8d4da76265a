//go:build !noasm

package units

import (
	"math"
	"testing"

	"golang.org/x/sys/cpu"

	"github.com/burstplex/burstplex/neuron/rng"
)

// Both vector tiles have the same bits, whichever one this processor takes: a network that was trained on one machine is that
// of another. Lines around the tile stay as they are.
func TestTilesAgree(t *testing.T) {
	if !cpu.X86.HasAVX512F {
		t.Skip("this processor has no AVX-512")
	}
	s := rng.New(4, "tiles").Stream(0, 0)
	a, b := make([]float32, 4000), make([]float32, 4000)
	for round := range 100 {
		random(a, &s)
		random(b, &s)
		steps := make([]step, 1+s.IntN(60))
		for i := range steps {
			steps[i] = step{uint32(4 * s.IntN(3900)), uint32(4 * s.IntN(3900))}
		}
		narrow := make([]float32, tileRows*20+16)
		random(narrow, &s)
		wide := append([]float32(nil), narrow...)
		tileAVX2(&narrow[0], 20, &a[0], &b[0], &steps[0], len(steps))
		tileAVX512(&wide[0], 20, &a[0], &b[0], &steps[0], len(steps))
		for i := range wide {
			if math.Float32bits(wide[i]) != math.Float32bits(narrow[i]) {
				t.Fatalf("round %d: number %d is %v, with AVX2 %v", round, i, wide[i], narrow[i])
			}
		}
	}
}
