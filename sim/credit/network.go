package credit

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"

	"github.com/burstplex/burstplex/neuron/ensemble"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/plasticity/reference"
)

// Settings says how a network is simulated.
type Settings struct {
	Ensemble   ensemble.Params
	Bin        float64 // s
	Duration   float64 // of a presentation, s
	Settle     float64 // plasticity is off until then, s
	TauSyn     float64 // filter of event and burst traces, s
	BurstDelay float64 // from the first to the second spike of a burst, s
	PB         float64 // baseline burst probability, at most 1/2
}

// bins returns the number of bins of a presentation, and the first in which plasticity is on.
func (s *Settings) bins() (n, from int) {
	return int(math.Round(s.Duration / s.Bin)), int(math.Round(s.Settle / s.Bin))
}

// EventsPerUnit is K: events of a fully active unit while plasticity is on.
func (s *Settings) EventsPerUnit() float64 {
	return float64(s.Ensemble.Neurons) * s.Ensemble.Rate * (s.Duration - s.Settle)
}

// layer is what one layer does in a presentation. Matrices are units x bins.
type layer struct {
	units  int
	events *mat.Dense // events in a bin
	bursts *mat.Dense // second spikes in a bin
	x      *mat.Dense // event trace at the start of a bin, 1 at full activation
	late   *mat.Dense // the same, delayed as bursts are
	burst  *mat.Dense // burst trace at the start of a bin
	signed *mat.Dense // bursts - p_b events in a bin, 0 while plasticity is off
	times  [][]float64
	who    [][]uint16 // neurons of the events, if they are recorded
	unit   *ensemble.Unit
}

// Simulator holds the memory of one worker: a network is shared, a Simulator is not.
type Simulator struct {
	Settings
	net    *reference.BurstCCN
	layers []*layer
	spikes func(layer, unit int, time float64, neuron uint16, burst bool) // nil: not recorded
}

// NewSimulator returns a simulator of a network with its feedback.
func NewSimulator(net *reference.BurstCCN, s Settings) *Simulator {
	m := &Simulator{Settings: s, net: net}
	bins, _ := s.bins()
	for _, n := range net.Sizes {
		l := &layer{units: n, unit: ensemble.NewUnit(s.Ensemble), times: make([][]float64, n), who: make([][]uint16, n)}
		for _, d := range []**mat.Dense{&l.events, &l.bursts, &l.x, &l.late, &l.burst, &l.signed} {
			*d = mat.NewDense(n, bins, nil)
		}
		m.layers = append(m.layers, l)
	}
	return m
}

// Present shows an input (rates in [0, 1], units x bins or units x 1) and a target of the same kind for the output; nil: no
// teacher. Afterwards Updates adds what was learned.
func (m *Simulator) Present(input, target *mat.Dense, key rng.Key) {
	bins, _ := m.bins()
	in := m.layers[0]
	for i := range in.units {
		row := in.x.RawRowView(i)
		for k := range bins {
			row[k] = at(input, i, k)
		}
	}
	for l := 1; l < len(m.layers); l++ {
		m.forward(l, key)
	}
	for l := len(m.layers) - 1; l > 0; l-- {
		m.backward(l, target, key)
	}
}

// at reads a matrix of one column as constant in time.
func at(m *mat.Dense, i, k int) float64 {
	if _, cols := m.Dims(); cols == 1 {
		return m.At(i, 0)
	}
	return m.At(i, k)
}

// forward draws the events of a layer. A layer sees the traces of the one below, which are complete: the drive of every bin
// is one matrix product.
func (m *Simulator) forward(l int, key rng.Key) {
	a, b := m.layers[l-1], m.layers[l]
	bins, _ := m.bins()
	drive := mat.NewDense(b.units, bins, nil)
	drive.Mul(m.net.W[l], a.x)
	for i := range b.units {
		row := drive.RawRowView(i)
		c := m.net.Bias[l].AtVec(i)
		for k := range row {
			row[k] += c
		}
		start := ensemble.Activation(row[0])
		b.times[i] = ensemble.Events(b.unit, b.times[i][:0], row, start, m.Bin, key, uint64(l)<<32|uint64(i))
		if m.spikes != nil {
			who := key.Stream(uint64(l)<<32|uint64(i), 1<<41)
			b.who[i] = b.unit.Who(b.who[i][:0], b.times[i], &who)
		}
		counts := b.events.RawRowView(i)
		clear(counts)
		for _, t := range b.times[i] {
			counts[m.bin(t)]++
		}
		m.trace(b.x.RawRowView(i), counts, 0, start)
		m.trace(b.late.RawRowView(i), counts, int(math.Round(m.BurstDelay/m.Bin)), start)
	}
}

func (m *Simulator) bin(t float64) int {
	bins, _ := m.bins()
	return min(bins-1, int(t/m.Bin))
}

// trace filters counts with TauSyn, from start on: x[k] is the trace at the start of bin k, of events up to delay bins before.
func (m *Simulator) trace(x, counts []float64, delay int, start float64) {
	fade := math.Exp(-m.Bin / m.TauSyn)
	jump := (1 - fade) / (float64(m.Ensemble.Neurons) * m.Ensemble.Rate * m.Bin)
	v := start
	for k := range x {
		x[k] = v
		n := start / jump * (1 - fade) // before the presentation: the mean
		if k >= delay {
			n = counts[k-delay]
		}
		v = fade*v + jump*n
	}
}

