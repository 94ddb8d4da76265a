package ensemble

import (
	neurons "github.com/burstplex/burstplex/neuron/ensemble"
	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/synapse/units"
)

// Times are the times of the last presentation, which had exact ones.
type Times struct {
	Events [][][]float64 // s, by layer (0: the input) and unit
	Burst  [][][]bool    // which of them are bursts; not of the input
	unit   *neurons.Unit
}

// Times returns when the last presentation's events were; nil where they are counted in steps. The next
// presentation overwrites them.
func (p *Presenter) Times() *Times {
	if e, ok := p.sampler.(*exact); ok {
		return &e.Times
	}
	return nil
}

// Who appends the neurons of a unit, by number, that have its events at ascending times.
func (t *Times) Who(dst []uint16, times []float64, s *rng.Stream) []uint16 {
	return t.unit.Who(dst, times, s)
}

// exact draws every event at its own time, off the grid: drives are constant within bins, event times are not
// confined to them. What an event adds to a trace by the end of its bin depends on when it came.
type exact struct {
	net    *Network
	timing *Timing
	Times
	draws      neurons.Bernoulli
	arrivals   neurons.Arrivals
	keys       [2][]rng.Key    // of events and bursts, by layer
	bin, delay float64         // s
	sums       [2]*units.Block // what arrives in every bin at some units
	counts     []float32
	start      []float32
}

func newExact(net *Network, t *Timing, key rng.Key) *exact {
	bins, _, _ := t.bins()
	e := &exact{net: net, timing: t, Times: Times{unit: neurons.NewUnit(t.Ensemble())}, keys: layerKeys(net, key),
		bin: t.Bin / 1000, delay: t.Delay / 1000,
		counts: make([]float32, bins), start: make([]float32, some)}
	for i := range e.sums {
		e.sums[i] = units.NewBlock(some, bins)
	}
	for i := range len(net.Layers) + 1 {
		n := net.Input.Units()
		if i > 0 {
			n = net.Layers[i-1].Units()
		}
		e.Events, e.Burst = append(e.Events, make([][]float64, n)), append(e.Burst, make([][]bool, n))
	}
	return e
}

// filter returns the filter of what arrives in bins.
func (e *exact) filter(tau float64) neurons.Filter {
	return neurons.Filter{Fade: numeric.Exp32(float32(-e.timing.Bin / tau)),
		Jump: float32(1000 / (float64(e.timing.Neurons) * e.timing.Rate * tau))}
}

func (e *exact) events(a *activity, layer int, start []float32, number uint64) {
	active := a.active
	times := e.Events[layer]
	for from := 0; from < a.events.Rows; from += some {
		n := min(some, a.events.Rows-from)
		for i := range n {
			u := from + i
			counts, soma, own := a.events.Row(u), e.sums[0].Row(i), e.sums[1].Row(i)
			times[u] = times[u][:0]
			if a.active != nil {
				if len(active) == 0 || active[0] != u {
					clear(counts)
					clear(soma)
					continue
				}
				active = active[1:]
			}
			if layer > 0 || a.drive.Row(u)[0] > silent {
				times[u] = neurons.Events(e.unit, times[u], a.drive.Row(u), float64(start[u]), e.bin, e.keys[0][layer],
					number<<24|uint64(u))
			}
			e.arrivals.Read(counts, times[u], 0, e.bin)
			e.arrivals.Sum(soma, e.timing.TauSyn/1000)
			if a.own != nil && a.own != a.x {
				e.arrivals.Sum(own, e.timing.TauOwn/1000)
			}
		}
		at := from * a.x.Stride
		e.filter(e.timing.TauSyn).Layer(a.x.Data[at:], e.sums[0].Data, a.x.Stride, n, a.x.Cols, start[from:])
		if a.own != nil && a.own != a.x {
			e.filter(e.timing.TauOwn).Layer(a.own.Data[at:], e.sums[1].Data, a.x.Stride, n, a.x.Cols, start[from:])
		}
	}
}

func (e *exact) bursts(a *activity, layer int, start []float32, number uint64) {
	pb, tau := e.net.PB, e.timing.TauDend/1000
	tied := e.net.Layers[layer-1].Q == nil
	late, burst := e.sums[0], e.sums[1]
	f := e.filter(e.timing.TauDend)
	for from := 0; from < a.events.Rows; from += some {
		n := min(some, a.events.Rows-from)
		for i := range n {
			u := from + i
			times, signed := e.Events[layer][u], a.signed.Row(u)
			e.Burst[layer][u] = e.draws.Draw(e.Burst[layer][u][:0], a.events.Row(u), a.drive.Row(u), e.keys[1][layer],
				number<<24|uint64(u))
			e.arrivals.Read(e.counts, times, e.delay, e.bin)
			e.arrivals.Bursts(late.Row(i), burst.Row(i), signed, e.Burst[layer][u], tau)
			neurons.Less(signed, signed, e.counts, pb)
			if !tied {
				e.before(late.Row(i), start[u], f)
				e.before(burst.Row(i), float32(pb*start[u]), f)
			}
		}
		if layer == 1 {
			continue
		}
		at := from * a.burst.Stride
		if tied {
			neurons.Less(burst.Data, burst.Data, late.Data, pb)
			f.Layer(a.burst.Data[at:], burst.Data, a.burst.Stride, n, a.burst.Cols, nil)
			continue
		}
		f.Layer(a.late.Data[at:], late.Data, a.late.Stride, n, a.late.Cols, start[from:])
		for i := range n {
			e.start[i] = float32(pb * start[from+i])
		}
		f.Layer(a.burst.Data[at:], burst.Data, a.burst.Stride, n, a.burst.Cols, e.start)
	}
}

// before adds to a row what arrives on average from before the presentation: all that arrives until the delay,
// which may end within a bin.
func (e *exact) before(arrived []float32, start float32, f neurons.Filter) {
	mean := start / f.Jump
	for k := range arrived {
		left := e.delay/e.bin - float64(k) // of the delay, in bins
		if left <= 1e-9 {
			return
		}
		fade := numeric.Exp32(float32(-max(0, 1-left) * e.timing.Bin / e.timing.TauDend))
		arrived[k] += float32(mean * (fade - f.Fade))
	}
}
