package neuron

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// frozen is input that can be given to populations of every integrator, step and division into pieces.
type frozen struct {
	neurons  int
	arrivals []Arrival // in order of time
	current  [2]func(spike.Tick) float64
}

// poisson is a stream of private Poisson arrivals at every neuron.
type poisson struct {
	channel int
	rate    float64 // Hz
	weight  float64 // leaks
}

// freeze draws the arrivals of all streams from 0 to until.
func freeze(neurons int, until spike.Tick, seed uint64, streams ...poisson) *frozen {
	f := &frozen{neurons: neurons, current: [2]func(spike.Tick) float64{constantCurrent(0), constantCurrent(0)}}
	for k, s := range streams {
		key := rng.New(seed, "stream", string(rune('a'+k)))
		for i := range neurons {
			draw := key.Stream(uint64(i), 0)
			for t := 0.0; ; {
				t += draw.Exp() / s.rate
				at := spike.FromSeconds(t)
				if at >= until {
					break
				}
				f.arrivals = append(f.arrivals, Arrival{At: at, Target: uint32(i), Channel: uint32(s.channel),
					Weight: float32(s.weight)})
			}
		}
	}
	slices.SortFunc(f.arrivals, func(a, b Arrival) int { return int(a.At - b.At) })
	return f
}

func constantCurrent(pA float64) func(spike.Tick) float64 {
	return func(spike.Tick) float64 { return pA }
}

// sine is a current of period seconds around a mean.
func sine(mean, amplitude, period float64) func(spike.Tick) float64 {
	return func(t spike.Tick) float64 { return mean + amplitude*math.Sin(2*math.Pi*t.Seconds()/period) }
}

// input returns what reaches neurons of r in a piece, in the form that pop wants.
func (f *frozen) input(pop Population, r Range, w spike.Window, step spike.Tick) *Input {
	in := &Input{Len: r.Len(), Steps: int(w.Len() / step), Step: step, Cells: make([]Cells, len(pop.Channels()))}
	for _, current := range f.current {
		var d Drive
		for s := range in.Steps {
			t := w.From + spike.Tick(s)*step
			d.Start = append(d.Start, float32(current(t)))
			d.End = append(d.End, float32(current(t+step)))
		}
		in.Drives = append(in.Drives, d)
	}
	exact, single := pop.(Exact)
	single = single && exact.WantsArrivals()
	for k := range in.Cells {
		if !single { // a channel that has no arrivals in this piece may have a conductance
			in.Cells[k].Pairs = make([]Pair, in.Len*in.Steps)
		}
	}
	if k, ok := pop.(Keeper); ok {
		in.Kept = k.KeepsArrivals(0)
	}
	in.Touched = make([]uint64, (r.Len()+63)/64)
	channels := pop.Channels()
	from, _ := slices.BinarySearchFunc(f.arrivals, w.From, func(a Arrival, t spike.Tick) int { return int(a.At - t) })
	for _, a := range f.arrivals[from:] {
		if a.At >= w.To {
			break
		}
		if int(a.Target) < r.Lo || int(a.Target) >= r.Hi {
			continue
		}
		a.Target -= uint32(r.Lo)
		in.Touched[a.Target/64] |= 1 << (a.Target % 64)
		if single || in.Kept {
			in.Arrivals = append(in.Arrivals, a)
		}
		if single {
			continue
		}
		cells := &in.Cells[a.Channel]
		s := int((a.At - w.From) / step)
		end, area := channels[a.Channel].Kernel.At(w.From + spike.Tick(s+1)*step - a.At)
		cell := &cells.Pairs[s*in.Len+int(a.Target)]
		cell.End += float32(a.Weight * end)
		cell.Area += float32(a.Weight * area)
	}
	return in
}

// run advances all neurons through the windows and returns the spike times of each.
func (f *frozen) run(pop Population, step spike.Tick, ws []spike.Window) [][]spike.Tick {
	trains := make([][]spike.Tick, f.neurons)
	r := Range{0, f.neurons}
	var out spike.Buffer
	for _, w := range ws {
		out.Reset()
		pop.Advance(r, w, f.input(pop, r, w, step), &out)
		for _, e := range out.Events() {
			trains[e.Src] = append(trains[e.Src], e.At)
		}
	}
	return trains
}

// integrators of the two-compartment neuron; every law below holds for both.
var integrators = []string{"off-grid", "reference"}

// eachIntegrator runs a law for both integrators; the off-grid one is held to fast, the reference to exact.
func eachIntegrator(t *testing.T, fast, exact float64, law func(t *testing.T, integrator string, tolerance float64)) {
	for k, name := range integrators {
		t.Run(name, func(t *testing.T) { law(t, name, [...]float64{fast, exact}[k]) })
	}
}

func build(t testing.TB, s *TwoCompartment, integrator string, n int, step spike.Tick) Population {
	t.Helper()
	spec := *s
	spec.Integrator = Integrator(integrator)
	return made(t, &spec, n, step)
}

// column returns element 0 of a column as a number.
func column(t testing.TB, pop Population, name string) float64 {
	t.Helper()
	for _, c := range pop.Columns() {
		if c.Name == name {
			return c.Float(0)
		}
	}
	t.Fatalf("no column %s", name)
	return 0
}

// sameState reports the first column and element in which two populations differ, bit by bit.
func sameState(a, b Population) error {
	x, y := a.Columns(), b.Columns()
	for c := range x {
		if diff := cmp.Diff(x[c].Data, y[c].Data); diff != "" {
			return fmt.Errorf("column %s differs: %s", x[c].Name, diff)
		}
	}
	return nil
}

func near(t testing.TB, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: %.9g, want %.9g within %g (off by %.3g)", what, got, want, tolerance, got-want)
	}
}
