package deep

import (
	"github.com/burstplex/burstplex/sim/ensemble"
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/plasticity/reference"
)

// comparator trains a rate model of another theory on the same images, with the same start, order and learning rates.
type comparator struct {
	net   *reference.Network
	model reference.Learner
}

// newComparator copies the weights of a network at the start of training.
func newComparator(t *Task, net *ensemble.Network, key rng.Key) *comparator {
	sizes := []int{net.Input.Units()}
	for _, l := range net.Layers {
		sizes = append(sizes, l.Units())
	}
	n := reference.NewNetwork(sizes, t.WGain, key)
	for i, l := range net.Layers {
		for k, w := range l.W {
			n.W[i+1].Set(k/sizes[i], k%sizes[i], float64(w))
		}
		for u, b := range l.Bias {
			n.Bias[i+1].SetVec(u, float64(b))
		}
	}
	sd := 0.0 // Y = W
	if t.Feedback != "tied" {
		sd = t.Gain * t.WGain * math.Sqrt(2/float64(2*sizes[1]))
	}
	c := &comparator{net: n}
	if t.Model == "edn" {
		m := reference.NewEDN(n, sd, false, key.Sub("edn"))
		m.Decay = t.Decay
		c.model = m
	} else {
		m := reference.NewBurstprop(n, sd, key.Sub("burstprop"))
		m.Decay = t.Decay
		c.model = m
	}
	return c
}

// learn shows a batch, images x units, writes the outputs from before the change, and gives the network the new
// weights.
func (c *comparator) learn(values, targets, outputs [][]float32, eta float64, net *ensemble.Network) {
	in := columns(values)
	out := c.net.Predict(in)
	for j, row := range outputs {
		for i := range row {
			row[i] = float32(out.At(i, j))
		}
	}
	c.model.Learn(in, columns(targets), eta)
	for i, l := range net.Layers {
		cols := len(l.W) / len(l.Bias)
		for k := range l.W {
			l.W[k] = float32(c.net.W[i+1].At(k/cols, k%cols))
		}
		for u := range l.Bias {
			l.Bias[u] = float32(c.net.Bias[i+1].AtVec(u))
		}
	}
	net.Pack(false)
}

// columns makes a matrix with a column per image.
func columns(x [][]float32) *mat.Dense {
	m := mat.NewDense(len(x[0]), len(x), nil)
	for j, row := range x {
		for i, v := range row {
			m.Set(i, j, float64(v))
		}
	}
	return m
}
