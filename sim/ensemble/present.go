package ensemble

import (
	"math"

	neurons "github.com/burstplex/burstplex/neuron/ensemble"
	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/synapse/units"
)

// activity is what the units of a layer do in one presentation: units x bins. Traces are in units of full activation.
type activity struct {
	events *units.Block // number of events in a bin
	signed *units.Block // bursts - p_b events, in the bin in which it is known whether an event was a burst
	x      *units.Block // trace of events at the start of a bin, as somata above and the rule see it
	own    *units.Block // trace of own events
	late   *units.Block // trace of events, delayed as bursts are, as dendrites below see it; only where there is a Q
	burst  *units.Block // trace of bursts; where Q is p_b Y, of bursts - p_b events, which is all that matters
	drive  *units.Block // somatic drive; then apical drive; then burst probability
	other  *units.Block // scratch; at the end the apical drive, where Q learns
	active []int        // units that are not silent; nil: all of them matter
}

// Presenter shows images to a network in time. It is the memory of one worker.
//
// A feedforward layer does not depend on what is above it, and weights do not change during a presentation. So
// layers are taken through all of it one after the other: forward the events, then, from the output down, which of
// them are bursts.
type Presenter struct {
	net      *Network
	timing   Timing
	Bins     int // of a presentation
	From     int // first one with plasticity on
	constant bool
	// Signed lets the slope h = 1 - own event trace be negative where noise takes the trace above 1. Otherwise h is 0
	// there: that costs units close to full activation a bias as large as the noise of their trace, small where units
	// have thousands of neurons. Set it before the first presentation.
	Signed  bool
	sampler sampler
	silence *Silence  // of the presentation; nil: images are taught
	noise   []float32 // its drives of a layer
	input   *activity
	layers  []*activity
	none    []float32
}

// sampler draws events and bursts of a layer: in steps (steps.go) or one by one at exact times (exact.go).
type sampler interface {
	// events fills a.events, a.x and a.own from a.drive.
	events(a *activity, layer int, start []float32, number uint64)
	// bursts fills a.signed, a.late and a.burst from the burst probabilities in a.drive.
	bursts(a *activity, layer int, start []float32, number uint64)
}

// NewPresenter returns a presenter of a network.
func NewPresenter(net *Network, t Timing, constant bool, key rng.Key) *Presenter {
	p := &Presenter{net: net, timing: t, constant: constant}
	p.Bins, p.From, _ = t.bins()
	switch {
	case t.Exact:
		p.sampler = newExact(net, &t, key)
	default:
		p.sampler = newStepper(net, &t, key)
	}
	n, bins := net.Input.Units(), p.Bins
	if constant {
		bins = 1
	}
	p.input = &activity{x: units.NewBlock(n, bins)}
	if !constant {
		p.input.events, p.input.own, p.input.drive = units.NewBlock(n, bins), nil, units.NewBlock(n, bins)
	}
	for _, l := range net.Layers {
		a := &activity{}
		for _, b := range []**units.Block{&a.events, &a.signed, &a.x, &a.late, &a.burst, &a.own, &a.drive, &a.other} {
			*b = units.NewBlock(l.Units(), p.Bins)
		}
		if t.TauOwn == t.TauSyn {
			a.own = a.x
		}
		p.layers = append(p.layers, a)
	}
	return p
}

// Forward simulates the events of all layers for the values of an image. Number is that of the presentation: it
// selects the random numbers.
func (p *Presenter) Forward(image []float32, start State, number uint64) {
	p.show(image, start, number)
	p.ascend(start, number)
}

// ForwardCourse is Forward for an input that changes in time: traces of the input units, units x bins. The
// presenter must be one whose input is a current.
func (p *Presenter) ForwardCourse(input *units.Block, start State, number uint64) {
	p.input = &activity{x: input}
	p.ascend(start, number)
}

// ascend takes the layers above the input through the presentation.
func (p *Presenter) ascend(start State, number uint64) {
	below := p.input
	for i, l := range p.net.Layers {
		a := p.layers[i]
		channels := len(l.Bias)
		to := a.drive
		if below.x.Cols == 1 {
			to = &units.Block{Rows: to.Rows, Cols: 1, Stride: to.Stride, Data: to.Data}
		}
		for u := range l.Units() {
			row := to.Row(u)
			for k := range row {
				row[k] = l.Bias[u%channels]
			}
		}
		if p.silence != nil {
			p.disturb(to, i, number)
		}
		l.Forward(to, below.x, &l.forward, below.active)
		if to.Cols == 1 {
			for u := range l.Units() {
				row := a.drive.Row(u)
				for k := range row {
					row[k] = row[0]
				}
			}
		}
		p.sampler.events(a, i+1, start[i+1], number)
		below = a
	}
}

