package neuron

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/burstplex/burstplex/neuron/spike"
)

// swept returns the sweep of a population, nil if it has none.
func swept(p Population) *sweep {
	switch p := p.(type) {
	case *lif:
		return &p.sweep
	case *lifDelta:
		return &p.sweep
	case *adex:
		return &p.sweep
	case *twoCompartment:
		return &p.sweep
	case *burstPoisson:
		return &p.sweep
	}
	return nil
}

// vectorModels are models with a kernel, in all the variants that a kernel has.
func vectorModels() map[string]Spec {
	specs := map[string]Spec{"lif": DefaultLIF(), "lif, mV": cubaLIF(), "lif, pA": microcircuitLIF(),
		"lif-delta": DefaultLIFDelta(),
		"adex":      DefaultAdEx(), "adex, som": somAdEx()}
	rest := somAdEx()
	rest.Hold = "rest"
	specs["adex, held at rest"] = rest
	lifs, adexes, deltas := DefaultLIF(), DefaultAdEx(), DefaultLIFDelta()
	lifs.TauM, lifs.Theta = Value{Shape: Uniform, A: 15, B: 25}, Value{Shape: Uniform, A: -52, B: -48}
	adexes.CM, adexes.Delta = Value{Shape: Uniform, A: 80, B: 120}, Value{Shape: Uniform, A: 1, B: 3}
	deltas.Theta, deltas.TRef = Value{Shape: Uniform, A: 15, B: 25}, Value{Shape: Uniform, A: 0, B: 3}
	specs["lif, various"], specs["adex, various"], specs["lif-delta, various"] = lifs, adexes, deltas
	for name, s := range variants() {
		specs["two-compartment, "+name] = s
	}
	for _, driving := range []string{"soma", "dendrite"} {
		s := DefaultBurstPoisson()
		s.Driving = driving
		specs["burst-poisson, "+driving] = s
		e := DefaultEscapeBurstPoisson()
		e.Driving = driving
		specs["burst-poisson, escape, "+driving] = e
	}
	various := DefaultBurstPoisson()
	various.TauS, various.Theta = Value{Shape: Normal, A: 16, B: 1, Lo: 10, Hi: 20}, Value{Shape: Uniform, A: -52, B: -48}
	specs["burst-poisson, various"] = various
	return specs
}

// edgeValues are what states and inputs are drawn from once in a while: zeros, subnormal numbers, the limits of fade,
// of the exponential and of the models' thresholds, and what networks stay below.
var edgeValues = []float32{0, float32(math.Copysign(0, -1)), 1e-45, -1e-40, 1e-8, -1e-8, 9.9e-9, 10, 20,
	math.Nextafter32(20, 0), math.Nextafter32(20, 21),
	8.16, 22, 70, math.Nextafter32(70, 0), 300, -300}

// fate draws random and extreme states and inputs.
type fate struct{ *rand.Rand }

func (r fate) draw(scale float64) float32 {
	if r.IntN(300) == 0 {
		return edgeValues[r.IntN(len(edgeValues))]
	}
	return float32(scale * r.NormFloat64())
}

// tick returns a time around the step of h that starts at t: long ago, its first and last ticks and their neighbours,
// within it, beyond it.
func (r fate) tick(t, h spike.Tick) spike.Tick {
	switch r.IntN(12) {
	case 0:
		return t + []spike.Tick{-1, 0, 1, h - 1, h, h + 1}[r.IntN(6)]
	case 1:
		return t + spike.Tick(r.Int64N(int64(h)))
	case 2:
		return t + h + spike.Tick(r.Int64N(int64(5*h)))
	}
	return t - spike.Tick(r.Int64N(int64(100*h)))
}

