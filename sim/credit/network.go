package credit

import (
	"gonum.org/v1/gonum/mat"

	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/plasticity/reference"
	"github.com/burstplex/burstplex/sim/ensemble"
	"github.com/burstplex/burstplex/synapse/units"
)

// Simulator presents inputs to a network of the reference model in spikes, every event at its own time (package
// ensemble), and says what was learned in the reference's terms. It holds the memory of one worker: a network is
// shared, a Simulator is not.
type Simulator struct {
	ensemble.Timing
	*ensemble.Presenter
	net      *reference.BurstCCN
	spiking  *ensemble.Network
	batch    *ensemble.Batch
	constant bool
}

// NewSimulator returns a simulator of a network with its feedback, whose inputs are rates that change in time or
// are constant. The numbers of presentations select random numbers of key.
func NewSimulator(net *reference.BurstCCN, t ensemble.Timing, constant bool, key rng.Key) *Simulator {
	flat := func(n int) units.Shape { return units.Shape{Height: 1, Width: 1, Channels: n} }
	m := &Simulator{Timing: t, net: net, constant: constant,
		spiking: &ensemble.Network{Input: flat(net.Sizes[0]), PB: float32(net.P)}}
	for l := 1; l < len(net.Sizes); l++ {
		n := net.Sizes[l] * net.Sizes[l-1]
		layer := &ensemble.Layer{Projection: &units.Dense{Below: flat(net.Sizes[l-1]), Above: flat(net.Sizes[l])},
			W: make([]float32, n), Bias: make([]float32, net.Sizes[l])}
		if l > 1 {
			layer.Y, layer.Q = make([]float32, n), make([]float32, n)
		}
		m.spiking.Layers = append(m.spiking.Layers, layer)
	}
	m.Follow()
	m.Presenter = ensemble.NewPresenter(m.spiking, t, true, key)
	m.Signed = true // units have few neurons here
	_, columns := m.Group()
	m.batch = ensemble.NewBatch(m.spiking, 1, columns, constant, true)
	m.batch.Images = 1
	return m
}

// Follow takes over the weights of the reference network after they have changed.
func (m *Simulator) Follow() {
	set := func(to []float32, from *mat.Dense) {
		for k, v := range from.RawMatrix().Data {
			to[k] = float32(v)
		}
	}
	for i, l := range m.spiking.Layers {
		set(l.W, m.net.W[i+1])
		for u := range l.Bias {
			l.Bias[u] = float32(m.net.Bias[i+1].AtVec(u))
		}
		if i > 0 {
			set(l.Y, m.net.Y[i+1])
			set(l.Q, m.net.Q[i+1])
		}
	}
	m.spiking.Pack(true)
}

// Present shows an input (rates in [0, 1], units x bins, or units x 1 if it is constant) and a target of the same
// kind for the output; nil: no teacher. The network starts in the stationary state of the first bin's input.
func (m *Simulator) Present(input, target *mat.Dense, number uint64) {
	start := m.start(input)
	if m.constant {
		m.Forward(column(input), start, number)
	} else {
		m.ForwardCourse(block(input), start, number)
	}
	if target == nil {
		m.Backward(nil, start, number)
	} else {
		m.BackwardCourse(block(target), start, number)
	}
	m.Collect(m.batch, 0)
	m.batch.Sum(m.spiking, m.Scale(), &ensemble.Workers{N: 1})
}

// start returns the stationary activations for the input of the first bin.
func (m *Simulator) start(input *mat.Dense) (s ensemble.State) {
	for _, e := range m.net.Forward(mat.DenseCopyOf(input.ColView(0))) {
		s = append(s, column(e))
	}
	return s
}

// column returns the first column of a matrix.
func column(m *mat.Dense) []float32 {
	rows, _ := m.Dims()
	x := make([]float32, rows)
	for i := range x {
		x[i] = float32(m.At(i, 0))
	}
	return x
}

func block(m *mat.Dense) *units.Block {
	rows, cols := m.Dims()
	b := units.NewBlock(rows, cols)
	for i := range rows {
		for k, v := range m.RawRowView(i) {
			b.Row(i)[k] = float32(v)
		}
	}
	return b
}

// Updates adds the changes of weights and biases of the last presentation to u. Their expectation is that of the
// rate model: (p - p_b) e times the rate of the input.
func (m *Simulator) Updates(u *reference.Updates) {
	for i, c := range m.batch.Changes {
		add(u.W[i+1], c.W)
		for k, v := range c.Bias {
			u.Bias[i+1].SetVec(k, u.Bias[i+1].AtVec(k)+float64(v))
		}
	}
}

// Apical adds the means over the plastic part of events times apical drive to dQ, in the shape of Q: the Q rule.
func (m *Simulator) Apical(dQ []*mat.Dense) {
	for i := 1; i < len(m.spiking.Layers); i++ {
		add(dQ[i+1], m.batch.FeedbackChange(i))
	}
}

func add(to *mat.Dense, from []float32) {
	data := to.RawMatrix().Data
	for k, v := range from {
		data[k] += float64(v)
	}
}

// Drive returns the two parts of the mean apical drive of hidden layer l (from 1) while plasticity is on: what
// bursts bring through Y, and what events take through Q.
func (m *Simulator) Drive(l int) (bursts, events *mat.VecDense) {
	vector := func(x []float32) *mat.VecDense {
		v := mat.NewVecDense(len(x), nil)
		for i, y := range x {
			v.SetVec(i, float64(y))
		}
		return v
	}
	b, e := m.Presenter.Apical(l - 1)
	return vector(b), vector(e)
}

// Excess returns the bursts of a unit of layer l (from 1) in excess of p_b of its events while plasticity is on,
// per event at full activation.
func (m *Simulator) Excess(l, unit int) float64 { return float64(m.Presenter.Excess(l-1, unit)) }

// Rate returns the mean event rate of a unit of layer l (from 1) while plasticity is on, 1 at full activation.
func (m *Simulator) Rate(l, unit int) float64 { return float64(m.Presenter.Rate(l-1, unit)) }

// zeroUpdates returns updates of the shape of a network, all 0.
func zeroUpdates(n *reference.Network) reference.Updates {
	u := reference.Updates{W: make([]*mat.Dense, len(n.Sizes)), Bias: make([]*mat.VecDense, len(n.Sizes))}
	for l := 1; l < len(n.Sizes); l++ {
		u.W[l], u.Bias[l] = mat.NewDense(n.Sizes[l], n.Sizes[l-1], nil), mat.NewVecDense(n.Sizes[l], nil)
	}
	return u
}
