package synapse

import "github.com/burstplex/burstplex/neuron"

// The scalar kernels: what the vector ones must agree with, bit for bit. A cell is added to in the order of the
// rows and within a row in that of its synapses.

func addPairsGo(cells []neuron.Pair, due []Due, r *rows) (events int) {
	for _, d := range due {
		lo, hi := r.first[d.Row], r.first[d.Row+1]
		if r.packed != nil {
			events += int(hi - lo)
			for _, p := range r.packed[lo:hi] {
				t, w := unpack(p)
				c := &cells[t]
				c.End += float32(w * d.End)
				c.Area += float32(w * d.Area)
			}
			continue
		}
		target := r.target[lo:hi]
		events += len(target)
		if r.weight == nil {
			for _, t := range target {
				c := &cells[t]
				c.End += d.End
				c.Area += d.Area
			}
			continue
		}
		weight := r.weight[lo:hi][:len(target)]
		for k, t := range target {
			c := &cells[t]
			c.End += float32(weight[k] * d.End)
			c.Area += float32(weight[k] * d.Area)
		}
	}
	return events
}

func addSumsGo(cells []float32, due []Due, r *rows) (events int) {
	for _, d := range due {
		lo, hi := r.first[d.Row], r.first[d.Row+1]
		if r.packed != nil {
			events += int(hi - lo)
			for _, p := range r.packed[lo:hi] {
				t, w := unpack(p)
				cells[t] += float32(w * d.End)
			}
			continue
		}
		target := r.target[lo:hi]
		events += len(target)
		if r.weight == nil {
			for _, t := range target {
				cells[t] += d.End
			}
			continue
		}
		weight := r.weight[lo:hi][:len(target)]
		for k, t := range target {
			cells[t] += float32(weight[k] * d.End)
		}
	}
	return events
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
