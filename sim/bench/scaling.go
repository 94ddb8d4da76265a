package bench

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings/figure"
	"github.com/burstplex/burstplex/sim"
	"github.com/burstplex/burstplex/synapse"
)

// Series is how the cost of a network depends on one of its numbers.
type Series struct {
	Name   string  `json:"name"`
	X      string  `json:"x"`
	Points []Point `json:"points"`
}

// Point is one network of a series.
type Point struct {
	X              float64 `json:"x"`
	Neurons        int     `json:"neurons"`
	InDegree       int     `json:"in_degree"`
	Workers        int     `json:"workers"`
	Rate           float64 `json:"rate_hz"` // mean over all neurons
	CPU            Spread  `json:"cpu_s_per_s"`
	Wall           Spread  `json:"wall_s_per_s"`
	SynapticEvents float64 `json:"synaptic_events_per_s"` // per second of model time
}

// Scale says which networks a scaling is measured on.
type Scale struct {
	Workers   int // strong and weak scaling go from one worker to as many
	Neurons   int // of the network in the middle
	InDegree  int
	Stretches int
}

// DefaultScale is the balanced network of Workloads with up to two workers.
func DefaultScale() Scale { return Scale{Workers: 2, Neurons: 12_500, InDegree: 1250, Stretches: 3} }

// drive is the external input of the networks, in units of what takes the mean to the threshold.
const drive = 1.2

// brunel describes a balanced network (Brunel 2000): a fifth of the neurons and of the inputs of each is
// inhibitory, five times as strong. The weight goes with 1/k, so that the mean input at a given rate does not
// depend on k.
func brunel(n, k int, drive float64) *sim.Network {
	const threshold, tau = 20.0, 0.02 // mV, s
	exc := k * 4 / 5
	weight := 100 / float64(exc)
	lif := neuron.DefaultLIFDelta()
	lif.Initial.V = neuron.Value{Shape: neuron.Uniform, A: 0, B: threshold}
	external := &neuron.PoissonBackground{Rate: drive * threshold / (weight * tau) / 1000, Sources: 1000, Weight: weight}
	net := &sim.Network{Seed: 1, Step: step}
	for _, p := range []struct {
		name string
		n, k int
		w    float64
	}{{"exc", n * 4 / 5, exc, weight}, {"inh", n / 5, k - exc, -5 * weight}} {
		net.Populations = append(net.Populations, sim.Population{Name: p.name, Size: p.n, Spec: lif,
			Backgrounds: []sim.Background{{Name: "external", Port: "soma", Receptor: "delta", Spec: external}}})
		for _, target := range []string{"exc", "inh"} {
			net.Projections = append(net.Projections, sim.Projection{Source: p.name, Target: target, Port: "soma",
				Receptor: "delta",
				Spec: synapse.Spec{Name: p.name + "_" + target, Connector: synapse.FixedInDegree{K: p.k, Multapses: true},
					Weight: neuron.Const(p.w), Delay: neuron.Const(1.5)}})
		}
	}
	return net
}

// Scaling measures strong scaling (one network on more workers), weak scaling (a network that grows with the
// workers), and how the cost of a network grows with its neurons, the inputs of each, and their rate. It calls each
// with every series.
func Scaling(ctx context.Context, o Scale, each func(Series)) error {
	type shape struct {
		x       float64
		n, k, w int
		drive   float64
	}
	var strong, weak, size, degree, rate []shape
	for w := 1; w <= o.Workers; w++ {
		strong = append(strong, shape{float64(w), o.Neurons, o.InDegree, w, drive})
		weak = append(weak, shape{float64(w), o.Neurons * w, o.InDegree, w, drive})
	}
	for _, f := range []int{8, 4, 2, 1} {
		size = append(size, shape{float64(o.Neurons / f), o.Neurons / f, o.InDegree / 5, 1, drive})
		degree = append(degree, shape{float64(o.InDegree / f), o.Neurons, o.InDegree / f, 1, drive})
	}
	size = append(size, shape{float64(2 * o.Neurons), 2 * o.Neurons, o.InDegree / 5, 1, drive},
		shape{float64(4 * o.Neurons), 4 * o.Neurons, o.InDegree / 5, 1, drive})
	for _, d := range []float64{0.8, 0.95, 1.2, 2, 4} {
		rate = append(rate, shape{d, o.Neurons, o.InDegree, 1, d})
	}
	for _, s := range []struct {
		name, x string
		shapes  []shape
	}{{"strong scaling", "workers", strong}, {"weak scaling", "workers", weak}, {"size", "neurons", size},
		{"connectivity", "inputs per neuron", degree}, {"rate", "external drive", rate}} {
		out := Series{Name: s.name, X: s.x}
		for _, h := range s.shapes {
			p, err := measurePoint(ctx, brunel(h.n, h.k, h.drive), h.w, o.Stretches)
			if err != nil {
				return err
			}
			p.X, p.Neurons, p.InDegree = h.x, h.n, h.k
			if s.name == "rate" {
				p.X = p.Rate
			}
			out.Points = append(out.Points, p)
		}
		if s.name == "rate" {
			out.X = "rate"
		}
		each(out)
	}
	return nil
}