// state fills the columns of a population for a step of h from t on.
func (r fate) state(p Population, t, h spike.Tick, nmda bool) {
	for _, c := range p.Columns() {
		for i := range p.Len() {
			switch x := c.Data.(type) {
			case []float32:
				switch {
				case c.Name == "g_nmda_soma" && !nmda, c.Name == "g_nmda_apical" && !nmda:
					x[i] = 0
				case c.Name[0] == 'g':
					if x[i] = float32(math.Abs(float64(r.draw(1)))) / 3; r.IntN(100) == 0 {
						x[i] *= 30 // around what is strong
					}
				case c.Name == "bap":
					x[i] = float32(r.IntN(3))
				case c.Name == "w":
					x[i] = r.draw(50)
				default:
					x[i] = r.draw(10)
				}
			case []float64: // what is left of a hazard: the risk of a step has all orders of magnitude
				if x[i] = math.Pow(10, -9*r.Float64()); r.IntN(50) == 0 {
					x[i] = 0
				}
			case []spike.Tick:
				switch c.Name {
				case "refractory_end":
					x[i] = r.tick(t, h)
				case "bap_edge":
					if x[i] = r.tick(t, h); x[i] < t || r.IntN(2) == 0 {
						x[i] = spike.Forever
					}
				case "second_spike":
					if x[i] = r.tick(t, h); x[i] < t || r.IntN(2) == 0 {
						x[i] = 0
					}
				}
			}
		}
	}
}

// input fills the input of a step.
func (r fate) input(p Population, in *Input, nmda bool) {
	for k, c := range p.Channels() {
		cells := &in.Cells[k]
		if c.Receptor == "nmda" && !nmda {
			cells.Pairs = nil
		}
		for i := range cells.Pairs {
			cells.Pairs[i] = Pair{}
			if r.IntN(3) == 0 {
				rest := float32(r.Float64())
				g := float32(math.Abs(float64(r.draw(.3))))
				cells.Pairs[i] = Pair{End: g, Area: g * rest * .005}
			}
		}
		for i := range cells.Sums {
			cells.Sums[i] = r.draw(1)
		}
	}
	for port := range in.Drives {
		d := &in.Drives[port]
		d.Start[0], d.End[0] = r.draw(100), r.draw(100)
		for i := range d.OwnStart {
			d.OwnStart[i], d.OwnEnd[i] = r.draw(100), r.draw(100)
		}
	}
}

// A step by vector code leaves the bits of scalar steps, and the same spikes, on random and on extreme states, whatever
// the width of the vectors. Between them, the models see millions of states.
func TestKernelsAreTheScalarSteps(t *testing.T) {
	specs := vectorModels()
	for _, name := range slices.Sorted(maps.Keys(specs)) {
		for widest := range swept(made(t, specs[name], 1, 100*us)).kernels {
			p := swept(made(t, specs[name], 1, 100*us))
			t.Run(fmt.Sprintf("%s/%d lanes", name, p.kernels[widest].lanes),
				func(t *testing.T) { compareSteps(t, specs[name], widest) })
		}
	}
}

// without takes the first few kernels, which are the widest, away.
func (s *sweep) without(n int) { s.kernels, s.constants = s.kernels[n:], s.constants[n:] }

// compareSteps lets two populations take the same steps: one by kernels, without the widest so many, the other by
// scalar code.
func compareSteps(t *testing.T, spec Spec, widest int) {
	// after the last group of sixteen there is one of eight, and then single neurons
	const n, h = sweepBlock + 78, 100 * us
	rounds := 60
	if testing.Short() {
		rounds = 10
	}
	fast, slow := made(t, spec, n, h), made(t, spec, n, h)
	swept(fast).without(widest)
	swept(slow).without(len(swept(slow).kernels))
	r := fate{rand.New(rand.NewPCG(1, 2))}
	spikes, at := 0, 10*spike.Second
	var x, y spike.Buffer
	for round := range rounds {
		nmda := round%2 == 0
		w := spike.Window{From: at, To: at + h}
		in := blank(fast.Channels(), len(fast.Ports()), Range{0, n}, w, h)
		in.Touched = nil
		r.state(fast, at, h, nmda)
		for k, c := range slow.Columns() {
			copyColumn(c, fast.Columns()[k])
		}
		r.input(fast, in, nmda)
		if round%3 == 0 {
			for port := range in.Drives {
				in.Drives[port].OwnStart, in.Drives[port].OwnEnd = nil, nil
			}
		}
		x.Reset()
		y.Reset()
		fast.Advance(Range{0, n}, w, in, &x)
		slow.Advance(Range{0, n}, w, in, &y)
		if !sameBits(fast, slow) {
			t.Fatal("round", round, sameState(fast, slow), "or zeros have different signs")
		}
		if !slices.Equal(sortedEvents(x.Events()), sortedEvents(y.Events())) {
			t.Fatal(cmp.Diff(sortedEvents(x.Events()), sortedEvents(y.Events())))
		}
		spikes += len(x.Events())
		at += h
	}
	if spikes < rounds {
		t.Error("hardly a spike: the test shows little")
	}
}

