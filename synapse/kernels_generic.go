//go:build !amd64 || noasm

package synapse

import "github.com/burstplex/burstplex/neuron"

func addPairs(cells []neuron.Pair, target []uint16, end, area float32) {
	addPairsGo(cells, target, end, area)
}

func addWeightedPairs(cells []neuron.Pair, target []uint16, weight []float32, end, area float32) {
	addWeightedPairsGo(cells, target, weight, end, area)
}

func addMixedPairs(cells []neuron.Pair, target []uint16, weight []float32, delay []uint8, at []uint32, end, area float32) {
	addMixedPairsGo(cells, target, weight, delay, at, end, area)
}

func addDensePairs(cells []neuron.Pair, weight []float32, end, area float32) {
	addDensePairsGo(cells, weight, end, area)
}

func addDenseSums(cells []float32, weight []float32, amplitude float32) {
	addDenseSumsGo(cells, weight, amplitude)
}

// fetchLines does nothing: Go has no portable prefetch.
func fetchLines[T any](*T, int) {}
