//go:build !noasm

package units

import (
	"math"
	"testing"

	"golang.org/x/sys/cpu"

	"github.com/burstplex/burstplex/neuron/rng"
)

// All vector tiles have the same bits, whichever one this processor takes: a network that was trained on one machine is
// that of another. Numbers around the tile stay as they are.
func TestTilesAgree(t *testing.T) {
	if !cpu.X86.HasAVX512F {
		t.Skip("this processor has no AVX-512")
	}
	const stride = 40
	s := rng.New(4, "tiles").Stream(0, 0)
	a, b := make([]float32, 4000), make([]float32, 4000)
	for round := range 100 {
		random(a, &s)
		random(b, &s)
		steps := make([]step, 1+s.IntN(60))
		for i := range steps {
			steps[i] = step{uint32(4 * s.IntN(3900)), uint32(4 * s.IntN(3900))}
		}
		narrow := make([]float32, tileRows*stride)
		random(narrow, &s)
		wide, double := append([]float32(nil), narrow...), append([]float32(nil), narrow...)
		for c := 0; c < 2*tileCols; c += tileCols {
			tileAVX2(&narrow[c], stride, &a[0], &b[c], &steps[0], len(steps))
			tileAVX512(&wide[c], stride, &a[0], &b[c], &steps[0], len(steps))
		}
		doubleAVX512(&double[0], stride, &a[0], &b[0], &steps[0], len(steps))
		for i := range narrow {
			if want := math.Float32bits(narrow[i]); math.Float32bits(wide[i]) != want || math.Float32bits(double[i]) != want {
				t.Fatalf("round %d: number %d is %v, two tiles at once %v, with AVX2 %v", round, i, wide[i], double[i], narrow[i])
			}
		}
	}
}
