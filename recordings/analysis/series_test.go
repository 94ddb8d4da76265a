package analysis_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/burstplex/burstplex/neuron/spike"
	. "github.com/burstplex/burstplex/recordings/analysis"
	gocmp "github.com/google/go-cmp/cmp"
)

func noise(seed uint64, n int) []float64 {
	rnd := rand.New(rand.NewPCG(seed, 3))
	x := make([]float64, n)
	for i := range x {
		x[i] = rnd.NormFloat64()
	}
	return x
}

// TestCoherenceOfALinearSystem: a first-order low-pass with gain |H|, phase arg H and added white noise has coherence
// |H|²/(|H|² + s²).
func TestCoherenceOfALinearSystem(t *testing.T) {
	const n, dt, alpha, s = 400000, 0.002, 0.6, 0.3
	x, added := noise(1, n), noise(2, n)
	y := make([]float64, n)
	state := 0.0
	for i := range x {
		state = alpha*state + (1-alpha)*x[i]
		y[i] = state + s*added[i]
	}
	w := NewWelch(128, dt)
	w.Add(x[:1000], y[:1000]) // in two pieces
	w.Add(x[1000:], y[1000:])
	got := w.Spectrum()
	if got.Segments != n/64-1 || len(got.Frequency) != 64 {
		t.Fatalf("%d segments, %d frequencies", got.Segments, len(got.Frequency))
	}
	for i, f := range got.Frequency[:63] { // at the Nyquist frequency a phase has no meaning
		re, im := 1-alpha*math.Cos(2*math.Pi*f*dt), alpha*math.Sin(2*math.Pi*f*dt)
		gain := (1 - alpha) / math.Hypot(re, im)
		near(t, "coherence", got.Coherence[i], gain*gain/(gain*gain+s*s), .02)
		near(t, "gain", got.Gain[i], gain, .02)
		near(t, "phase", got.Phase[i], -math.Atan2(im, re), .05)
		if i > 0 { // the lowest frequency has lost power with the mean of each segment
			near(t, "power", got.PowerX[i], 2*dt, .06*2*dt) // white noise of variance 1: 2 dt per Hz, one-sided
		}
	}
}

// TestConfidenceLevel: of unrelated series, 5 % of the coherences exceed the 95 % level.
func TestConfidenceLevel(t *testing.T) {
	above, total := 0, 0
	for seed := range uint64(60) {
		w := NewWelch(128, 1)
		w.Add(noise(2*seed+10, 2000), noise(2*seed+11, 2000))
		s := w.Spectrum()
		for _, c := range s.Coherence[1:63] {
			if total++; c > s.Level(.95) {
				above++
			}
		}
	}
	near(t, "share above the 95 % level", float64(above)/float64(total), .05, .012)
}

func TestWelchSkipsGapsAndAsksForData(t *testing.T) {
	x := noise(1, 1000)
	y := append([]float64(nil), x...)
	y[500] = math.NaN()
	w := NewWelch(100, 1)
	w.Add(x, y)
	if s := w.Spectrum(); s.Skipped != 2 || s.Segments != 17 || math.Abs(s.Coherence[3]-1) > 1e-9 {
		t.Errorf("skipped %d, used %d, coherence %g", s.Skipped, s.Segments, s.Coherence[3])
	}
	w = NewWelch(100, 1)
	w.Add(x[:120], x[:120])
	if s := w.Spectrum(); !math.IsNaN(s.Coherence[0]) || s.Level(.95) != 1 {
		t.Error("one segment cannot tell a coherence")
	}
	filled, made := Interpolate([]float64{math.NaN(), 1, math.NaN(), math.NaN(), 4, math.NaN()})
	same(t, "interpolated", filled, 1, 1, 2, 3, 4, 4)
	if made != 4 {
		t.Errorf("%d values made up, want 4", made)
	}
}

