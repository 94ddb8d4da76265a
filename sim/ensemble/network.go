package ensemble

import (
	"fmt"
	"math"

	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/synapse/units"
)

// Layer is a layer of units with the projection onto it and the feedback from it.
type Layer struct {
	units.Projection           // events of the layer below, onto somata
	W                []float32 // its weights
	Bias             []float32 // of each channel (fully connected: of each unit)

	// Feedback to the layer below, in the shape of W and applied transposed, onto apical dendrites: bursts through Y,
	// events through Q. The first layer has none; Q is nil where it is p_b Y at all times.
	Y, Q []float32

	forward, bursts, events units.Packed
}

// Units returns the number of units of the layer.
func (l *Layer) Units() int { return l.Out().Units() }

// Network is a stack of layers of units with logistic activation. Layer 0 is the first one above the input.
type Network struct {
	Input  units.Shape
	Layers []*Layer
	PB     float32 // burst probability without apical drive, p_b
}

// NewNetwork makes a network of an architecture. Weights are normal with standard deviation gain
// √(2/(fan_in+fan_out)), as in the paper (Greedy et al. 2022; gain 3.6); biases are zero.
func NewNetwork(a *Architecture, gain, pb float64, key rng.Key) *Network {
	n := &Network{Input: a.Input, PB: float32(pb)}
	for i, p := range a.Projections {
		in, out := p.Fan()
		l := &Layer{Projection: p, W: Normals(p.Weights(), gain*math.Sqrt(2/float64(in+out)), key, i),
			Bias: make([]float32, p.Out().Channels)}
		n.Layers = append(n.Layers, l)
	}
	return n
}

func Normals(n int, sd float64, key rng.Key, entity int) []float32 {
	s := key.Stream(uint64(entity), 0)
	w := make([]float32, n)
	for i := range w {
		w[i] = float32(sd * s.Normal())
	}
	return w
}

// MeanDrive returns the drive that weights w give to each channel for an input, the mean over positions.
func (l *Layer) MeanDrive(w, input []float32) []float32 {
	in, out := units.NewBlock(len(input), 1), units.NewBlock(l.Units(), 1)
	for i, v := range input {
		in.Row(i)[0] = v
	}
	var packed units.Packed
	l.Pack(&packed, w, false)
	l.Forward(out, in, &packed, nil)
	mean := make([]float32, len(l.Bias))
	share := float32(len(mean)) / float32(l.Units())
	for u := range l.Units() {
		mean[u%len(mean)] += float32(share * out.Row(u)[0])
	}
	return mean
}

// Pack prepares the weights for the products of a batch.
func (n *Network) Pack(feedback bool) {
	for i, l := range n.Layers {
		l.Pack(&l.forward, l.W, false)
		if i == 0 || !feedback {
			continue
		}
		l.Pack(&l.bursts, l.Y, true)
		if l.Q != nil {
			l.Pack(&l.events, l.Q, true)
		}
	}
}

// Size returns the number of forward weights and biases.
func (n *Network) Size() (sum int) {
	for _, l := range n.Layers {
		sum += len(l.W) + len(l.Bias)
	}
	return sum
}

// Products returns the synapses that one event of every unit reaches, in one forward pass: multiply-accumulates.
func (n *Network) Products() (sum int) {
	for _, l := range n.Layers {
		sum += l.Products()
	}
	return sum
}

// Architecture is a list of projections that fit onto each other.
type Architecture struct {
	Input       units.Shape
	Projections []units.Projection
}

// NewArchitecture reads the hidden layers of a network, each "dense UNITS" or "conv CHANNELS KERNEL STRIDE", and
// adds a fully connected output layer.
func NewArchitecture(input units.Shape, hidden []string, classes int) (*Architecture, error) {
	a := &Architecture{Input: input}
	below := input
	add := func(p units.Projection) {
		a.Projections = append(a.Projections, p)
		below = p.Out()
	}
	for i, text := range hidden {
		var n, kernel, stride int
		switch {
		case scan(text, "dense %d", &n):
			if n < 1 || n > 1<<20 {
				return nil, fmt.Errorf("layer %d, %q: a dense layer has 1 to 1048576 units", i+1, text)
			}
			add(&units.Dense{Below: below, Above: units.Shape{Height: 1, Width: 1, Channels: n}})
		case scan(text, "conv %d %d %d", &n, &kernel, &stride):
			c := &units.Conv{Below: below, Channels: n, Kernel: kernel, Stride: stride}
			if err := c.Validate(); err != nil {
				return nil, fmt.Errorf("layer %d, %q: %w", i+1, text, err)
			}
			add(c)
		default:
			return nil, fmt.Errorf(`layer %d, %q: a layer is "dense UNITS" or "conv CHANNELS KERNEL STRIDE"`, i+1, text)
		}
	}
	add(&units.Dense{Below: below, Above: units.Shape{Height: 1, Width: 1, Channels: classes}})
	return a, nil
}

// scan reads numbers from a text and reports whether all of it matched.
func scan(text, format string, numbers ...any) bool {
	var rest string
	n, _ := fmt.Sscanf(text+" end", format+" %s", append(numbers, &rest)...)
	return n == len(numbers)+1 && rest == "end"
}
