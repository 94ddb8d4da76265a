package deep

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/burstplex/burstplex/sim/ensemble"

	"github.com/burstplex/burstplex/neuron/spike"
	"github.com/burstplex/burstplex/recordings"
	"github.com/burstplex/burstplex/sim/images"
	"github.com/burstplex/burstplex/sim/task"
	"github.com/burstplex/burstplex/synapse/units"
)

// small is a task of seconds.
func small() *Task {
	t := Default()
	t.Images, t.Validation, t.Test, t.Hidden = 600, 100, 200, []string{"dense 30"}
	t.Neurons, t.Bin, t.Settle, t.Learn, t.Delay, t.Epochs, t.Gain = 4000, 4, 40, 20, 8, 1, 4
	t.TauSyn, t.TauDend, t.TauOwn, t.Dead = 6, 12, 12, 24
	t.Probe, t.Sweep, t.Record, t.Feedback = 0, 0, 0, "tied"
	return t
}

func trainer(t *testing.T, task *Task, workers int) (tr *Trainer, train, validation, test *Examples) {
	t.Helper()
	train, validation, test, err := task.load("", 3)
	if err == nil {
		tr, err = NewTrainer(task, train, 3, workers)
	}
	if err != nil {
		t.Fatal(err)
	}
	return tr, train, validation, test
}

func epochs(t *testing.T, tr *Trainer, train *Examples) {
	t.Helper()
	for tr.Epoch < tr.Epochs {
		if err := tr.Train(context.Background(), train, func() error { return nil }); err != nil {
			t.Fatal(err)
		}
		tr.NextEpoch()
	}
}