// backward decides which events of a layer are bursts, and what its synapses learn.
func (m *Simulator) backward(l int, target *mat.Dense, key rng.Key) {
	b := m.layers[l]
	bins, from := m.bins()
	top := l == len(m.layers)-1
	var apical *mat.Dense
	if !top {
		up := m.layers[l+1]
		apical = mat.NewDense(b.units, bins, nil)
		events := mat.NewDense(b.units, bins, nil)
		apical.Mul(m.net.Y[l+1].T(), up.burst)
		events.Mul(m.net.Q[l+1].T(), up.late)
		apical.Sub(apical, events)
	}
	late := int(math.Round(m.BurstDelay / m.Bin))
	for i := range b.units {
		s := key.Stream(uint64(l)<<32|uint64(i), 1<<40)
		bursts, signed := b.bursts.RawRowView(i), b.signed.RawRowView(i)
		clear(bursts)
		clear(signed)
		own := b.x.RawRowView(i)
		for n, t := range b.times[i] {
			k := m.bin(t)
			h := 1 - own[k]
			p := m.PB
			switch {
			case !top:
				p = reference.Probability(apical.At(i, k)*h, m.PB)
			case target != nil:
				p = max(0, min(1, m.PB*(1+(at(target, i, k)-own[k])*h)))
			}
			burst := s.Float64() < p
			if m.spikes != nil {
				m.spikes(l, i, t, b.who[i][n], burst)
			}
			if k >= from {
				signed[k] -= m.PB
			}
			if !burst {
				continue
			}
			if k+late < bins {
				bursts[k+late]++
				if k >= from {
					signed[k+late]++
				}
			} else if k >= from { // the burst of an event that was counted is counted too
				signed[bins-1]++
			}
		}
		m.trace(b.burst.RawRowView(i), bursts, 0, m.PB*own[0])
	}
}

// Updates adds the changes of weights and biases of the last presentation to u, scaled so that their expectation is that of
// the rate model: (p - p_b) e times the rate of the input.
func (m *Simulator) Updates(u *reference.Updates) {
	scale := 1 / m.EventsPerUnit()
	for l := 1; l < len(m.layers); l++ {
		d := &mat.Dense{}
		d.Mul(m.layers[l].signed, m.layers[l-1].x.T())
		d.Scale(scale, d)
		u.W[l].Add(u.W[l], d)
		for i := range m.layers[l].units {
			u.Bias[l].SetVec(i, u.Bias[l].AtVec(i)+m.Excess(l, i))
		}
	}
}

// Apical adds the means over the plastic part of events times apical drive to dQ, in the shape of Q: the Q rule.
func (m *Simulator) Apical(dQ []*mat.Dense) {
	bins, from := m.bins()
	for l := 1; l < len(m.layers)-1; l++ {
		up := m.layers[l+1]
		part := func(d *mat.Dense, n int) mat.Matrix { return d.Slice(0, n, from, bins) }
		apical, events := &mat.Dense{}, &mat.Dense{}
		apical.Mul(m.net.Y[l+1].T(), part(up.burst, up.units))
		events.Mul(m.net.Q[l+1].T(), part(up.late, up.units))
		apical.Sub(apical, events)
		d := &mat.Dense{}
		d.Mul(part(up.late, up.units), apical.T())
		d.Scale(1/float64(bins-from), d)
		dQ[l+1].Add(dQ[l+1], d)
	}
}

// Drive returns the two parts of the mean apical drive of a hidden layer while plasticity is on: what bursts bring through Y, and what
// events take through Q.
func (m *Simulator) Drive(l int) (bursts, events *mat.VecDense) {
	bins, from := m.bins()
	up := m.layers[l+1]
	mean := func(d *mat.Dense) *mat.VecDense {
		v := mat.NewVecDense(up.units, nil)
		for i := range up.units {
			v.SetVec(i, floats.Sum(d.RawRowView(i)[from:bins])/float64(bins-from))
		}
		return v
	}
	bursts, events = &mat.VecDense{}, &mat.VecDense{}
	bursts.MulVec(m.net.Y[l+1].T(), mean(up.burst))
	events.MulVec(m.net.Q[l+1].T(), mean(up.late))
	return bursts, events
}

// Excess returns the bursts of a unit in excess of p_b of its events while plasticity is on, per event at full activation.
func (m *Simulator) Excess(l, unit int) float64 {
	return floats.Sum(m.layers[l].signed.RawRowView(unit)) * (1 / m.EventsPerUnit())
}

// Rate returns the mean event rate of a unit while plasticity is on, 1 at full activation.
func (m *Simulator) Rate(l, unit int) float64 {
	bins, from := m.bins()
	return floats.Sum(m.layers[l].events.RawRowView(unit)[from:bins]) / m.EventsPerUnit()
}

// zeroUpdates returns updates of the shape of a network, all 0.
func zeroUpdates(n *reference.Network) reference.Updates {
	u := reference.Updates{W: make([]*mat.Dense, len(n.Sizes)), Bias: make([]*mat.VecDense, len(n.Sizes))}
	for l := 1; l < len(n.Sizes); l++ {
		u.W[l], u.Bias[l] = mat.NewDense(n.Sizes[l], n.Sizes[l-1], nil), mat.NewVecDense(n.Sizes[l], nil)
	}
	return u
}
