package ensemble

import (
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/synapse/units"
)

// Silence is a presentation without a teacher, in which bursts say nothing: all units burst with p_b. Every unit
// has an additional drive for the length of the presentation, normal with s.d. Noise, so that units are active
// independently of each other. plasticity.Silence learns Q from it.
type Silence struct {
	Noise float64
	Key   rng.Key // of the drives
}

// drives returns the additional drives of the units of layer i in a presentation.
func (s *Silence) drives(dst []float32, i int, number uint64) {
	for u := range dst {
		dst[u] = float32(s.Noise * s.Key.Normal(number<<8|uint64(i), uint64(u)))
	}
}

// Silent is a model that can be shown images in silence. It writes events above and apical drives below, less the
// given means, into the batch, as images from number at on.
type Silent interface {
	Silent(images [][]float32, numbers []uint64, start State, s *Silence, means *Means, b *Batch, at int)
}

var (
	_ Silent = (*Presenter)(nil)
	_ Silent = (*Rates)(nil)
)

// Means are slow means of what Q learns from: event traces and apical drives of every layer.
type Means struct{ Events, Apical State }

// NewMeans returns the means at the start: the state of the network, and no apical drive.
func NewMeans(net *Network, mean State) *Means {
	m := &Means{}
	for i, l := range net.Layers {
		m.Events = append(m.Events, append([]float32(nil), mean[i+1]...))
		m.Apical = append(m.Apical, make([]float32, l.Units()))
	}
	return m
}

// Silent implements the interface.
func (p *Presenter) Silent(images [][]float32, numbers []uint64, start State, s *Silence, means *Means, b *Batch,
	at int) {
	p.silence = s
	p.Forward(images[0], start, numbers[0])
	pb := p.net.PB
	for i := len(p.layers) - 1; i >= 0; i-- {
		if i < len(p.layers)-1 {
			p.apical(i)
		}
		drive := p.layers[i].drive
		for u := range drive.Rows {
			row := drive.Row(u)
			for k := range row {
				row[k] = pb
			}
		}
		p.sampler.bursts(p.layers[i], i+1, start[i+1], numbers[0])
	}
	p.silence = nil
	n := p.Bins - p.From
	for i, a := range p.layers[1:] {
		b.silent(i+1, a.late, p.layers[i].other, p.From, n, at*n, means)
	}
}

// Silent implements the interface.
func (r *Rates) Silent(images [][]float32, numbers []uint64, _ State, s *Silence, means *Means, b *Batch, at int) {
	r.silence = s
	r.Forward(images, numbers)
	for i, e := range r.e {
		for u := range e.Rows {
			row, d := e.Row(u), r.d[i].Row(u)
			for c := range row {
				d[c] = 0
				if r.events > 0 && c < len(numbers) {
					d[c] = r.excess(row[c], r.net.PB, i, numbers[c]<<24|uint64(u))
				}
			}
		}
	}
	r.silence = nil
	for i := range r.e[1:] {
		r.apical(i)
		b.silent(i+1, r.e[i+1], r.a[i], 0, len(images), at, means)
	}
}

// silent writes n columns of events of layer i and apical drives of the layer below into the batch.
func (b *Batch) silent(i int, events, apical *units.Block, from, n, at int, means *Means) {
	q := &b.q[i]
	for u := range events.Rows {
		dst := q.post.Row(u)[at : at+n]
		for k, e := range events.Row(u)[from : from+n] {
			dst[k] = e - means.Events[i][u]
		}
	}
	q.pre.Set(at, apical, from, n, means.Apical[i-1])
}

// SumSilence computes what Q of layer i sees in a batch of presentations in silence: the mean product of deviations
// of events and apical drives (FeedbackChange), and returns the mean square of the deviations of events, summed
// over units. It moves the means by a share towards the batch.
func (b *Batch) SumSilence(net *Network, i int, means *Means, share float32) (square float64) {
	q, columns := &b.q[i], b.Images*b.window
	gradient(net.Layers[i], q.change, q.post, q.pre, columns, 1/float32(columns), 0, 1)
	for u := range q.post.Rows {
		sum := float32(0)
		for _, d := range q.post.Row(u)[:columns] {
			square += float64(d) * float64(d)
			sum += d
		}
		means.Events[i][u] += float32(share * (sum / float32(columns)))
	}
	follow(means.Apical[i-1], q.pre, columns, share)
	return square / float64(columns)
}
