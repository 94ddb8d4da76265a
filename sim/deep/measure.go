package deep

import "math"

// Check is how a layer learns and what its neurons do, for a batch of training images that does not change the weights.
type Check struct {
	Epoch, Layer        int     // layers from 1
	Backprop, Alignment float64 // angle of the change of weights to that of backpropagation and of feedback alignment, degrees
	Size                float64 // its norm relative to backpropagation's, in units in which both agree without feedback gain
	Activation          float64 // mean event rate while plasticity is on, 1 at full activation
	ActivationSD        float64 // between units
	P, PSD              float64 // burst probability: mean, and s.d. over bins, units and images
	Apical              float64 // root mean square of the apical drive; of the output, of (target - rate)
	Excess, Ideal       float64 // mean over units and images of (p - p_b) e: in spikes, and for backpropagation's errors times the feedback gain
	QY, YW              float64 // angles of Q to p_b Y and of Y to W, degrees; 0 in the first layer
}

// sums of what the units of a layer did, one per image so that the order of workers does not matter.
type sums struct {
	p, p2, a2, n float64
	rate         []float64 // by unit
}

// check shows a batch without learning from it and compares what it would have changed with exact gradients of the rate model with
// the same weights: backpropagation, and feedback alignment through the same Y.
func (tr *Trainer) check(set *Examples, batch []int) []Check {
	b := tr.newBatch(len(batch), false)
	tr.show(set, batch, probeNumbers, nil, b)
	all := make([][]sums, len(batch))
	if _, ok := tr.models[0].(*Presenter); ok {
		tr.crew.each(len(batch), func(worker, i int) {
			all[i] = tr.statistics(tr.models[worker].(*Presenter), set, batch[i], probeNumbers+uint64(i), worker)
		})
	}
	bp, fa := tr.gradient(set, batch, true), tr.gradient(set, batch, false)
	var checks []Check
	for l, layer := range tr.Net.Layers {
		c := Check{Epoch: tr.Epoch, Layer: l + 1, Backprop: angle(b.changes[l].W, bp[l].W), Alignment: angle(b.changes[l].W, fa[l].W)}
		power := math.Pow(tr.Gain, float64(len(tr.Net.Layers)-1-l))
		c.Size = norm(b.changes[l].W) / (norm(bp[l].W) * power)
		c.Excess, c.Ideal = mean(b.changes[l].Bias), power*mean(bp[l].Bias)
		if l > 0 {
			c.YW = angle(layer.Y, layer.W)
			if layer.Q != nil {
				c.QY = angle(layer.Q, layer.Y)
			}
		}
		c.fill(all, l)
		checks = append(checks, c)
	}
	return checks
}

// fill adds the statistics of the spikes.
func (c *Check) fill(all [][]sums, l int) {
	var n, p, p2, a2 float64
	var rate []float64
	for _, image := range all {
		if image == nil {
			return
		}
		s := &image[l]
		n, p, p2, a2 = n+s.n, p+s.p, p2+s.p2, a2+s.a2
		if rate == nil {
			rate = make([]float64, len(s.rate))
		}
		for u, r := range s.rate {
			rate[u] += r / float64(len(all))
		}
	}
	if n == 0 {
		return
	}
	c.P, c.Apical = p/n, math.Sqrt(a2/n)
	c.PSD = math.Sqrt(max(0, p2/n-c.P*c.P))
	var sum, square float64
	for _, r := range rate {
		sum, square = sum+r, square+r*r
	}
	m := float64(len(rate))
	c.Activation, c.ActivationSD = sum/m, math.Sqrt(max(0, square/m-sum/m*sum/m))
}

// statistics presents an image once more, with the same random numbers, and looks into the units.
func (tr *Trainer) statistics(p *Presenter, set *Examples, image int, number uint64, worker int) []sums {
	values, target := make([]float32, set.Size()), make([]float32, len(set.Classes))
	tr.readers[worker].Read(values, set, image, nil, 0)
	target[set.Labels[image]] = 1
	p.Forward(values, tr.Mean, number)
	p.Backward(target, tr.Mean, number)
	all := make([]sums, len(p.layers))
	for l := len(p.layers) - 1; l >= 0; l-- {
		a, s := p.layers[l], &all[l]
		s.rate = make([]float64, a.events.Rows)
		for u := range a.events.Rows {
			own, events := a.own.Row(u), a.events.Row(u)
			for k, prob := range a.drive.Row(u)[p.from:] {
				s.p += float64(prob)
				s.p2 += float64(prob) * float64(prob)
				if l == len(p.layers)-1 {
					d := float64(target[u] - own[p.from+k])
					s.a2 += d * d
				}
				s.n++
				s.rate[u] += float64(events[p.from+k]) * float64(p.Scale())
			}
		}
	}
	for l := range len(p.layers) - 1 { // p is not needed any more: the drives become apical again
		p.apical(l)
		for u := range p.layers[l].drive.Rows {
			for _, a := range p.layers[l].drive.Row(u)[p.from:] {
				all[l].a2 += float64(a) * float64(a)
			}
		}
	}
	return all
}

// gradient returns the exact changes for a batch in the rate model: through the transposed weights, or through Y as feedback
// alignment has it.
func (tr *Trainer) gradient(set *Examples, batch []int, backprop bool) []change {
	net := &Network{Input: tr.Net.Input, PB: tr.Net.PB}
	for i, l := range tr.Net.Layers {
		copied := &Layer{Projection: l.Projection, W: l.W, Bias: l.Bias}
		if i > 0 {
			if copied.Y = l.Y; backprop {
				copied.Y = l.W
			}
		}
		net.Layers = append(net.Layers, copied)
	}
	net.pack(true)
	rate := *tr.Task
	rate.Model, rate.Q = "backprop", "tied"
	shadow := &Trainer{Task: &rate, Net: net, crew: tr.crew, key: tr.key, readers: tr.readers, Progress: Progress{Mean: tr.Mean}}
	for range tr.crew.workers {
		shadow.models = append(shadow.models, rate.newModel(net, tr.key))
	}
	b := shadow.newBatch(len(batch), false)
	shadow.show(set, batch, 0, nil, b)
	return b.changes
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
