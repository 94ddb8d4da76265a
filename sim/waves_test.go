package sim

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

const ms = spike.Millisecond

// waves are one of each kind, with the times between which they are smooth (added to multiples of their period).
func testWaves() map[string]Wave {
	level := &Level{}
	level.value[0] = -3
	return map[string]Wave{
		"constant":    Constant{},
		"sine":        Sine{Period: 33.3, Phase: 0.2},
		"late sine":   Sine{Start: 7 * ms, Period: 5},
		"fluctuation": NewFluctuation(rng.New(3, "w"), 16, 0, 40),
		"level":       level,
		"steps":       &Samples{Times: []spike.Tick{10 * ms, 25 * ms, 60 * ms}, Values: []float64{1, -2, 0.5}},
		"repeat": &Samples{Start: 13 * ms, Times: []spike.Tick{0, 10 * ms, 20 * ms}, Values: []float64{1, 2, 3},
			Period: 30 * ms},
		"gap": &Samples{Start: 5 * ms, Times: []spike.Tick{4 * ms, 10 * ms}, Values: []float64{4, 1},
			Period: 17 * ms},
		"table": &Samples{Times: []spike.Tick{12 * ms, 20 * ms, 70 * ms}, Values: []float64{2, 4, -6}, Linear: true},
		"linear cycle": &Samples{Times: []spike.Tick{0, 6 * ms, 11 * ms}, Values: []float64{1, 3, -1}, Linear: true,
			Period: 14 * ms},
	}
}

// The integral of every wave over any stretch is that of its values, and what the engine injects, step by step,
// shared or neuron by neuron, has that charge between from and to.
func TestWaveIntegrals(t *testing.T) {
	const fine = 10 * spike.Microsecond // all jumps lie on it
	r := rand.New(rand.NewPCG(1, 2))
	for name, w := range testWaves() {
		charge := func(a, b spike.Tick) (sum float64) { // Simpson's rule between two possible jumps
			for ; a < b; a += fine {
				sum += (w.After(a) + 4*w.After(a+fine/2) + w.Before(a+fine)) / 6 * float64(fine)
			}
			return sum
		}
		for range 20 {
			a := spike.Tick(r.IntN(10_000)) * fine
			b := a + spike.Tick(r.IntN(8_000))*fine
			want := charge(a, b)
			if got := w.Integral(a, b); math.Abs(got-want) > 1e-7*float64(b-a)+1e-6 {
				t.Errorf("%s from %v to %v: %v ns, its values say %v", name, a, b, got, want)
			}
			if c := (a + b) / 2; math.Abs(w.Integral(a, c)+w.Integral(c, b)-w.Integral(a, b)) > 1e-6*float64(b-a)+1e-6 {
				t.Errorf("%s: parts do not add up", name)
			}
		}
		for _, span := range []spike.Window{{From: 0, To: 0}, {From: 31 * ms, To: 64 * ms}} {
			testInjected(t, name, w, span)
		}
	}
}