// measurePoint times one network.
func measurePoint(ctx context.Context, net *sim.Network, workers, stretches int) (Point, error) {
	p := Point{Workers: workers}
	s, err := sim.New(net, sim.Options{Workers: workers})
	if err != nil {
		return p, err
	}
	defer s.Close()
	defer s.Finish()
	const settle, stretch = 150 * spike.Millisecond, 150 * spike.Millisecond
	if err := s.Run(ctx, settle); err != nil {
		return p, err
	}
	before := s.Counts()
	var cpu, wall []float64
	for range stretches {
		c, w := cpuTime(), time.Now()
		if err := s.Run(ctx, s.Now()+stretch); err != nil {
			return p, err
		}
		cpu, wall = append(cpu, (cpuTime()-c).Seconds()/stretch.Seconds()),
			append(wall, time.Since(w).Seconds()/stretch.Seconds())
	}
	p.CPU, p.Wall = spreadOf(cpu), spreadOf(wall)
	seconds, neurons := (s.Now() - settle).Seconds(), 0
	for _, pop := range net.Populations {
		neurons += pop.Size
	}
	c := s.Counts()
	p.Rate = float64(c.Spikes-before.Spikes) / seconds / float64(neurons)
	p.SynapticEvents = float64(c.SynapticEvents-before.SynapticEvents) / seconds
	return p, nil
}

// WriteSeries prints a series for people.
func (s Series) WriteSeries(out io.Writer) error {
	fmt.Fprintf(out, "\n%s\n", s.Name)
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "neurons\tinputs each\tworkers\trate\tsynaptic events/s\tcpu s/s\tmedian\treal-time factor\tmedian\tns per neuron and step\tns per event\t")
	for _, p := range s.Points {
		fmt.Fprintf(w, "%d\t%d\t%d\t%.3g Hz\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t\n", p.Neurons, p.InDegree, p.Workers, p.Rate,
			count(p.SynapticEvents),
			digits(p.CPU.Min), digits(p.CPU.Median), digits(p.Wall.Min), digits(p.Wall.Median),
			digits(p.CPU.Min*step.Seconds()*1e9/float64(p.Neurons)), digits(p.CPU.Min*1e9/p.SynapticEvents))
	}
	return w.Flush()
}

// Drawing is the figure of all series.
type Drawing []Series

// Page implements figure.Figure: how much faster more workers are, and processor time over neurons, inputs and rate.
func (d Drawing) Page() figure.Page {
	page := figure.Page{Rows: []figure.Row{{}, {}}}
	for _, s := range d {
		panel := figure.Panel{Title: s.Name, X: figure.Axis{Label: s.X}, Y: figure.Axis{Label: "processor time",
			Unit: "s per s", Zero: true}}
		least, median := figure.Line{Name: "least", Dots: true, Color: figure.Cycle(0)}, figure.Line{Name: "median",
			Dots: true, Color: figure.Cycle(1), Thin: true}
		ideal := figure.Line{Name: "ideal", Thin: true, Dash: figure.Dotted, Color: figure.Cycle(2)}
		first := s.Points[0]
		row := 1
		for _, p := range s.Points {
			least.X, median.X, ideal.X = append(least.X, p.X), append(median.X, p.X), append(ideal.X, p.X)
			switch s.Name {
			case "strong scaling":
				least.Y, median.Y, ideal.Y = append(least.Y, first.Wall.Min/p.Wall.Min),
					append(median.Y, first.Wall.Median/p.Wall.Median), append(ideal.Y, p.X)
			case "weak scaling":
				least.Y, median.Y, ideal.Y = append(least.Y, p.Wall.Min), append(median.Y, p.Wall.Median),
					append(ideal.Y, first.Wall.Min)
			default:
				least.Y, median.Y = append(least.Y, p.CPU.Min), append(median.Y, p.CPU.Median)
			}
		}
		panel.Marks = []figure.Mark{median, least}
		if s.X == "workers" {
			for _, p := range s.Points {
				panel.X.Places, panel.X.Names = append(panel.X.Places, p.X), append(panel.X.Names, strconv.Itoa(p.Workers))
			}
		}
		switch s.Name {
		case "strong scaling":
			row, panel.Y, panel.Marks = 0, figure.Axis{Label: "times faster", Zero: true}, append(panel.Marks, ideal)
		case "weak scaling":
			row, panel.Y, panel.Marks = 0, figure.Axis{Label: "wall time", Unit: "s per s", Zero: true},
				append(panel.Marks, ideal)
		case "rate":
			panel.X.Unit, panel.X.Zero = "Hz", true
		default:
			panel.X.Zero = true
		}
		page.Rows[row].Panels = append(page.Rows[row].Panels, panel)
	}
	return page
}

var _ figure.Figure = Drawing(nil)
