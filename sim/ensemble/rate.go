package ensemble

import (
	neurons "github.com/burstplex/burstplex/neuron/ensemble"
	"github.com/burstplex/burstplex/neuron/numeric"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/synapse/units"
)

// Rates is the discrete-time rate model of a network (Greedy et al. 2022; MODELS B2.1): one value per unit and
// image, no time. It is what learning in spikes is compared with. With K events per unit it is the count model: one
// binomial draw of events and bursts per unit and image, a shortcut without time. With exact gradients it is
// backpropagation, or feedback alignment if Y is not W.
type Rates struct {
	net    *Network
	events float64 // K; 0: no noise
	exact  bool    // errors are multiplied by slopes, not turned into burst probabilities
	input  *units.Block
	e, d   []*units.Block // activation, then (p - p_b) e, per layer
	a, o   []*units.Block // apical drive; scratch
	draw   *neurons.Steps
	keys   [2][]rng.Key

	silence *Silence // of the presentation; nil: images are taught
}

// rateImages is how many images a Rates holds: the columns of a tile.
const rateImages = 16

// NewRates returns the memory of one worker.
func NewRates(net *Network, events float64, exact bool, key rng.Key) *Rates {
	r := &Rates{net: net, events: events, exact: exact, input: units.NewBlock(net.Input.Units(), rateImages),
		draw: neurons.NewSteps(neurons.Params{Neurons: 1, Rate: 1}, 1)}
	for _, l := range net.Layers {
		for _, b := range []*[]*units.Block{&r.e, &r.d, &r.a, &r.o} {
			*b = append(*b, units.NewBlock(l.Units(), rateImages))
		}
	}
	r.keys = layerKeys(net, key)
	return r
}

// Forward computes the activations for up to 16 images.
func (r *Rates) Forward(images [][]float32, numbers []uint64) {
	r.input.Clear()
	for c, image := range images {
		for i, e := range image {
			r.input.Data[i*r.input.Stride+c] = e
		}
	}
	below := r.input
	for i, l := range r.net.Layers {
		e := r.e[i]
		channels := len(l.Bias)
		for u := range l.Units() {
			row := e.Row(u)
			for k := range row {
				row[k] = l.Bias[u%channels]
			}
		}
		if r.silence != nil {
			r.disturb(e, i, numbers)
		}
		l.Forward(e, below, &l.forward, nil)
		for u := range l.Units() {
			row := e.Row(u)
			for k, v := range row {
				row[k] = numeric.Sigmoid32(v)
			}
			if r.events > 0 {
				for k, n := range numbers {
					row[k] = r.count(row[k], 0, i, n<<24|uint64(u))
				}
			}
		}
		below = e
	}
}

// disturb adds the drives that units have in silence.
func (r *Rates) disturb(to *units.Block, layer int, numbers []uint64) {
	noise := make([]float32, to.Rows)
	for c, n := range numbers {
		r.silence.drives(noise, layer, n)
		for u, d := range noise {
			to.Row(u)[c] += d
		}
	}
}

// trials over K is the number of neurons that a unit of the count model is made of; its counts are nearly Poisson.
const trials = 64

// count draws the events of a unit and returns them as an activation.
func (r *Rates) count(e float32, which, layer int, entity uint64) float32 {
	k := float32(r.events)
	return r.draw.Binomial(trials*k, e/trials, r.keys[which][layer+1].Word(entity, 0)) / k
}

// excess draws the bursts of a unit with activation e and burst probability p and returns bursts - p_b events.
func (r *Rates) excess(e, p float32, layer int, entity uint64) float32 {
	k := float32(r.events)
	n := r.draw.Binomial(float32(e*k)+0.5, p, r.keys[1][layer+1].Word(entity, 0))
	return n/k - float32(r.net.PB*e)
}

// Backward computes (p - p_b) e of every layer, for targets of the output units (nil: no teacher).
func (r *Rates) Backward(targets [][]float32, numbers []uint64) {
	pb := r.net.PB
	for i := len(r.e) - 1; i >= 0; i-- {
		l, e, d := r.net.Layers[i], r.e[i], r.d[i]
		if i < len(r.e)-1 {
			r.apical(i)
		}
		for u := range l.Units() {
			re, rd, ra := e.Row(u), d.Row(u), r.a[i].Row(u)
			for c := range re {
				h := max(0, 1-re[c])
				var p float32
				switch {
				case i < len(r.e)-1 && r.exact:
					p = pb + float32(ra[c]*h)
				case i < len(r.e)-1:
					p = probability(float32(ra[c]*h), pb)
				case targets != nil && c < len(targets):
					p = pb + float32(pb*float32((targets[c][u]-re[c])*h))
				default:
					p = pb
				}
				if r.events > 0 && c < len(numbers) {
					rd[c] = r.excess(re[c], max(0, min(1, p)), i, numbers[c]<<24|uint64(u))
					continue
				}
				rd[c] = float32((p - pb) * re[c])
			}
		}
	}
}

// apical computes the apical drive of layer i.
func (r *Rates) apical(i int) {
	up, above := r.net.Layers[i+1], i+1
	r.a[i].Clear()
	if up.Q == nil || r.exact { // Q = p_b Y: Yᵀ (p - p_b) e
		up.Backward(r.a[i], r.d[above], &up.bursts)
		return
	}
	bursts := r.o[above]
	for k, v := range r.d[above].Data {
		bursts.Data[k] = v + float32(r.net.PB*r.e[above].Data[k])
	}
	up.Backward(r.a[i], bursts, &up.bursts)
	minus := r.o[i]
	minus.Clear()
	up.Backward(minus, r.e[above], &up.events)
	for k, q := range minus.Data {
		r.a[i].Data[k] -= q
	}
}

// probability is the burst probability for an apical drive: p_b and slope 1 at 0, odd about p_b, between 0 and 2
// p_b; with p_b = 1/2 the logistic function of 4 z (Greedy et al. 2022).
func probability(z, pb float32) float32 {
	return float32(2 * pb * numeric.Sigmoid32(2*z/pb))
}
