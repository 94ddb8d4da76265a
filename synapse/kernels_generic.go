//go:build !amd64 || noasm

package synapse

import "github.com/burstplex/burstplex/neuron"

func addPairs(cells []neuron.Pair, due, _ []Due, r *rows) int { return addPairsGo(cells, due, r) }

func addSums(cells []float32, due, _ []Due, r *rows) int { return addSumsGo(cells, due, r) }

func addDensePairs(cells []neuron.Pair, due []Due, r *rows, _ int) {
	for _, d := range due {
		addDensePairsGo(cells, r.weight[r.first[d.Row]:r.first[d.Row+1]], d.End, d.Area)
	}
}

func addDenseSums(cells []float32, due []Due, r *rows, _ int) {
	for _, d := range due {
		addDenseSumsGo(cells, r.weight[r.first[d.Row]:r.first[d.Row+1]], d.End)
	}
}

// askForIndex, askForRows and fetchLines do nothing: Go has no portable prefetch.
func fetchLines[T any](*T, int) {}

func (r *rows) askForIndex([]Due) {}

func (r *rows) askForRows([]Due) {}
