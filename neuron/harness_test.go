package neuron

import (
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

const (
	us = spike.Microsecond
	ms = spike.Millisecond
)

// buildOf is the Build of a test population.
func buildOf(n int, step spike.Tick) Build {
	return Build{N: n, Key: rng.New(7, "test"), Step: step, Detector: spike.DefaultDetector()}
}

// blank returns an Input of zeros for neurons of r during w: all channels have cells and all ports own currents.
func blank(channels []Channel, ports int, r Range, w spike.Window, step spike.Tick) *Input {
	in := &Input{Len: r.Len(), Steps: int(w.Len() / step), Step: step, Touched: make([]uint64, (r.Len()+63)/64)}
	cells := in.Len * in.Steps
	for _, c := range channels {
		if c.Kernel == nil {
			in.Cells = append(in.Cells, Cells{Sums: make([]float32, cells)})
		} else {
			in.Cells = append(in.Cells, Cells{Pairs: make([]Pair, cells)})
		}
	}
	for range ports {
		in.Drives = append(in.Drives, Drive{Start: make([]float32, in.Steps), End: make([]float32, in.Steps),
			OwnStart: make([]float32, cells), OwnEnd: make([]float32, cells)})
	}
	return in
}

// pieces cuts the time from 0 to until into windows of cyclically repeated lengths.
func pieces(until spike.Tick, lengths ...spike.Tick) (ws []spike.Window) {
	for t, k := spike.Tick(0), 0; t < until; k++ {
		end := min(until, t+lengths[k%len(lengths)])
		ws = append(ws, spike.Window{From: t, To: end})
		t = end
	}
	return ws
}
