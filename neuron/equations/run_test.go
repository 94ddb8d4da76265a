package equations

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/burstplex/burstplex/neuron"
	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
)

// setting is an experiment on one population, without a network.
type setting struct {
	n        int
	step     spike.Tick
	duration spike.Tick
	window   int // steps of a piece
	current  func(port int, t float64) float64
	rate     float64 // of arrivals at each receptor, 1/ms
	weight   []float64
}

type input struct {
	at      spike.Tick
	target  int
	channel int
	weight  float64
}

// drive runs a population and returns its spikes by neuron.
func (s *setting) drive(t testing.TB, spec neuron.Spec) (trains [][]spike.Tick, p neuron.Population) {
	t.Helper()
	p, err := spec.New(neuron.Build{N: s.n, Key: rng.New(1, "test"), Step: s.step, Detector: spike.DefaultDetector()})
	if err != nil {
		t.Fatal(err)
	}
	return s.advance(p), p
}

func (s *setting) advance(p neuron.Population) (trains [][]spike.Tick) {
	channels, ports := p.Channels(), p.Ports()
	var arrivals []input
	for c := range channels {
		r := rand.New(rand.NewPCG(7, uint64(c)))
		for i := range s.n {
			for at := 0.0; s.rate > 0 && c < len(s.weight) && s.weight[c] != 0; {
				if at += r.ExpFloat64() / s.rate; at >= s.duration.Milliseconds() {
					break
				}
				arrivals = append(arrivals, input{spike.Tick(at * 1e6), i, c, s.weight[c]})
			}
		}
	}
	slices.SortStableFunc(arrivals, func(a, b input) int { return int(a.at - b.at) })
	exact := false
	if e, ok := p.(neuron.Exact); ok {
		exact = e.WantsArrivals()
	}
	steps := max(1, s.window)
	in := &neuron.Input{Len: s.n, Steps: steps, Step: s.step, Cells: make([]neuron.Cells, len(channels)),
		Drives: make([]neuron.Drive, len(ports)), Single: exact}
	trains = make([][]spike.Tick, s.n)
	var out spike.Buffer
	for from := spike.Tick(0); from < s.duration; from += spike.Tick(steps) * s.step {
		w := spike.Window{From: from, To: from + spike.Tick(steps)*s.step}
		for c := range channels {
			if channels[c].Kernel == nil {
				in.Cells[c] = neuron.Cells{Sums: make([]float32, steps*s.n)}
			} else {
				in.Cells[c] = neuron.Cells{Pairs: make([]neuron.Pair, steps*s.n)}
			}
		}
		in.Arrivals = nil
		for ; len(arrivals) > 0 && arrivals[0].at < w.To; arrivals = arrivals[1:] {
			a := arrivals[0]
			if exact {
				in.Arrivals = append(in.Arrivals, neuron.Arrival{At: a.at, Target: uint32(a.target), Channel: uint32(a.channel),
					Weight: float32(a.weight)})
				continue
			}
			k := int((a.at - from) / s.step)
			if channels[a.channel].Kernel == nil {
				in.Cells[a.channel].Sums[k*s.n+a.target] += float32(a.weight)
				continue
			}
			end, area := channels[a.channel].Kernel.At(from + spike.Tick(k+1)*s.step - a.at)
			q := &in.Cells[a.channel].Pairs[k*s.n+a.target]
			q.End += float32(a.weight) * end
			q.Area += float32(a.weight) * area
		}
		for port := range ports {
			d := &in.Drives[port]
			d.Start, d.End = make([]float32, steps), make([]float32, steps)
			for k := range steps {
				if s.current != nil {
					at := (from + spike.Tick(k)*s.step).Milliseconds()
					d.Start[k], d.End[k] = float32(s.current(port, at)), float32(s.current(port, at+s.step.Milliseconds()))
				}
			}
		}
		out.Reset()
		p.Advance(neuron.Range{Lo: 0, Hi: s.n}, w, in, &out)
		for _, e := range out.Events() {
			trains[e.Src] = append(trains[e.Src], e.At)
		}
	}
	return trains
}

// compare returns the median and the 99 % quantile of the differences of spikes in pairs, up to where the trains of a
// neuron diverge, and the fraction of spikes that are paired.
func compare(a, b [][]spike.Tick) (median, q99 float64, paired float64) {
	var diffs []float64
	total := 0
	for i := range a {
		total += max(len(a[i]), len(b[i]))
		for k := range min(len(a[i]), len(b[i])) {
			d := math.Abs(float64(a[i][k]-b[i][k])) / 1e3
			if d > 2000 {
				break
			}
			diffs = append(diffs, d)
		}
	}
	if len(diffs) == 0 {
		return math.NaN(), math.NaN(), 0
	}
	slices.Sort(diffs)
	return diffs[len(diffs)/2], diffs[len(diffs)*99/100], float64(len(diffs)) / float64(total)
}

func count(trains [][]spike.Tick) (n int) {
	for _, t := range trains {
		n += len(t)
	}
	return n
}

func compiled(t testing.TB, s *Source) *Spec {
	t.Helper()
	m, err := Compile(s)
	if err != nil {
		t.Fatal(err)
	}
	return NewSpec(m)
}

func judge(t testing.TB, s *Source) *Spec {
	spec := compiled(t, s)
	spec.Integrator = "reference"
	return spec
}

// A neuron with conductances, currents and pulses spikes when the independent integrator says so.
func TestPyramidMeetsReference(t *testing.T) {
	s := &setting{n: 10, step: 100 * spike.Microsecond, duration: 200 * spike.Millisecond, window: 5, rate: 0.6,
		weight:  []float64{0.12, 0.05, 0.12, 0.05},
		current: func(port int, t float64) float64 { return []float64{250, 300 + 200*math.Sin(t/20)}[port] }}
	fast, _ := s.drive(t, compiled(t, pyramid()))
	slow, _ := s.drive(t, judge(t, pyramid()))
	median, q99, paired := compare(fast, slow)
	t.Logf("%d spikes, median %.3g us, 99 %% %.3g us, paired %.3g", count(slow), median, q99, paired)
	if median > 2 || paired < 0.9 || count(slow) < 20 {
		t.Error("too far from the reference")
	}
}
