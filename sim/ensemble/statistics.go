package ensemble

import (
	"math"

	"github.com/burstplex/burstplex/synapse/units"
)

// Sums of what the units of a layer did, one per image (of rate models, per group of images) so that the order of
// workers does not matter.
type Sums struct {
	p, p2, n  float64   // of burst probabilities, and their number
	a2, r2, m float64   // of apical drives and of what Q fails to cancel, and their number
	images    float64   // that were shown
	rate      []float64 // by unit
}

// Residue returns Q - p_b Y of every layer, ready for products; nil where Q is p_b Y.
func (n *Network) Residue() []*units.Packed {
	all := make([]*units.Packed, len(n.Layers))
	for i, l := range n.Layers {
		if l.Q == nil {
			continue
		}
		d := make([]float32, len(l.Q))
		for k, q := range l.Q {
			d[k] = q - float32(n.PB*l.Y[k])
		}
		all[i] = new(units.Packed)
		l.Pack(all[i], d, true)
	}
	return all
}

// Statistics presents an image and looks into the units.
func (p *Presenter) Statistics(image, target []float32, start State, number uint64, residue []*units.Packed) []Sums {
	p.Forward(image, start, number)
	p.Backward(target, start, number)
	all := make([]Sums, len(p.layers))
	for l := len(p.layers) - 1; l >= 0; l-- {
		a, s := p.layers[l], &all[l]
		s.rate, s.images = make([]float64, a.events.Rows), 1
		for u := range a.events.Rows {
			own, events := a.own.Row(u), a.events.Row(u)
			for k, prob := range a.drive.Row(u)[p.From:] {
				s.probability(prob)
				if l == len(p.layers)-1 {
					d := float64(target[u] - own[p.From+k])
					s.a2 += d * d
					s.m++
				}
				s.rate[u] += float64(events[p.From+k]) * float64(p.Scale())
			}
		}
	}
	for l := range len(p.layers) - 1 { // p is not needed any more: the drives become apical again
		p.apical(l)
		a := p.layers[l]
		all[l].m = square(&all[l].a2, a.drive, p.From)
		if d := residue[l+1]; d != nil {
			a.other.Clear()
			p.net.Layers[l+1].Backward(a.other, p.layers[l+1].late, d)
			square(&all[l].r2, a.other, p.From)
		}
	}
	return all
}

// Statistics presents images to the rate model and looks into the units.
func (r *Rates) Statistics(images, targets [][]float32, numbers []uint64, residue []*units.Packed) []Sums {
	r.Forward(images, numbers)
	r.Backward(targets, numbers)
	all := make([]Sums, len(r.e))
	for l := range r.e {
		s := &all[l]
		s.rate, s.images = make([]float64, r.e[l].Rows), float64(len(images))
		for u := range r.e[l].Rows {
			for c, e := range r.e[l].Row(u)[:len(images)] {
				s.rate[u] += float64(e)
				if e > 0 {
					s.probability(r.net.PB + r.d[l].Row(u)[c]/e)
				}
				if l == len(r.e)-1 {
					d := float64(targets[c][u] - e)
					s.a2 += d * d
					s.m++
				}
			}
		}
		if l == len(r.e)-1 {
			break
		}
		r.apical(l)
		some := *r.a[l]
		some.Cols = len(images)
		s.m = square(&s.a2, &some, 0)
		if d := residue[l+1]; d != nil && !r.exact {
			r.o[l].Clear()
			r.net.Layers[l+1].Backward(r.o[l], r.e[l+1], d)
			some.Data = r.o[l].Data
			square(&s.r2, &some, 0)
		}
	}
	return all
}

// probability adds the burst probability of a bin.
func (s *Sums) probability(p float32) {
	s.p += float64(p)
	s.p2 += float64(p) * float64(p)
	s.n++
}

// square adds the squares of columns from the given one on, and returns their number.
func square(sum *float64, b *units.Block, from int) (n float64) {
	for u := range b.Rows {
		for _, a := range b.Row(u)[from:] {
			*sum += float64(a) * float64(a)
			n++
		}
	}
	return n
}

// Statistics is what the units of a layer did, over images.
type Statistics struct {
	Activation, ActivationSD float64 // event rate, 1 at full activation: mean, and s.d. between units
	P, PSD                   float64 // burst probability: mean, and s.d. over bins, units and images
	Apical                   float64 // root mean square of the apical drive; of the output, of (target - rate)
	// root mean square of (Q - p_b Y)ᵀ e, what Q fails to cancel of it; 0 in the output layer and where Q is p_b Y
	Residue float64
}

// Summary turns sums over images into the statistics of layer l.
func Summary(all [][]Sums, l int) (c Statistics) {
	var t Sums
	for _, part := range all {
		s := &part[l]
		t.n, t.p, t.p2, t.a2, t.r2, t.m, t.images = t.n+s.n, t.p+s.p, t.p2+s.p2, t.a2+s.a2, t.r2+s.r2, t.m+s.m, t.images+
			s.images
		if t.rate == nil {
			t.rate = make([]float64, len(s.rate))
		}
		for u, r := range s.rate {
			t.rate[u] += r
		}
	}
	if t.n == 0 {
		return c
	}
	c.P, c.Apical, c.Residue = t.p/t.n, math.Sqrt(t.a2/t.m), math.Sqrt(t.r2/t.m)
	c.PSD = math.Sqrt(max(0, t.p2/t.n-c.P*c.P))
	var sum, square float64
	for _, r := range t.rate {
		r /= t.images
		sum, square = sum+r, square+r*r
	}
	m := float64(len(t.rate))
	c.Activation, c.ActivationSD = sum/m, math.Sqrt(max(0, square/m-sum/m*sum/m))
	return c
}
