package ensemble

import (
	"github.com/burstplex/burstplex/synapse/units"
)

// State is what a network was doing on average before an image appears: mean activations of the input and of every
// layer.
type State [][]float32

// Clone copies a state.
func (s State) Clone() (c State) {
	for _, x := range s {
		c = append(c, append([]float32(nil), x...))
	}
	return c
}

// Batch collects what the synapses of a network saw while plasticity was on, over the images of a batch: for every
// layer the postsynaptic term of the rule (a burst counts 1, every event -p_b) and the presynaptic event trace,
// image by image and bin by bin. Changes of weights are then one product over all of it, in one order, however many
// workers simulated the images.
type Batch struct {
	Images  int   // that it holds
	Centre  State // subtracted from presynaptic traces; nil: nothing
	window  int   // columns of an image
	columns []int // the same for the synapses of each layer: 1 where nothing below changes
	post    []*units.Block
	pre     []*units.Transposed
	Changes []Change
	q       []feedbackBatch // of layers whose Q learns
}

// Change is what a batch changes of a layer, in units of the rate model: (p - p_b) e times the activation below.
type Change struct{ W, Bias []float32 }

// feedbackBatch is what the synapses of Q see: events of the layer above and apical drive.
type feedbackBatch struct {
	post   *units.Block
	pre    *units.Transposed
	change []float32
}

// NewBatch returns memory for a batch of a network. An input that does not change during a presentation needs one
// column.
func NewBatch(net *Network, images, columns int, constant, learnQ bool) *Batch {
	b := &Batch{window: columns}
	below := net.Input.Units()
	for i, l := range net.Layers {
		n := columns
		if i == 0 && constant {
			n = 1
		}
		b.columns = append(b.columns, n)
		b.post = append(b.post, units.NewBlock(l.Units(), images*n))
		b.pre = append(b.pre, units.NewTransposed(images*n, below))
		b.Changes = append(b.Changes, Change{make([]float32, len(l.W)), make([]float32, len(l.Bias))})
		b.q = append(b.q, feedbackBatch{})
		if learnQ && i > 0 {
			b.q[i] = feedbackBatch{units.NewBlock(l.Units(), images*columns), units.NewTransposed(images*columns, below),
				make([]float32, len(l.W))}
		}
		below = l.Units()
	}
	return b
}

// centre returns the offset of the traces below layer i.
func (b *Batch) centre(i int) []float32 {
	if b.Centre == nil {
		return nil
	}
	return b.Centre[i]
}

// Sum computes the changes of all layers, means over the images; scale turns events into activations.
func (b *Batch) Sum(net *Network, scale float32, c *Workers) {
	scale /= float32(b.Images)
	const parts = 4
	c.Each(len(net.Layers)*parts, func(_, item int) {
		l, part := item/parts, item%parts
		layer, ch := net.Layers[l], &b.Changes[l]
		columns := b.Images * b.columns[l]
		if part == 0 {
			clear(ch.Bias)
			for u := range layer.Units() {
				s := float32(0)
				for _, v := range b.post[l].Row(u)[:columns] {
					s += v
				}
				ch.Bias[u%len(ch.Bias)] += float32(s * scale)
			}
		}
		gradient(layer, ch.W, b.post[l], b.pre[l], columns, scale, part, parts)
		if q := b.q[l]; q.change != nil {
			columns := b.Images * b.window
			gradient(layer, q.change, q.post, q.pre, columns, 1/float32(columns), part, parts)
		}
	})
}

// gradient sets a part of dw to scale times the sum over columns of post times pre.
func gradient(l *Layer, dw []float32, post *units.Block, pre *units.Transposed, columns int, scale float32, part,
	parts int) {
	rows := len(l.Bias)
	lo, hi := units.Part(rows, part, parts)
	in := len(dw) / rows
	clear(dw[lo*in : hi*in])
	some := *pre
	some.Columns = columns
	l.Gradient(dw, post, &some, part, parts)
	for k := lo * in; k < hi*in; k++ {
		dw[k] = float32(dw[k] * scale)
	}
}

// Balance lets the biases take up what centred traces leave out. The change of a weight is proportional to x -
// mean, so that it must not change the drive of the mean input: the bias changes by the opposite.
func (b *Batch) Balance(net *Network) {
	if b.Centre == nil {
		return
	}
	for l, layer := range net.Layers {
		ch := &b.Changes[l]
		for c, v := range layer.MeanDrive(ch.W, b.Centre[l]) {
			ch.Bias[c] -= v
		}
	}
}

// Means moves a state by a share towards what the batch saw. It is the state that was subtracted.
func (b *Batch) Means(share float32) {
	for l, pre := range b.pre {
		follow(b.Centre[l], pre, b.Images*b.columns[l], share)
	}
}

// follow moves means by a share towards what columns hold, which are deviations from them.
func follow(mean []float32, x *units.Transposed, columns int, share float32) {
	sum := make([]float32, x.Units)
	for k := range columns {
		for i, v := range x.Data[k*x.Stride : k*x.Stride+x.Units] {
			sum[i] += v
		}
	}
	for i, s := range sum {
		mean[i] += float32(share * (s / float32(columns)))
	}
}

// FeedbackChange returns what the batch changes of Q of layer i by events above times apical drive, the mean over
// images and bins; nil where Q does not learn so.
func (b *Batch) FeedbackChange(i int) []float32 { return b.q[i].change }
