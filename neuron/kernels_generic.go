//go:build !amd64 || noasm

package neuron

import "github.com/burstplex/burstplex/neuron/internal/lanes"

func twoKernels(soma bool) []kernel        { return nil }
func burstKernels(soma bool) []kernel      { return nil }
func escapeKernels(soma bool) []kernel     { return nil }
func lifKernels(conductance bool) []kernel { return nil }
func deltaKernels() []kernel               { return nil }
func adexKernels() []kernel                { return nil }

func pairsAt(cells []Pair) *lanes.Pair { panic("neuron: no kernels") }

func vectorCode() bool { return false }

func listArrivals(c *lanes.Arrivals, cells *uint32, effects *lanes.Pair, words *uint32, n int, start int) int {
	panic("neuron: no kernels")
}
func addArrivals(to *lanes.Pair, cells *uint32, effects *lanes.Pair, n int) {
	panic("neuron: no kernels")
}
func putCounts(c *lanes.Counts, n int, pairs bool) { panic("neuron: no kernels") }
func scan(x []float32, limit float32) int          { return 0 }
func putNormals(z []float32, words []uint32) int   { return 0 }
func fluctuate(x, start, end, z []float32, decay, kick, mean float32) int {
	return 0
}