func sortedEvents(events []spike.Event) []spike.Event {
	events = slices.Clone(events)
	slices.SortFunc(events, spike.Compare)
	return events
}

func copyColumn(dst, src Column) {
	switch x := dst.Data.(type) {
	case []float32:
		copy(x, src.Data.([]float32))
	case []spike.Tick:
		copy(x, src.Data.([]spike.Tick))
	case []float64:
		copy(x, src.Data.([]float64))
	case []uint64:
		copy(x, src.Data.([]uint64))
	case []uint8:
		copy(x, src.Data.([]uint8))
	}
}

// sameBits compares the columns of two populations; -0 is not 0.
func sameBits(a, b Population) bool {
	x, y := a.Columns(), b.Columns()
	for c := range x {
		ok := false
		switch x := x[c].Data.(type) {
		case []float32:
			ok = slices.EqualFunc(x, y[c].Data.([]float32),
				func(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) })
		case []spike.Tick:
			ok = slices.Equal(x, y[c].Data.([]spike.Tick))
		case []float64:
			ok = slices.Equal(x, y[c].Data.([]float64))
		case []uint64:
			ok = slices.Equal(x, y[c].Data.([]uint64))
		case []uint8:
			ok = slices.Equal(x, y[c].Data.([]uint8))
		}
		if !ok {
			return false
		}
	}
	return true
}

// The vector path is taken at all: neurons at rest without input are not looked at one by one.
func TestNeuronsAtRestAreNotLookedAt(t *testing.T) {
	for name, s := range vectorModels() {
		p := made(t, s, 64, 100*us)
		sw, w := swept(p), spike.Window{From: 0, To: 100 * us}
		if len(sw.kernels) == 0 {
			t.Skip("this build or processor has no kernels")
		}
		in := blank(p.Channels(), len(p.Ports()), Range{0, 64}, w, 100*us)
		in.Touched = nil
		b := sw.blockOf(Range{0, 64})
		b.Range = Range{0, 64}
		b.locate(sw)
		b.point(in, 0, 0, 0)
		for i, k := range sw.kernels {
			b.call.First, b.call.End, b.call.Constants = 0, 64, &sw.constants[i][0]
			b.call.Stride = sw.perNeuron * k.lanes * 4
			if n := k.step[sw.variant(in)](&b.call); n != 0 {
				t.Errorf("%s: %d groups of %d at rest are looked at", name, n, k.lanes)
			}
		}
	}
}

// Neurons that sleep are left out in whole groups; those that are awake go through the widest kernel that they fill.
func TestPlan(t *testing.T) {
	p := made(t, DefaultLIF(), 94, 100*us)
	sw := swept(p)
	if len(sw.kernels) < 2 {
		t.Skip("this build or processor has fewer than two kernels")
	}
	r := Range{0, 94}
	in := blank(p.Channels(), 1, r, spike.Window{From: 0, To: 100 * us}, 100*us)
	sw.bits[0], sw.bits[1] = math.MaxUint64, math.MaxUint64
	in.Touched[0], in.Touched[1] = 1<<17|1<<33, 1<<20|1<<29 // neurons 17, 33, 84, 93
	b := sw.blockOf(r)
	b.Range = r
	if !sw.plan(b, r, in) || !slices.Equal(b.runs, []run{{0, 16, 48}, {1, 80, 88}}) || b.single[1] != 1<<29 ||
		b.single[0] != 0 {
		t.Errorf("runs %v, single %x", b.runs, b.single)
	}
}