func TestPearson(t *testing.T) {
	nan := math.NaN()
	near(t, "line", Pearson([]float64{1, 2, nan, 3}, []float64{5, 7, 1, 9}), 1, 1e-12)
	near(t, "falling line", Pearson([]float64{1, 2, 3}, []float64{2, 1, 0}), -1, 1e-12)
	if !math.IsNaN(Pearson([]float64{1, nan}, []float64{1, 2})) || !math.IsNaN(Pearson([]float64{1, 1}, []float64{1, 2})) {
		t.Error("correlation of too little data is not NaN")
	}
	x := noise(4, 500)
	y := append(make([]float64, 3), x[:497]...) // y follows x by 3 bins
	r := CrossCorrelation(x, y, 5)
	if lag, v := BestLag(r); lag != 3 || math.Abs(v-1) > 1e-12 {
		t.Errorf("best lag %d (%g), want 3 (1)", lag, v)
	}
	if lag, v := BestLag([]float64{nan, nan, nan}); lag != 0 || !math.IsNaN(v) {
		t.Errorf("best lag of nothing is %d, %g", lag, v)
	}
}

func TestOverSeeds(t *testing.T) {
	nan := math.NaN()
	b := OverSeeds([]float64{1, nan, nan}, []float64{3, 5, nan}, []float64{5, 7, 2})
	same(t, "mean", b.Mean, 3, 6, 2)
	same(t, "sd", b.SD, 2, math.Sqrt2, nan)
	if d := gocmp.Diff([]int{3, 2, 1}, b.N); d != "" {
		t.Error(d)
	}
	if m, sd, n := Summary(nil); !math.IsNaN(m) || !math.IsNaN(sd) || n != 0 {
		t.Error("a summary of nothing is something")
	}
}

// TestStaircase: a rate that follows the input only after two bins.
func TestStaircase(t *testing.T) {
	bins := NewBins(seconds(1.2), 100*spike.Millisecond)
	c := Course{Neurons: 1, Bins: bins,
		Events: []uint64{9, 9, 1, 1, 9, 9, 3, 5, 9, 9, 1, 7}, Bursts: []uint64{0, 0, 0, 1, 9, 9, 2, 2, 9, 9, 0, 0},
		Spikes: make([]uint64, 12)}
	input := []float64{0, 0, 0, 0, 50, 50, 50, 50, 0, 0, 0, math.NaN()}
	got := Staircase(c, input, 2)
	same(t, "input", got.Input, 0, 50)
	same(t, "event rate", got.EventRate, 10, 40)
	same(t, "burst rate", got.BurstRate, 10./3, 20)
	same(t, "burst probability", got.BurstProbability, 1./3, .5)
}

func TestBins(t *testing.T) {
	b := NewBins(spike.Window{From: 10, To: 45}, 10)
	same(t, "centres", b.Centers(), 15e-9, 25e-9, 35e-9)
	for at, want := range map[spike.Tick]int{9: -1, 10: 0, 19: 0, 20: 1, 39: 2, 40: -1} {
		if got := b.Index(at); got != want {
			t.Errorf("bin of %d is %d, want %d", at, got, want)
		}
	}
	if b.Window() != (spike.Window{From: 10, To: 40}) || NewBins(spike.Window{From: 5, To: 1}, 1).N != 0 {
		t.Error("window of bins")
	}
	half := NewBins(seconds(1), 500*spike.Millisecond)
	same(t, "mean of t² in each bin", half.Sample(func(t float64) float64 { return t * t }), 1./12, 7./12)
}

func TestEdgesMeetTheAnchor(t *testing.T) {
	e := LogEdges(16*spike.Millisecond, spike.Millisecond, spike.Second, 7)
	found := false
	for i, t := range e {
		found = found || t == 16*spike.Millisecond
		if i > 0 && e[i-1] >= t {
			panic("edges do not ascend")
		}
	}
	if !found || e[0] > spike.Millisecond || e[len(e)-1] < spike.Second {
		t.Errorf("edges %v", e)
	}
}

func TestMisuseIsRefused(t *testing.T) {
	for name, f := range map[string]func(){
		"overlapping populations": func() {
			NewCounts([]spike.Population{{First: 0, Size: 5}, {First: 4, Size: 1}},
				seconds(1))
		},
		"bins of no width": func() { NewBins(seconds(1), 0) },
		"unequal series":   func() { Pearson([]float64{1}, nil) },
		"no bins":          func() { NewIntervals(nil, nil); NewIntervals([]spike.Population{{Size: 1}}, nil) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: accepted", name)
				}
			}()
			f()
		}()
	}
}