// disturb adds the drives that units have in silence.
func (p *Presenter) disturb(to *units.Block, layer int, number uint64) {
	if len(p.noise) < to.Rows {
		p.noise = make([]float32, to.Rows)
	}
	p.silence.drives(p.noise[:to.Rows], layer, number)
	for u, d := range p.noise[:to.Rows] {
		row := to.Row(u)
		for k := range row {
			row[k] += d
		}
	}
}

// show simulates the input units, of constant activation, or injects the image as a current.
func (p *Presenter) show(image []float32, start State, number uint64) {
	in := p.input
	if p.constant {
		for i, v := range image {
			in.x.Row(i)[0] = v
		}
		return
	}
	in.active = in.active[:0]
	for i, e := range image {
		v := float32(silent)
		if e > 0 {
			v = numeric.Log32(e) - numeric.Log32(max(1e-6, 1-e))
		}
		if e > 0 || start[0][i] > 1e-4 {
			in.active = append(in.active, i)
		}
		if row := in.drive.Row(i); row[0] != v { // most pixels are as dark as in the last image
			for k := range row {
				row[k] = v
			}
		}
	}
	p.sampler.events(in, 0, start[0], number)
}

// silent is a drive without events.
const silent = -30

// Backward decides, from the output down, which events are bursts. Target is the activation that the teacher wants
// of each output unit; nil: no teacher.
func (p *Presenter) Backward(target []float32, start State, number uint64) {
	if target == nil {
		p.BackwardCourse(nil, start, number)
		return
	}
	p.BackwardCourse(&units.Block{Rows: len(target), Cols: 1, Stride: 1, Data: target}, start, number)
}

// BackwardCourse is Backward for a target that changes in time: output units x bins, or one column for all of it.
func (p *Presenter) BackwardCourse(target *units.Block, start State, number uint64) {
	pb := p.net.PB
	top := len(p.layers) - 1
	for i := top; i >= 0; i-- {
		a := p.layers[i]
		if i < top {
			p.apical(i)
			n := a.drive.Rows * a.drive.Stride
			own := a.own.Data[:n]
			if p.Signed {
				for k, e := range own {
					a.drive.Data[k] *= 1 - e
				}
				own = p.zeros(n)
			}
			neurons.BurstProbability(a.drive.Data[:n], own, pb)
		} else {
			a.teach(target, pb, p.Signed)
		}
		p.sampler.bursts(a, i+1, start[i+1], number)
	}
}

// zeros returns n zeros.
func (p *Presenter) zeros(n int) []float32 {
	if len(p.none) < n {
		p.none = make([]float32, n)
	}
	return p.none[:n]
}

// teach sets the burst probabilities of output units.
func (a *activity) teach(target *units.Block, pb float32, signed bool) {
	for u := range a.drive.Rows {
		own, p := a.own.Row(u), a.drive.Row(u)
		for k, e := range own {
			p[k] = pb
			if target != nil {
				t := target.Row(u)[k%target.Cols]
				h := 1 - e
				if !signed {
					h = max(0, h)
				}
				p[k] = max(0, min(1, pb+float32(pb*float32((t-e)*h))))
			}
		}
	}
}

// apical computes the apical drive of layer i from the bursts and events of the layer above.
func (p *Presenter) apical(i int) {
	up, above, a := p.net.Layers[i+1], p.layers[i+1], p.layers[i]
	a.drive.Clear()
	up.Backward(a.drive, above.burst, &up.bursts)
	if up.Q == nil {
		return
	}
	a.other.Clear()
	up.Backward(a.other, above.late, &up.events)
	neurons.Less(a.drive.Data, a.drive.Data, a.other.Data, 1)
	copy(a.other.Data, a.drive.Data)
}

// newFilter returns the filter of a time constant, scaled so that a unit at full activation has a trace of 1.
func newFilter(t *Timing, tau float64) neurons.Filter {
	fade := math.Exp(-t.Bin / tau)
	return neurons.Filter{Fade: float32(fade), Jump: float32((1 - fade) / (float64(t.Neurons) * t.Rate * t.Bin / 1000))}
}

// Counts returns the events of every output unit in bins [from, to).
func (p *Presenter) Counts(dst []float32, from, to int) {
	top := p.layers[len(p.layers)-1]
	for u := range dst {
		dst[u] = 0
		for _, n := range top.events.Row(u)[from:to] {
			dst[u] += n
		}
	}
}