// kept returns the checkpoint of a training, written to a file and read again.
func kept(t *testing.T, tr *Trainer) *checkpoint {
	t.Helper()
	path := filepath.Join(t.TempDir(), "checkpoint")
	if err := (&checkpoint{Weights: tr.Net.Weights(), Progress: tr.Progress}).write(path); err != nil {
		t.Fatal(err)
	}
	saved, err := readCheckpoint(path)
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

// equal compares the bits of weights.
func equal(a, b ensemble.Weights) bool {
	for _, p := range [][2][][]float32{{a.W, b.W}, {a.Bias, b.Bias}, {a.Y, b.Y}, {a.Q, b.Q}} {
		for i := range p[0] {
			for k := range p[0][i] {
				if math.Float32bits(p[0][i][k]) != math.Float32bits(p[1][i][k]) {
					return false
				}
			}
		}
	}
	return true
}

// A network of ensembles learns in a single phase what the same network does not learn when its hidden layer is
// frozen, when feedback has the wrong sign, and when it comes from other synapses.
func TestLearnsDigits(t *testing.T) {
	wrong := map[string]float64{}
	for _, control := range []string{"none", "frozen", "flipped", "shuffled"} {
		task := small()
		task.Images, task.Test, task.Epochs, task.Hidden, task.Control = 2600, 500, 4, []string{"dense 30"}, control
		tr, train, _, test := trainer(t, task, 2)
		epochs(t, tr, train)
		wrong[control] = Wrong(tr.Answers(test, testNumbers), test.Labels)
	}
	t.Logf("test errors: %.3v", wrong)
	if wrong["none"] > 0.35 {
		t.Errorf("test error %.1f %%, should be below 35 %%", 100*wrong["none"])
	}
	for _, control := range []string{"frozen", "flipped", "shuffled"} {
		if wrong[control] < wrong["none"]+0.08 {
			t.Errorf("%s: test error %.1f %%, no worse than learning's %.1f %%", control, 100*wrong[control], 100*wrong["none"])
		}
	}
}

// The same seed gives the same weights for any number of workers, and for a training that was interrupted, saved
// and restored.
func TestSameWeights(t *testing.T) {
	for _, c := range []struct {
		name string
		set  func(*Task)
	}{{"fully connected", func(*Task) {}}, {"Q that silences the apical drive", func(task *Task) { task.Q = "learned" }},
		{"learned feedback, momentum", func(task *Task) { task.Feedback, task.Momentum = "learned", 0.5 }},
		{"learned feedback, rates", func(task *Task) { task.Feedback, task.Model = "learned", "rates" }},
		{"convolution, current", func(task *Task) {
			task.Hidden, task.Input = []string{"conv 5 5 4", "dense 20"},
				"current"
		}},
		{"exact times", func(task *Task) { task.Exact, task.Neurons, task.Images, task.Validation = true, 200, 150, 20 }},
		{"rates", func(task *Task) { task.Model = "rates" }}, {"counts", func(task *Task) { task.Model = "counts" }}} {
		t.Run(c.name, func(t *testing.T) {
			task := small()
			task.Images, task.Validation = 250, 20
			c.set(task)
			one, train, validation, _ := trainer(t, task, 1)
			epochs(t, one, train)
			two, _, _, _ := trainer(t, task, 3)
			stop := errors.New("stop")
			if err := two.Train(context.Background(), train, func() error {
				if two.At > 60 {
					return stop
				}
				return nil
			}); !errors.Is(err, stop) {
				t.Fatal(err)
			}
			saved := kept(t, two)
			three, _, _, _ := trainer(t, task, 2)
			three.restore(saved)
			epochs(t, three, train)
			if !equal(one.Net.Weights(), three.Net.Weights()) {
				t.Error("the weights of an interrupted training on other numbers of workers differ")
			}
			if a, b := one.Answers(validation, validationNumbers), three.Answers(validation,
				validationNumbers); !slices.Equal(a, b) {
				t.Errorf("answers differ: %v, %v", a, b)
			}
		})
	}
}

// What spikes learn is what the rate model learns, up to sampling noise: the angle between both falls with the
// number of neurons, in every layer, for events in steps and at exact times; and a network without a teacher does
// not learn.
func TestSpikesLearnTheRateModelsChange(t *testing.T) {
	for _, exact := range []bool{false, true} {
		task := small()
		task.Hidden, task.Exact, task.Settle, task.Bin, task.Delay = []string{"dense 25", "dense 20"}, exact, 120, 2, 6
		last := []float64{91, 91, 91}
		for _, n := range []int{300, 6000} {
			task.Neurons = n
			tr, train, _, _ := trainer(t, task, 2)
			batch := make([]int, 24)
			for i := range batch {
				batch[i] = i
			}
			checks := tr.check(train, batch)
			for l, c := range checks {
				if c.Backprop > 0.75*last[l] {
					t.Errorf("exact %v, %d neurons, layer %d: %.1f degrees to backpropagation, was %.1f with fewer", exact, n, l+1,
						c.Backprop, last[l])
				}
				last[l] = c.Backprop
				if n == 6000 && (c.Size < 0.6 || c.Size > 1.6) {
					t.Errorf("exact %v, layer %d: the change has %.2f times the size of the gradient", exact, l+1, c.Size)
				}
			}
		}
		t.Logf("exact %v: angles to backpropagation %.1f degrees", exact, last)
		if last[0] > 40 || last[2] > 15 {
			t.Errorf("exact %v: angles %.1f degrees with 6000 neurons a unit", exact, last)
		}
	}
}

// Training writes curves, checks, tables, figures, the best network and recorded spikes; what is recorded is what
// answered.
func TestRun(t *testing.T) {
	ts := small()
	ts.Probe, ts.Sweep, ts.Record, ts.Epochs, ts.Neurons, ts.Feedback = 16, 50, 2, 2, 500, "learned"
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "figures"), 0o777); err != nil {
		t.Fatal(err)
	}
	var lines []string
	run := &task.Run{Dir: dir, Seed: 5, Seeds: 1, Workers: 2, Print: func(line string) { lines = append(lines, line) }}
	if err := ts.Run(context.Background(), run); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"curve.csv", "layers.csv", "confusion.csv", "time.csv", "size.csv", "network-5.bspk",
		"images-5.bspk", "figures/learning.png", "figures/confusion.png",
		"figures/angles.png", "figures/feedback.png", "figures/layers.png", "figures/time.png", "figures/size.png",
		"figures/images.png", "figures/raster-5-image-0.png"} {
		if s, err := os.Stat(filepath.Join(dir, name)); err != nil || s.Size() == 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(lines) != 1 || !strings.Contains(lines[0], "test error") {
		t.Errorf("said %q", lines)
	}
	r, err := recordings.Open(filepath.Join(dir, "network-5.bspk"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if w, err := r.Table("w1", 0); err != nil || w.Columns[0].Len() != 784*30 {
		t.Errorf("weights of layer 1: %v, %v", w, err)
	}
	// A finished training that is resumed does nothing and says the same.
	before, err := os.ReadFile(filepath.Join(dir, "curve.csv"))
	if err != nil {
		t.Fatal(err)
	}
	again := lines[0]
	lines = nil
	if err := ts.Run(context.Background(), run); err != nil {
		t.Fatal(err)
	}
	after, _ := os.ReadFile(filepath.Join(dir, "curve.csv"))
	if string(before) != string(after) || lines[0] != again {
		t.Errorf("a finished training changed when it was resumed:\n%s\n%s", again, lines[0])
	}
}

// Recorded spikes are those that answered: events of every output unit while plasticity is on, counted in the file,
// are the counts that the answer is read from, and no neuron has events within its dead time.
func TestRecordedSpikesAnswer(t *testing.T) {
	ts := small()
	ts.Neurons, ts.Exact = 300, true
	tr, _, _, test := trainer(t, ts, 1)
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "figures"), 0o777); err != nil {
		t.Fatal(err)
	}
	const n = 3
	if err := tr.record(dir, 1, "test", test, n); err != nil {
		t.Fatal(err)
	}
	r, err := recordings.Open(filepath.Join(dir, "images-1.bspk"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	p := tr.models[0].(*ensemble.Presenter)
	stretch := spike.FromSeconds((float64(p.Bins)*ts.Bin + pause) / 1000)
	pops := r.Header().Populations
	out := pops[len(pops)-1]
	counts := make([][]float32, n)
	for i := range counts {
		counts[i] = make([]float32, 10)
	}
	last := map[spike.ID]spike.Tick{}
	bursts := 0
	for e := range r.Spikes(recordings.Query{}) {
		if e.Kind != spike.Onset {
			bursts++
			continue
		}
		if before, ok := last[e.Src]; ok && e.At-before < spike.FromSeconds(ts.Dead/1000)-2*spike.Microsecond {
			t.Fatalf("neuron %d has events %v apart", e.Src, e.At-before)
		}
		last[e.Src] = e.At
		if i, within := int(e.At/stretch), e.At%stretch; e.Src >= out.First && within >= spike.FromSeconds(ts.Settle/1000) {
			counts[i][int(e.Src-out.First)/ts.Neurons]++
		}
	}
	if bursts == 0 {
		t.Error("no bursts")
	}
	values, want := make([]float32, test.Size()), make([]float32, 10)
	for i := range n {
		tr.readers[0].Read(values, test, i, nil, 0)
		p.Forward(values, tr.Mean, testNumbers+uint64(i))
		p.Counts(want, p.From, p.Bins)
		for u := range want {
			// times are recorded to 1 us, an event at the border may be on either side
			if math.Abs(float64(want[u]-counts[i][u])) > 1 {
				t.Errorf("image %d, output %d: %g events recorded, %g counted", i, u, counts[i][u], want[u])
			}
		}
	}
}

// The gradient that changes are compared with is the derivative of half the squared error, for dense and
// convolutional layers.
func TestGradientIsTheDerivative(t *testing.T) {
	ts := small()
	ts.Model, ts.Hidden, ts.Images, ts.PB, ts.OutputBias = "rates", []string{"conv 4 9 6", "dense 12"}, 40, 0.5, -0.5
	ts.Validation = 0
	tr, train, _, _ := trainer(t, ts, 1)
	batch := []int{3, 1, 7, 12, 30}
	got := tr.gradient(train, batch, true)
	loss := func() float64 {
		tr.Net.Pack(true)
		r := ensemble.NewRates(tr.Net, 0, false, tr.key)
		sum := 0.0
		for _, k := range batch {
			v := make([]float32, train.Size())
			tr.readers[0].Read(v, train, k, nil, 0)
			out := rows(1, 10)
			r.Answer([][]float32{v}, out, []uint64{0}, nil)
			for u, e := range out[0] {
				d := float64(e)
				if u == int(train.Labels[k]) {
					d--
				}
				sum += d * d / 2
			}
		}
		return sum / float64(len(batch))
	}
	for l, layer := range tr.Net.Layers {
		worst, scale := 0.0, 0.0
		for k := 0; k < len(layer.W); k += 1 + len(layer.W)/40 {
			w := layer.W[k]
			const h = 0.02
			layer.W[k] = w + h
			up := loss()
			layer.W[k] = w - h
			down := loss()
			layer.W[k] = w
			want := -(up - down) / (2 * h) * ts.PB // changes are p_b times the steepest descent
			worst, scale = max(worst, math.Abs(want-float64(got[l].W[k]))), max(scale, math.Abs(want))
		}
		if worst > 0.02*scale+1e-7 {
			t.Errorf("layer %d: the gradient errs by %.2g, its size is %.2g", l+1, worst, scale)
		}
	}
}

// Architectures and settings that make no sense are refused with the reason.
func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		set  func(*Task)
		want string
	}{
		{func(t *Task) { t.Hidden = []string{"dense"} }, "layer 1"},
		{func(t *Task) { t.Hidden = []string{"dense 10", "conv 8 5 1"} }, "does not fit"},
		{func(t *Task) { t.Hidden = []string{"conv 8 29 1"} }, "does not fit"},
		{func(t *Task) { t.Hidden = []string{"dense 10 20"} }, `"dense 10 20"`},
		{func(t *Task) { t.Hidden = []string{"dense 0"} }, "1 to"},
		{func(t *Task) { t.Rate = 100 }, "dead time"},
		{func(t *Task) { t.Delay = 1 }, "burst_delay"},
		{func(t *Task) { t.Learn = 1 }, "learn"},
		{func(t *Task) { t.Decay = 1e-3 }, "takes from the weights"},
		{func(t *Task) { t.Q = "start" }, "wrong after a few images"},
		{func(t *Task) { t.Feedback, t.Q, t.EtaQ = "random", "learned", 1e-3 }, "diverge"},
		{func(t *Task) { t.Model = "backprop" }, "tied"},
		{func(t *Task) { t.Feedback = "tied"; t.Model, t.Hidden = "edn", []string{"conv 8 5 1"} }, "fully connected"},
	} {
		task := Default()
		c.set(task)
		if err := task.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("should be refused with %q: %v", c.want, err)
		}
	}
	task := small()
	task.Validation = 600
	if _, _, _, err := task.load("", 1); err == nil {
		t.Error("a validation set of all images is accepted")
	}
	task = Default()
	task.Set = "mnist"
	var data *images.DataError
	if _, _, _, err := task.load("/nowhere", 1); !errors.As(err, &data) {
		t.Errorf("missing data: %v", err)
	}
}

func TestArchitecture(t *testing.T) {
	a, err := ensemble.NewArchitecture(units.Shape{Height: 32, Width: 32, Channels: 3},
		[]string{"conv 24 5 2", "conv 48 5 2", "dense 96"}, 10)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range a.Projections {
		got = append(got, fmt.Sprint(p.Out()))
	}
	if want := "14x14x24 5x5x48 96 10"; strings.Join(got, " ") != want {
		t.Errorf("layers %v, want %s", got, want)
	}
}
