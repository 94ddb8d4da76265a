package credit

import (
	"context"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/burstplex/burstplex/neuron/rng"
	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/plasticity/reference"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/sim/task"
)

// small is a gradient experiment that takes a second.
func small() *Gradient {
	g := DefaultGradient()
	g.Inputs, g.Units, g.Outputs, g.Hidden, g.Batch, g.Learn = 12, 10, 5, 2, 8, 2
	g.K, g.Depths, g.Gains, g.AtK = []float64{100, 1000}, []int{1}, []float64{3}, 300
	return g
}

func runTask(t *testing.T, s task.Spec, workers int) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "figures"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := s.Run(context.Background(), &task.Run{Dir: dir, Seed: 3, Seeds: 1, Workers: workers}); err != nil {
		t.Fatal(err)
	}
	return dir
}

func readTable(t *testing.T, path string) [][]float64 {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all [][]float64
	for _, row := range rows[1:] {
		var v []float64
		for _, x := range row {
			y, _ := strconv.ParseFloat(x, 64)
			v = append(v, y)
		}
		all = append(all, v)
	}
	return all
}

// The mean of what spikes learn is what the rate model of BurstCCN learns, up to the noise in averaging and the
// little that noise does to nonlinear units; without a teacher nothing is learned on average.
func TestSpikesLearnWhatRatesLearn(t *testing.T) {
	g := small()
	p := g.problem(2, 2, 1)
	u, err := p.learn(context.Background(), &task.Run{Workers: 2}, g.settings(50000), true, rng.New(1, "test"))
	if err != nil {
		t.Fatal(err)
	}
	want, _, _ := p.Update(p.Forward(p.input), p.target)
	for l := 1; l <= 3; l++ {
		size := mat.Norm(u.W[l], 2) / mat.Norm(want.W[l], 2)
		if a := reference.Angle(u.W[l], want.W[l]); a > 6 || size < 0.85 || size > 1.15 {
			t.Errorf("layer %d: %.1f degrees from the rate model, %.2f of its size", l, a, size)
		}
	}
	off, err := p.learn(context.Background(), &task.Run{Workers: 2}, g.settings(50000), false, rng.New(1, "test"))
	if err != nil {
		t.Fatal(err)
	}
	for l := 1; l <= 3; l++ {
		if ratio := mat.Norm(off.W[l], 2) / mat.Norm(u.W[l], 2); ratio > 0.25 {
			t.Errorf("layer %d: without a teacher weights change by %.2f of what they change with one", l, ratio)
		}
	}
}

// More events, smaller angles: tan(angle) falls as 1/sqrt(K) while noise dominates.
func TestAngleFallsWithEvents(t *testing.T) {
	g := small()
	var angle [2]float64
	for i, k := range []float64{100, 1600} {
		p := g.problem(1, 1, 2)
		u, err := p.learn(context.Background(), &task.Run{Workers: 2}, g.settings(k), true, rng.New(2, "test"))
		if err != nil {
			t.Fatal(err)
		}
		want := p.Gradient(p.Forward(p.input), p.target, nil)
		angle[i] = math.Tan(reference.Angle(u.W[1], want.W[1]) * math.Pi / 180)
	}
	if ratio := angle[0] / angle[1]; ratio < 2.2 || ratio > 7 {
		t.Errorf("16 times the events make tan(angle) %.1f times smaller, expected 4", ratio)
	}
}

// The same seed gives the same tables on any number of workers.
func TestGradientWorkers(t *testing.T) {
	a, b := runTask(t, small(), 1), runTask(t, small(), 3)
	for _, name := range []string{"angles.csv", "feedback.csv", "drift.csv", "changes-layer1.csv"} {
		x, err := os.ReadFile(filepath.Join(a, name))
		if err != nil {
			t.Fatal(err)
		}
		y, err := os.ReadFile(filepath.Join(b, name))
		if err != nil {
			t.Fatal(err)
		}
		if string(x) != string(y) {
			t.Errorf("%s depends on the workers", name)
		}
	}
}

