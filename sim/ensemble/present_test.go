package ensemble

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/synapse/units"
)

// quick returns a network of fully connected layers, an image and a state in which the network was before it.
func quick(t *testing.T) (*Network, []float32, State) {
	t.Helper()
	a, err := NewArchitecture(units.Shape{Height: 5, Width: 7, Channels: 1}, []string{"dense 19", "dense 11"}, 5)
	if err != nil {
		t.Fatal(err)
	}
	net := NewNetwork(a, 3, 0.4, rng.New(1, "small"))
	for i, l := range net.Layers {
		if i > 0 {
			l.Y = Normals(len(l.W), 0.5, rng.New(2, "feedback"), i)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	image := make([]float32, net.Input.Units())
	state := State{make([]float32, len(image))}
	for i := range image {
		if i%2 == 0 {
			image[i] = r.Float32()
		}
		if i%3 == 0 {
			state[0][i] = r.Float32()
		}
	}
	for _, l := range net.Layers {
		s := make([]float32, l.Units())
		for u := range s {
			s[u] = 0.1 + 0.5*r.Float32()
		}
		state = append(state, s)
	}
	return net, image, state
}

// timings are those that samplers have to be right for.
func timings() (all []Timing) {
	t := DefaultTiming()
	t.Neurons = 300
	t.Settle, t.Learn = 30, 40
	for _, exact := range []bool{false, true} {
		for _, delay := range []float64{6, 5, 200} {
			for _, own := range []float64{10, t.TauSyn} {
				u := t
				u.Exact, u.Delay, u.TauOwn = exact, delay, own
				all = append(all, u)
			}
		}
	}
	return all
}

// Where Q is p_b Y, one trace of bursts - p_b events gives the apical drive of two traces and two projections.
func TestTiedQ(t *testing.T) {
	net, image, state := quick(t)
	for _, timing := range timings() {
		drives := make([][]float32, 2)
		for i, tied := range []bool{true, false} {
			for _, l := range net.Layers[1:] {
				l.Q = nil
				if !tied {
					l.Q = make([]float32, len(l.Y))
					for k, y := range l.Y {
						l.Q[k] = float32(net.PB * y)
					}
				}
			}
			net.Pack(true)
			p := NewPresenter(net, timing, false, rng.New(3, "tied"))
			p.Forward(image, state, 7)
			// Only the output layer: hidden bursts would differ wherever a rounding decides.
			top := p.layers[2]
			top.teach(&units.Block{Rows: 5, Cols: 1, Stride: 1, Data: []float32{1, 0, 0, 0, 0}}, net.PB, false)
			p.sampler.bursts(top, 3, state[3], 7)
			p.apical(1)
			for u := range p.layers[1].drive.Rows {
				drives[i] = append(drives[i], p.layers[1].drive.Row(u)...)
			}
		}
		worst, size := 0.0, 0.0
		for k, x := range drives[0] {
			worst = max(worst, math.Abs(float64(x-drives[1][k])))
			size = max(size, math.Abs(float64(x)))
		}
		if worst > 1e-5 || (size < 1e-3) != (timing.Delay > 100) {
			t.Errorf("exact %v, delay %g: apical drives up to %g differ by up to %g", timing.Exact, timing.Delay, size, worst)
		}
	}
}

// Events, traces and what the rule sees have the same means over many presentations in steps and one by one, at all
// times.
func TestSamplersAgree(t *testing.T) {
	net, image, state := quick(t)
	net.Pack(true)
	timing := DefaultTiming()
	timing.Neurons, timing.Settle, timing.Learn, timing.Bin, timing.TauOwn = 200, 20, 30, 1, 30
	const runs, parts = 100, 5
	type values [parts][runs]float64
	all := map[string]*[2]values{}
	for i, exact := range []bool{false, true} {
		timing.Exact = exact
		p := NewPresenter(net, timing, false, rng.New(4, "samplers"))
		for run := range runs {
			p.Forward(image, state, uint64(run))
			p.Backward([]float32{1, 0, 0, 0, 0}, state, uint64(run))
			note := func(name string, b *units.Block) {
				if all[name] == nil {
					all[name] = new([2]values)
				}
				for u := range b.Rows / 2 { // only half of the units, or weights might cancel
					for k, v := range b.Row(u) {
						all[name][i][k*parts/b.Cols][run] += float64(v)
					}
				}
			}
			note("input trace", p.input.x)
			for l, a := range p.layers {
				for name, b := range map[string]*units.Block{"events": a.events, "somatic trace": a.x, "own trace": a.own,
					"bursts - p_b events": a.signed, "burst probability": a.drive} {
					note(fmt.Sprintf("layer %d: %s", l+1, name), b)
				}
				if l > 0 {
					note(fmt.Sprintf("layer %d: feedback", l+1), a.burst)
				}
			}
		}
	}
	for name, v := range all {
		for k := range parts {
			m1, v1 := stat.MeanVariance(v[0][k][:], nil)
			m2, v2 := stat.MeanVariance(v[1][k][:], nil)
			if d := math.Abs(m1 - m2); d > 4.5*math.Sqrt((v1+v2)/runs)+0.005*math.Abs(m2) {
				t.Errorf("%s, part %d: %.3f in steps, %.3f exact (%.1f s.e.)", name, k, m1, m2, d/math.Sqrt((v1+v2)/runs))
			}
			if name[len(name)-6:] == "events" && math.Abs(math.Log(v1/v2)) > 1 {
				t.Errorf("%s, part %d: variance %.3f in steps, %.3f exact", name, k, v1, v2)
			}
		}
	}
}

// An input unit that is silent, and was before, has no trace, whatever it did in another presentation.
func TestSilentInput(t *testing.T) {
	net, image, state := quick(t)
	net.Pack(true)
	for _, exact := range []bool{false, true} {
		timing := DefaultTiming()
		timing.Exact, timing.Neurons = exact, 100
		p := NewPresenter(net, timing, false, rng.New(5, "silent"))
		bright := make([]float32, len(image))
		for i := range bright {
			bright[i] = 0.9
		}
		p.Forward(bright, state, 1)
		p.Forward(image, state, 2)
		for i, v := range image {
			sum := float32(0)
			for k, x := range p.input.x.Row(i) {
				sum += x + p.input.events.Row(i)[k]
			}
			if quiet := v == 0 && state[0][i] == 0; quiet != (sum == 0) {
				t.Errorf("exact %v: input unit %d of value %g, before %g, has events and traces of sum %g", exact, i, v,
					state[0][i], sum)
			}
		}
	}
}
