package deep

import (
	"math"

	"github.com/burstplex/burstplex/sim/ensemble"
)

// Check is how a layer learns and what its neurons do, for a batch of training images that does not change the weights.
type Check struct {
	ensemble.Statistics
	Epoch, Layer int // layers from 1
	// angle of the change of weights to that of backpropagation and of feedback alignment, degrees
	Backprop, Alignment float64
	// its norm relative to backpropagation's, in units in which both agree without feedback gain
	Size float64
	// mean over units and images of (p - p_b) e: in spikes, and for backpropagation's errors times the feedback gain
	Excess, Ideal float64
	QY, YW        float64 // angles of Q to p_b Y and of Y to W, degrees; 0 in the first layer
}

// check shows a batch without learning from it and compares what it would have changed with exact gradients of the
// rate model with the same weights: backpropagation, and feedback alignment through the same Y.
func (tr *Trainer) check(set *Examples, batch []int) []Check {
	b := tr.newBatch(len(batch), false)
	tr.show(set, batch, probeNumbers, nil, b)
	all := tr.statistics(set, batch)
	bp, fa := tr.gradient(set, batch, true), tr.gradient(set, batch, false)
	var checks []Check
	for l, layer := range tr.Net.Layers {
		c := Check{Epoch: tr.Epoch, Layer: l + 1, Backprop: angle(b.Changes[l].W, bp[l].W),
			Alignment: angle(b.Changes[l].W, fa[l].W)}
		power := 1.0
		for i := l + 1; i < len(tr.Net.Layers); i++ {
			power *= tr.gainFrom(i)
		}
		c.Size = norm(b.Changes[l].W) / (norm(bp[l].W) * power)
		c.Excess, c.Ideal = mean(b.Changes[l].Bias), power*mean(bp[l].Bias)
		if l > 0 {
			c.YW = angle(layer.Y, layer.W)
			if layer.Q != nil {
				c.QY = angle(layer.Q, layer.Y)
			}
		}
		c.Statistics = ensemble.Summary(all, l)
		checks = append(checks, c)
	}
	return checks
}

// gradient returns the exact changes for a batch in the rate model: through the transposed weights, or through Y as
// feedback alignment has it.
func (tr *Trainer) gradient(set *Examples, batch []int, backprop bool) []ensemble.Change {
	net := &ensemble.Network{Input: tr.Net.Input, PB: tr.Net.PB}
	for i, l := range tr.Net.Layers {
		copied := &ensemble.Layer{Projection: l.Projection, W: l.W, Bias: l.Bias}
		if i > 0 {
			if copied.Y = l.Y; backprop {
				copied.Y = l.W
			}
		}
		net.Layers = append(net.Layers, copied)
	}
	net.Pack(true)
	rate := *tr.Task
	rate.Model, rate.Feedback, rate.Q = "backprop", "tied", "tied"
	shadow := &Trainer{Task: &rate, Net: net, workers: tr.workers, key: tr.key, readers: tr.readers,
		Progress: Progress{Mean: tr.Mean}}
	for range tr.workers.N {
		shadow.models = append(shadow.models, rate.newModel(net, tr.key))
	}
	b := shadow.newBatch(len(batch), false)
	shadow.show(set, batch, 0, nil, b)
	return b.Changes
}

func mean(x []float32) float64 {
	s := 0.0
	for _, v := range x {
		s += float64(v) / float64(len(x))
	}
	return s
}

func norm(x []float32) float64 {
	s := 0.0
	for _, v := range x {
		s += float64(v) * float64(v)
	}
	return math.Sqrt(s)
}

// angle returns the angle between two sets of weights as vectors, degrees; 90 if one of them is zero.
func angle(a, b []float32) float64 {
	ab := 0.0
	for i, v := range a {
		ab += float64(v) * float64(b[i])
	}
	n := norm(a) * norm(b)
	if n == 0 {
		return 90
	}
	return math.Acos(max(-1, min(1, ab/n))) * 180 / math.Pi
}
