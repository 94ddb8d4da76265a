package synapse

import "github.com/burstplex/burstplex/neuron"

// batch is some synapses on their way from the connector into rows: their delays and weights are drawn together,
// because vector code draws a normal number in a tenth of the time.
//
// Every synapse has a block of random words of its own: words 0 and 1 make two normal numbers, for its weight and
// its delay; 2 and 3 are uniform ones. The block belongs to (source, target), and the upper half of its number is
// the entry; the lower half counts how often a number was drawn again because it lay out of bounds.
type batch struct {
	b    *builder
	full func(*batch) // takes the synapses

	n        int
	entity   [batchSize]uint64 // source, target
	block    [batchSize]uint64 // entry, 0
	row      [batchSize]uint32
	weight   [batchSize]float32
	bits     [2 * batchSize]uint32 // for normal numbers
	normal   [2 * batchSize]float32
	uniform  [2 * batchSize]uint32
	toSteps  float64 // steps per ms
	shortest int     // delay, in steps
}

// batchSize is such that a batch stays in the first-level cache.
const batchSize = 256

// batch returns an empty one that gives full what it has when it is full.
func (b *builder) batch(full func(*batch)) *batch {
	return &batch{b: b, full: full, toSteps: 1e6 / float64(b.p.step), shortest: int(b.p.delays[0] / b.p.step)}
}

// add is an Add.
func (v *batch) add(source, target, entry int) {
	v.entity[v.n], v.block[v.n] = uint64(source)<<32|uint64(uint32(target)), uint64(entry)<<32
	if v.n++; v.n == batchSize {
		v.take()
	}
}

func (v *batch) source(i int) int { return int(v.entity[i] >> 32) }
func (v *batch) target(i int) int { return int(uint32(v.entity[i])) }
func (v *batch) entry(i int) int  { return int(v.block[i] >> 32) }

// take draws what is to be drawn and passes the synapses on.
func (v *batch) take() {
	p, list := v.b.p, v.b.list
	delays := len(p.delays) > 1 && !(list != nil && list.HasDelays)
	weights := v.b.weights && !(list != nil && list.HasWeight)
	if delays || weights && !p.Spec.Weight.IsConst() {
		p.key.FillEach(v.bits[:], v.uniform[:], v.entity[:v.n], v.block[:v.n])
		if delays && p.Spec.Delay.Shape != neuron.Uniform || weights && p.Spec.Weight.Shape != neuron.Uniform {
			neuron.Normals(v.normal[:2*v.n], v.bits[:2*v.n])
		}
	}
	switch {
	case delays:
		v.drawDelays()
	case len(p.delays) > 1:
		v.listedDelays()
	default:
		for i := range v.n {
			v.row[i] = uint32(v.source(i))
		}
	}
	switch {
	case weights:
		v.drawWeights()
	case v.b.weights:
		for i := range v.n {
			v.weight[i] = float32(list.Synapses[v.entry(i)].Weight)
		}
	}
	v.full(v)
	v.n = 0
}

func (v *batch) drawDelays() {
	p := v.b.p
	delay, last, lo, hi := p.Spec.Delay, len(p.delays)-1, 0.0, 0.0
	normal := delay.Shape == neuron.Normal
	if normal {
		lo, hi = delay.Bounds()
	}
	each := uint32(len(p.delays))
	for i, entity := range v.entity[:v.n] {
		var ms float64
		if ms = delay.A + float64(delay.B*float64(v.normal[2*i+1])); !normal || ms < lo || ms > hi {
			ms = v.value(delay, i, 1)
		}
		steps := int(float64(ms*v.toSteps)+0.5) - v.shortest // rounds down: no delay is negative
		v.row[i] = uint32(entity>>32)*each + uint32(max(0, min(last, steps)))
	}
}

func (v *batch) listedDelays() {
	p := v.b.p
	for i := range v.n {
		t := p.wholeSteps(v.b.list.Synapses[v.entry(i)].Delay)
		for g, d := range p.delays {
			if d == t {
				v.row[i] = uint32(v.source(i)*len(p.delays) + g)
			}
		}
	}
}

func (v *batch) drawWeights() {
	weight := v.b.p.Spec.Weight
	if weight.Shape != neuron.Normal {
		for i := range v.n {
			v.weight[i] = float32(v.value(weight, i, 0))
		}
		return
	}
	lo, hi := weight.Bounds()
	for i := range v.n {
		x := weight.A + float64(weight.B*float64(v.normal[2*i]))
		if x < lo || x > hi {
			x = v.value(weight, i, 0)
		}
		v.weight[i] = float32(x)
	}
}

// value returns the weight (which = 0) or the delay (1) of synapse i.
func (v *batch) value(of neuron.Value, i, which int) float64 {
	x, ok := of.Of(v.normal[2*i+which], v.uniform[2*i+which])
	for again := uint64(1); !ok; again++ {
		w := v.b.p.key.Block(v.entity[i], v.block[i]+again)
		var z [2]float32
		neuron.Normals(z[:], w[:2])
		x, ok = of.Of(z[which], 0)
	}
	return x
}
