package ensemble

// Model is how a network is simulated: in spikes (Presenter) or as a rate model (Rates). One Model is the memory of
// one worker.
type Model interface {
	// Group returns how many images are presented at a time, and the columns of one in a Batch.
	Group() (images, columns int)
	// Learn presents images with targets and writes what the synapses saw into the batch, from image number at on. It
	// writes the activation of the output units, as their events tell it, into outputs.
	Learn(images, targets, outputs [][]float32, numbers []uint64, start State, b *Batch, at int)
	// Answer presents images without teacher and plasticity and writes the activation of the output units.
	Answer(images, outputs [][]float32, numbers []uint64, start State)
	// Scale turns what a batch sums into activations.
	Scale() float32
}

var (
	_ Model = (*Presenter)(nil)
	_ Model = (*Rates)(nil)
)

// Group implements Model.
func (p *Presenter) Group() (images, columns int) { return 1, p.Bins - p.From }

// Scale implements Model.
func (p *Presenter) Scale() float32 { return float32(1 / p.timing.EventsPerUnit()) }

// Learn implements Model.
func (p *Presenter) Learn(images, targets, outputs [][]float32, numbers []uint64, start State, b *Batch, at int) {
	p.Forward(images[0], start, numbers[0])
	p.Backward(targets[0], start, numbers[0])
	p.read(outputs[0])
	p.Collect(b, at)
}

// Collect writes what the synapses saw of the last presentation into a batch, as image number at.
func (p *Presenter) Collect(b *Batch, at int) {
	n := p.Bins - p.From
	below := p.input.x
	for i, a := range p.layers {
		if b.columns[i] == 1 {
			for u := range a.signed.Rows {
				sum := float32(0)
				for _, v := range a.signed.Row(u)[p.From:] {
					sum += v
				}
				b.post[i].Row(u)[at] = sum
			}
			b.pre[i].Set(at, below, 0, 1, b.centre(i))
		} else {
			for u := range a.signed.Rows {
				copy(b.post[i].Row(u)[at*n:(at+1)*n], a.signed.Row(u)[p.From:])
			}
			b.pre[i].Set(at*n, below, p.From, n, b.centre(i))
		}
		if q := b.q[i]; q.change != nil {
			for u := range a.late.Rows {
				copy(q.post.Row(u)[at*n:(at+1)*n], a.late.Row(u)[p.From:])
			}
			q.pre.Set(at*n, p.layers[i-1].other, p.From, n, nil)
		}
		below = a.x
	}
}

// Answer implements Model.
func (p *Presenter) Answer(images, outputs [][]float32, numbers []uint64, start State) {
	p.Forward(images[0], start, numbers[0])
	p.read(outputs[0])
}

func (p *Presenter) read(dst []float32) {
	p.Counts(dst, p.From, p.Bins)
	for u := range dst {
		dst[u] *= p.Scale()
	}
}

// Group implements Model.
func (r *Rates) Group() (images, columns int) { return rateImages, 1 }

// Scale implements Model.
func (r *Rates) Scale() float32 { return 1 }

// Learn implements Model.
func (r *Rates) Learn(images, targets, outputs [][]float32, numbers []uint64, _ State, b *Batch, at int) {
	r.Forward(images, numbers)
	r.Backward(targets, numbers)
	r.read(outputs)
	below := r.input
	for i := range r.e {
		for u := range r.e[i].Rows {
			copy(b.post[i].Row(u)[at:at+len(images)], r.d[i].Row(u))
		}
		b.pre[i].Set(at, below, 0, len(images), b.centre(i))
		if q := b.q[i]; q.change != nil {
			for u := range r.e[i].Rows {
				copy(q.post.Row(u)[at:at+len(images)], r.e[i].Row(u))
			}
			q.pre.Set(at, r.a[i-1], 0, len(images), nil)
		}
		below = r.e[i]
	}
}

// Answer implements Model.
func (r *Rates) Answer(images, outputs [][]float32, numbers []uint64, _ State) {
	r.Forward(images, numbers)
	r.read(outputs)
}

func (r *Rates) read(outputs [][]float32) {
	top := r.e[len(r.e)-1]
	for c, dst := range outputs {
		for u := range dst {
			dst[u] = top.Row(u)[c]
		}
	}
}