// What was learned can be computed again from the recording alone: events and bursts of both layers, and nothing else.
func TestChangesFromTheRecording(t *testing.T) {
	g := small()
	dir := runTask(t, g, 2)
	r, err := recordings.Open(filepath.Join(dir, "spikes.bspk"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	s := g.settings(recordedEvents)
	pops := r.Network()
	stretch := spike.FromSeconds((s.Settle+s.Learn)/1000 + 0.1)
	inputs := readTable(t, filepath.Join(dir, "inputs.csv"))
	bins, from := int(s.Settle+s.Learn), int(s.Settle)
	bin := s.Bin / 1000
	fade := math.Exp(-s.Bin / s.TauSyn)
	full := float64(s.Neurons) * s.Rate
	late := s.Delay / 1000
	for l := 1; l <= 2; l++ { // changes of W_1 (from inputs) and W_2 (from events of layer 1)
		units := pops[l-1].Size / s.Neurons
		below := g.Inputs
		if l == 2 {
			below = g.Units
		}
		change := mat.NewDense(units, below, nil)
		type counted struct{ events, signed [][]float64 }
		get := func(layer, presentation int) counted {
			n := pops[layer-1].Size / s.Neurons
			c := counted{make([][]float64, n), make([][]float64, n)}
			for i := range n {
				c.events[i], c.signed[i] = make([]float64, bins), make([]float64, bins)
			}
			begin := stretch * spike.Tick(presentation)
			for e, err := range r.Spikes(recordings.Query{Window: spike.Window{From: begin, To: begin + stretch}}) {
				if err != nil {
					t.Fatal(err)
				}
				if !pops[layer-1].Contains(e.Src) {
					continue
				}
				unit := int(e.Src-pops[layer-1].First) / s.Neurons
				k := int((e.At - begin).Seconds() / bin)
				if k >= bins {
					continue // a burst that ends after the presentation
				}
				if e.Kind == spike.Onset {
					c.events[unit][k]++
					// It counts when it is known whether it is a burst.
					if known := int(((e.At - begin).Seconds() + late) / bin); known >= from && known < bins {
						c.signed[unit][known] -= g.PB
					}
				} else if k >= from {
					c.signed[unit][k]++
				}
			}
			return c
		}
		for p := range g.Batch {
			post := get(l, p)
			var pre counted
			if l == 2 {
				pre = get(1, p)
			}
			for j := range below {
				x := make([]float64, bins)
				if l == 1 {
					for k := range x {
						x[k] = inputs[j][p]
					}
					// the trace starts from the mean, which the recording does not hold: that of the first 100 ms stands for it
				} else {
					sum := 0.0
					for _, n := range pre.events[j][:100] {
						sum += n
					}
					v := sum / 100 / (full * bin)
					for k := range x {
						x[k] = v
						v = fade*v + (1-fade)*pre.events[j][k]/(full*bin)
					}
				}
				for i := range units {
					for k, d := range post.signed[i] {
						change.Set(i, j, change.At(i, j)+d*x[k]/s.EventsPerUnit()/float64(g.Batch))
					}
				}
			}
		}
		want := mat.NewDense(units, below, nil)
		name := "changes-layer" + strconv.Itoa(l) + ".csv"
		for i, row := range readTable(t, filepath.Join(dir, name)) {
			want.SetRow(i, row)
		}
		if a := reference.Angle(change, want); a > 2 || math.Abs(mat.Norm(change, 2)/mat.Norm(want, 2)-1) > 0.03 {
			t.Errorf("layer %d: the recording says %.2f degrees from what was learned, %.3f of its size", l, a,
				mat.Norm(change, 2)/mat.Norm(want, 2))
		}
	}
}

// A short regression: learning makes the error smaller, and smaller than with a frozen hidden layer is left to the
// long run.
func TestRegressionLearns(t *testing.T) {
	g := DefaultRegression()
	g.Hidden, g.Neurons, g.Training, g.Test = 10, 100, 3e5, 2e4
	l := g.learner(1, false)
	before, _, _ := l.test(beforeNumbers)
	if _, err := l.train(context.Background(), func(float64) {}); err != nil {
		t.Fatal(err)
	}
	after, _, _ := l.test(afterNumbers)
	if after > before/2 {
		t.Errorf("error %.3f after learning, %.3f before, of the target's variance", after, before)
	}
}