// testInjected compares the currents that the engine makes of a stimulus with its Mean.
func testInjected(t *testing.T, name string, w Wave, span spike.Window) {
	t.Helper()
	const h, end = ms / 10, 100 * ms
	amplitude := neuron.Value{Shape: neuron.Uniform, A: 1, B: 9}
	net := &Network{Seed: 4, Step: h, Populations: []Population{{Name: "p", Size: 80, Spec: neuron.DefaultLIF()}}}
	for _, a := range []neuron.Value{neuron.Const(7), amplitude} {
		net.Stimuli = []Stimulus{{Name: "s", Population: "p", Port: "soma", Amplitude: a, Wave: w, From: span.From,
			To: span.To}}
		if !a.IsConst() {
			net.Stimuli[0].First, net.Stimuli[0].Last = 3, 60
		}
		s, err := New(net, Options{Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		p, charge := s.populations[0], 0.0
		p.stimuli[0].Wave = w // a level keeps its value
		sh := p.shards[0]
		for at := spike.Tick(0); at < end; at += s.Window() {
			piece := spike.Window{From: at, To: min(end, at+s.Window())}
			p.fillDrives(piece, h)
			sh.in.Steps = int(piece.Len() / h)
			sh.drive(s, piece)
			d := sh.in.Drives[0]
			for k := range sh.in.Steps {
				charge += float64(d.Start[k]+d.End[k]) / 2 * float64(h) * 57
				for i := range d.OwnStart[:min(len(d.OwnStart), 1)*80] {
					charge += float64(d.OwnStart[k*80+i]+d.OwnEnd[k*80+i]) / 2 * float64(h)
				}
			}
		}
		st := &net.Stimuli[0]
		want := 57 * net.MeanAmplitude(st) * st.Mean(spike.Window{To: end}) * float64(end)
		if math.Abs(charge-want) > 57*9*float64(end)*2e-4 { // steps of 0.1 ms against periods of 5 ms
			t.Errorf("%s, %v in %v: a charge of %g pA ns, want %g", name, a, span, charge, want)
		}
		s.workers.close()
	}
}

// Closed forms: mean, variance, phase and period of a sine; variance of a fluctuation; the cycle of repeated steps
// starts at from; a step in the middle of a bin counts for half of it.
func TestWavesInClosedForm(t *testing.T) {
	sine := Sine{Period: 40, Phase: 0.25}
	for _, c := range [][3]float64{{0, 10, 2 / math.Pi}, {10, 30, -2 / math.Pi}, {0, 40, 0},
		{5, 5.000001, math.Sqrt2 / 2}} {
		w := spike.Window{From: spike.FromSeconds(c[0] / 1e3), To: spike.FromSeconds(c[1] / 1e3)}
		s := Stimulus{Wave: sine}
		if got := s.Mean(w); math.Abs(got-c[2]) > 1e-6 {
			t.Errorf("mean of the sine from %g to %g ms: %v, want %v", c[0], c[1], got, c[2])
		}
	}
	f := NewFluctuation(rng.New(1, "w"), 64, 1, 10)
	squares, n := 0.0, 200_000
	for k := range n {
		x := f.After(spike.Tick(k) * ms)
		squares += x * x / float64(n)
	}
	if mean := f.Integral(0, 1000*spike.Second) / 1e12; math.Abs(squares-1) > 0.03 || math.Abs(mean) > 0.01 {
		t.Errorf("a fluctuation has the variance %g and the mean %g", squares, mean)
	}
	steps := &Samples{Start: 130 * ms, Times: []spike.Tick{0, 100 * ms, 200 * ms}, Values: []float64{100, 200, 300},
		Period: 300 * ms}
	for at, want := range map[spike.Tick]float64{0: 0, 129 * ms: 0, 130 * ms: 100, 229 * ms: 100, 230 * ms: 200,
		430*ms - 1: 300, 430 * ms: 100} {
		if got := steps.After(at); got != want {
			t.Errorf("repeated steps at %v: %g, want %g", at, got, want)
		}
	}
	if steps.Before(130*ms) != 0 || steps.Before(230*ms) != 100 || steps.Before(430*ms) != 300 {
		t.Error("repeated steps just before their jumps")
	}
	step := Stimulus{Wave: &Samples{Times: []spike.Tick{1000 * ms}, Values: []float64{600}}}
	for from, want := range map[spike.Tick]float64{900 * ms: 0, 950 * ms: 300, 975 * ms: 450, 1000 * ms: 600} {
		if got := step.Mean(spike.Window{From: from, To: from + 100*ms}); math.Abs(got-want) > 1e-9 {
			t.Errorf("a step in the bin at %v: %g pA, want %g", from, got, want)
		}
	}
	late := Stimulus{Wave: Constant{}, From: 20 * ms, To: 30 * ms}
	if got := late.Mean(spike.Window{From: 0, To: 100 * ms}); math.Abs(got-0.1) > 1e-12 {
		t.Errorf("from 20 to 30 of 100 ms: %g", got)
	}
}

// The amplitude that stands for a stimulus is the mean of what its neurons draw, not a median.
func TestMeanAmplitude(t *testing.T) {
	net := &Network{Seed: 4, Populations: []Population{{Name: "p", Size: 20_000}}}
	s := Stimulus{Name: "s", Population: "p", Amplitude: neuron.Value{Shape: neuron.LogNormal, A: 100, B: 1}}
	if got, want := net.MeanAmplitude(&s), 100*math.Exp(0.5); math.Abs(got/want-1) > 0.03 {
		t.Errorf("mean of a lognormal amplitude: %g, want %g", got, want)
	}
}

// The course of a pattern's level is what the network that follows the protocol has.
func TestCourseOfALevel(t *testing.T) {
	p, net := testProtocol(), protocolNetwork()
	s, err := New(net, Options{Workers: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Follow(p); err != nil {
		t.Fatal(err)
	}
	course := p.Course("x")
	if got := course.After(0); got != 200 {
		t.Errorf("while the network settles: %g pA, the first pattern has 200", got)
	}
	for _, at := range []spike.Tick{0, p.Start, 4 * second, 6 * second, 7500 * ms, p.End() - 1, p.End()} {
		f := &follower{Sim: s, Protocol: p}
		if i := p.first(at); at >= p.Start && i < p.Len() {
			if err := f.settings(p.At(i).Pattern, false); err != nil {
				t.Fatal(err)
			}
		} else if at >= p.End() {
			continue
		}
		if got, want := course.After(at), s.level("x").value[0]; got != want {
			t.Errorf("at %v: %g pA, the network has %g", at, got, want)
		}
	}
}

// A wave that repeats is 0 before it starts, in its integrals too, however long before; and its periods are alike.
func TestRepeatingWaveBeforeItsStart(t *testing.T) {
	w := &Samples{Start: 1000, Times: []spike.Tick{0, 30}, Values: []float64{2, 7}, Period: 50}
	for _, c := range [][3]float64{{0, 990, 0}, {0, 400, 0}, {100, 999, 0}, {0, 1000, 0}, {0, 1010, 20}, {-500, 1050,
		200}, {920, 1100, 400},
		{1010, 1060, 200}, {1040, 1140, 400}, {1149, 1151, 9}} {
		if got := w.Integral(spike.Tick(c[0]), spike.Tick(c[1])); got != c[2] {
			t.Errorf("from %g to %g: %g, want %g", c[0], c[1], got, c[2])
		}
	}
}

// Frequencies of a fluctuation lie one in each part of the band, each at a random place of its own, so that nothing
// repeats.
func TestFrequenciesOfAFluctuation(t *testing.T) {
	const n, lo, hi = 400, 2.0, 42.0
	w := NewFluctuation(rng.New(4, "f"), n, lo, hi)
	var places, phases []float64
	for i, f := range w.freq {
		place := (f*1e9-lo)/(hi-lo)*n - float64(i)
		if place < 0 || place > 1 {
			t.Errorf("frequency %d is %g Hz", i, f*1e9)
		}
		places, phases = append(places, place), append(phases, w.phase[i])
	}
	for name, x := range map[string][]float64{"places": places, "phases": phases} {
		m, v := stat.MeanVariance(x, nil)
		if r := stat.Correlation(x[1:], x[:n-1], nil); math.Abs(m-0.5) > 0.06 || math.Abs(v*12-1) > 0.2 || math.Abs(r) > 0.2 {
			t.Errorf("%s: mean %g, variance %g of 1/12, correlation of neighbours %g", name, m, 12*v, r)
		}
	}
	if r := stat.Correlation(places, phases, nil); math.Abs(r) > 0.2 {
		t.Errorf("places and phases have a correlation of %g", r)
	}
}
