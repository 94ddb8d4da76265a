package synapse

import "github.com/burstplex/burstplex/neuron"

// The scalar inner loops. They are what the assembly has to equal bit for bit.

func addPairsGo(cells []neuron.Pair, target []uint16, end, area float32) {
	for _, t := range target {
		c := &cells[t]
		c.End += end
		c.Area += area
	}
}

func addWeightedPairsGo(cells []neuron.Pair, target []uint16, weight []float32, end, area float32) {
	weight = weight[:len(target)]
	for k, t := range target {
		c, w := &cells[t], weight[k]
		c.End += float32(w * end)
		c.Area += float32(w * area)
	}
}

func addMixedPairsGo(cells []neuron.Pair, target []uint16, weight []float32, delay []uint8, at []uint32, end, area float32) {
	weight, delay = weight[:len(target)], delay[:len(target)]
	for k, t := range target {
		c, w := &cells[at[delay[k]]+uint32(t)], weight[k]
		c.End += float32(w * end)
		c.Area += float32(w * area)
	}
}

// addSums is scalar everywhere: one addition per target leaves nothing to gain.
func addSums(cells []float32, target []uint16, amplitude float32) {
	for _, t := range target {
		cells[t] += amplitude
	}
}

func addDensePairsGo(cells []neuron.Pair, weight []float32, end, area float32) {
	cells = cells[:len(weight)]
	for i, w := range weight {
		c := &cells[i]
		c.End += float32(w * end)
		c.Area += float32(w * area)
	}
}

func addDenseSumsGo(cells []float32, weight []float32, amplitude float32) {
	cells = cells[:len(weight)]
	for i, w := range weight {
		cells[i] += float32(w * amplitude)
	}
}
